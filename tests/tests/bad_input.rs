//! Bad input: one clear message that names the file, the line and the remedy, exit code 2, and no partial output.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use transfermap_tests::{Said, binary, run, said};
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

/// One refusal of each layer; what else each refuses is told by its own tests (core/tests/study_file.rs, the trainer's
/// data/tests.rs and pretrained/tests.rs).
#[test]
fn rejects_bad_input_of_every_layer_in_one_line_and_writes_nothing() {
    let mut study = Scratch::new();
    study.edit("batch_size = 8", "batchsize = 8");
    study.refused(&["study.toml", "line 15", "batchsize", "did you mean `batch_size`"]);

    let file = Scratch::new();
    fs::remove_file(file.path("train.csv")).unwrap();
    file.refused(&["train.csv", "no such file"]);

    let row = Scratch::new();
    row.write("train.csv", "text,label\na,no\nb,yes\nc,maybe\nd,no\ne,yes\n");
    row.refused(&["train.csv", "line 4", "maybe", "no", "yes"]);

    let mut encoder = Scratch::new();
    encoder.edit("max_length = 16", "max_length = 64");
    encoder.refused(&["max_length = 64", "32 positions"]);

    let tokenizer = Scratch::new();
    tokenizer.write("tokenizer.json", "{}");
    tokenizer.refused(&["tokenizer.json", "not a tokenizer.json"]);
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
        ["cost", "provenance", "seal"].iter().for_each(|name| drop(value.as_object_mut().unwrap().remove(*name)));
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
