//! An `[[encoder]]` of a study → configuration, tokenizer and weights that fit one another.

use std::fs;
use std::path::{Path, PathBuf};

use transfermap::fingerprint::digest;
use transfermap::study::{Encoder, Padding};

use super::embedded::embedded;
use super::error::{FileFault, Misfit, PretrainedError, WeightsError};
use super::{Checkpoint, LoadedEncoder};
use crate::backend::Host;
use crate::encoder::architecture::Sizes;
use crate::encoder::registry::ConfigError;
use crate::encoder::{AnyBody, Body, Config, ConfigFault, named};

/// Reads and checks an encoder; paths are relative to `base`.
///
/// # Errors
/// A missing or unreadable file, an unknown architecture, tensors that do not fit the configuration, a tokenizer with
/// more pieces than the embedding, or `max_length` over the position table.
pub fn load(encoder: &Encoder, base: &Path) -> Result<LoadedEncoder, PretrainedError> {
    let misfit = |misfit| PretrainedError::Misfit { encoder: encoder.name.clone(), misfit };
    let parts = read_parts(encoder, base)?;
    let value: serde_json::Value =
        serde_json::from_str(&parts.config).map_err(|e| file(&parts.config_path, FileFault::NotJson(e)))?;
    let config = Config::read(value).map_err(|error| match error {
        ConfigError::Field(e) => file(&parts.config_path, FileFault::Field(e)),
        other => misfit(Misfit::Config(other)),
    })?;
    let sizes = config.sizes();
    if encoder.max_length > sizes.max_length {
        let (max_length, positions) = (encoder.max_length, sizes.max_length);
        return Err(misfit(Misfit::TooFewPositions { max_length, positions }));
    }
    let vocabulary = Vocabulary::read(&parts.tokenizer).map_err(|fault| file(&parts.tokenizer_path, fault))?;
    vocabulary.check(sizes).map_err(misfit)?;
    let parameters = parameters(&config).map_err(|fault| misfit(Misfit::Model(fault)))?;
    if let (Some(weights), Some(path)) = (&parts.weights, &parts.weights_path) {
        check_weights(&parameters, weights).map_err(|e| file(path, e.into()))?;
    }
    let mut all = Vec::new();
    for part in [parts.config.as_bytes(), &parts.tokenizer, parts.weights.as_deref().unwrap_or_default()] {
        all.extend_from_slice(digest(part).as_bytes());
    }
    all.extend_from_slice(format!("{}/{:?}", encoder.max_length, encoder.padding).as_bytes());
    Ok(LoadedEncoder {
        name: encoder.name.clone(),
        parameters: parameters.iter().map(|(_, shape)| shape.iter().product::<usize>() as u64).sum(),
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
    let misfit = |misfit| PretrainedError::Misfit { encoder: encoder.name.clone(), misfit };
    if let Some(name) = &encoder.embedded {
        let (config, tokenizer, weights) = embedded(name).ok_or_else(|| misfit(Misfit::NotEmbedded(name.clone())))?;
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
        (None, None) => return Err(misfit(Misfit::NoTokenizer)),
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
        .map_err(|_| file(&config_path, FileFault::NotUtf8))?;
    let weights_path = folder.join("model.safetensors");
    if !weights_path.exists() && folder.join("pytorch_model.bin").exists() {
        return Err(file(&weights_path, FileFault::OnlyPickled));
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
    Err(file(folder, if folder.exists() { FileFault::NotAFolder } else { FileFault::NoFolder }))
}

fn read(path: &Path, remedy: &'static str) -> Result<Vec<u8>, PretrainedError> {
    fs::read(path).map_err(|e| {
        let missing = e.kind() == std::io::ErrorKind::NotFound;
        file(path, if missing { FileFault::Missing { remedy } } else { FileFault::Io(e) })
    })
}

fn file(path: &Path, fault: FileFault) -> PretrainedError {
    PretrainedError::File { path: path.to_owned(), fault }
}

/// What a tokenizer asks of the embeddings.
struct Vocabulary {
    /// The largest id + 1.
    pieces: usize,
    /// The largest segment of a pair + 1.
    segments: usize,
}

impl Vocabulary {
    fn read(tokenizer_json: &[u8]) -> Result<Self, FileFault> {
        let tokenizer = tokenizers::Tokenizer::from_bytes(tokenizer_json).map_err(FileFault::NotATokenizer)?;
        let ids = tokenizer.get_vocab(true);
        let pair = tokenizer.encode(("a", "a"), true).map_err(FileFault::NoPairs)?;
        Ok(Self {
            pieces: ids.values().max().map_or(0, |id| *id as usize + 1),
            segments: pair.get_type_ids().iter().max().map_or(1, |id| *id as usize + 1),
        })
    }

    fn check(&self, sizes: Sizes) -> Result<(), Misfit> {
        let Self { pieces, segments } = *self;
        if pieces > sizes.vocab_size {
            return Err(Misfit::TooFewRows { pieces, rows: sizes.vocab_size });
        }
        match sizes.segments {
            Some(known) if segments > known => Err(Misfit::TooFewSegments { segments, known }),
            _ => Ok(()),
        }
    }
}

/// Every parameter of the body is there and has the right shape.
fn check_weights(parameters: &[(String, Vec<usize>)], bytes: &[u8]) -> Result<(), WeightsError> {
    let checkpoint = Checkpoint::new(bytes)?;
    parameters.iter().try_for_each(|(name, shape)| checkpoint.require(name, shape).map(drop))
}

/// The names and the shapes of the parameters of the body.
fn parameters(config: &Config) -> Result<Vec<(String, Vec<usize>)>, ConfigFault> {
    let body = AnyBody::<Host>::zeros(config, &Default::default())?;
    let mut parameters = Vec::new();
    named::collect(&body, &mut |name, values| parameters.push((name, values.shape)));
    Ok(parameters)
}
