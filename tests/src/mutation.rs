//! Inputs that are almost good: seeded mutations of good ones, for parsers that must take or refuse anything.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What numbers and words are replaced by.
const EXTREMES: [&str; 16] = [
    "0",
    "-1",
    "1e308",
    "-1e308",
    "18446744073709551615",
    "9223372036854775808",
    "1e-320",
    "\"\"",
    "null",
    "[]",
    "{}",
    "true",
    "\"\\u001b[2J\"",
    "NaN",
    "0.30000000000000004",
    "[[1,2],[3]]",
];

/// No input may take longer.
const LONGEST: Duration = Duration::from_secs(10);

/// Nor the whole process more memory.
const MOST_KIB: u64 = 1 << 20;

/// How many inputs a campaign has: `TRANSFERMAP_MUTATIONS`, or a few.
pub fn count() -> usize {
    std::env::var("TRANSFERMAP_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

/// One to three changes: a bit, a piece cut out, doubled or moved, a number or a word made extreme.
pub fn mutated(seed: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut text = seed.to_vec();
    for _ in 0..random.random_range(1..=3) {
        if text.is_empty() {
            break;
        }
        let at = random.random_range(0..text.len());
        let end = (at + random.random_range(1..=40)).min(text.len());
        match random.random_range(0..6) {
            0 => text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8)),
            1 => drop(text.drain(at..end)),
            2 => {
                let piece: Vec<u8> = text.iter().copied().skip(at).take(end - at).collect();
                text.splice(at..at, piece);
            }
            3 => {
                let piece: Vec<u8> = text.drain(at..end).collect();
                let to = random.random_range(0..=text.len());
                text.splice(to..to, piece);
            }
            _ => {
                let is_word = |b: &u8| b.is_ascii_alphanumeric() || b"+-._".contains(b);
                let Some(from) = text.iter().skip(at).position(is_word).map(|n| at + n) else { continue };
                let to = text.iter().skip(from).position(|b| !is_word(b)).map_or(text.len(), |n| from + n);
                let extreme = EXTREMES.get(random.random_range(0..EXTREMES.len())).copied().unwrap_or_default();
                text.splice(from..to, extreme.bytes());
            }
        }
    }
    text
}

/// Gives mutations of good inputs to `parse`, which answers whether it took one; prints how many it took.
///
/// # Panics
/// When a good input is refused, or an input takes longer than ten seconds or a gigabyte of memory. The input that a parser
/// panics on is kept, and its name printed.
#[allow(clippy::panic, reason = "only tests call it")]
pub fn campaign(name: &str, seeds: &[Vec<u8>], parse: impl Fn(&[u8]) -> bool) {
    for (i, seed) in seeds.iter().enumerate() {
        assert!(parse(seed), "{name}: the good input {i} is refused");
    }
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let (mut taken, mut slowest) = (0, Duration::ZERO);
    let all = count();
    for seed in seeds.iter().cycle().take(all) {
        let input = mutated(seed, &mut random);
        let kept = Kept { name, input: &input };
        let began = Instant::now();
        taken += usize::from(parse(&input));
        slowest = slowest.max(began.elapsed());
        assert!(slowest < LONGEST, "{name}: an input took {} s", slowest.as_secs());
        std::mem::forget(kept);
    }
    let memory = peak_kib();
    assert!(memory < MOST_KIB, "{name}: {memory} KiB of memory");
    println!("{name}: {all} inputs, {taken} of them taken, slowest {} ms", slowest.as_millis());
}

/// Keeps an input when it is dropped, which happens in a panic only.
struct Kept<'a> {
    name: &'a str,
    input: &'a [u8],
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        let path = std::env::temp_dir().join(format!("transfermap-{}.input", self.name.replace(' ', "-")));
        match std::fs::write(&path, self.input) {
            Ok(()) => eprintln!("{}: the input is {}", self.name, path.display()),
            Err(e) => eprintln!("{}: the input could not be kept: {e}", self.name),
        }
    }
}

/// The most memory that this process had, on Linux; 0 elsewhere.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The content of files of the repository.
///
/// # Panics
/// When one cannot be read.
#[allow(clippy::panic, reason = "only tests call it")]
pub fn contents<P: AsRef<Path>>(files: impl IntoIterator<Item = P>) -> Vec<Vec<u8>> {
    let read = |file: P| {
        let path: PathBuf = crate::root().join(file);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    files.into_iter().map(read).collect()
}
