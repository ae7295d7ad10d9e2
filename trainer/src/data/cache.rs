//! The tokenised store: a task is tokenised once, and found again by the hash of everything that its tokens depend on.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::digest::{digest, hex};
use super::error::DataError;
use super::tokenise::tokenise;
use super::{TaskData, TokenisedSplit, TokenisedTask};
use crate::atomic;
use crate::files;

/// Raised whenever the same texts come to other tokens, or the file looks otherwise.
const SCHEMA: &str = "transfermap.tokenised/1";

/// The first line of a file; the second is the task.
#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
    /// What the file is named after; absent in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Of the body.
    sha256: String,
}

/// A tokenised task as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub task: TokenisedTask,
    /// SHA-256 of its JSON, in hexadecimal.
    pub sha256: String,
    /// Whether the file says that it belongs under its name; those of earlier versions do not.
    pub keyed: bool,
}

/// A tokenised task, and what became of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    pub tokens: Tokens,
    pub path: PathBuf,
    /// What was wrong with the file that stood there before.
    pub damage: Option<String>,
}

/// The tokens of `data`, and the file under `dir` that holds them: read when it is there and whole, else written.
///
/// The file is gzipped JSON, named after the SHA-256 of the examples, the tokenizer, `max_length` and a version.
///
/// # Errors
/// As [`tokenise`], and when the file cannot be written.
pub fn tokenised(dir: &Path, data: &TaskData, tokenizer_json: &[u8], max_length: usize) -> Result<Cached, DataError> {
    let key = key(data, tokenizer_json, max_length);
    let path = dir.join(format!("{key}.json.gz"));
    let damage = match read(&path) {
        Ok(tokens) if tokens.keyed => return Ok(Cached { tokens, path, damage: None }),
        Ok(_) | Err(DataError::Missing { .. }) => None,
        Err(DataError::Cache { reason, .. }) => Some(format!("{}: {reason}; made again", path.display())),
        Err(error) => return Err(error),
    };
    let task = tokenise(data, tokenizer_json, max_length)?;
    let sha256 = write(&path, &key, &task)?;
    Ok(Cached { tokens: Tokens { task, sha256, keyed: true }, path, damage })
}

/// Reads a file that [`tokenised`] wrote.
///
/// # Errors
/// A file that is not there, cannot be read, is not what was written, or belongs under another name.
pub fn read(path: &Path) -> Result<Tokens, DataError> {
    let file = files::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => DataError::Missing { path: path.to_owned() },
        _ => failed(path, source),
    })?;
    let damaged = |reason: String| DataError::Cache { path: path.to_owned(), reason };
    let mut reader = BufReader::new(GzDecoder::new(BufReader::new(file)));
    let (mut first, mut body) = (String::new(), Vec::new());
    let all = reader.read_line(&mut first).and_then(|_| reader.read_to_end(&mut body));
    all.map_err(|e| damaged(format!("damaged or cut short ({e})")))?;
    let header: Header = serde_json::from_str(&first).map_err(|e| damaged(format!("no tokenised task ({e})")))?;
    if header.schema != SCHEMA {
        return Err(damaged(format!("schema `{}`, not `{SCHEMA}`", header.schema)));
    }
    if header.key.as_ref().is_some_and(|key| path.file_name() != Some(OsStr::new(&format!("{key}.json.gz")))) {
        return Err(damaged("it holds the tokens of another task or encoder".into()));
    }
    if header.sha256 != hex(&Sha256::digest(&body)) {
        return Err(damaged("its checksum does not fit its content".into()));
    }
    let task: TokenisedTask = serde_json::from_slice(&body).map_err(|e| damaged(e.to_string()))?;
    let classes = task.labels.len();
    if [&task.train, &task.validation, &task.test].into_iter().all(|split| is_consistent(split, classes)) {
        Ok(Tokens { task, sha256: header.sha256, keyed: header.key.is_some() })
    } else {
        Err(damaged("its lists do not fit together".into()))
    }
}

/// Whether no index into the split can miss.
fn is_consistent(split: &TokenisedSplit, classes: usize) -> bool {
    let n = split.labels.len();
    [split.input_ids.len(), split.token_type_ids.len(), split.full_lengths.len()].iter().all(|len| *len == n)
        && split.input_ids.iter().zip(&split.token_type_ids).all(|(ids, types)| ids.len() == types.len())
        && split.labels.iter().all(|label| *label < classes)
}

fn key(data: &TaskData, tokenizer_json: &[u8], max_length: usize) -> String {
    let mut hash = Sha256::new();
    hash.update(SCHEMA);
    hash.update(digest(data));
    hash.update(Sha256::digest(tokenizer_json));
    hash.update((max_length as u64).to_le_bytes());
    hex(&hash.finalize())
}

/// Answers the checksum of what was written.
fn write(path: &Path, key: &str, task: &TokenisedTask) -> Result<String, DataError> {
    let failed = |source| failed(path, source);
    let body = serde_json::to_vec(task).map_err(|e| failed(e.into()))?;
    let sha256 = hex(&Sha256::digest(&body));
    let header = Header { schema: SCHEMA.into(), key: Some(key.to_owned()), sha256: sha256.clone() };
    let first = serde_json::to_string(&header).map_err(|e| failed(e.into()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = writeln!(encoder, "{first}").and_then(|()| encoder.write_all(&body)).and_then(|()| encoder.finish());
    atomic::write(path, &written.map_err(failed)?).map_err(|e| failed(e.source))?;
    Ok(sha256)
}

fn failed(path: &Path, source: std::io::Error) -> DataError {
    let remedy = "check that the folder may be written to and that the disk has room";
    DataError::Io { path: path.to_owned(), line: 0, source, remedy }
}
