//! Folders beside transformers' AutoTokenizer (tests/fixtures/make_tokenizers.py), and what an exported one says.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;

use super::*;
use crate::encoder::architecture::Sizes;

/// What the Python script wrote.
#[derive(Deserialize)]
struct Reference {
    texts: Vec<String>,
    tokenizers: Vec<Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    config: Value,
    files: Map<String, Value>,
    /// Ids by text as AutoTokenizer gives them for the folder.
    ids: Vec<Vec<u32>>,
    /// Ids by text as tokenizer.json alone gives them.
    stated: Option<Vec<Vec<u32>>>,
    /// Whether we do as AutoTokenizer.
    follows: bool,
}

fn reference() -> Reference {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/tokenizers.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The folder of a case, and its tokenizer.json where it has one.
fn folder(reference: &Reference, case: &Case) -> (tempfile::TempDir, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let mut tokenizer = None;
    for (name, text) in &case.files {
        let text = text.as_str().unwrap();
        let shared = text.strip_prefix('@').and_then(|at| reference.tokenizers.get(at.parse::<usize>().ok()?));
        let bytes = shared.map_or_else(|| text.as_bytes().to_vec(), |json| json.to_string().into_bytes());
        fs::write(folder.path().join(name), &bytes).unwrap();
        tokenizer = if name == "tokenizer.json" { Some(bytes) } else { tokenizer };
    }
    (folder, tokenizer)
}

fn ids(json: &[u8], texts: &[String]) -> Vec<Vec<u32>> {
    let tokenizer = Tokenizer::from_bytes(json).unwrap();
    texts.iter().map(|text| tokenizer.encode(text.as_str(), true).unwrap().get_ids().to_vec()).collect()
}

#[test]
fn folders_are_read_as_autotokenizer_reads_them_or_a_note_says_what_is_used() {
    let reference = reference();
    assert!(reference.cases.len() >= 28 && reference.texts.len() >= 8);
    for case in &reference.cases {
        let name = &case.name;
        let (folder, stated_json) = folder(&reference, case);
        let found = read(folder.path(), &case.config).unwrap();
        let told: Vec<String> = found.notes.iter().map(Note::to_string).collect();
        let expected = if case.follows { &case.ids } else { case.stated.as_ref().unwrap() };
        assert_eq!(&ids(&found.json, &reference.texts), expected, "{name}: {told:?}");
        match (&case.stated, &stated_json) {
            // Nothing was changed: not a byte, and so no fingerprint.
            (Some(stated), Some(json)) if stated == expected => {
                assert_eq!(&found.json, json, "{name}");
                assert_eq!(found.notes.is_empty(), stated == &case.ids && name != "bert, read as it is", "{told:?}");
            }
            (Some(_), Some(_)) => {
                assert!(matches!(found.notes[0].kind, NoteKind::Adjusted { .. }), "{name}: {told:?}");
                assert!(told[0].starts_with("tokenizer.json: ") && told[0].contains("is used"), "{name}: {told:?}");
            }
            _ => assert_eq!(found.notes.len(), usize::from(name == "vocab.txt"), "{name}: {told:?}"),
        }
    }
}

#[test]
fn notes_say_what_is_used_and_what_to_write() {
    let reference = reference();
    let told = |name: &str| {
        let case = reference.cases.iter().find(|c| c.name == name).unwrap();
        let (folder, _) = folder(&reference, case);
        let notes = read(folder.path(), &case.config).unwrap().notes;
        assert_eq!(notes.len(), 1, "{name}: {notes:?}");
        notes[0].to_string()
    };
    assert_eq!(
        told("bert, cased by its settings"),
        "tokenizer.json: puts texts into lower case; tokenizer_config.json says do_lower_case = false and is used, as \
         transformers does"
    );
    assert_eq!(
        told("bert, cased and nothing said"),
        "tokenizer.json: keeps the case of texts, and is used; tokenizer_config.json does not say do_lower_case, and \
         AutoTokenizer of transformers would take true: write \"do_lower_case\": false there"
    );
    assert_eq!(
        told("bert, read as it is"),
        "tokenizer.json: keeps the case of texts, and is used; tokenizer_config.json says do_lower_case = true"
    );
    assert!(told("roberta, a space first by its settings").contains("add_prefix_space = true and is used"));
    assert!(told("bert, accents kept and null said").contains("strip_accents = null and is used"));
    assert!(told("vocab.txt").starts_with("vocab.txt: no tokenizer.json and no do_lower_case"));
}

#[test]
fn rejects_folders_that_make_no_tokenizer_with_what_makes_one() {
    let complaint = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        let error = read(folder.path(), &json!({ "model_type": "bert" })).err().unwrap().to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        error.replace(&folder.path().display().to_string(), "F")
    };
    let makes =
        "python -c \"from transformers import AutoTokenizer as A; A.from_pretrained('F').save_pretrained('F')\"";
    let spiece = complaint(&[("spiece.model", "\n\n")]);
    assert!(spiece.starts_with("F/tokenizer.json: missing; spiece.model is there"), "{spiece}");
    assert!(spiece.ends_with(makes) && spiece.contains("pip install"), "{spiece}");
    let bpe = complaint(&[("vocab.json", "{}"), ("merges.txt", "#version: 0.2\n")]);
    assert!(bpe.starts_with("F/vocab.json: makes no tokenizer: holds no `<s>`") && bpe.ends_with(makes), "{bpe}");
    assert!(complaint(&[("vocab.json", "[1]"), ("merges.txt", "")]).starts_with("F/vocab.json: makes no tokenizer"));
    let half = complaint(&[("merges.txt", "a b\n")]);
    assert!(half.starts_with("F/tokenizer.json: missing; merges.txt is there") && half.ends_with(makes), "{half}");
    let words = complaint(&[("vocab.txt", "a\nb\n")]);
    assert!(words.starts_with("F/vocab.txt: makes no tokenizer: holds no `[UNK]`"), "{words}");
    let nothing = complaint(&[]);
    assert!(nothing.contains("F/tokenizer.json: missing") && nothing.contains("give `tokenizer ="), "{nothing}");
    let settings = complaint(&[("tokenizer_config.json", "{\"do_lower_case\": \"no\"}"), ("tokenizer.json", "{}")]);
    assert_eq!(settings, "F/tokenizer_config.json: do_lower_case is \"no\"; give true or false");
    let list = complaint(&[("tokenizer_config.json", "[]"), ("tokenizer.json", "{}")]);
    assert!(list.starts_with("F/tokenizer_config.json: not a JSON object"), "{list}");
    assert!(
        complaint(&[("tokenizer_config.json", "{"), ("vocab.txt", "")]).contains("tokenizer_config.json: not JSON")
    );
}

/// Nothing that a file may hold makes it panic.
#[test]
fn odd_tokenizers_are_left_as_they_are() {
    for tokenizer in ["{}", "[]", "1", "{\"normalizer\":{\"type\":\"Sequence\"},\"model\":{\"type\":\"Unigram\"}}"] {
        for class in ["BertTokenizer", "AlbertTokenizer", "RobertaTokenizer", "XLMRobertaTokenizer", "Other", ""] {
            let folder = tempfile::tempdir().unwrap();
            let settings = json!({ "tokenizer_class": class, "do_lower_case": true, "strip_accents": null,
                "keep_accents": false, "add_prefix_space": true, "tokenize_chinese_chars": false });
            fs::write(folder.path().join("tokenizer_config.json"), settings.to_string()).unwrap();
            fs::write(folder.path().join("tokenizer.json"), tokenizer).unwrap();
            assert!(read(folder.path(), &json!({ "model_type": 3 })).is_ok(), "{tokenizer} {class}");
        }
    }
}

/// The sizes of a model.
fn sizes(segments: Option<usize>, pad_token_id: usize) -> Sizes {
    Sizes {
        vocab_size: 300,
        hidden_size: 8,
        layers: 1,
        max_length: 64,
        segments,
        pad_token_id,
        initializer_range: 0.02,
    }
}

/// The exported tokenizer of a case: its tokenizer.json, its settings, its special tokens.
fn exported(name: &str, sizes: Sizes, max_length: usize) -> (Value, Value, Value) {
    let reference = reference();
    let case = reference.cases.iter().find(|c| c.name == name).unwrap();
    let (folder, _) = folder(&reference, case);
    let json = read(folder.path(), &case.config).unwrap().json;
    let files = ExportedTokenizer::new(sizes, &json, max_length).unwrap();
    assert_eq!(files.tokenizer, json, "{name}: nothing to change");
    let [(settings_name, settings), (map_name, map)] = &files.others;
    assert_eq!((*settings_name, *map_name), ("tokenizer_config.json", "special_tokens_map.json"));
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    (value(&files.tokenizer), value(settings), value(map))
}

#[test]
fn an_exported_tokenizer_says_what_transformers_would_otherwise_guess() {
    let (_, settings, map) = exported("bert, cased by its settings", sizes(Some(2), 0), 48);
    assert_eq!(settings["tokenizer_class"], "PreTrainedTokenizerFast");
    assert_eq!(settings["model_max_length"], 48);
    assert_eq!(settings["model_input_names"], json!(["input_ids", "token_type_ids", "attention_mask"]));
    assert_eq!((&settings["do_lower_case"], &settings["strip_accents"]), (&json!(false), &json!(false)));
    assert_eq!(settings.get("add_prefix_space"), None);
    let special = json!({ "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]", "pad_token": "[PAD]",
        "mask_token": "[MASK]" });
    assert_eq!(map, special);
    for (name, text) in special.as_object().unwrap() {
        assert_eq!(&settings[name], text, "{name}");
    }

    let (_, settings, map) = exported("roberta, a space first by its settings", sizes(None, 1), 512);
    assert_eq!((&settings["add_prefix_space"], &settings["model_max_length"]), (&json!(true), &json!(64)));
    assert_eq!(settings["model_input_names"], json!(["input_ids", "attention_mask"]));
    // RoBERTa's model has no unknown token: every byte is a piece.
    let special = json!({ "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>" });
    assert_eq!(map, special);

    let (_, settings, map) = exported("albert, accents kept by its settings", sizes(Some(2), 0), 64);
    assert_eq!((&settings["do_lower_case"], &settings["strip_accents"]), (&json!(true), &json!(false)));
    assert_eq!((&settings["add_prefix_space"], &map["unk_token"]), (&json!(true), &json!("<unk>")));
    let (_, settings, _) = exported("xlm-roberta, no space first by its settings", sizes(None, 1), 64);
    assert_eq!((&settings["add_prefix_space"], &settings["do_lower_case"]), (&json!(false), &json!(false)));
}

/// Read again, the settings of an export agree with its tokenizer.json.
#[test]
fn an_exported_tokenizer_is_read_again_without_a_word() {
    let reference = reference();
    for case in &reference.cases {
        let (folder, _) = folder(&reference, case);
        let json = read(folder.path(), &case.config).unwrap().json;
        let files = ExportedTokenizer::new(sizes(Some(2), 0), &json, 64).unwrap();
        let again = tempfile::tempdir().unwrap();
        fs::write(again.path().join("tokenizer.json"), &files.tokenizer).unwrap();
        files.others.iter().for_each(|(name, bytes)| fs::write(again.path().join(name), bytes).unwrap());
        let found = read(again.path(), &case.config).unwrap();
        assert_eq!((found.json, found.notes), (json, Vec::new()), "{}", case.name);
    }
}

/// Only what is a token of its own already may be named: naming makes it one.
#[test]
fn an_exported_tokenizer_names_no_other_tokens_and_neither_cuts_nor_pads() {
    let plain = json!({ "version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
        "truncation": { "max_length": 128 }, "padding": null, "decoder": null,
        "post_processor": { "type": "Sequence", "processors": [
            { "type": "ByteLevel" }, { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] }] },
        "model": { "type": "WordLevel", "unk_token": "<unk>",
            "vocab": { "<pad>": 0, "<unk>": 1, "[CLS]": 2, "[SEP]": 3, "a": 4 } } });
    let files = ExportedTokenizer::new(sizes(None, 0), plain.to_string().as_bytes(), 20).unwrap();
    let map: Value = serde_json::from_slice(&files.others[1].1).unwrap();
    assert_eq!(map, json!({ "pad_token": "<pad>" }), "batches need it");
    let tokenizer: Value = serde_json::from_slice(&files.tokenizer).unwrap();
    assert!(tokenizer["truncation"].is_null() && tokenizer["model"] == plain["model"], "{tokenizer}");
}
