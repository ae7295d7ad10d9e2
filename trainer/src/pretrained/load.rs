//! An `[[encoder]]` of a study → configuration, tokenizer and weights that fit one another.

use std::fs;
use std::path::{Path, PathBuf};

use transfermap::fingerprint::digest;
use transfermap::study::{Encoder, Padding};

use super::embedded::embedded;
use super::{Checkpoint, LoadedEncoder};
use crate::backend::Host;
use crate::encoder::architecture::Sizes;
use crate::encoder::registry::ConfigError;
use crate::encoder::{Classifier, Config, SequenceClassifier, is_head, named};

/// Why an encoder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PretrainedError {
    /// A file is missing or unreadable.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// The parts do not fit one another.
    #[error("encoder `{encoder}`: {reason}")]
    Mismatch {
        /// The study's name for it.
        encoder: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
}

/// Reads and checks an encoder; paths are relative to `base`.
///
/// # Errors
/// A missing or unreadable file, an unknown architecture, tensors that do not fit the configuration, a tokenizer with
/// more pieces than the embedding, or `max_length` over the position table.
pub fn load(encoder: &Encoder, base: &Path) -> Result<LoadedEncoder, PretrainedError> {
    let mismatch = |reason: String| PretrainedError::Mismatch { encoder: encoder.name.clone(), reason };
    let parts = read_parts(encoder, base)?;
    let value: serde_json::Value = serde_json::from_str(&parts.config)
        .map_err(|e| PretrainedError::File { path: parts.config_path.clone(), reason: format!("not JSON: {e}") })?;
    let config = Config::read(value).map_err(|error| match error {
        ConfigError::Field(e) => PretrainedError::File { path: parts.config_path.clone(), reason: e.to_string() },
        other => mismatch(other.to_string()),
    })?;
    let sizes = config.sizes();
    if encoder.max_length > sizes.max_length {
        return Err(mismatch(format!(
            "max_length = {}, but it has {} positions; give at most {}",
            encoder.max_length, sizes.max_length, sizes.max_length
        )));
    }
    let vocabulary = Vocabulary::read(&parts.tokenizer)
        .map_err(|reason| PretrainedError::File { path: parts.tokenizer_path.clone(), reason })?;
    vocabulary.check(sizes).map_err(&mismatch)?;
    if let (Some(weights), Some(path)) = (&parts.weights, &parts.weights_path) {
        check_weights(&config, weights).map_err(|reason| PretrainedError::File { path: path.clone(), reason })?;
    }
    let mut all = Vec::new();
    for part in [parts.config.as_bytes(), &parts.tokenizer, parts.weights.as_deref().unwrap_or_default()] {
        all.extend_from_slice(digest(part).as_bytes());
    }
    all.extend_from_slice(format!("{}/{:?}", encoder.max_length, encoder.padding).as_bytes());
    Ok(LoadedEncoder {
        name: encoder.name.clone(),
        parameters: count_parameters(&config).map_err(mismatch)?,
        config_json: parts.config,
        architecture: config.model_type().to_owned(),
        config,
        tokenizer_json: parts.tokenizer,
        weights: parts.weights,
        max_length: encoder.max_length,
        pad_to_max_length: encoder.padding == Padding::MaxLength,
        fingerprint: digest(&all),
    })
}

struct Parts {
    config: String,
    config_path: PathBuf,
    tokenizer: Vec<u8>,
    tokenizer_path: PathBuf,
    weights: Option<Vec<u8>>,
    weights_path: Option<PathBuf>,
}

fn read_parts(encoder: &Encoder, base: &Path) -> Result<Parts, PretrainedError> {
    if let Some(name) = &encoder.embedded {
        let (config, tokenizer, weights) = embedded(name).ok_or_else(|| PretrainedError::Mismatch {
            encoder: encoder.name.clone(),
            reason: format!("no embedded encoder `{name}`; known: demo-albert"),
        })?;
        let at = |file: &str| PathBuf::from(format!("(embedded) {name}/{file}"));
        return Ok(Parts {
            config: config.to_owned(),
            config_path: at("config.json"),
            tokenizer: tokenizer.to_vec(),
            tokenizer_path: at("tokenizer.json"),
            weights: Some(weights.to_vec()),
            weights_path: Some(at("model.safetensors")),
        });
    }
    let folder = encoder.folder.clone().or_else(|| encoder.path.as_ref().map(|p| base.join(p)));
    let tokenizer_path = match (&encoder.tokenizer, &folder) {
        (Some(file), _) => base.join(file),
        (None, Some(folder)) => existing_folder(folder)?.join("tokenizer.json"),
        (None, None) => {
            return Err(PretrainedError::Mismatch {
                encoder: encoder.name.clone(),
                reason: "no tokenizer; give `tokenizer = \"path/to/tokenizer.json\"`".into(),
            });
        }
    };
    let tokenizer = read(&tokenizer_path, "give `tokenizer = \"path/to/tokenizer.json\"` where it is elsewhere")?;
    if let Some(config) = &encoder.config {
        let config = serde_json::Value::Object(config.clone()).to_string();
        let config_path = PathBuf::from(format!("encoder `{}`, config", encoder.name));
        return Ok(Parts { config, config_path, tokenizer, tokenizer_path, weights: None, weights_path: None });
    }
    let folder = folder.unwrap_or_default();
    let config_path = existing_folder(&folder)?.join("config.json");
    let config = String::from_utf8(read(&config_path, "it holds the model's sizes; copy it from the checkpoint")?)
        .map_err(|_| PretrainedError::File { path: config_path.clone(), reason: "not UTF-8".into() })?;
    let weights_path = folder.join("model.safetensors");
    if !weights_path.exists() && folder.join("pytorch_model.bin").exists() {
        return Err(PretrainedError::File {
            path: weights_path,
            reason: "missing; only pytorch_model.bin is there, which can run code when it is read: convert it with transformers' `save_pretrained(..., safe_serialization=True)`".into(),
        });
    }
    let weights =
        read(&weights_path, "the folder holds no weights; copy them, or give `config = { ... }` for random ones")?;
    Ok(Parts {
        config,
        config_path,
        tokenizer,
        tokenizer_path,
        weights: Some(weights),
        weights_path: Some(weights_path),
    })
}

fn existing_folder(folder: &Path) -> Result<&Path, PretrainedError> {
    if folder.is_dir() {
        return Ok(folder);
    }
    let reason = if folder.exists() {
        "is a file; give the folder that holds config.json, tokenizer.json and model.safetensors"
    } else {
        "no such folder; put config.json, tokenizer.json and model.safetensors there, or correct `path`"
    };
    Err(PretrainedError::File { path: folder.to_owned(), reason: reason.into() })
}

fn read(path: &Path, remedy: &str) -> Result<Vec<u8>, PretrainedError> {
    fs::read(path).map_err(|e| {
        let reason = if e.kind() == std::io::ErrorKind::NotFound {
            format!("missing; {remedy}")
        } else {
            format!("cannot be read ({e})")
        };
        PretrainedError::File { path: path.to_owned(), reason }
    })
}

/// What a tokenizer asks of the embeddings.
struct Vocabulary {
    /// The largest id + 1.
    pieces: usize,
    /// The largest segment of a pair + 1.
    segments: usize,
}

impl Vocabulary {
    fn read(tokenizer_json: &[u8]) -> Result<Self, String> {
        let tokenizer =
            tokenizers::Tokenizer::from_bytes(tokenizer_json).map_err(|e| format!("not a tokenizer.json: {e}"))?;
        let ids = tokenizer.get_vocab(true);
        let pair = tokenizer.encode(("a", "a"), true).map_err(|e| format!("cannot read a pair of texts: {e}"))?;
        Ok(Self {
            pieces: ids.values().max().map_or(0, |id| *id as usize + 1),
            segments: pair.get_type_ids().iter().max().map_or(1, |id| *id as usize + 1),
        })
    }

    fn check(&self, sizes: Sizes) -> Result<(), String> {
        let Self { pieces, segments } = self;
        if *pieces > sizes.vocab_size {
            return Err(format!(
                "the tokenizer has {pieces} pieces, the embedding {} rows; they belong to different models",
                sizes.vocab_size
            ));
        }
        match sizes.segments {
            Some(known) if *segments > known => Err(format!(
                "the tokenizer tells {segments} segments apart, type_vocab_size is {known}; they belong to different models"
            )),
            _ => Ok(()),
        }
    }
}

/// Every parameter of the body is there and has the right shape.
fn check_weights(config: &Config, bytes: &[u8]) -> Result<(), String> {
    let checkpoint = Checkpoint::new(bytes)?;
    visit_shapes(config, |name, shape| checkpoint.require(name, shape).map(|_| ()))
}

fn count_parameters(config: &Config) -> Result<u64, String> {
    let mut count = 0;
    visit_shapes(config, |_, shape| {
        count += shape.iter().product::<usize>() as u64;
        Ok(())
    })?;
    Ok(count)
}

/// Calls `visit` with the name and the shape of every parameter of the body.
fn visit_shapes(config: &Config, mut visit: impl FnMut(&str, &[usize]) -> Result<(), String>) -> Result<(), String> {
    let model = Classifier::<Host>::zeros(config, 2, &Default::default())?;
    let mut first = Ok(());
    named::collect(&model, &mut |name, values| {
        if first.is_ok() && !is_head(&name) {
            first = visit(&name, &values.shape);
        }
    });
    first
}
