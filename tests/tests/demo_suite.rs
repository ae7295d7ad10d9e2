//! What the embedded suite promises, on seeds that the demo does not use: every task is learnable, and a related
//! source helps more than an unrelated one.

use std::fs;

use transfermap::report::Report;
use transfermap_tests::{generated_study, root, run};

/// The demo's own recipe, so that what is tested is what is shown.
fn recipe() -> String {
    let demo = fs::read_to_string(root().join("studies/demo.toml")).unwrap();
    let start = demo.find("[recipe]").unwrap() + "[recipe]".len();
    let end = start + demo[start..].find("[[task]]").unwrap();
    demo[start..end].to_owned()
}

#[test]
fn tasks_are_learnable_and_the_related_source_helps_more() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.toml");
    let tasks = ["topic", "polarity", "stars", "entailment", "paraphrase"];
    let pairs = "pairs = [[\"polarity\", \"stars\"], [\"topic\", \"stars\"]]";
    fs::write(&study, generated_study(&tasks, "[11, 12, 13, 14, 15]", 640, &recipe(), pairs)).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
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
    for task in tasks {
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
