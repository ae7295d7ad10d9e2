//! The special tokens that the files of a folder without a tokenizer.json name.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::settings::Settings;
use crate::pretrained::error::PretrainedError;
use crate::pretrained::files;

/// The tokens by what they are for (`cls_token`), and all that are matched before a text is cut, by id.
pub struct SpecialTokens {
    named: BTreeMap<&'static str, Value>,
    added: BTreeMap<u64, Value>,
}

impl SpecialTokens {
    /// Those of a folder: tokenizer_config.json's, where that has no `added_tokens_decoder` special_tokens_map.json's and
    /// added_tokens.json's too, else `defaults`.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn read(
        folder: &Path,
        settings: &Settings,
        defaults: &[(&'static str, &str)],
    ) -> Result<Self, PretrainedError> {
        let mut map = Value::Null;
        let mut added = BTreeMap::new();
        match settings.get("added_tokens_decoder").and_then(Value::as_object) {
            Some(tokens) => {
                let numbered = tokens.iter().filter_map(|(id, token)| Some((id.parse::<u64>().ok()?, token.clone())));
                added.extend(numbered);
            }
            None => {
                map = files::json(&folder.join("special_tokens_map.json"))?.unwrap_or_default();
                let tokens = files::json(&folder.join("added_tokens.json"))?.unwrap_or_default();
                let tokens = tokens.as_object().into_iter().flatten();
                let ordinary = |(text, id): (&String, &Value)| Some((id.as_u64()?, token(text, true, false)));
                added.extend(tokens.filter_map(ordinary));
            }
        }
        let named = defaults.iter().map(|(name, default)| {
            let said = map.get(name).filter(|v| content(v).is_some()).or_else(|| settings.get(name));
            let said = said.filter(|v| content(v).is_some());
            (*name, said.cloned().unwrap_or_else(|| Value::from(*default)))
        });
        Ok(Self { named: named.collect(), added })
    }

    /// The text of one, empty where nobody asked for it.
    pub fn text(&self, name: &str) -> &str {
        self.named.get(name).and_then(content).unwrap_or_default()
    }

    /// `added_tokens` of a tokenizer.json with this vocabulary: those that it holds, or that have an id of their own.
    pub fn added_tokens(&self, vocabulary: &BTreeMap<String, u32>) -> Vec<Value> {
        let mut added = self.added.clone();
        for value in self.named.values() {
            let Some(text) = content(value) else { continue };
            let Some(id) = vocabulary.get(text).copied() else { continue };
            if added.values().any(|token| content(token) == Some(text)) {
                continue;
            }
            let mut special = token(text, false, true);
            // An object says more than the text.
            for key in ["lstrip", "rstrip", "single_word", "normalized"] {
                if let Some(said) = value.get(key).and_then(Value::as_bool) {
                    special[key] = said.into();
                }
            }
            added.insert(id.into(), special);
        }
        let numbered = |(id, token): (u64, Value)| {
            let mut fields = Map::new();
            fields.insert("id".into(), id.into());
            fields.insert("content".into(), content(&token)?.into());
            for (key, default) in DEFAULTS {
                let said = token.get(key).and_then(Value::as_bool).unwrap_or(default);
                fields.insert(key.into(), said.into());
            }
            Some(Value::Object(fields))
        };
        added.into_iter().filter_map(numbered).collect()
    }
}

/// What transformers' AddedToken takes for granted.
const DEFAULTS: [(&str, bool); 5] =
    [("single_word", false), ("lstrip", false), ("rstrip", false), ("normalized", true), ("special", false)];

/// The text of a token, which is written as such or as an object.
pub fn content(token: &Value) -> Option<&str> {
    token.as_str().or_else(|| token.get("content")?.as_str())
}

fn token(text: &str, normalized: bool, special: bool) -> Value {
    json!({ "content": text, "single_word": false, "lstrip": false, "rstrip": false, "normalized": normalized,
            "special": special })
}
