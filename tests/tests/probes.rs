//! One run yields all measures; probes survive kills bit for bit; what cannot be observed is absent with a reason.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use transfermap::measure::{Trained, info, registry};
use transfermap::report::{Measure, Report};
use transfermap_tests::{generated_study, run, transfermap};

const RECIPE: &str = "epochs = 2\nbatch_size = 32\nlearning_rate = 1e-3";

fn study(folder: &Path, tasks: &[&str], measures: &str) -> PathBuf {
    let more = format!("[measures]\n{measures}\n");
    let path = folder.join("study.toml");
    fs::write(&path, generated_study(tasks, "[1, 2]", 96, RECIPE, &more)).unwrap();
    path
}

fn arguments<'a>(study: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"];
    all.extend(more);
    all
}

fn finish(study: &Path, out: &Path, more: &[&str]) -> Report {
    let said = run(&arguments(study, out, more));
    assert_eq!(said.code, 0, "{}", said.stderr);
    Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap()
}

/// Values by measure, source, target and seed, without what they cost.
fn values(measures: &[Measure]) -> BTreeMap<String, u64> {
    let of = |m: &Measure| {
        let name = m.name.clone();
        let line = move |v: &transfermap::report::MeasureValue| {
            (format!("{name} {} {} {:?}", v.source, v.target, v.seed), v.value.to_bits())
        };
        m.values.iter().map(line).collect::<Vec<_>>()
    };
    measures.iter().flat_map(of).collect()
}

/// The tensors of every probe on disk, without the line that says what they cost.
fn probes(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![out.join("probes")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "probe") {
                let Ok(bytes) = fs::read(&path) else { continue };
                let header = bytes.iter().position(|b| *b == b'\n').unwrap();
                all.insert(path.strip_prefix(out).unwrap().to_owned(), bytes[header..].to_vec());
            }
        }
    }
    all
}

#[test]
fn one_run_yields_every_measure_finite_and_in_its_range() {
    let folder = tempfile::tempdir().unwrap();
    // More than the 64 dimensions of the encoder: with fewer, every model has the same H-score.
    let study = study(folder.path(), &["polarity", "stars", "topic"], "examples = 80\nfew_steps = 3");
    let out = folder.path().join("out");
    let planned = run(&["check", study.to_str().unwrap()]).stdout;
    let cost = format!(
        "measures: {}, which take 3 tasks through the encoder, 3 tasks back through it, 18 tasks through models, \
         12 trainings of 3 steps; 80 examples of a task",
        registry().len()
    );
    assert!(planned.contains(&cost), "{planned}");

    let without = finish(&study, &out, &["--only", "*"]);
    assert!(!without.measures.iter().any(|m| m.name == "logme"));
    let status = || run(&["status", out.to_str().unwrap()]).stdout;
    // 3 tasks; at each of 2 seeds 3 models, 3 sources of a few steps, and the weight changes.
    assert!(status().contains("probes   0 of 17 groups") && status().contains("nothing is running"), "{}", status());
    let report = finish(&study, &out, &[]);
    assert!(status().contains("probes   17 of 17 groups") && !status().contains("nothing is"), "{}", status());
    let lacking: Vec<&str> =
        registry().iter().map(|m| m.name).filter(|n| !report.measures.iter().any(|m| m.name == *n)).collect();
    assert!(lacking.is_empty(), "{lacking:?}: {:?}", report.warnings);
    assert!(!report.warnings.iter().any(|w| w.to_lowercase().contains("measure")), "{:?}", report.warnings);
    for measure in &report.measures {
        let known = info(&measure.name).unwrap();
        let seeds = if known.trained() == Trained::Nothing { 1 } else { 2 };
        assert_eq!(measure.values.len(), 6 * seeds, "{}", measure.name);
        assert!(measure.cost_seconds.is_finite() && measure.cost_seconds >= 0.0, "{}", measure.name);
        let (low, high) = known.range;
        for v in &measure.values {
            assert!(v.value >= low - 1e-6 && v.value <= high + 1e-6, "{}: {} in {low}..{high}", measure.name, v.value);
        }
    }
    let table = fs::read_to_string(out.join("similarity.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + report.measures.iter().map(|m| m.values.len()).sum::<usize>());

    // Nothing is observed twice: the files stay as they are.
    let age = |path: &Path| fs::metadata(out.join(path)).unwrap().modified().unwrap();
    let before: Vec<_> = probes(&out).keys().map(|p| (p.clone(), age(p))).collect();
    let again = finish(&study, &out, &[]);
    assert_eq!(values(&again.measures), values(&report.measures));
    assert!(before.iter().all(|(path, time)| age(path) == *time));

    // Other models on disk than those that were probed: nothing reads a probe of another run.
    let text = fs::read_to_string(&study).unwrap().replace("learning_rate = 1e-3", "learning_rate = 2e-3");
    fs::write(&study, text).unwrap();
    let other = finish(&study, &out, &["--retrain-stale"]);
    let of = |report: &Report, name: &str| {
        values(report.measures.iter().find(|m| m.name == name).map_or(&[], std::slice::from_ref))
    };
    assert_eq!(of(&other, "task2vec"), of(&report, "task2vec"));
    assert!(!of(&report, "leep").is_empty() && of(&other, "leep") != of(&report, "leep"));
}

#[test]
fn the_study_selects_and_none_observes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let report = finish(&study(folder.path(), &["polarity", "stars"], "select = \"none\""), &out, &[]);
    assert!(report.measures.is_empty() && !out.join("probes").exists());
    assert!(!run(&["status", out.to_str().unwrap()]).stdout.contains("probes"));
    let some = study(folder.path(), &["polarity", "stars"], "select = [\"logme\", \"mmd\"]\nexamples = 32");
    let report = finish(&some, &out, &[]);
    let names: Vec<&str> = report.measures.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["mmd", "logme"]);
    assert!(!out.join("probes/few-steps").exists());
}

#[test]
fn workers_and_kills_change_no_bit() {
    let folder = tempfile::tempdir().unwrap();
    let study = study(folder.path(), &["polarity", "stars", "topic"], "examples = 96\nfew_steps = 8");
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let expected = finish(&study, &whole, &["--workers", "1"]);
    let (mut hits, mut kept) = (0, 0);
    for pause in [150, 400, 250, 700, 1000] {
        let before = probes(&killed).len();
        let mut parent = transfermap(&arguments(&study, &killed, &["--workers", "2"]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(180);
        while probes(&killed).len() <= before && parent.try_wait().unwrap().is_none() && Instant::now() < deadline {
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(pause));
        let workers = children(parent.id());
        let _ = parent.kill();
        let _ = parent.wait();
        for pid in workers {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
        }
        let after = probes(&killed).len();
        if !killed.join("report.json").exists() {
            hits += 1;
            kept = kept.max(after);
        }
    }
    assert!(hits >= 1 && kept > 0, "no kill hit the probes: the test proves nothing");
    let resumed = finish(&study, &killed, &["--workers", "2"]);
    assert_eq!(values(&resumed.measures), values(&expected.measures));
    assert!(probes(&killed) == probes(&whole), "other bits in the probes");
    assert!(
        !fs::read_dir(killed.join("claims"))
            .unwrap()
            .flatten()
            .any(|e| e.file_name().to_string_lossy().ends_with(".json"))
    );
}

/// The processes that `parent` started.
fn children(parent: u32) -> Vec<u32> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let of = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if of == Some(parent) {
            all.push(pid);
        }
    }
    all
}

#[test]
fn lost_models_leave_measures_absent_with_a_reason_and_damaged_ones_are_trained_again() {
    let folder = tempfile::tempdir().unwrap();
    let study = study(folder.path(), &["polarity", "stars", "topic"], "examples = 80\nfew_steps = 2");
    let out = folder.path().join("out");
    // The models are looked at before they go.
    let report = finish(&study, &out, &["--keep-models", "none"]);
    assert!(!out.join("runs/single/polarity/s1/model.safetensors").exists());
    assert_eq!(report.measures.len(), registry().len(), "{:?}", report.warnings);
    assert_eq!(values(&finish(&study, &out, &[]).measures), values(&report.measures));

    fs::remove_dir_all(out.join("probes")).unwrap();
    let without = finish(&study, &out, &[]);
    assert!(without.measures.iter().all(|m| info(&m.name).unwrap().trained() == Trained::Nothing));
    assert!(without.measures.iter().any(|m| m.name == "task2vec"));
    let said = without.warnings.join("\n");
    assert!(said.contains("single/polarity/s1") && said.contains("weights are missing"), "{said}");

    // A damaged model is trained again, and looked at.
    let out = folder.path().join("damaged");
    let whole = finish(&study, &out, &[]);
    fs::remove_dir_all(out.join("probes")).unwrap();
    let model = out.join("runs/single/stars/s2/model.safetensors");
    let bytes = fs::read(&model).unwrap();
    fs::write(&model, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(values(&finish(&study, &out, &[]).measures), values(&whole.measures));
    assert!(fs::read(&model).unwrap() == bytes, "other weights");
    let names = fs::read_dir(out.join("runs/single/stars/s2")).unwrap().map(|e| e.unwrap().file_name());
    assert!(names.filter_map(|n| n.into_string().ok()).any(|n| n.starts_with("record.json.without-model")));
}
