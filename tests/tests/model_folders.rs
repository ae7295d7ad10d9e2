//! Model folders as users bring them, through the whole house: `check` and `run` say the same, and an export holds what
//! transformers needs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use transfermap_tests::{Said, generated_study, run};
use transfermap_trainer::data::generated::tokenizer_json;
use transfermap_trainer::pretrained::{Tensors, read_tensors, write_tensors};

const BERT: &str = r#"{ model_type = "bert", vocab_size = 600, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 32 }"#;

const RECIPE: &str = "max_steps = 1\nbatch_size = 16";

/// A tokenizer of the suite's words with BERT's normalizer.
fn tokenizer(lowercase: bool) -> Value {
    let mut tokenizer: Value = serde_json::from_str(&tokenizer_json()).unwrap();
    tokenizer["normalizer"] = json!({ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
        "strip_accents": null, "lowercase": lowercase });
    tokenizer
}

/// A scratch folder with a model folder `enc`, the export of a run on random weights.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(place.path("tokenizer.json"), tokenizer(false).to_string()).unwrap();
        let random = format!("tokenizer = \"tokenizer.json\"\nconfig = {BERT}");
        place.study("random.toml", "polarity", &random);
        let said = place.run("random.toml", "random");
        assert_eq!(said.code, 0, "{}", said.stderr);
        place.export("random", "enc");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A study of one task; `encoder` stands in place of the embedded one.
    fn study(&self, name: &str, task: &str, encoder: &str) {
        let text =
            generated_study(&[task], "[1]", 96, RECIPE, "protocols = [\"single\"]\n[measures]\nselect = \"none\"\n");
        let text = text.replace("embedded = \"demo-albert\"", encoder);
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, study: &str, out: &str) -> Said {
        let (study, out) = (self.path(study), self.path(out));
        run(&[
            "run",
            study.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--device",
            "cpu",
            "--keep-models",
            "all",
        ])
    }

    fn check(&self, study: &str) -> Said {
        run(&["check", self.path(study).to_str().unwrap()])
    }

    fn export(&self, out: &str, to: &str) {
        let trained = self.path(out).join("runs/single/polarity/s1");
        let said = run(&["export", "--model", trained.to_str().unwrap(), "--out", self.path(to).to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        for file in
            ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]
        {
            assert!(said.stdout.contains(file) && self.path(to).join(file).is_file(), "{file}: {}", said.stdout);
        }
    }

    /// A copy of `enc` and a study on it.
    fn copy(&self, name: &str, task: &str) -> PathBuf {
        let copy = self.path(name);
        fs::create_dir(&copy).unwrap();
        for entry in fs::read_dir(self.path("enc")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        self.study(&format!("{name}.toml"), task, &format!("path = \"{name}\""));
        copy
    }

    /// `check` and `run` say `warning` of the study on `name`, and do their work.
    fn works(&self, name: &str, warning: &str) {
        let study = format!("{name}.toml");
        let checked = self.check(&study);
        assert_eq!(checked.code, 0, "{name}: {}", checked.stderr);
        assert!(checked.stdout.contains(warning), "{name}: {}", checked.stdout);
        let out = format!("{name}-out");
        let said = self.run(&study, &out);
        assert_eq!(said.code, 0, "{name}: {}", said.stderr);
        let record = fs::read(self.path(&out).join("runs/single/polarity/s1/record.json")).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["status"], "ok", "{name}: {}", record["reason"]);
        let report = fs::read_to_string(self.path(&out).join("report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        assert!(
            report["warnings"].to_string().contains(&warning.replace('"', "\\\"")),
            "{name}: {}",
            report["warnings"]
        );
    }

    /// `check` and `run` refuse the study on `name` with the same one line.
    fn refused(&self, name: &str, parts: &[&str]) {
        let study = format!("{name}.toml");
        let (checked, said) = (self.check(&study), self.run(&study, &format!("{name}-out")));
        assert_eq!((checked.code, said.code), (2, 2), "{name}: {} {}", checked.stderr, said.stderr);
        let told = said.stderr.trim();
        assert_eq!(told.lines().count(), 1, "{name}: {told}");
        assert_eq!(checked.stderr.trim(), told, "{name}");
        assert!(checked.stdout.contains("Runs"), "{name}: all else is shown: {}", checked.stdout);
        for part in parts {
            assert!(told.contains(part), "{name}: `{part}` is missing in: {told}");
        }
    }
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = json_of(path);
    change(&mut value);
    fs::write(path, value.to_string()).unwrap();
}

fn tensors(folder: &Path) -> Tensors {
    read_tensors(&fs::read(folder.join("model.safetensors")).unwrap()).unwrap()
}

#[test]
fn folders_of_the_field_train_with_a_warning_or_are_refused_by_check_as_by_run() {
    let place = Place::new();
    let settings = json_of(&place.path("enc/tokenizer_config.json"));
    assert_eq!(
        (&settings["tokenizer_class"], &settings["do_lower_case"]),
        (&json!("PreTrainedTokenizerFast"), &json!(false))
    );
    // What the study gave, not what the model could take: generated_study has max_length = 32.
    assert_eq!(settings["model_max_length"], 32);
    assert_eq!(json_of(&place.path("enc/special_tokens_map.json"))["pad_token"], "<pad>");

    // tokenizer.json keeps case, tokenizer_config.json does not.
    let lower = place.copy("lower", "polarity");
    fs::write(lower.join("tokenizer_config.json"), r#"{"tokenizer_class":"BertTokenizer","do_lower_case":true}"#)
        .unwrap();
    place.works("lower", "keeps the case of texts; tokenizer_config.json says do_lower_case = true and is used");
    // The export of that run reads as it was trained.
    place.export("lower-out", "lower-exported");
    let exported = json_of(&place.path("lower-exported/tokenizer.json"));
    assert_eq!(exported["normalizer"]["lowercase"], true);
    assert_eq!(json_of(&place.path("lower-exported/tokenizer_config.json"))["do_lower_case"], true);

    // What exports of earlier versions lack.
    let silent = place.copy("silent", "polarity");
    fs::remove_file(silent.join("tokenizer_config.json")).unwrap();
    place.works("silent", "write \"do_lower_case\": false there");

    // A checkpoint of masked-language modelling.
    let mlm = place.copy("mlm", "polarity");
    let body: Tensors = tensors(&mlm).into_iter().filter(|(name, _)| !name.contains(".pooler.")).collect();
    fs::write(mlm.join("model.safetensors"), write_tensors(&body, None).unwrap()).unwrap();
    place.works("mlm", "model.safetensors: no pooler in it");

    // Split weights, and null for the padding id: as good as whole.
    let split = place.copy("split", "polarity");
    edit(&split.join("config.json"), |config| config["pad_token_id"] = Value::Null);
    let (first, second): (Tensors, Tensors) =
        tensors(&split).into_iter().partition(|(name, _)| name.contains("embeddings"));
    let mut map = serde_json::Map::new();
    for (file, part) in [("model-00001-of-00002.safetensors", first), ("model-00002-of-00002.safetensors", second)] {
        fs::write(split.join(file), write_tensors(&part, None).unwrap()).unwrap();
        map.extend(part.into_keys().map(|name| (name, file.into())));
    }
    fs::write(split.join("model.safetensors.index.json"), json!({ "weight_map": map }).to_string()).unwrap();
    fs::remove_file(split.join("model.safetensors")).unwrap();
    place.works("split", "");
    fs::remove_file(split.join("model-00002-of-00002.safetensors")).unwrap();
    place.refused(
        "split",
        &["split/model-00002-of-00002.safetensors: missing", "model.safetensors.index.json names it"],
    );

    // A field of the wrong type.
    let float = place.copy("float", "polarity");
    edit(&float.join("config.json"), |config| config["num_hidden_layers"] = json!(2.5));
    place.refused("float", &["float/config.json: num_hidden_layers is 2.5; give a whole number"]);

    // A vocabulary of sentencepiece alone.
    let spiece = place.copy("spiece", "polarity");
    fs::rename(spiece.join("tokenizer.json"), spiece.join("spiece.model")).unwrap();
    place.refused(
        "spiece",
        &["spiece/tokenizer.json: missing; spiece.model is there", "AutoTokenizer", "save_pretrained"],
    );

    // One segment takes single texts, and no pairs.
    let segments = place.copy("segments", "polarity");
    edit(&segments.join("config.json"), |config| config["type_vocab_size"] = json!(1));
    let mut one = tensors(&segments);
    let table = one.get_mut("bert.embeddings.token_type_embeddings.weight").unwrap();
    table.data.truncate(16);
    table.shape = vec![1, 16];
    fs::write(segments.join("model.safetensors"), write_tensors(&one, None).unwrap()).unwrap();
    place.works("segments", "");
    place.study("segments.toml", "entailment", "path = \"segments\"");
    fs::remove_dir_all(place.path("segments-out")).unwrap();
    place.refused("segments", &["encoder `demo-albert`", "2 texts of a pair", "type_vocab_size is 1"]);
}
