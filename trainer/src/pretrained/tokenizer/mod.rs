//! The tokenizer of a model folder, as transformers takes it, into memory and back.

mod adjust;
mod convert;
mod export;
mod parts;
mod settings;
mod special;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use export::ExportedTokenizer;

use super::error::{FileFault, PretrainedError};
use super::files;
use super::note::{Note, NoteKind};
use settings::Settings;

/// A tokenizer.json in memory.
pub struct TokenizerFile {
    /// Its bytes: those of the file where nothing had to be changed.
    pub json: Vec<u8>,
    /// The file that it was read from.
    pub path: PathBuf,
    pub notes: Vec<Note>,
}

/// The tokenizer of a folder whose config.json is `config`: its tokenizer.json with what tokenizer_config.json says, else
/// one made of the vocabulary.
///
/// # Errors
/// There is none, or a file that cannot be used.
pub fn read(folder: &Path, config: &Value) -> Result<TokenizerFile, PretrainedError> {
    let settings = Settings::read(folder, config)?;
    let path = folder.join("tokenizer.json");
    let Some(json) = files::optional(&path)? else { return made(folder, &settings) };
    let mut tokenizer: Value =
        serde_json::from_slice(&json).map_err(|e| files::fault(&path, FileFault::NotATokenizer(Box::new(e))))?;
    let kinds = adjust::adjust(&mut tokenizer, &settings);
    let changed = kinds.iter().any(|kind| matches!(kind, NoteKind::Adjusted { .. }));
    let json = if changed { written(&path, &tokenizer)? } else { json };
    let notes = kinds.into_iter().map(|kind| Note::new(&path, kind)).collect();
    Ok(TokenizerFile { json, path, notes })
}

fn made(folder: &Path, settings: &Settings) -> Result<TokenizerFile, PretrainedError> {
    let made = convert::convert(folder, settings)?;
    let json = written(&made.path, &made.tokenizer)?;
    let unsaid = made.has_case && settings.flag("do_lower_case").is_none();
    let notes = unsaid.then(|| Note::new(&made.path, NoteKind::LowerCased)).into_iter().collect();
    Ok(TokenizerFile { json, path: made.path, notes })
}

fn written(path: &Path, tokenizer: &Value) -> Result<Vec<u8>, PretrainedError> {
    serde_json::to_vec(tokenizer).map_err(|e| files::fault(path, FileFault::NotATokenizer(Box::new(e))))
}

#[cfg(test)]
mod tests;
