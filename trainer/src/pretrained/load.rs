//! An `[[encoder]]` of a study → configuration, tokenizer and weights that fit one another.

use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap::fingerprint::digest;
use transfermap::study::{Encoder, Padding, Pooling};

use super::embedded::embedded;
use super::error::{FileFault, Misfit, PretrainedError, WeightsError};
use super::note::{Note, NoteKind};
use super::tokenizer::{self, TokenizerFile};
use super::{Checkpoint, LoadedEncoder, files, is_pooler, shards};
use crate::backend::Host;
use crate::encoder::registry::ConfigError;
use crate::encoder::{AnyBody, Body, Config, ConfigFault, named};

/// Reads and checks an encoder; paths are relative to `base`.
///
/// # Errors
/// A missing or unreadable file, an unknown architecture, tensors that do not fit the configuration, a tokenizer with
/// more pieces than the embedding, or `max_length` over the position table.
pub fn load(encoder: &Encoder, base: &Path) -> Result<LoadedEncoder, PretrainedError> {
    load_with_notes(encoder, base).map(|(loaded, _)| loaded)
}

/// As [`load`], with what is to be said of its files.
///
/// # Errors
/// As [`load`].
pub fn load_with_notes(encoder: &Encoder, base: &Path) -> Result<(LoadedEncoder, Vec<Note>), PretrainedError> {
    let misfit = |misfit| PretrainedError::Misfit { encoder: encoder.name.clone(), misfit };
    let parts = read_parts(encoder, base)?;
    let config = Config::read(parts.config.clone()).map_err(|error| match error {
        error @ (ConfigError::Field(_) | ConfigError::WrongType { .. }) => {
            files::fault(&parts.config_path, FileFault::Config(error))
        }
        other => misfit(Misfit::Config(other)),
    })?;
    if let Some(pooling) = encoder.pooling.filter(|pooling| !config.poolings().contains(pooling)) {
        let architecture = config.names(&parts.config).0;
        return Err(misfit(Misfit::NoPooling { pooling, architecture }));
    }
    let sizes = config.sizes();
    if encoder.max_length > sizes.max_length {
        let (max_length, positions) = (encoder.max_length, sizes.max_length);
        return Err(misfit(Misfit::TooFewPositions { max_length, positions }));
    }
    let TokenizerFile { json: tokenizer, path, mut notes } = parts.tokenizer;
    Vocabulary::read(&tokenizer).map_err(|fault| files::fault(&path, fault))?.check(&config).map_err(misfit)?;
    let parameters = parameters(&config).map_err(|fault| misfit(Misfit::Model(fault)))?;
    match &parts.weights {
        Some((weights, path)) => {
            let whole = check_weights(&parameters, weights).map_err(|e| match e {
                WeightsError::Missing(name) if name.contains(".decoder.") => misfit(Misfit::NoDecoder(name)),
                other => files::fault(path, other.into()),
            })?;
            notes.extend((!whole).then(|| Note::new(path, NoteKind::NoPooler)));
        }
        None if matches!(&config, Config::DistilBert(c) if c.sinusoidal_pos_embds) => {
            return Err(misfit(Misfit::Sinusoidal));
        }
        None => {}
    }
    let weights = parts.weights.map(|(weights, _)| weights);
    let mut all = Vec::new();
    for part in [parts.config_json.as_bytes(), &tokenizer, weights.as_deref().unwrap_or_default()] {
        all.extend_from_slice(digest(part).as_bytes());
    }
    all.extend_from_slice(format!("{}/{:?}", encoder.max_length, encoder.padding).as_bytes());
    let loaded = LoadedEncoder {
        name: encoder.name.clone(),
        parameters: parameters.iter().map(|(_, shape)| shape.iter().product::<usize>() as u64).sum(),
        config_json: parts.config_json,
        architecture: config.names(&parts.config).0.to_owned(),
        config,
        tokenizer_json: tokenizer,
        weights,
        max_length: encoder.max_length,
        pad_to_max_length: encoder.padding == Padding::MaxLength,
        fingerprint: digest(&all),
    };
    Ok((loaded, notes))
}

impl LoadedEncoder {
    /// Refuses an encoder that cannot tell the two texts of a pair apart as its tokenizer wants it to.
    ///
    /// # Errors
    /// `type_vocab_size` is below the tokenizer's segments.
    pub fn check_pairs(&self) -> Result<(), PretrainedError> {
        let misfit = |misfit| PretrainedError::Misfit { encoder: self.name.clone(), misfit };
        let Some(known) = self.config.sizes().segments else { return Ok(()) };
        let found = Vocabulary::read(&self.tokenizer_json);
        let segments = found.map_err(|fault| files::fault(Path::new("tokenizer.json"), fault))?.segments;
        if segments > known {
            return Err(misfit(Misfit::TooFewSegments { segments, known }));
        }
        Ok(())
    }
}

struct Parts {
    /// config.json, verbatim.
    config_json: String,
    config: Value,
    config_path: PathBuf,
    tokenizer: TokenizerFile,
    /// Bytes and file.
    weights: Option<(Vec<u8>, PathBuf)>,
}

fn read_parts(encoder: &Encoder, base: &Path) -> Result<Parts, PretrainedError> {
    let misfit = |misfit| PretrainedError::Misfit { encoder: encoder.name.clone(), misfit };
    let parsed = |json: &str, path: &Path| {
        serde_json::from_str::<Value>(json).map_err(|e| files::fault(path, FileFault::NotJson(e)))
    };
    if let Some(name) = &encoder.embedded {
        let (config, tokenizer, weights) = embedded(name).ok_or_else(|| misfit(Misfit::NotEmbedded(name.clone())))?;
        let at = |file: &str| PathBuf::from(format!("(embedded) {name}/{file}"));
        return Ok(Parts {
            config_json: config.to_owned(),
            config: parsed(config, &at("config.json"))?,
            config_path: at("config.json"),
            tokenizer: TokenizerFile { json: tokenizer.to_vec(), path: at("tokenizer.json"), notes: Vec::new() },
            weights: Some((weights.to_vec(), at("model.safetensors"))),
        });
    }
    let folder = encoder.folder.clone().or_else(|| encoder.path.as_ref().map(|p| base.join(p)));
    let (config_json, config_path) = match (&encoder.config, &folder) {
        (Some(config), _) => {
            let path = PathBuf::from(format!("encoder `{}`, config", encoder.name));
            (Value::Object(config.clone()).to_string(), path)
        }
        (None, folder) => {
            let path = files::folder(folder.as_deref().unwrap_or(Path::new("")))?.join("config.json");
            let bytes = files::required(&path, "it holds the model's sizes; copy it from the checkpoint")?;
            (String::from_utf8(bytes).map_err(|_| files::fault(&path, FileFault::NotUtf8))?, path)
        }
    };
    let (config_json, config) = pooled(config_json, &config_path, encoder.pooling)?;
    let tokenizer = match (&encoder.tokenizer, &folder) {
        // Named by hand, it is taken as it is.
        (Some(file), _) => {
            let path = base.join(file);
            let json = files::required(&path, "give `tokenizer = \"path/to/tokenizer.json\"` where it is elsewhere")?;
            TokenizerFile { json, path, notes: Vec::new() }
        }
        (None, Some(folder)) => tokenizer::read(files::folder(folder)?, &config)?,
        (None, None) => return Err(misfit(Misfit::NoTokenizer)),
    };
    let weights = match (&encoder.config, &folder) {
        (None, Some(folder)) => Some(shards::read(folder)?),
        _ => None,
    };
    Ok(Parts { config_json, config, config_path, tokenizer, weights })
}

/// A config.json that says how the study wants its encoder's tokens pooled: it goes with the weights into caches, runs and
/// exports.
fn pooled(json: String, path: &Path, pooling: Option<Pooling>) -> Result<(String, Value), PretrainedError> {
    let fault = |e| files::fault(path, FileFault::NotJson(e));
    let mut config: Value = serde_json::from_str(&json).map_err(fault)?;
    let (Some(pooling), Some(fields)) = (pooling, config.as_object_mut()) else { return Ok((json, config)) };
    fields.insert("pooling".into(), serde_json::to_value(pooling).map_err(fault)?);
    Ok((config.to_string(), config))
}

/// What a tokenizer asks of the embeddings.
struct Vocabulary {
    /// The largest id + 1.
    pieces: usize,
    /// The largest segment of a pair + 1.
    segments: usize,
    /// The ids of an input.
    ids: Vec<u32>,
}

impl Vocabulary {
    fn read(tokenizer_json: &[u8]) -> Result<Self, FileFault> {
        let tokenizer = tokenizer::without_padding(tokenizer_json).map_err(FileFault::NotATokenizer)?;
        let ids = tokenizer.get_vocab(true);
        let pair = tokenizer.encode(("a", "a"), true).map_err(FileFault::NoPairs)?;
        Ok(Self {
            pieces: ids.values().max().map_or(0, |id| *id as usize + 1),
            segments: pair.get_type_ids().iter().max().map_or(1, |id| *id as usize + 1),
            ids: pair.get_ids().to_vec(),
        })
    }

    fn check(&self, config: &Config) -> Result<(), Misfit> {
        let (pieces, rows) = (self.pieces, config.sizes().vocab_size);
        if pieces > rows {
            return Err(Misfit::TooFewRows { pieces, rows });
        }
        if let Some((field, id)) = config.asks_for().filter(|(_, id)| !self.ids.iter().any(|of| *of as usize == *id)) {
            return Err(Misfit::NoEnd { field, id });
        }
        Ok(())
    }
}

/// Every parameter of the body is there and has the right shape, the pooler aside; whether that is there too.
fn check_weights(parameters: &[(String, Vec<usize>)], bytes: &[u8]) -> Result<bool, WeightsError> {
    let checkpoint = Checkpoint::new(bytes)?;
    let mut whole = true;
    for (name, shape) in parameters {
        if is_pooler(name) {
            whole &= checkpoint.get(name, shape)?.is_some();
        } else {
            checkpoint.require(name, shape)?;
        }
    }
    Ok(whole)
}

/// The names and the shapes of the parameters of the body.
fn parameters(config: &Config) -> Result<Vec<(String, Vec<usize>)>, ConfigFault> {
    let body = AnyBody::<Host>::zeros(config, &Default::default())?;
    let mut parameters = Vec::new();
    named::shapes(&body, &mut |name, shape| parameters.push((name, shape)));
    Ok(parameters)
}
