//! A trained run → a folder that transformers loads.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::atomic::{self, FileError};
use crate::encoder::Config;
use crate::encoder::registry::ConfigError;

/// Writes config.json, tokenizer.json and model.safetensors into `folder`; returns what was written.
///
/// # Errors
/// A file cannot be written.
pub fn export(folder: &Path, config: &str, tokenizer: &[u8], weights: &[u8]) -> Result<Vec<PathBuf>, FileError> {
    [("config.json", config.as_bytes()), ("tokenizer.json", tokenizer), ("model.safetensors", weights)]
        .into_iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            atomic::write(&path, bytes)?;
            Ok(path)
        })
        .collect()
}

/// `config.json` of a classifier with these class names: `architectures`, `model_type`, number format, `id2label` and
/// `label2id` set, the rest kept.
///
/// # Errors
/// `config` is no JSON object, or one of no known architecture.
pub fn config_with_labels(config: &str, labels: &[String]) -> Result<String, ConfigError> {
    let mut config: Map<String, Value> = serde_json::from_str(config)?;
    let known = Config::read(Value::Object(config.clone()))?;
    let ids = labels.iter().enumerate();
    config.insert("architectures".into(), vec![known.class()].into());
    config.insert("model_type".into(), known.model_type().into());
    // Weights are written in 32 bits, whatever the checkpoint held; transformers 4 says `torch_dtype`.
    for name in ["dtype", "torch_dtype"] {
        config.entry(name).and_modify(|format| *format = "float32".into());
    }
    config.insert(
        "id2label".into(),
        ids.clone().map(|(i, l)| (i.to_string(), Value::from(l.clone()))).collect::<Map<_, _>>().into(),
    );
    config.insert("label2id".into(), ids.map(|(i, l)| (l.clone(), Value::from(i))).collect::<Map<_, _>>().into());
    Ok(serde_json::to_string_pretty(&config)? + "\n")
}
