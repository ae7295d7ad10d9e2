//! No input makes the parsers of core panic: seeded mutations of good studies, reports and tables. Some hundreds of each
//! here; `TRANSFERMAP_MUTATIONS=100000 cargo test -p transfermap --test mutations -- --nocapture` tries more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use transfermap::analysis::{Analysis, Options};
use transfermap::import::{CsvFile, Import};
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::study::{Study, Task};

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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn count() -> usize {
    std::env::var("TRANSFERMAP_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

/// One to three changes: a bit, a piece cut out, doubled or moved, a number or a word made extreme.
fn mutated(seed: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut text = seed.to_vec();
    for _ in 0..random.random_range(1..=3) {
        if text.is_empty() {
            break;
        }
        let at = random.random_range(0..text.len());
        let end = (at + random.random_range(1..=40)).min(text.len());
        match random.random_range(0..6) {
            0 => text[at] ^= 1 << random.random_range(0..8),
            1 => drop(text.drain(at..end)),
            2 => {
                let piece = text[at..end].to_vec();
                text.splice(at..at, piece);
            }
            3 => {
                let piece: Vec<u8> = text.drain(at..end).collect();
                let to = random.random_range(0..=text.len());
                text.splice(to..to, piece);
            }
            _ => {
                let word = |b: &u8| b.is_ascii_alphanumeric() || b"+-._".contains(b);
                let Some(from) = text[at..].iter().position(word).map(|n| at + n) else { continue };
                let to = text[from..].iter().position(|b| !word(b)).map_or(text.len(), |n| from + n);
                let extreme = EXTREMES[random.random_range(0..EXTREMES.len())];
                text.splice(from..to, extreme.bytes());
            }
        }
    }
    text
}

/// Gives mutations of the files to `parse`; answers how many it took for good.
fn campaign(name: &str, files: &[PathBuf], parse: impl Fn(&[u8]) -> bool) {
    let seeds: Vec<Vec<u8>> = files.iter().map(|f| std::fs::read(f).unwrap()).collect();
    assert!(seeds.iter().all(|seed| parse(seed)), "{name}: the seeds themselves are good");
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let (mut good, all) = (0, count());
    for i in 0..all {
        good += usize::from(parse(&mutated(&seeds[i % seeds.len()], &mut random)));
    }
    println!("{name}: {all} inputs, {good} of them good");
}

#[test]
fn studies() {
    let files: Vec<PathBuf> = std::fs::read_dir(root().join("studies")).unwrap().map(|e| e.unwrap().path()).collect();
    let files: Vec<PathBuf> = files.into_iter().filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    campaign("studies", &files, |bytes| Study::from_toml(&String::from_utf8_lossy(bytes)).is_ok());
}

#[test]
fn task_files() {
    let seed = std::env::temp_dir().join(format!("transfermap-mutations-{}.toml", std::process::id()));
    std::fs::write(
        &seed,
        "name = \"t\"\ntext = [\"a\"]\nlabels = { \"0\" = \"no\", \"1\" = \"yes\" }\ntrain = { file = \"a.csv\", limit = 5 }\ntest = 0.2\n",
    )
    .unwrap();
    campaign("task files", std::slice::from_ref(&seed), |bytes| {
        Task::from_toml(&String::from_utf8_lossy(bytes)).is_ok()
    });
    std::fs::remove_file(seed).unwrap();
}

#[test]
fn reports_and_what_is_computed_from_them() {
    let files = ["viewer/fixtures/two-runs.json", "www/samples/notebook.json"].map(|file| root().join(file));
    campaign("reports", &files, |bytes| {
        let Ok(report) = Report::from_json(bytes) else { return false };
        let Ok(analysis) = Analysis::tests(&report, &Options::default()) else { return true };
        let pairs: Vec<_> = analysis.pairs.iter().collect();
        let table = transfermap::table::pairs(&pairs, &analysis.options);
        drop((table.csv(), table.latex(), table.markdown(), table.text(true)));
        report.runs.iter().for_each(|run| drop(RunRecord::from_json(&serde_json::to_vec(run).unwrap_or_default())));
        true
    });
}

#[test]
fn tables_to_import() {
    let seed = std::env::temp_dir().join(format!("transfermap-mutations-{}.csv", std::process::id()));
    std::fs::write(&seed, "source,target,seed,score\na,b,1,0.5\nb,a,1,0.75\na,b,2,0.25\nb,a,2,1e-3\n").unwrap();
    campaign("tables", std::slice::from_ref(&seed), |bytes| {
        Import::new(CsvFile::new("t.csv", bytes.to_vec())).report().is_ok()
    });
    std::fs::remove_file(seed).unwrap();
}
