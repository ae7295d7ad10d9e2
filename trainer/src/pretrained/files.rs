//! The files of a model folder, and what is said where one is missing or unreadable.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::{FileFault, PretrainedError};

/// A folder that is there.
pub fn folder(path: &Path) -> Result<&Path, PretrainedError> {
    if path.is_dir() {
        return Ok(path);
    }
    Err(fault(path, if path.exists() { FileFault::NotAFolder } else { FileFault::NoFolder }))
}

/// A file that must be there.
pub fn required(path: &Path, remedy: &'static str) -> Result<Vec<u8>, PretrainedError> {
    optional(path)?.ok_or_else(|| fault(path, FileFault::Missing { remedy }))
}

/// A file that may be there.
pub fn optional(path: &Path) -> Result<Option<Vec<u8>>, PretrainedError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fault(path, FileFault::Io(e))),
    }
}

/// A JSON file that may be there.
pub fn json(path: &Path) -> Result<Option<Value>, PretrainedError> {
    let Some(bytes) = optional(path)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| fault(path, FileFault::NotJson(e)))
}

/// The names in a folder that end in `end`, in their order; none where it cannot be listed.
pub fn ending(folder: &Path, end: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|n| n.ends_with(end)).collect();
    names.sort();
    names
}

/// What is wrong with a file.
pub fn fault(path: &Path, fault: FileFault) -> PretrainedError {
    PretrainedError::File { path: PathBuf::from(path), fault }
}
