//! What transformers needs beside tokenizer.json to read texts as a model was trained to.
//!
//! Without it AutoTokenizer takes the class of the model's architecture, which builds a tokenizer of its own: BERT's puts
//! every text into lower case. `PreTrainedTokenizerFast` takes tokenizer.json as it is, in versions 4 and 5.

use serde_json::{Map, Value, json};

use super::adjust::{lower_cases, puts_a_space_first, strips_accents};
use super::settings::{Class, NAME};
use super::special::content;
use crate::encoder::architecture::Sizes;

/// The files of a tokenizer in an exported folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedTokenizer {
    /// tokenizer.json, as it was where it neither cuts nor pads: this is the caller's to say, as it was in training.
    pub tokenizer: Vec<u8>,
    /// The others, by name.
    pub others: [(&'static str, Vec<u8>); 2],
}

impl ExportedTokenizer {
    /// The files for a model of these `sizes` that was trained with texts of at most `max_length` tokens.
    ///
    /// # Errors
    /// `tokenizer_json` is no JSON.
    pub fn new(sizes: Sizes, tokenizer_json: &[u8], max_length: usize) -> Result<Self, serde_json::Error> {
        let mut tokenizer: Value = serde_json::from_slice(tokenizer_json)?;
        let special = special_tokens(&tokenizer, sizes.pad_token_id);
        let mut settings = Map::new();
        settings.insert("tokenizer_class".into(), "PreTrainedTokenizerFast".into());
        settings.insert("model_max_length".into(), max_length.min(sizes.max_length).into());
        let mut inputs = vec!["input_ids", "attention_mask"];
        if sizes.segments.is_some_and(|known| known > 1) {
            inputs.insert(1, "token_type_ids");
        }
        settings.insert("model_input_names".into(), inputs.into());
        settings.insert("padding_side".into(), "right".into());
        settings.insert("truncation_side".into(), "right".into());
        settings.insert("clean_up_tokenization_spaces".into(), false.into());
        // They repeat tokenizer.json, for whoever reads this file alone.
        settings.insert("do_lower_case".into(), lower_cases(&tokenizer).into());
        settings.insert("strip_accents".into(), strips_accents(&tokenizer).into());
        if let Some(space) = puts_a_space_first(&tokenizer, Class::Verbatim) {
            settings.insert("add_prefix_space".into(), space.into());
        }
        settings.extend(special.clone());
        let mut bytes = tokenizer_json.to_vec();
        if ["truncation", "padding"].iter().any(|key| tokenizer.get(key).is_some_and(|v| !v.is_null()))
            && let Some(fields) = tokenizer.as_object_mut()
        {
            fields.insert("truncation".into(), Value::Null);
            fields.insert("padding".into(), Value::Null);
            bytes = serde_json::to_vec(&tokenizer)?;
        }
        let others = [(NAME, pretty(settings)?), ("special_tokens_map.json", pretty(special)?)];
        Ok(Self { tokenizer: bytes, others })
    }
}

fn pretty(fields: Map<String, Value>) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(&Value::Object(fields))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The special tokens by what they are for. To name one makes it a token of its own wherever it stands in a text, so only
/// those are named that are so already; padding aside, which batches need.
fn special_tokens(tokenizer: &Value, pad_token_id: usize) -> Map<String, Value> {
    let added: Vec<&str> = added(tokenizer).filter_map(content).collect();
    let (cls, sep) = first_and_last(tokenizer.get("post_processor").unwrap_or(&Value::Null));
    let mask = ["[MASK]", "<mask>"].into_iter().find(|text| added.contains(text)).map(str::to_owned);
    let named = [("cls_token", cls), ("sep_token", sep), ("unk_token", unknown(tokenizer)), ("mask_token", mask)];
    let mut map: Map<String, Value> = named
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), text.filter(|t| added.contains(&t.as_str()))?.into())))
        .collect();
    map.extend(piece(tokenizer, pad_token_id).map(|text| ("pad_token".to_owned(), text.into())));
    map
}

fn added(tokenizer: &Value) -> impl Iterator<Item = &Value> {
    tokenizer.get("added_tokens").and_then(Value::as_array).into_iter().flatten()
}

/// The special tokens that a post-processor puts first and last.
fn first_and_last(post_processor: &Value) -> (Option<String>, Option<String>) {
    let kind = post_processor.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match kind {
        "TemplateProcessing" => {
            let ids: Vec<&Value> = post_processor
                .get("single")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|piece| piece.pointer("/SpecialToken/id"))
                .collect();
            (text(ids.first().copied()), text(ids.last().copied()))
        }
        "BertProcessing" | "RobertaProcessing" => {
            (text(post_processor.pointer("/cls/0")), text(post_processor.pointer("/sep/0")))
        }
        "Sequence" => {
            let list = post_processor.get("processors").and_then(Value::as_array).into_iter().flatten();
            list.map(first_and_last).find(|(cls, _)| cls.is_some()).unwrap_or_default()
        }
        _ => (None, None),
    }
}

/// The token for what is in no piece.
fn unknown(tokenizer: &Value) -> Option<String> {
    let model = tokenizer.get("model")?;
    if let Some(text) = model.get("unk_token").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    piece(tokenizer, usize::try_from(model.get("unk_id")?.as_u64()?).ok()?)
}

/// The text of an id.
fn piece(tokenizer: &Value, id: usize) -> Option<String> {
    let id = json!(id);
    let of_id = |token: &&Value| token.get("id") == Some(&id);
    if let Some(text) = added(tokenizer).find(of_id).and_then(content) {
        return Some(text.to_owned());
    }
    match tokenizer.pointer("/model/vocab")? {
        Value::Object(pieces) => pieces.iter().find(|(_, of)| **of == id).map(|(text, _)| text.clone()),
        // Of a unigram model: text and score, in the order of ids.
        Value::Array(pieces) => pieces.get(usize::try_from(id.as_u64()?).ok()?)?.get(0)?.as_str().map(str::to_owned),
        _ => None,
    }
}
