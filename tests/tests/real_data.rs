//! The ready studies on real data. They need ../shared, which is no part of the product: without it they say so and
//! check nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use transfermap_tests::{root, run, shared};

fn study(name: &str) -> String {
    root().join("studies").join(name).display().to_string()
}

#[test]
fn five_tasks_and_the_notebook_are_planned_without_weights() {
    if shared("data/ag_news/train.csv").is_none() {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("out");
    // 5 baselines and 20 pairs by 8 seeds; 5 baselines and 5 pairs by 1 seed.
    for (name, runs) in [("five-tasks.toml", "200"), ("notebook.toml", "10"), ("real-small.toml", "75")] {
        let said = run(&["run", &study(name), "--out", folder.to_str().unwrap(), "--device", "cpu", "--dry-run"]);
        assert_eq!(said.code, 0, "{name}: {said:?}");
        assert!(said.stdout.contains(runs), "{name}: {}", said.stdout);
        assert!(!folder.exists(), "a dry run writes nothing");
    }
}

#[test]
fn the_notebook_preset_runs_on_a_small_random_encoder() {
    let Some(tokenizer) = shared("data/albert-base-v2/tokenizer.json") else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = root().join("../shared/data").canonicalize().unwrap();
    let text = fs::read_to_string(study("notebook.toml")).unwrap();
    let encoder = format!(
        "tokenizer = \"{}\"\nconfig = {{ model_type = \"albert\", vocab_size = 30000, embedding_size = 8, hidden_size = 16, \
         num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 16, max_position_embeddings = 64 }}",
        tokenizer.canonicalize().unwrap().display()
    );
    let text = text
        .replace("path = \"../models/albert-base-v2\"", &encoder)
        .replace("../../shared/data", data.to_str().unwrap())
        .replace("max_length = 512", "max_length = 64")
        .replace("limit = 2000", "limit = 40")
        .replace("precision = \"bf16\"", "precision = \"f32\"");
    let path = folder.path().join("study.toml");
    fs::write(&path, text).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{said:?}");
    let report = fs::read_to_string(out.join("report.json")).unwrap();
    for warning in ["evaluated on the rows it was trained on", "One seed", "of 20 ordered pairs", "classifier is kept"]
    {
        assert!(report.contains(warning), "the report does not say: {warning}");
    }
    let table = fs::read_to_string(out.join("fine_tune_performance.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(",Accuracy,F1-Score"));
    for row in [
        "rte pretrained on yelp_reviews",
        "yelp_reviews pretrained on sst2",
        "paws pretrained on rte",
        "ag_news pretrained on paws",
        "rte pretrained on ag_news",
    ] {
        assert!(table.contains(row), "{table}");
    }
    let baselines = fs::read_to_string(out.join("baseline_performance.csv")).unwrap();
    assert!(baselines.starts_with(",Accuracy,F1-Score\nag_news,"), "{baselines}");
    assert_eq!(baselines.lines().count(), 6);
}
