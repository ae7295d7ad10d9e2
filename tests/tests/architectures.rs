//! Every architecture through the whole house: trained, transferred, exported, and taken up again from the export.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use serde_json::Value;
use transfermap::measure::registry;
use transfermap::report::Report;
use transfermap_tests::{generated_study, root, run};

const BERT: &str = r#"{ model_type = "bert", vocab_size = 600, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 32 }"#;
const ROBERTA: &str = r#"{ model_type = "roberta", vocab_size = 600, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 40, type_vocab_size = 1, pad_token_id = 0 }"#;
const DISTILBERT: &str = r#"{ model_type = "distilbert", vocab_size = 600, dim = 16, n_layers = 1, n_heads = 2, hidden_dim = 24, max_position_embeddings = 32 }"#;
const ELECTRA: &str = r#"{ model_type = "electra", vocab_size = 600, embedding_size = 8, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 32 }"#;
const DEBERTA: &str = r#"{ model_type = "deberta-v2", vocab_size = 600, hidden_size = 16, num_hidden_layers = 1, num_attention_heads = 2, intermediate_size = 24, max_position_embeddings = 32, relative_attention = true, position_buckets = 8, norm_rel_ebd = "layer_norm", share_att_key = true, pos_att_type = "p2c|c2p", position_biased_input = false }"#;
/// What ends a text in the tokenizer of the demo.
const T5: &str = r#"{ model_type = "t5", vocab_size = 600, d_model = 16, d_kv = 8, d_ff = 24, num_layers = 1, num_heads = 2, eos_token_id = 3 }"#;

#[test]
fn every_architecture_is_trained_exported_and_taken_up_again() {
    let tokenizer = root().join("trainer/assets/demo-albert/tokenizer.json").canonicalize().unwrap();
    let pooling = "pooling = \"mean\"\n";
    for (config, class, more) in [
        (BERT, "BertForSequenceClassification", ""),
        (ROBERTA, "RobertaForSequenceClassification", ""),
        (DISTILBERT, "DistilBertForSequenceClassification", ""),
        (ELECTRA, "ElectraForSequenceClassification", ""),
        (DEBERTA, "DebertaV2ForSequenceClassification", ""),
        (T5, "T5ForSequenceClassification", ""),
        (T5, "T5ForTokenClassification", pooling),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let random = format!("tokenizer = \"{}\"\nconfig = {config}\n{more}", tokenizer.display());
        let recipe = "max_steps = 3\nbatch_size = 16\nlearning_rate = 1e-3";
        let measures =
            "protocols = [\"single\", \"sequential\", \"joint\"]\n[measures]\nexamples = 32\nfew_steps = 2\n";
        // One input is a single text, one a pair, whose segments only BERT tells apart.
        let text = generated_study(&["polarity", "entailment"], "[1]", 96, recipe, measures)
            .replace("embedded = \"demo-albert\"", &random);
        let study = folder.path().join("study.toml");
        fs::write(&study, text).unwrap();
        let out = folder.path().join("out");
        let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
        assert_eq!(said.code, 0, "{class}: {}", said.stderr);
        for id in ["single/polarity/s1", "sequential/polarity--entailment/s1", "joint/equal/polarity+entailment/s1"] {
            let record: Value =
                serde_json::from_slice(&fs::read(out.join("runs").join(id).join("record.json")).unwrap()).unwrap();
            assert_eq!(record["status"], "ok", "{class} {id}: {}", record["reason"]);
        }
        // Heads of one and of two layers: nothing is lacking.
        let report = Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap();
        let lacking: Vec<&str> =
            registry().iter().map(|m| m.name).filter(|n| !report.measures.iter().any(|m| m.name == *n)).collect();
        assert!(lacking.is_empty(), "{class}: {lacking:?}: {:?}", report.warnings);

        let model = folder.path().join("model");
        let trained = out.join("runs/single/polarity/s1");
        let said = run(&["export", "--model", trained.to_str().unwrap(), "--out", model.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{class}: {}", said.stderr);
        let exported: Value = serde_json::from_slice(&fs::read(model.join("config.json")).unwrap()).unwrap();
        assert_eq!(exported["architectures"][0], class);
        assert_eq!(exported["id2label"]["1"], "positive");

        let again = generated_study(&["polarity"], "[1]", 96, "max_steps = 1", "protocols = [\"single\"]")
            .replace("embedded = \"demo-albert\"", "path = \"model\"");
        let study = folder.path().join("again.toml");
        fs::write(&study, again).unwrap();
        let out = folder.path().join("again");
        let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
        assert_eq!(said.code, 0, "{class}: {}", said.stderr);
    }
}

/// What benches/gpu/run.sh calls on a GPU.
#[test]
fn throughput_takes_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.json");
    let small = r#"{"model_type": "bert", "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 8}"#;
    fs::write(&config, small).unwrap();
    let measure = |length: &str| {
        let config = config.to_str().unwrap();
        run(&[
            "throughput",
            "--config",
            config,
            "--device",
            "cpu",
            "--batch",
            "2",
            "--length",
            length,
            "--steps",
            "2",
            "--json",
        ])
    };
    let said = measure("8");
    assert_eq!(said.code, 0, "{}", said.stderr);
    let result: Value = serde_json::from_str(&said.stdout).unwrap();
    assert!(result["examples_per_second"].as_f64().unwrap() > 0.0 && result["warmup_steps"] == 10, "{result}");
    let said = measure("9");
    assert!(said.code == 2 && said.stderr.contains("takes at most 8 tokens"), "{}", said.stderr);

    for name in ["albert-base-v2", "bert-base-uncased"] {
        let text = fs::read_to_string(root().join(format!("benches/gpu/{name}.json"))).unwrap();
        let config = transfermap_trainer::encoder::Config::read(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!((config.sizes().hidden_size, config.sizes().layers), (768, 12), "{name}");
    }
}

#[test]
fn parity_is_shown_of_every_folder_of_references() {
    let said = run(&["parity", "--fixtures", root().join("tests/fixtures").to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    for name in ["albert_small", "bert", "roberta", "distilbert", "electra", "deberta_v3", "t5_mean"] {
        let line = said.stdout.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        assert!(line.ends_with("ok"), "{line}");
    }
}
