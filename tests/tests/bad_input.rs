//! Bad input: one clear message that names the file, the line and the remedy, exit code 2, and no partial output.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use transfermap_tests::{Said, binary, root, run, said};
use transfermap_trainer::data::generated::tokenizer_json;

const TINY: &str = r#"{ model_type = "albert", vocab_size = 2000, embedding_size = 8, hidden_size = 8, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 8, max_position_embeddings = 32 }"#;

/// A folder with a study that works; each test breaks one thing.
struct Scratch {
    folder: tempfile::TempDir,
    study: String,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rows = |n: usize, from: usize| {
            let line =
                |i: usize| format!("row number {i} of the file,{}\n", if i.is_multiple_of(2) { "no" } else { "yes" });
            "text,label\n".to_owned() + &(from..from + n).map(line).collect::<String>()
        };
        fs::write(folder.path().join("train.csv"), rows(40, 0)).unwrap();
        fs::write(folder.path().join("test.csv"), rows(10, 100)).unwrap();
        fs::write(folder.path().join("tokenizer.json"), tokenizer_json()).unwrap();
        let study = format!(
            "version = 1\nname = \"scratch\"\nseeds = [1]\npairs = \"all\"\nprotocols = [\"single\"]\n\n[[encoder]]\nname = \"tiny\"\n\
             tokenizer = \"tokenizer.json\"\nmax_length = 16\nconfig = {TINY}\n\n[recipe]\nmax_steps = 2\nbatch_size = 8\n\n\
             [[task]]\nname = \"t\"\ntext = [\"text\"]\nlabel = \"label\"\nlabels = [\"no\", \"yes\"]\n\
             train = {{ file = \"train.csv\" }}\ntest = {{ file = \"test.csv\" }}\n"
        );
        Self { folder, study }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn edit(&mut self, from: &str, to: &str) {
        assert!(self.study.contains(from), "{from}");
        self.study = self.study.replace(from, to);
    }

    fn out(&self) -> PathBuf {
        self.path("out")
    }

    fn run(&self) -> Said {
        self.write("study.toml", &self.study);
        run(&[
            "run",
            self.path("study.toml").to_str().unwrap(),
            "--out",
            self.out().to_str().unwrap(),
            "--device",
            "cpu",
        ])
    }

    /// Refused with exit code 2, each of `parts` in the message, one line, and no results.
    fn refused(&self, parts: &[&str]) {
        let said = self.run();
        assert_eq!(said.code, 2, "{said:?}");
        let message = said.stderr.trim();
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing in: {message}");
        }
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(!message.contains("panicked"), "{message}");
        assert!(!self.out().join("runs").exists(), "partial output");
        assert!(!self.out().join("report.json").exists(), "partial output");
    }
}

#[test]
fn the_unbroken_study_works() {
    let scratch = Scratch::new();
    let said = scratch.run();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(scratch.out().join("report.json").exists());
}

#[test]
fn rejects_a_missing_file() {
    let scratch = Scratch::new();
    fs::remove_file(scratch.path("train.csv")).unwrap();
    scratch.refused(&["train.csv", "no such file"]);
}

#[test]
fn rejects_a_directory_instead_of_a_file() {
    let scratch = Scratch::new();
    fs::remove_file(scratch.path("train.csv")).unwrap();
    fs::create_dir(scratch.path("train.csv")).unwrap();
    scratch.refused(&["train.csv", "folder"]);
}

#[test]
fn rejects_an_empty_file() {
    let scratch = Scratch::new();
    scratch.write("train.csv", "");
    scratch.refused(&["train.csv", "empty"]);
}

#[test]
fn rejects_a_wrong_column_count_with_its_line() {
    let scratch = Scratch::new();
    scratch.write("train.csv", "text,label\nfine,no\nalso fine,yes\none, too many,no\nfine again,yes\n");
    scratch.refused(&["train.csv", "4", "3", "2"]);
}

#[test]
fn rejects_text_that_is_not_utf_8_with_its_line() {
    let scratch = Scratch::new();
    scratch.write("train.csv", b"text,label\nfine,no\nna\xefve,yes\n");
    scratch.refused(&["train.csv", "3", "UTF-8"]);
}

#[test]
fn rejects_an_unknown_label_with_its_line() {
    let scratch = Scratch::new();
    scratch.write("train.csv", "text,label\na,no\nb,yes\nc,maybe\nd,no\ne,yes\n");
    scratch.refused(&["train.csv", "4", "maybe", "no", "yes"]);
}

#[test]
fn rejects_a_label_that_training_never_shows() {
    let scratch = Scratch::new();
    scratch.write("train.csv", "text,label\na,no\nb,no\nc,no\n");
    scratch.refused(&["train.csv", "yes"]);
}

#[test]
fn rejects_a_class_with_one_example() {
    let scratch = Scratch::new();
    scratch.write("train.csv", "text,label\na,no\nb,no\nc,yes\n");
    scratch.refused(&["train.csv", "yes", "one"]);
}

#[test]
fn rejects_two_tasks_of_one_name() {
    let mut scratch = Scratch::new();
    let task = scratch.study[scratch.study.find("[[task]]").unwrap()..].to_owned();
    scratch.study += &task;
    scratch.refused(&["study.toml", "line 25", "`t`", "rename"]);
}

#[test]
fn rejects_an_unknown_key_and_suggests_the_nearest() {
    let mut scratch = Scratch::new();
    scratch.edit("batch_size = 8", "batchsize = 8");
    scratch.refused(&["study.toml", "line 15", "batchsize", "did you mean `batch_size`"]);
}

#[test]
fn rejects_a_seed_given_twice() {
    let mut scratch = Scratch::new();
    scratch.edit("seeds = [1]", "seeds = [1, 2, 1]");
    scratch.refused(&["study.toml", "line 3", "seed 1", "twice"]);
}

#[test]
fn rejects_a_pair_that_names_an_unknown_task() {
    let mut scratch = Scratch::new();
    scratch.edit("pairs = \"all\"", "pairs = [[\"t\", \"u\"]]");
    scratch.refused(&["study.toml", "line 4", "`u`", "did you mean"]);
}

/// An encoder folder on disk instead of random weights.
fn with_folder(scratch: &mut Scratch) -> PathBuf {
    let folder = scratch.path("encoder");
    fs::create_dir(&folder).unwrap();
    let fixture = root().join("tests/fixtures/albert_small");
    fs::copy(fixture.join("config.json"), folder.join("config.json")).unwrap();
    fs::copy(fixture.join("model.safetensors"), folder.join("model.safetensors")).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer_json()).unwrap();
    let old = format!("tokenizer = \"tokenizer.json\"\nmax_length = 16\nconfig = {TINY}");
    scratch.edit(&old, "path = \"encoder\"\nmax_length = 16");
    folder
}

#[test]
fn rejects_an_encoder_folder_without_weights() {
    let mut scratch = Scratch::new();
    let folder = with_folder(&mut scratch);
    fs::remove_file(folder.join("model.safetensors")).unwrap();
    scratch.refused(&["model.safetensors", "missing", "config = { ... }"]);
    fs::write(folder.join("pytorch_model.bin"), "x").unwrap();
    scratch.refused(&["pytorch_model.bin", "save_pretrained"]);
}

#[test]
fn rejects_a_tokenizer_with_more_pieces_than_the_embedding() {
    let mut scratch = Scratch::new();
    with_folder(&mut scratch);
    scratch.refused(&["pieces", "120"]);
}

#[test]
fn rejects_a_tensor_of_the_wrong_shape() {
    let mut scratch = Scratch::new();
    let config = with_folder(&mut scratch).join("config.json");
    let text = fs::read_to_string(&config).unwrap().replace("\"vocab_size\": 120", "\"vocab_size\": 2000");
    fs::write(&config, text).unwrap();
    scratch.refused(&["model.safetensors", "word_embeddings", "[120, 16]", "[2000, 16]"]);
}

#[test]
fn rejects_truncated_weights() {
    let mut scratch = Scratch::new();
    let weights = with_folder(&mut scratch).join("model.safetensors");
    let config = scratch.path("encoder/config.json");
    let text = fs::read_to_string(&config).unwrap().replace("\"vocab_size\": 120", "\"vocab_size\": 2000");
    fs::write(&config, text).unwrap();
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    scratch.refused(&["model.safetensors", "cut short"]);
}

#[test]
fn rejects_a_max_length_over_the_position_table() {
    let mut scratch = Scratch::new();
    scratch.edit("max_length = 16", "max_length = 64");
    scratch.refused(&["max_length = 64", "32 positions"]);
}

#[test]
fn rejects_a_kept_head_between_unequal_classes() {
    let mut scratch = Scratch::new();
    let task = scratch.study[scratch.study.find("[[task]]").unwrap()..].to_owned();
    let other = task.replace("name = \"t\"", "name = \"u\"").replace("[\"no\", \"yes\"]", "[\"no\", \"yes\", \"so\"]");
    scratch.study += &other;
    scratch.edit("protocols = [\"single\"]", "protocols = [\"single\", \"sequential\"]");
    scratch.edit("max_steps = 2", "max_steps = 2\nhead = \"keep\"");
    scratch.refused(&["study.toml", "keep", "2 classes", "3"]);
}

#[test]
fn rejects_a_gpu_that_is_not_there() {
    let scratch = Scratch::new();
    scratch.write("study.toml", &scratch.study);
    let study = scratch.path("study.toml");
    let out = scratch.out();
    let arguments = ["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device"];
    if Path::new("/proc/driver/nvidia").exists() {
        eprintln!("SKIPPED: this machine has an NVIDIA driver");
        return;
    }
    let said = run(&[&arguments[..], &["cuda"]].concat());
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(said.stderr.trim().lines().count(), 1, "{said:?}");
    assert!(!said.stderr.contains("panicked"), "{said:?}");
    let said = run(&[&arguments[..], &["auto"]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("CPU"), "{said:?}");
}

#[test]
fn rejects_a_read_only_output_folder() {
    let scratch = Scratch::new();
    scratch.write("study.toml", &scratch.study);
    // Nothing can be made in /proc, whoever asks; permission bits would not stop root.
    let study = scratch.path("study.toml");
    let said = run(&["run", study.to_str().unwrap(), "--out", "/proc/transfermap-out", "--device", "cpu"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("/proc/transfermap-out"), "{said:?}");
    assert_eq!(said.stderr.trim().lines().count(), 1, "{said:?}");
}

#[test]
fn a_full_disk_stops_the_study_and_names_the_file() {
    let scratch = Scratch::new();
    scratch.write("study.toml", &scratch.study);
    // A limit on file sizes fails the write as a full disk does, without one. 8 blocks of 512 or 1,024 bytes.
    let command = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' run '{}' --out '{}' --device cpu",
        binary().display(),
        scratch.path("study.toml").display(),
        scratch.out().display()
    );
    let said = said(&Command::new("bash").args(["-c", &command]).output().unwrap());
    assert_eq!(said.code, 2, "{said:?}");
    assert!(!said.stderr.contains("panicked"), "{said:?}");
    let folder = scratch.out();
    assert!(said.stderr.contains(folder.to_str().unwrap()), "no file named: {said:?}");
    assert!(!folder.join("report.json").exists(), "partial output");
    // Nothing half written: what is there can be read, and the study goes on once there is room.
    assert_eq!(scratch.run().code, 0);
}

#[test]
fn a_corrupt_record_and_a_corrupt_checkpoint_are_set_aside_and_trained_again() {
    let scratch = Scratch::new();
    assert_eq!(scratch.run().code, 0);
    let run_folder = scratch.out().join("runs/single/t/s1");
    let record = run_folder.join("record.json");
    let whole = fs::read(&record).unwrap();
    fs::write(&record, &whole[..whole.len() / 2]).unwrap();
    fs::create_dir_all(run_folder.join("checkpoint")).unwrap();
    fs::write(run_folder.join("checkpoint/state.bin"), "not a checkpoint").unwrap();
    let said = scratch.run();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("record.json"), "{said:?}");
    assert!(said.stderr.contains("checkpoint"), "{said:?}");
    let names: Vec<String> =
        fs::read_dir(&run_folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|n| n.starts_with("record.json.corrupt")), "{names:?}");
    let without = |bytes: &[u8]| {
        let mut value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        value.as_object_mut().unwrap().remove("cost");
        value.as_object_mut().unwrap().remove("provenance");
        value
    };
    assert_eq!(without(&whole), without(&fs::read(&record).unwrap()));
}

#[test]
fn a_stale_record_is_refused_and_retrained_on_request() {
    let mut scratch = Scratch::new();
    assert_eq!(scratch.run().code, 0);
    scratch.edit("max_steps = 2", "max_steps = 3");
    let said = scratch.run();
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("single/t/s1") && said.stderr.contains("--retrain-stale"), "{said:?}");
    let study = scratch.path("study.toml");
    let out = scratch.out();
    let said =
        run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu", "--retrain-stale"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(fs::read_dir(out.join("stale")).unwrap().count() > 0, "the old record is kept aside");
}
