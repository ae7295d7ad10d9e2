//! What tokenizer_config.json says, and by which of transformers' classes the tokenizer is read.

use std::path::Path;

use serde_json::{Map, Value};

use crate::pretrained::error::{FileFault, PretrainedError};
use crate::pretrained::files;

/// The file.
pub const NAME: &str = "tokenizer_config.json";

/// What a class of transformers makes of tokenizer_config.json when it reads a tokenizer.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// WordPiece: case, accents and Chinese characters.
    Bert,
    /// Byte-level BPE: the space before the first word.
    Roberta,
    /// Unigram: case, accents and the space before the first word.
    Albert,
    /// Unigram: the space before the first word.
    Metaspace,
    /// Unigram: case.
    Deberta,
    /// tokenizer.json alone counts.
    Verbatim,
}

/// Whether a key is there, and says true or false.
pub type Flag = Option<bool>;

/// What tokenizer_config.json says.
#[derive(Debug, Clone)]
pub struct Settings {
    pub class: Class,
    fields: Map<String, Value>,
}

impl Settings {
    /// Those of a folder whose config.json is `config`; nothing is said where there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or a setting is of another type.
    pub fn read(folder: &Path, config: &Value) -> Result<Self, PretrainedError> {
        let path = folder.join(NAME);
        let fields = match files::json(&path)? {
            None => Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(files::fault(&path, FileFault::NotAnObject)),
        };
        let settings = Self { class: class(&fields, config), fields };
        for name in ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "keep_accents", "add_prefix_space"] {
            let value = settings.fields.get(name).filter(|v| !v.is_null() && !v.is_boolean());
            if let Some(value) = value {
                let fault = FileFault::NotABoolean { field: name, value: value.to_string() };
                return Err(files::fault(&path, fault));
            }
        }
        Ok(settings)
    }

    /// What `name` says, where it says true or false.
    pub fn flag(&self, name: &str) -> Flag {
        self.fields.get(name).and_then(Value::as_bool)
    }

    /// Whether `name` is null in so many words.
    pub fn is_null(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(Value::is_null)
    }

    /// Any key.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|v| !v.is_null())
    }
}

/// The class that AutoTokenizer picks: that of tokenizer_config.json, else that of config.json, else its model's own.
fn class(fields: &Map<String, Value>, config: &Value) -> Class {
    let named = fields.get("tokenizer_class").and_then(Value::as_str);
    let named = named.or_else(|| config.get("tokenizer_class").and_then(Value::as_str));
    let name = named.unwrap_or_else(|| match crate::encoder::config_file::architecture(config).as_str() {
        "albert" => "AlbertTokenizer",
        "bert" | "distilbert" | "electra" => "BertTokenizer",
        "roberta" => "RobertaTokenizer",
        "deberta-v2" | "debertav2" => "DebertaV2Tokenizer",
        "camembert" => "CamembertTokenizer",
        "xlm-roberta" | "xlmroberta" => "XLMRobertaTokenizer",
        _ => "",
    });
    match name.strip_suffix("Fast").unwrap_or(name) {
        "BertTokenizer" | "DistilBertTokenizer" | "ElectraTokenizer" | "MobileBertTokenizer" | "ConvBertTokenizer" => {
            Class::Bert
        }
        "RobertaTokenizer" | "GPT2Tokenizer" | "LongformerTokenizer" | "BartTokenizer" => Class::Roberta,
        "AlbertTokenizer" => Class::Albert,
        "CamembertTokenizer" | "XLMRobertaTokenizer" => Class::Metaspace,
        "DebertaV2Tokenizer" => Class::Deberta,
        _ => Class::Verbatim,
    }
}
