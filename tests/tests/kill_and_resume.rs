//! The same bits with one worker, with two, and after `kill -9` in the middle of trainings.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use transfermap_tests::{generated_study, run, transfermap};

/// Two tasks, two seeds: four baselines of 60 steps each, and four transfers, or what `more` says.
fn study(folder: &Path, more: &str) -> PathBuf {
    let recipe = "epochs = 6\nbatch_size = 32\nlearning_rate = 1e-3\nhidden_dropout_prob = 0.1";
    let text = generated_study(&["polarity", "stars"], "[1, 2]", 320, recipe, more);
    let path = folder.join("study.toml");
    fs::write(&path, text).unwrap();
    path
}

/// Everything in the store that must be equal: records without time and place, predictions and weights as bytes.
fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![out.join("runs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(out).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("record.json") {
                let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                let fields = record.as_object_mut().unwrap();
                ["cost", "provenance", "seal"].iter().for_each(|name| drop(fields.remove(*name)));
                assert_eq!(fields["status"], "ok", "{name}");
                all.insert(name, serde_json::to_vec(&record).unwrap());
            } else {
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn finish(study: &Path, out: &Path, workers: &str) {
    let said =
        run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu", "--workers", workers]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

/// The runs that are being trained: a claim that reports at least one step, and no record.
fn in_training(out: &Path) -> Vec<(String, u32)> {
    let Ok(claims) = fs::read_dir(out.join("claims")) else { return Vec::new() };
    let mut running = Vec::new();
    for entry in claims.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(id) = name.strip_suffix(".json").map(|n| n.replace("__", "/")) else { continue };
        let Ok(claim) = serde_json::from_slice::<Value>(&fs::read(entry.path()).unwrap_or_default()) else { continue };
        let has_step = out.join("runs").join(&id).join("checkpoint/state.bin").exists();
        if has_step && !out.join("runs").join(&id).join("record.json").exists() {
            running.push((id, claim["pid"].as_u64().unwrap_or(0) as u32));
        }
    }
    running
}

fn kill(pid: u32) {
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status().unwrap();
    assert!(killed.success(), "kill -9 {pid} found no process");
}

fn start(study: &Path, out: &Path) -> Child {
    transfermap(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu", "--workers", "2"])
        .args(["--checkpoint-every", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn one_worker_two_workers_and_kills_give_the_same_bits() {
    same_bits_after_kills("", "");
}

/// A method that looks at gradients and remembers, diagnostics on.
#[test]
fn joint_runs_have_the_same_bits_after_kills() {
    let joint = "protocols = [\"single\", \"joint\"]\n\
                 joint = [{ sets = \"pairs\", diagnostics = { every = 3 } }, \
                 { sets = \"pairs\", method = { name = \"gradvac\", beta = 0.1 } }]";
    same_bits_after_kills(joint, "joint/");
}

/// Kills must hit a run whose id begins with `hit`.
fn same_bits_after_kills(more: &str, hit: &str) {
    let folder = tempfile::tempdir().unwrap();
    let study = study(folder.path(), more);
    let (one, two, killed) = (folder.path().join("one"), folder.path().join("two"), folder.path().join("killed"));
    finish(&study, &one, "1");
    finish(&study, &two, "2");
    let expected = results(&one);
    assert!(expected.len() >= 8 * 2, "{:?}", expected.keys());
    assert!(expected == results(&two), "two workers gave other numbers than one");

    let mut hits = 0;
    let deadline = Instant::now() + Duration::from_secs(120);
    // Pauses that fall at another place of a training each time.
    for pause in [0, 130, 370, 610, 290, 50, 450] {
        let mut parent = start(&study, &killed);
        let victims = loop {
            let running = in_training(&killed);
            if running.iter().any(|(id, _)| id.starts_with(hit))
                || parent.try_wait().unwrap().is_some()
                || Instant::now() > deadline
            {
                break running;
            }
            sleep(Duration::from_millis(5));
        };
        sleep(Duration::from_millis(pause));
        // The parent first, so that it cannot tell its workers to save.
        kill_quietly(&mut parent);
        let still: Vec<_> = in_training(&killed).into_iter().filter(|(_, pid)| alive(*pid)).collect();
        for (_, pid) in &still {
            kill(*pid);
        }
        for (id, _) in &still {
            let record = killed.join("runs").join(id).join("record.json");
            if !record.exists() && id.starts_with(hit) {
                hits += 1;
            }
        }
        drop(victims);
    }
    assert!(hits >= 2, "only {hits} kills hit a running training: the test proves nothing");
    finish(&study, &killed, "2");
    assert!(expected == results(&killed), "kills changed the numbers");
    assert!(!run(&["status", killed.to_str().unwrap()]).stdout.is_empty());
}

fn kill_quietly(parent: &mut Child) {
    let _ = parent.kill();
    let _ = parent.wait();
}

fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie has ended; nobody waits for the children of a killed parent at once.
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn sigterm_saves_a_checkpoint_that_the_next_run_takes_up() {
    let folder = tempfile::tempdir().unwrap();
    let study = study(folder.path(), "");
    let out = folder.path().join("out");
    let mut parent = transfermap(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let claims = || fs::read_dir(out.join("claims")).map_or(0, |d| d.filter_map(Result::ok).count());
    while claims() < 2 && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    sleep(Duration::from_millis(600));
    Command::new("kill").args(["-TERM", &parent.id().to_string()]).status().unwrap();
    let status = parent.wait().unwrap();
    assert_eq!(status.code(), Some(1), "a stopped study is not a finished one");
    let checkpoints = walk(&out.join("runs")).into_iter().filter(|p| p.ends_with("state.bin")).count();
    assert!(checkpoints > 0, "no checkpoint was saved");
    finish(&study, &out, "2");
    let reference = folder.path().join("reference");
    finish(&study, &reference, "2");
    assert!(results(&reference) == results(&out), "the stop changed the numbers");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
