//! What a run depends on, as one hash: a record with another fingerprint is stale.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Raised by hand whenever the training algorithm changes the numbers that it produces.
pub const ALGORITHM_VERSION: u32 = 2;

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of `value` as canonical JSON (fields in declaration order), in hexadecimal.
pub fn digest_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    Ok(digest(&serde_json::to_vec(value)?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
