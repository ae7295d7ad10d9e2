//! One probe on disk: a line of JSON that says what it is, what it cost and its numbers, then its tensors as safetensors.
//! The last field of the line is the SHA-256 of everything else.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use transfermap::fingerprint::digest;

use super::look::forward::Table;
use crate::atomic::{self, FileError};
use crate::encoder::named::Values;
use crate::files;
use crate::pretrained::{Tensors, read_tensors, write_tensors};

/// The schema that this version writes.
const SCHEMA: &str = "transfermap.probe/2";

/// That of earlier versions: its hash is of the tensors alone, and says nothing of key and numbers.
const TENSORS_ONLY: &str = "transfermap.probe/1";

/// Between the line's other fields and the hash, and behind that.
const KEY: &[u8] = b",\"sha256\":\"";
const END: &[u8] = b"\"}";

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

/// What stands where a probe is looked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// A file that is not what was written; the text says why.
    Damaged(String),
    /// A probe; `verified`: its hash is over all of it.
    Whole {
        /// The probe.
        probe: Probe,
        /// Whether its hash is over all that it holds.
        verified: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
    key: String,
    seconds: f64,
    numbers: Vec<f64>,
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
        let tensors = write_tensors(&self.tensors, None).map_err(|e| failed(io::Error::other(e)))?;
        let header = Header {
            schema: SCHEMA.into(),
            key: self.key.clone(),
            seconds: self.seconds,
            numbers: self.numbers.clone(),
        };
        let header = serde_json::to_vec(&header).map_err(|e| failed(e.into()))?;
        let fields = header.strip_suffix(b"}").unwrap_or(&header);
        let hash = digest(&[fields, &tensors].concat());
        atomic::write_parts(path, &[fields, KEY, hash.as_bytes(), END, b"\n", &tensors])
    }

    /// Looks at a file.
    pub fn look(path: &Path) -> Found {
        let bytes = match files::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Found::Missing,
            Err(e) => return Found::Damaged(e.to_string()),
        };
        Self::parse(&bytes).unwrap_or_else(|why| Found::Damaged(why.to_owned()))
    }

    fn parse(bytes: &[u8]) -> Result<Found, &'static str> {
        const CUT: &str = "damaged or cut short";
        let end = bytes.iter().position(|b| *b == b'\n').ok_or(CUT)?;
        let (line, tensors) = (bytes.get(..end).ok_or(CUT)?, bytes.get(end + 1..).ok_or(CUT)?);
        let header: Header = serde_json::from_slice(line).map_err(|_| CUT)?;
        let text = line.strip_suffix(END).ok_or(CUT)?;
        let (fields, hash) = text.split_at_checked(text.len().saturating_sub(64)).ok_or(CUT)?;
        let fields = fields.strip_suffix(KEY).ok_or(CUT)?;
        let (verified, expected) = match header.schema.as_str() {
            SCHEMA => (true, digest(&[fields, tensors].concat())),
            TENSORS_ONLY => (false, digest(tensors)),
            _ => return Err("of another version"),
        };
        if expected.as_bytes() != hash {
            return Err("not what was written: its hash does not fit its content");
        }
        let tensors = read_tensors(tensors).map_err(|_| CUT)?;
        let probe = Self { key: header.key, seconds: header.seconds, numbers: header.numbers, tensors };
        Ok(Found::Whole { probe, verified })
    }

    /// Reads a file; `None` when there is none, when it is damaged, or when it was observed under another key: then it
    /// is observed anew.
    pub fn read(path: &Path, key: &str) -> Option<Self> {
        match Self::look(path) {
            Found::Whole { probe, .. } if probe.key == key => Some(probe),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe() -> Probe {
        let mut probe = Probe { key: "k".into(), seconds: 0.5, numbers: vec![0.25, 0.75], ..Probe::default() };
        probe.put_vector("v", vec![1.0, -2.0]);
        probe
    }

    #[test]
    fn every_changed_bit_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.probe");
        assert_eq!(Probe::look(&path), Found::Missing);
        probe().write(&path).unwrap();
        assert_eq!(Probe::look(&path), Found::Whole { probe: probe(), verified: true });
        assert_eq!((Probe::read(&path, "k"), Probe::read(&path, "other")), (Some(probe()), None));
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            std::fs::write(&path, &flipped).unwrap();
            assert!(matches!(Probe::look(&path), Found::Damaged(_)), "byte {at}");
        }
    }

    #[test]
    fn one_of_an_earlier_version_is_read_and_known_to_be_unverified() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.probe");
        let tensors = write_tensors(&probe().tensors, None).unwrap();
        let line = format!(
            "{{\"schema\":\"transfermap.probe/1\",\"key\":\"k\",\"seconds\":0.5,\"numbers\":[0.25,0.75],\"sha256\":\"{}\"}}\n",
            digest(&tensors)
        );
        std::fs::write(&path, [line.as_bytes(), &tensors].concat()).unwrap();
        assert_eq!(Probe::look(&path), Found::Whole { probe: probe(), verified: false });
    }
}
