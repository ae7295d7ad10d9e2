//! What the embedded suite promises, on seeds that the demo does not use: every task is learnable, and a related
//! source helps more than an unrelated one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use transfermap::report::Report;
use transfermap_tests::{root, run};

/// The demo's own study, so that what is tested is what is shown, on seeds on which nothing in it was chosen.
fn study() -> String {
    let demo = fs::read_to_string(root().join("studies/demo.toml")).unwrap();
    let pairs = "pairs = [[\"polarity\", \"stars\"], [\"topic\", \"stars\"]]";
    let changed = demo.replace("seeds = [1, 2, 3]", &format!("seeds = [21, 22, 23, 24, 25]\n{pairs}"));
    assert_ne!(demo, changed);
    changed
}

#[test]
fn tasks_are_learnable_and_the_related_source_helps_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    fs::write(&path, study()).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let report = Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap();

    let mean = |id: &str, task: &str| {
        let scores: Vec<f64> = report
            .runs
            .iter()
            .filter(|r| r.id.starts_with(id))
            .map(|r| r.evaluation(task, "test").unwrap().scores["accuracy"])
            .collect();
        assert_eq!(scores.len(), 5, "{id}");
        scores.iter().sum::<f64>() / 5.0
    };
    for task in ["topic", "polarity", "stars", "entailment", "paraphrase"] {
        let counts = &report.tasks.iter().find(|t| t.name == task).unwrap().splits["test"].label_counts;
        let majority = *counts.iter().max().unwrap() as f64 / counts.iter().sum::<usize>() as f64;
        let accuracy = mean(&format!("single/{task}/"), task);
        println!("{task}: {accuracy:.3}, majority {majority:.3}");
        assert!(accuracy >= majority + 0.15, "{task}: {accuracy:.3} against a majority share of {majority:.3}");
    }
    let baseline = mean("single/stars/", "stars");
    let related = mean("sequential/polarity--stars/", "stars") - baseline;
    let unrelated = mean("sequential/topic--stars/", "stars") - baseline;
    println!("stars {baseline:.3}; after polarity {related:+.3}, after topic {unrelated:+.3}");
    assert!(related > unrelated, "polarity gives {related:+.3}, topic {unrelated:+.3}");
}
