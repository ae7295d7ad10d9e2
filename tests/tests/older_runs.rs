//! What an older transfermap left, taken up by this one: the runs of single and sequential trainings keep their bits, and
//! an output folder that was killed half done goes on to the report that it would have come to. The fixtures were made
//! with the first program that trained with the fused operations: see tests/fixtures/README.md.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use transfermap_tests::{root, run};

/// Where bits cannot be compared: the largest difference of a loss or of a probability's score after some thirty steps.
const CLOSE: f64 = 5e-3;

/// Of these fields a new report may differ: when, where and how fast it was made, and the hashes that records have since.
const NOT_COMPARED: [&str; 3] = ["cost", "provenance", "sha256"];

fn fixture(path: &str) -> PathBuf {
    root().join("tests/fixtures").join(path)
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What decides the bits of a training on this machine, as make_old_runs.py writes it.
fn machine() -> Value {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let lines = info.lines().filter_map(|l| l.split_once(':'));
        lines.filter(|(n, _)| n.trim() == name).map(|(_, v)| v.trim().to_owned()).next().unwrap_or_default()
    };
    let mut flags: Vec<String> = field("flags").split_whitespace().map(str::to_owned).collect();
    flags.sort();
    let libc = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let libc = libc.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
    let mut machine = json!({ "flags": flags.join(" "), "libc": libc });
    for name in ["vendor_id", "cpu family", "model", "model name", "stepping"] {
        machine[name] = field(name).into();
    }
    machine
}

/// The hash of every run's weights and predictions.
fn hashes(runs: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![runs.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("model.safetensors") || path.ends_with("predictions.jsonl.gz") {
                let name = path.strip_prefix(runs).unwrap().display().to_string();
                let hash = Sha256::digest(fs::read(&path).unwrap());
                found.insert(name, hash.iter().map(|b| format!("{b:02x}")).collect());
            }
        }
    }
    found
}

/// The records of a report by run id, without what may differ.
fn records(report: &Value) -> BTreeMap<String, Value> {
    let runs = report["runs"].as_array().unwrap().iter().cloned();
    runs.map(|mut record| {
        let fields = record.as_object_mut().unwrap();
        NOT_COMPARED.iter().for_each(|name| drop(fields.remove(*name)));
        (record["id"].as_str().unwrap().to_owned(), record)
    })
    .collect()
}

/// Compares what is in `out` with what the old program made of the same study.
fn compare(folder: &str, out: &Path) {
    let made = read(&fixture(folder).join("made.json"));
    let old: Value = serde_json::from_slice(&unpacked(&fixture(folder).join("report.json.gz"))).unwrap();
    let new = read(&out.join("report.json"));
    let (old_runs, new_runs) = (records(&old), records(&new));
    assert_eq!(old_runs.keys().collect::<Vec<_>>(), new_runs.keys().collect::<Vec<_>>());
    assert_eq!(old["tasks"], new["tasks"], "the tasks");
    for (id, record) in &new_runs {
        assert_eq!(record["fingerprint"], old_runs[id]["fingerprint"], "{id}: its record would be stale");
        assert_eq!(record["status"], "ok", "{id}: {}", record["reason"]);
    }
    if made["machine"] == machine() {
        for (id, record) in &new_runs {
            assert_eq!(record, &old_runs[id], "{id}");
        }
        let expected: BTreeMap<String, String> = serde_json::from_value(made["sha256"].clone()).unwrap();
        assert_eq!(hashes(&out.join("runs")), expected);
        println!("{folder}: bits compared, {} runs and {} files", new_runs.len(), expected.len());
        return;
    }
    eprintln!(
        "{folder}: BITS NOT COMPARED: this is not the processor and C library that made them; compared within {CLOSE}"
    );
    for (id, record) in &new_runs {
        let losses = |r: &Value| serde_json::from_value::<Vec<f64>>(r["curve"]["loss"].clone()).unwrap();
        let (a, b) = (losses(record), losses(&old_runs[id]));
        assert_eq!(a.len(), b.len(), "{id}");
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < CLOSE), "{id}: {a:?} {b:?}");
        for (task, splits) in record["evaluations"].as_object().unwrap() {
            for (split, evaluation) in splits.as_object().unwrap() {
                let loss = |e: &Value| e["scores"]["log_loss"].as_f64().unwrap();
                let before = &old_runs[id]["evaluations"][task][split];
                assert!((loss(evaluation) - loss(before)).abs() < CLOSE, "{id} {task} {split}");
            }
        }
    }
}

fn train(folder: &str, out: &Path) {
    let study = fixture(folder).join("study.toml");
    let arguments = ["--device", "cpu", "--workers", "1", "--keep-models", "all"];
    let said = run(&[&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap()], &arguments[..]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
}

#[test]
fn single_and_sequential_runs_of_every_architecture_keep_their_bits() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    train("old_runs", &out);
    compare("old_runs", &out);
}

/// Copies the half-done folder and unpacks what was packed for the repository.
fn left(to: &Path) {
    let from = fixture("half_done/left");
    let mut folders = vec![from.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let place = to.join(path.strip_prefix(&from).unwrap());
            let packed = ["state.bin.gz", "model.safetensors.gz"].iter().any(|name| path.ends_with(name));
            if path.is_dir() {
                fs::create_dir_all(&place).unwrap();
                folders.push(path);
            } else if packed {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(place.with_extension(""), unpacked(&path)).unwrap();
            } else {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::copy(&path, &place).unwrap();
            }
        }
    }
}

/// Writes into a checkpoint how long its training has taken, so that the record tells whether it was taken up: 16 bytes
/// of magic, SHA-256 of the rest, length of the JSON, JSON, tensors.
fn mark(checkpoint: &Path, seconds: f64) {
    let bytes = fs::read(checkpoint).unwrap();
    let length = u64::from_le_bytes(bytes[48..56].try_into().unwrap()) as usize;
    let mut state: Value = serde_json::from_slice(&bytes[56..56 + length]).unwrap();
    let step = state["step"].as_u64().unwrap();
    assert!((12..32).contains(&step) && !step.is_multiple_of(8), "not in the middle of a pass: {step}");
    state["seconds"] = seconds.into();
    let state = serde_json::to_vec(&state).unwrap();
    let body = [&(state.len() as u64).to_le_bytes()[..], &state, &bytes[56 + length..]].concat();
    fs::write(checkpoint, [&bytes[..16], &Sha256::digest(&body), &body].concat()).unwrap();
}

#[test]
fn a_half_done_folder_of_an_older_version_goes_on_to_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    left(&out);
    let claim = out.join("claims/sequential__polarity--stars__s1.json");
    // As old as it is: on another host a fresh file would be waited for.
    fs::File::options().write(true).open(&claim).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    mark(&out.join("runs/sequential/polarity--stars/s1/checkpoint/state.bin"), 1e6);
    let mut finished = read(&out.join("runs/single/polarity/s1/record.json"));
    assert!(finished.get("sha256").is_none(), "a record of an earlier version");

    train("half_done", &out);

    let record = |id: &str| out.join("runs").join(id).join("record.json");
    let mut now = read(&record("single/polarity/s1"));
    let known = now["sha256"]["predictions"]["polarity"].as_str().unwrap().to_owned();
    assert_eq!(known, hashes(&out.join("runs"))["single/polarity/s1/predictions.jsonl.gz"]);
    for record in [&mut finished, &mut now] {
        ["sha256", "seal"].iter().for_each(|name| drop(record.as_object_mut().unwrap().remove(*name)));
    }
    assert_eq!(finished, now, "a finished run was trained again");
    let verified = run(&["verify", out.to_str().unwrap()]);
    assert_eq!((verified.code, verified.stdout.contains("earlier version")), (0, false), "{}", verified.stdout);
    let seconds = read(&record("sequential/polarity--stars/s1"))["cost"]["seconds"].as_f64().unwrap();
    assert!(seconds > 1e6, "the checkpoint was not taken up: the run was trained in {seconds} s from its start");
    assert!(!claim.exists() && !out.join("runs/sequential/polarity--stars/s1/checkpoint").exists());
    compare("half_done", &out);
}
