//! A trained run → a folder that transformers loads.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::error::HeadError;
use super::{ExportedTokenizer, head_prefix, read_tensors, to_safetensors};
use crate::atomic::{self, FileError};
use crate::backend::Host;
use crate::encoder::registry::ConfigError;
use crate::encoder::{AnyHead, Config, Head, named};

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

/// Writes what AutoTokenizer needs beside tokenizer.json into `folder`; returns what was written.
///
/// # Errors
/// A file cannot be written.
pub fn export_tokenizer(folder: &Path, tokenizer: &ExportedTokenizer) -> Result<Vec<PathBuf>, FileError> {
    let write = |(name, bytes): &(&str, Vec<u8>)| {
        let path = folder.join(name);
        atomic::write(&path, bytes)?;
        Ok(path)
    };
    tokenizer.others.iter().map(write).collect()
}

/// The model.safetensors of a run of `heads` tasks with the head of `task` alone, under transformers' names. `config` is
/// the encoder's config.json.
///
/// # Errors
/// `config` is of no known architecture, or `weights` has no such head.
pub fn of_one_task(weights: Vec<u8>, config: &str, task: &str, heads: usize) -> Result<Vec<u8>, HeadError> {
    if heads < 2 {
        return Ok(weights);
    }
    let config = Config::read(serde_json::from_str(config).map_err(ConfigError::from)?)?;
    let mut all = read_tensors(&weights)?;
    let prefix = head_prefix(task, heads);
    let mut names = Vec::new();
    named::shapes(&AnyHead::<Host>::zeros(&config, 2, &Default::default()), &mut |name, _| names.push(name));
    let of_task = |name: String| match all.remove(&format!("{prefix}{name}")) {
        Some(values) => Ok((name, values)),
        None => Err(HeadError::Missing(format!("{prefix}{name}"))),
    };
    let head = names.into_iter().map(of_task).collect::<Result<Vec<_>, _>>()?;
    all.retain(|name, _| Config::PREFIXES.iter().any(|prefix| name.starts_with(prefix)));
    all.extend(head);
    Ok(to_safetensors(&all)?)
}

/// `config.json` of a classifier with these class names: `architectures`, `model_type`, number format, `id2label` and
/// `label2id` set, the rest kept.
///
/// # Errors
/// `config` is no JSON object, or one of no known architecture.
pub fn config_with_labels(config: &str, labels: &[String]) -> Result<String, ConfigError> {
    let mut config: Map<String, Value> = serde_json::from_str(config)?;
    let value = Value::Object(config.clone());
    let known = Config::read(value.clone())?;
    let (model_type, class) = known.names(&value);
    let ids = labels.iter().enumerate();
    config.insert("architectures".into(), vec![class].into());
    config.insert("model_type".into(), model_type.into());
    known.complete(&mut config);
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
