//! What the embedded suite promises, on seeds that the demo does not use: every task is learnable, a related source helps
//! more than an unrelated one, and so does a related partner.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use transfermap::report::Report;
use transfermap::statistics::PairedT;
use transfermap_tests::{root, run};

/// The demo's own study, so that what is tested is what is shown, on seeds on which nothing in it was chosen.
fn study() -> String {
    let demo = fs::read_to_string(root().join("studies/demo.toml")).unwrap();
    let pairs = "pairs = [[\"polarity\", \"stars\"], [\"topic\", \"stars\"]]";
    let changed = demo.replace("seeds = [1, 2, 3]", &format!("seeds = [21, 22, 23, 24, 25]\n{pairs}"));
    let (before, joint) = changed.split_once("[[joint]]").unwrap();
    let (_, after) = joint.split_once("[[encoder]]").unwrap();
    let sets = "sets = [[\"polarity\", \"stars\"], [\"topic\", \"stars\"]]\ndiagnostics = \"none\"";
    let changed = format!("{before}[[joint]]\n{sets}\n\n[[encoder]]{after}");
    assert_ne!(demo, changed);
    changed
}

#[test]
fn tasks_are_learnable_and_the_related_source_and_partner_help_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    fs::write(&path, study()).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let report = Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap();

    // By seed, in the order of runs.
    let scores = |id: &str, task: &str| {
        let runs = report.runs.iter().filter(|r| r.id.starts_with(id));
        let scores: Vec<(Option<u64>, f64)> =
            runs.map(|r| (r.seed, r.evaluation(task, "test").unwrap().scores["accuracy"])).collect();
        assert_eq!(scores.len(), 5, "{id}");
        scores
    };
    let mean = |id: &str, task: &str| scores(id, task).iter().map(|(_, score)| score).sum::<f64>() / 5.0;
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

    // Both partners are trained with stars for the same steps, so what single runs reach falls out of the difference.
    let (with_polarity, with_topic) =
        (scores("joint/equal/polarity+stars/", "stars"), scores("joint/equal/topic+stars/", "stars"));
    let differences: Vec<f64> = with_polarity
        .iter()
        .zip(&with_topic)
        .map(|(a, b)| {
            assert_eq!(a.0, b.0, "the same seed");
            a.1 - b.1
        })
        .collect();
    let test = PairedT::new(&differences).unwrap();
    let (mean, p) = (test.mean, test.p.unwrap());
    println!("stars with polarity less stars with topic: {differences:?}, mean {mean:+.3}, p {p:.4}");
    assert!(mean > 0.0 && p < 0.05, "{differences:?}: mean {mean:+.3}, p {p:.3}");
}
