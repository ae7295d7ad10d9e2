//! Two encoders in one study: planned, trained, observed and analysed each by itself, then compared.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use serde_json::Value;
use transfermap::analysis::Finding;
use transfermap::report::Report;
use transfermap_tests::{generated_study, root, run};

const BERT: &str = r#"{ model_type = "bert", vocab_size = 600, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 32 }"#;

#[test]
fn two_encoders_are_analysed_apart_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = root().join("trainer/assets/demo-albert/tokenizer.json").canonicalize().unwrap();
    let second = format!(
        "[[encoder]]\nname = \"random-bert\"\ntokenizer = \"{}\"\nconfig = {BERT}\nmax_length = 32\n\n[recipe]",
        tokenizer.display()
    );
    let measures = "[measures]\nexamples = 32\nfew_steps = 2\n";
    let text = generated_study(
        &["polarity", "stars"],
        "[1, 2]",
        96,
        "max_steps = 3\nbatch_size = 16\nlearning_rate = 1e-3",
        measures,
    );
    let study = folder.path().join("study.toml");
    fs::write(&study, text.replace("[recipe]", &second)).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("── random-bert less demo-albert"), "{}", said.stdout);

    let json = out.join("report.json");
    let report = Report::from_json(&fs::read(&json).unwrap()).unwrap();
    let mut families: Vec<String> = report.families().into_iter().map(|f| f.encoder).collect();
    families.sort();
    assert_eq!(families, ["demo-albert", "random-bert"]);
    assert_eq!(report.runs.len(), 2 * (4 + 4));
    // Words are the same whatever the encoder; features are not.
    let of =
        |name: &str| report.measures.iter().filter(|m| m.name == name).map(|m| m.encoder.clone()).collect::<Vec<_>>();
    assert_eq!(of("logme").len(), 2, "{:?}", report.warnings);

    let said = run(&["analyze", json.to_str().unwrap(), "--json"]);
    let analysis: Value = serde_json::from_str(&said.stdout).unwrap();
    let [difference] = analysis["encoder_differences"].as_array().unwrap().as_slice() else {
        panic!("{}", analysis["encoder_differences"])
    };
    assert_eq!((&difference["encoder"], &difference["other"]), (&"random-bert".into(), &"demo-albert".into()));
    let gain = |encoder: &str, source: &Value| {
        let pairs = analysis["pairs"].as_array().unwrap();
        pairs.iter().find(|p| p["encoder"] == encoder && p["source"] == *source).unwrap()["gain"].as_f64().unwrap()
    };
    let untested = serde_json::to_value(Finding::Untested).unwrap();
    for pair in difference["pairs"].as_array().unwrap() {
        let expected = gain("random-bert", &pair["source"]) - gain("demo-albert", &pair["source"]);
        assert!((pair["difference"].as_f64().unwrap() - expected).abs() < 1e-12, "{pair}");
        assert_ne!(pair["finding"], untested, "{pair}");
    }
    assert_eq!(difference["pairs"].as_array().unwrap().len(), 2);
}
