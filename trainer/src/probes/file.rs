//! One probe on disk: a line of JSON that says what it is and what it cost, then its tensors as safetensors.

use std::path::Path;

use serde::{Deserialize, Serialize};
use transfermap::fingerprint::digest;

use super::look::forward::Table;
use crate::atomic::{self, FileError};
use crate::encoder::named::Values;
use crate::pretrained::{Tensors, read_tensors, write_tensors};

/// The schema that this version writes; a file of another is observed anew.
const SCHEMA: &str = "transfermap.probe/1";

/// What was observed, and under which key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probe {
    /// Hash of everything that the numbers depend on.
    pub key: String,
    /// Seconds of wall time.
    pub seconds: f64,
    /// Numbers in double precision.
    pub numbers: Vec<f64>,
    /// Tables and vectors by name.
    pub tensors: Tensors,
}

#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
    key: String,
    seconds: f64,
    numbers: Vec<f64>,
    sha256: String,
}

impl Probe {
    /// Adds a table.
    pub fn put_table(&mut self, name: &str, table: Table) {
        let rows = table.data.len().checked_div(table.cols).unwrap_or(0);
        self.tensors.insert(name.to_owned(), Values { shape: vec![rows, table.cols], data: table.data });
    }

    /// Adds a vector.
    pub fn put_vector(&mut self, name: &str, data: Vec<f32>) {
        self.tensors.insert(name.to_owned(), Values { shape: vec![data.len()], data });
    }

    /// Writes a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let failed = |e| FileError::new("cannot write", path, e);
        let tensors = write_tensors(&self.tensors, None).map_err(|e| failed(std::io::Error::other(e)))?;
        let header = Header {
            schema: SCHEMA.into(),
            key: self.key.clone(),
            seconds: self.seconds,
            numbers: self.numbers.clone(),
            sha256: digest(&tensors),
        };
        let header = serde_json::to_vec(&header).map_err(|e| failed(e.into()))?;
        atomic::write_parts(path, &[&header, b"\n", &tensors])
    }

    /// Reads a file; `None` when there is none, when it is damaged, or when it was observed under another key: then it
    /// is observed anew.
    pub fn read(path: &Path, key: &str) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let end = bytes.iter().position(|b| *b == b'\n')?;
        let header: Header = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let tensors = bytes.get(end + 1..)?;
        if header.schema != SCHEMA || header.key != key || header.sha256 != digest(tensors) {
            return None;
        }
        let tensors = read_tensors(tensors).ok()?;
        Some(Self { key: header.key, seconds: header.seconds, numbers: header.numbers, tensors })
    }
}
