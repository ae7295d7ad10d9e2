//! A trained run → a folder that transformers loads.

use std::path::Path;

use serde_json::{Map, Value};

use crate::encoder::Config;

/// Writes config.json, tokenizer.json and model.safetensors into `folder`.
///
/// # Errors
/// A file cannot be written; the message names it.
pub fn export(folder: &Path, config: &str, tokenizer: &[u8], weights: &[u8]) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for (name, bytes) in
        [("config.json", config.as_bytes()), ("tokenizer.json", tokenizer), ("model.safetensors", weights)]
    {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// `config.json` of a classifier with these class names: `architectures`, `model_type`, number format, `id2label` and
/// `label2id` set, the rest kept.
///
/// # Errors
/// `config` is no JSON object, or one of no known architecture.
pub fn config_with_labels(config: &str, labels: &[String]) -> Result<String, String> {
    let mut config: Map<String, Value> = serde_json::from_str(config).map_err(|e| format!("config.json: {e}"))?;
    let known = Config::read(Value::Object(config.clone())).map_err(|e| format!("config.json: {e}"))?;
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
    serde_json::to_string_pretty(&config).map(|text| text + "\n").map_err(|e| e.to_string())
}
