//! The parts of a tokenizer.json: normalizers and pre-tokenizers, alone or in a sequence.

use serde_json::Value;

/// What a sequence of either keeps its parts in.
const LISTS: [&str; 2] = ["normalizers", "pretokenizers"];

/// A part's key, where it says true or false.
pub fn flag(part: &Value, key: &str, default: bool) -> bool {
    part.get(key).and_then(Value::as_bool).unwrap_or(default)
}

/// Whether the model is a unigram one, as sentencepiece trains it; files of old do not say so.
pub fn is_unigram(tokenizer: &Value) -> bool {
    let model = tokenizer.get("model");
    let named = model.and_then(|m| m.get("type")).and_then(Value::as_str);
    named.map_or_else(|| model.is_some_and(|m| m.get("unk_id").is_some()), |name| name == "Unigram")
}

/// BERT's normalizer.
pub fn bert_normalizer(tokenizer: &Value) -> Option<&Value> {
    find(tokenizer.get("normalizer")?, "BertNormalizer")
}

/// Whether a normalizer of this kind is there.
pub fn has_normalizer(tokenizer: &Value, kind: &str) -> bool {
    tokenizer.get("normalizer").is_some_and(|n| find(n, kind).is_some())
}

/// The first pre-tokenizer of this kind.
pub fn pre_tokenizer<'t>(tokenizer: &'t Value, kind: &str) -> Option<&'t Value> {
    find(tokenizer.get("pre_tokenizer")?, kind)
}

fn find<'p>(part: &'p Value, kind: &str) -> Option<&'p Value> {
    if normalizers::is(part, kind) {
        return Some(part);
    }
    let list = LISTS.iter().find_map(|list| part.get(list)).and_then(Value::as_array);
    list.into_iter().flatten().find_map(|part| find(part, kind))
}

/// Changing them.
pub mod normalizers {
    use serde_json::{Value, json};

    /// Whether a part is of this kind.
    pub fn is(part: &Value, kind: &str) -> bool {
        part.get("type").and_then(Value::as_str) == Some(kind)
    }

    /// Changes all parts of a kind, below `part` too; says whether there was one.
    pub fn any(part: &mut Value, kind: &str, change: &mut dyn FnMut(&mut Value)) -> bool {
        if is(part, kind) {
            change(part);
            return true;
        }
        let mut found = false;
        for list in super::LISTS {
            for part in part.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                found |= any(part, kind, change);
            }
        }
        found
    }

    /// The steps of the normalizer, which is made a sequence where it is none; `None` for what is no tokenizer.json.
    pub fn steps(tokenizer: &mut Value) -> Option<&mut Vec<Value>> {
        let normalizer = tokenizer.as_object_mut()?.entry("normalizer").or_insert(Value::Null);
        if normalizer.get("normalizers").is_none_or(|steps| !steps.is_array()) {
            let alone = normalizer.take();
            let steps = if alone.is_null() { Vec::new() } else { vec![alone] };
            *normalizer = json!({ "type": "Sequence", "normalizers": steps });
        }
        normalizer.get_mut("normalizers")?.as_array_mut()
    }

    /// Where the first step of these kinds stands, else the end.
    pub fn before(steps: &[Value], kinds: &[&str]) -> usize {
        steps.iter().position(|n| kinds.iter().any(|kind| is(n, kind))).unwrap_or(steps.len())
    }
}
