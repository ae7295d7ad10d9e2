//! The suite's tokenizer in HuggingFace's format: one token a word, ALBERT's special tokens and template.

use serde_json::{Map, Value, json};

use super::lexicon::words;

/// ALBERT's special tokens in order of their ids.
const SPECIAL: [&str; 5] = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"];

/// A tokenizer.json made from the lexicons: lower-cased words, `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`.
pub fn tokenizer_json() -> String {
    let vocabulary: Map<String, Value> =
        SPECIAL.iter().copied().chain(words()).zip(0_u32..).map(|(word, id)| (word.to_owned(), id.into())).collect();
    let added: Vec<Value> = SPECIAL
        .iter()
        .zip(0_u32..)
        .map(|(token, id)| {
            json!({
                "id": id, "content": token, "single_word": false, "lstrip": *token == "[MASK]", "rstrip": false,
                "normalized": false, "special": true,
            })
        })
        .collect();
    let special = |token: &str| json!({ "SpecialToken": { "id": token, "type_id": 0 } });
    let special_second = |token: &str| json!({ "SpecialToken": { "id": token, "type_id": 1 } });
    let sequence = |name: &str, type_id: u32| json!({ "Sequence": { "id": name, "type_id": type_id } });
    let single = [special("[CLS]"), sequence("A", 0), special("[SEP]")];
    let pair = [single.to_vec(), vec![sequence("B", 1), special_second("[SEP]")]].concat();
    let json = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": { "type": "Lowercase" },
        "pre_tokenizer": { "type": "WhitespaceSplit" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": pair,
            "special_tokens": {
                "[CLS]": { "id": "[CLS]", "ids": [2], "tokens": ["[CLS]"] },
                "[SEP]": { "id": "[SEP]", "ids": [3], "tokens": ["[SEP]"] },
            },
        },
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>" },
    });
    format!("{json:#}\n")
}
