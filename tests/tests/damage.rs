//! An output folder that can be trusted: every file of it, damaged in every way, is named by `verify`, and `run` comes to
//! the report that the undisturbed study came to. The long form, with kills and full disks, is `./x chaos`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap_tests::{generated_study, run};

fn study(folder: &Path) -> PathBuf {
    let recipe = "max_steps = 3\nbatch_size = 16";
    let more = "\n[measures]\nselect = [\"few_step_score\", \"text_embedding_cosine\"]\nexamples = 32\nfew_steps = 2\n";
    let path = folder.join("study.toml");
    fs::write(&path, generated_study(&["polarity", "stars"], "[1, 2]", 64, recipe, more)).unwrap();
    path
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

/// The report without what differs from call to call.
fn numbers(out: &Path) -> Value {
    let mut report: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    for run in report["runs"].as_array_mut().unwrap() {
        let fields = run.as_object_mut().unwrap();
        ["cost", "provenance"].iter().for_each(|name| drop(fields.remove(*name)));
    }
    for measure in report["measures"].as_array_mut().unwrap() {
        drop(measure.as_object_mut().unwrap().remove("cost_seconds"));
    }
    report
}

/// The first file below `folder`, in order of names, that ends so.
fn first(folder: &Path, end: &str) -> PathBuf {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    let found = entries.iter().find(|p| p.is_file() && p.to_string_lossy().ends_with(end)).cloned();
    found.or_else(|| entries.iter().filter(|p| p.is_dir()).map(|p| first(p, end)).next()).unwrap()
}

#[test]
fn damage_is_named_and_made_good() {
    let folder = tempfile::tempdir().unwrap();
    let (study, good, out) = (study(folder.path()), folder.path().join("good"), folder.path().join("out"));
    let train = |out: &Path| {
        run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu", "--workers", "1"])
    };
    let verify = |out: &Path| run(&["verify", out.to_str().unwrap()]);
    let trained = train(&good);
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    let whole = verify(&good);
    assert_eq!(whole.code, 0, "{}", whole.stdout);
    assert!(
        whole.stdout.contains("all that is read again is as it was written")
            && !whole.stdout.contains("earlier version")
    );

    let dependent = "runs/sequential/polarity--stars/s1";
    for file in [
        PathBuf::from("runs/single/polarity/s1/model.safetensors"),
        PathBuf::from("runs/single/polarity/s1/record.json"),
        PathBuf::from("runs/sequential/stars--polarity/s2/record.json"),
        PathBuf::from("runs/sequential/stars--polarity/s2/predictions.jsonl.gz"),
        PathBuf::from("plan.json"),
        PathBuf::from("cache/inputs.json"),
        first(&good.join("cache"), ".json.gz").strip_prefix(&good).unwrap().to_owned(),
        first(&good.join("probes/few-steps"), ".probe").strip_prefix(&good).unwrap().to_owned(),
    ] {
        let whole = fs::read(good.join(&file)).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() * 3 / 5] ^= 2;
        for (way, bytes) in [("flipped", flipped.as_slice()), ("cut", &whole[..whole.len() / 2]), ("emptied", &[])] {
            let what = format!("{}, {way}", file.display());
            drop(fs::remove_dir_all(&out));
            copy(&good, &out);
            fs::write(out.join(&file), bytes).unwrap();
            let found = verify(&out);
            assert_eq!(found.code, 1, "{what}: {}", found.stdout);
            assert!(found.stdout.contains(file.to_str().unwrap()), "{what}: {}", found.stdout);
            fs::remove_dir_all(out.join(dependent)).unwrap();
            let again = train(&out);
            assert_eq!(again.code, 0, "{what}: {}", again.stderr);
            assert!(numbers(&out) == numbers(&good), "{what}: other numbers: {}", again.stderr);
            let healed = verify(&out);
            assert_eq!(healed.code, 0, "{what}: {}", healed.stdout);
        }
    }

    // What reads a folder and does not mend it refuses.
    let single = good.join("runs/single/polarity/s1");
    let weights = fs::read(single.join("model.safetensors")).unwrap();
    let mut flipped = weights.clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(single.join("model.safetensors"), flipped).unwrap();
    let exported = folder.path().join("exported");
    let refused = run(&["export", "--model", single.to_str().unwrap(), "--out", exported.to_str().unwrap()]);
    assert!(refused.code == 2 && refused.stderr.contains("model.safetensors"), "{}", refused.stderr);
    assert!(!exported.exists());
    let report = good.join("report.json");
    let text = fs::read_to_string(&report).unwrap();
    fs::write(&report, text.replacen("\"seed\":1", "\"seed\":7", 1)).unwrap();
    for arguments in [&["analyze"][..], &["recommend", "--target", "stars"], &["export", "--out", "tables"]] {
        let refused = run(&[arguments, &[report.to_str().unwrap()]].concat());
        assert!(refused.code == 2 && refused.stderr.contains("report.json.sha256"), "{}", refused.stderr);
    }
}
