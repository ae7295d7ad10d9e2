//! JSON that tells whether it is what was written: its last field, `seal`, is the SHA-256 of everything before it.
//!
//! It finds damage and slips, not forgery: whoever rewrites the file can seal it anew.

use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use transfermap::fingerprint::digest;

use crate::files;

const KEY: &[u8] = b",\"seal\":\"";
const END: &[u8] = b"\"}";
/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// Whether a file is known to be what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// It is.
    Whole,
    /// An earlier version wrote it, without a seal.
    Absent,
}

/// A file that was changed after it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not what was written: its seal does not fit its content")]
pub struct Broken;

/// A JSON object with its seal, and a line feed at the end.
pub fn sealed(json: &[u8]) -> Vec<u8> {
    let json = json.trim_ascii_end();
    let body = json.strip_suffix(b"}").unwrap_or(json).trim_ascii_end();
    [body, KEY, digest(body).as_bytes(), END, b"\n"].concat()
}

/// Looks whether a text is what [`sealed`] made. What is no JSON has no seal: reading it says why.
///
/// # Errors
/// [`Broken`].
pub fn check(bytes: &[u8]) -> Result<Seal, Broken> {
    #[derive(Deserialize)]
    struct Sealed {
        seal: Option<IgnoredAny>,
    }
    match split(bytes) {
        Some((body, hash)) if digest(body).as_bytes() == hash => Ok(Seal::Whole),
        Some(_) => Err(Broken),
        None => match serde_json::from_slice::<Sealed>(bytes) {
            Ok(Sealed { seal: Some(_) }) => Err(Broken),
            _ => Ok(Seal::Absent),
        },
    }
}

/// What is sealed, and the hash.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes).strip_suffix(END)?;
    let (body, hash) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
    Some((body.strip_suffix(KEY)?, hash))
}

/// SHA-256 of a file, in hexadecimal; in memory is a piece of it.
///
/// # Errors
/// It cannot be read.
pub fn digest_of_file(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut files::open(path)?, &mut hash)?;
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_bit_is_found() {
        for json in [&b"{\"a\":0.25,\"b\":[1,2]}"[..], b"{\n  \"a\": 0.25\n}\n"] {
            let whole = sealed(json);
            assert_eq!(check(&whole), Ok(Seal::Whole));
            assert_eq!(check(json), Ok(Seal::Absent));
            let value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
            assert_eq!(value["a"], 0.25);
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 1;
                let read = serde_json::from_slice::<serde_json::Value>(&flipped).is_ok();
                // A changed name of the seal itself changes nothing that is read.
                let named_otherwise = read && !flipped.windows(7).any(|w| w == b"\"seal\":");
                assert!(!read || check(&flipped) == Err(Broken) || named_otherwise, "byte {at}");
            }
        }
    }

    #[test]
    fn written_anew_by_another_program_it_is_broken() {
        let value: serde_json::Value = serde_json::from_slice(&sealed(b"{\"a\":1}")).unwrap();
        assert_eq!(check(serde_json::to_string_pretty(&value).unwrap().as_bytes()), Err(Broken));
        assert_eq!(check(b"{"), Ok(Seal::Absent));
    }

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, b"abc").unwrap();
        assert_eq!(digest_of_file(file.path()).unwrap(), digest(b"abc"));
    }
}
