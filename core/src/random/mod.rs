//! Keyed random streams: the only source of randomness in a run.
//!
//! A stream is named by (seed, task, purpose), never by a run id or a global generator, so a single run and a
//! sequential run of the same target and seed draw the same head, the same data order and the same dropout: they are
//! paired. Each stream is independent of how many others were drawn before it, so workers and resumes change nothing.

pub mod numpy;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The generator behind every stream.
pub type Stream = ChaCha8Rng;

/// Returns the stream for `purpose` (for example `"head"` or `"order/3"`) of `task` under `seed`.
///
/// The key is the SHA-256 of the three parts, so streams of different names are unrelated.
///
/// ```
/// use rand::RngCore;
/// use transfermap::random::stream;
///
/// let mut a = stream(1, "rte", "head");
/// let mut b = stream(1, "rte", "head");
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert_ne!(stream(1, "rte", "head").next_u64(), stream(1, "rte", "order").next_u64());
/// ```
pub fn stream(seed: u64, task: &str, purpose: &str) -> Stream {
    ChaCha8Rng::from_seed(key(&[&seed.to_le_bytes(), task.as_bytes(), purpose.as_bytes()]))
}

/// A uniform 64-bit priority for row `row`: the rows with the smallest priorities are a seeded subsample that needs
/// neither the number of rows nor the rows themselves in memory.
pub fn priority(seed: u64, task: &str, split: &str, row: u64) -> u64 {
    first_word(key(&[&seed.to_le_bytes(), task.as_bytes(), split.as_bytes(), &row.to_le_bytes()]))
}

/// A stable 64-bit hash of an input's texts. It decides which side of the validation carve an example falls on, so
/// equal texts never stand on both sides.
pub fn text_hash(texts: &[&str]) -> u64 {
    let parts: Vec<&[u8]> = texts.iter().map(|t| t.as_bytes()).collect();
    first_word(key(&parts))
}

/// As [`text_hash`], for the test carve: it has a key of its own, so that the rows of the validation carve are those of a
/// study with a test file.
pub fn test_hash(texts: &[&str]) -> u64 {
    let purpose: &[u8] = b"test carve";
    let parts: Vec<&[u8]> = std::iter::once(purpose).chain(texts.iter().map(|t| t.as_bytes())).collect();
    first_word(key(&parts))
}

/// SHA-256 over length-prefixed parts: `("ab", "c")` and `("a", "bc")` differ.
fn key(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"transfermap/1");
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn first_word(bytes: [u8; 32]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_not_run_together() {
        assert_ne!(text_hash(&["ab", "c"]), text_hash(&["a", "bc"]));
        assert_ne!(text_hash(&["ab"]), text_hash(&["ab", ""]));
    }

    #[test]
    fn priorities_are_uniform_enough_to_sample_with() {
        let n = 10_000;
        let below = (0..n).filter(|&row| priority(42, "rte", "train", row) < u64::MAX / 4).count();
        // Binomial(10000, 1/4): sd 43, five of them either way.
        assert!((2284..=2716).contains(&below), "{below}");
    }
}
