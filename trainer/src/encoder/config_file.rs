//! How transformers reads a config.json: null is as if left out, some models are another one under a name of their own,
//! and a field of the wrong type is refused by its name.

use serde_json::{Map, Value, json};

/// A model that is another one in all but name and a default.
#[derive(Debug)]
pub struct Alias {
    /// `model_type` in config.json.
    pub model_type: &'static str,
    /// transformers' class with the sequence classifier.
    pub class: &'static str,
    /// `model_type` of what it is.
    pub same_as: &'static str,
    /// transformers' default where it differs.
    vocab_size: usize,
}

/// The models that are read as another one.
pub const ALIASES: &[Alias] = &[
    Alias {
        model_type: "camembert",
        class: "CamembertForSequenceClassification",
        same_as: "roberta",
        vocab_size: 30_522,
    },
    Alias {
        model_type: "xlm-roberta",
        class: "XLMRobertaForSequenceClassification",
        same_as: "roberta",
        vocab_size: 30_522,
    },
];

/// Where null is a value and not transformers' default: ALBERT's means `hidden_dropout_prob`.
const NULL_IS_A_VALUE: &str = "classifier_dropout_prob";

/// The alias that a config.json goes by.
pub fn alias(config: &Value) -> Option<&'static Alias> {
    let name = architecture(config);
    ALIASES.iter().find(|a| a.model_type == name || a.model_type.replace('-', "") == name)
}

/// `model_type`, else the name of the first class in lower case without its task.
pub fn architecture(config: &Value) -> String {
    if let Some(name) = config.get("model_type").and_then(Value::as_str) {
        return name.to_owned();
    }
    let class = config.pointer("/architectures/0").and_then(Value::as_str).unwrap_or("");
    let name = class.split("For").next().unwrap_or("").trim_end_matches("Model").to_lowercase();
    if name.is_empty() { "(none)".into() } else { name }
}

/// The architecture that a config.json describes, and its fields with the defaults that an alias has of its own.
pub fn family(mut config: Value) -> (String, Value) {
    let alias = alias(&config);
    let architecture = alias.map_or_else(|| architecture(&config), |alias| alias.same_as.to_owned());
    if let Some(fields) = config.as_object_mut() {
        fields.retain(|name, value| !value.is_null() || name == NULL_IS_A_VALUE);
        if let Some(alias) = alias {
            fields.entry("vocab_size").or_insert(alias.vocab_size.into());
        }
    }
    (architecture, config)
}

/// The first field that cannot be read, with its value and what belongs there; every field can be read without the
/// others.
pub fn wrong_field(
    fields: &Map<String, Value>,
    read: impl Fn(Value) -> Result<(), serde_json::Error>,
) -> Option<(String, String, String)> {
    fields.iter().find_map(|(name, value)| {
        let fault = read(json!({ name: value })).err()?.to_string();
        let expected = fault.rsplit_once(", expected ").map_or(fault.as_str(), |(_, expected)| expected);
        let expected = match expected {
            "usize" => "a whole number that is not negative",
            "f64" => "a number",
            "a string" => "a text",
            "a boolean" => "true or false",
            other => other,
        };
        Some((name.clone(), value.to_string(), expected.to_owned()))
    })
}
