//! Joint training from the outside: what a study makes of it, and what it changes in other runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap_tests::{generated_study, run};
use transfermap_trainer::pretrained::{Tensors, read_tensors};

const RECIPE: &str = "epochs = 2\nbatch_size = 32\nlearning_rate = 1e-3\nhidden_dropout_prob = 0.1";

fn trained(folder: &Path, name: &str, more: &str) -> PathBuf {
    trained_with(folder, name, more, &[])
}

fn trained_with(folder: &Path, name: &str, more: &str, options: &[&str]) -> PathBuf {
    let study = folder.join(format!("{name}.toml"));
    fs::write(&study, generated_study(&["topic", "polarity", "stars"], "[1, 2]", 160, RECIPE, more)).unwrap();
    let out = folder.join(name);
    let base = ["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"];
    let said = run(&[&base[..], options].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    out
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A record without time and place.
fn record(out: &Path, id: &str) -> Value {
    let mut record = json(&out.join("runs").join(id).join("record.json"));
    for field in ["cost", "provenance", "fingerprint", "seal"] {
        record.as_object_mut().unwrap().remove(field);
    }
    record
}

#[test]
fn a_study_trains_pairs_sets_and_controls_and_says_what_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let out = trained(
        folder.path(),
        "whole",
        "protocols = [\"single\", \"joint\"]\n\
         joint = [{ sets = [\"pairs\", \"all\"] }, { sets = \"all\", method = \"pcgrad\" }]\n\
         controls = { select = [\"longer\"] }",
    );
    // 160 rows in batches of 32: 5 steps a pass, 10 alone.
    let all = record(&out, "joint/equal/topic+polarity+stars/s1");
    for task in ["topic", "polarity", "stars"] {
        assert_eq!(all["budget"]["by_task"][task]["batches"], 10, "{task}");
        assert!(all["evaluations"][task]["test"]["scores"]["accuracy"].is_number());
        assert_eq!(all["joint"]["quotas"][task], 10);
    }
    assert_eq!((&all["budget"]["steps"], &all["joint"]["block"]), (&10.into(), &"equal".into()));
    assert_eq!(all["joint"]["diagnostics"]["pairs"].as_array().unwrap().len(), 3);
    assert!(all["joint"]["diagnostics"]["tasks"][0]["self_cosine"].is_number(), "the first task was looked at twice");
    let surgery = record(&out, "joint/pcgrad/topic+polarity+stars/s2");
    assert_eq!(surgery["joint"]["method"], "pcgrad");
    assert!(surgery["joint"]["curves"]["stars"]["weight"].as_array().unwrap().len() == 10);
    assert_eq!(record(&out, "longer-20/single/stars/s1")["budget"]["steps"], 20);

    let model = out.join("runs/joint/equal/topic+polarity+stars/s1");
    assert!(!model.join("model.safetensors").exists(), "weights of runs that start no other are not kept");

    let said = run(&["analyze", out.join("report.json").to_str().unwrap(), "--json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let analysis: Value = serde_json::from_str(&said.stdout).unwrap();
    let joint = |p: &&Value| p["protocol"] == "joint" && p["block"] == "equal";
    assert_eq!(analysis["pairs"].as_array().unwrap().iter().filter(joint).count(), 6);
    let questions = |name: &str| {
        let all = analysis["together"]["comparisons"].as_array().unwrap();
        all.iter().filter(|c| c["question"] == name).count()
    };
    assert_eq!(["joint_vs_single", "joint_vs_longer", "method_vs_equal"].map(questions), [6, 6, 3]);
    let said = run(&["analyze", out.join("report.json").to_str().unwrap()]);
    for words in ["Alone, after, together", "together with polarity and stars (pcgrad)", "How the gradients agreed"] {
        assert!(said.stdout.contains(words), "{words}: {}", said.stdout);
    }
    for file in ["comparisons.csv", "joint.csv", "conflict.csv"] {
        assert!(fs::read_to_string(out.join(file)).unwrap().lines().count() > 3, "{file}");
    }
}

#[test]
fn looking_at_gradients_changes_no_weight_and_joint_runs_change_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let joint = |diagnostics: &str| {
        format!(
            "protocols = [\"single\", \"joint\"]\njoint = [{{ sets = [[\"topic\", \"stars\"]], diagnostics = {diagnostics} }}]"
        )
    };
    let seen = trained(folder.path(), "seen", &joint("{ every = 1 }"));
    let blind = trained(folder.path(), "blind", &joint("\"none\""));
    let id = "joint/equal/topic+stars/s1";
    let (mut with, mut without) = (record(&seen, id), record(&blind, id));
    assert_eq!(with["joint"]["diagnostics"]["samples"], 10);
    for record in [&mut with, &mut without] {
        let joint = record["joint"].as_object_mut().unwrap();
        joint.remove("diagnostics");
        joint.remove("sampled");
    }
    assert_eq!(with, without);
    let predictions = |out: &Path| fs::read(out.join("runs").join(id).join("predictions/stars.jsonl.gz")).unwrap();
    assert_eq!(predictions(&seen), predictions(&blind));
    let single = trained(folder.path(), "single", "protocols = [\"single\"]");
    for id in ["single/topic/s1", "single/stars/s2"] {
        assert_eq!(record(&single, id), record(&seen, id));
    }
}

#[test]
fn a_joint_model_leaves_with_the_head_of_the_task_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let joint = "protocols = [\"joint\"]\njoint = [{ sets = [[\"topic\", \"stars\"]] }]";
    let out = trained_with(folder.path(), "kept", joint, &["--keep-models", "all"]);
    let trained = out.join("runs/joint/equal/topic+stars/s1");
    let [(topic, of_topic), (stars, of_stars)] = ["topic", "stars"].map(|task| {
        let to = folder.path().join(format!("model of {task}"));
        let asked = ["export", "--model", trained.to_str().unwrap(), "--task", task, "--out", to.to_str().unwrap()];
        let said = run(&asked);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let tensors = read_tensors(&fs::read(to.join("model.safetensors")).unwrap()).unwrap();
        let (body, head): (Tensors, Tensors) = tensors.into_iter().partition(|(name, _)| name.starts_with("albert."));
        assert_eq!(head.keys().map(String::as_str).collect::<Vec<_>>(), ["classifier.bias", "classifier.weight"]);
        let labels = json(&to.join("config.json"))["id2label"].as_object().unwrap().len();
        (body, (head["classifier.bias"].shape.clone(), labels))
    });
    assert!(!topic.is_empty() && topic == stars, "one body");
    assert_eq!((of_topic, of_stars), ((vec![4], 4), (vec![5], 5)));
}

#[test]
fn methods_that_come_to_the_same_have_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let block = |method: &str| {
        format!(
            "protocols = [\"joint\"]\njoint = [{{ name = \"x\", sets = \"all\", method = {method}, diagnostics = \"none\" }}]"
        )
    };
    let bits = |name: &str, method: &str| {
        let out = trained(folder.path(), name, &block(method));
        let mut record = record(&out, "joint/x/topic+polarity+stars/s1");
        record["joint"].as_object_mut().unwrap().remove("method");
        record
    };
    let equal = bits("equal", "\"equal\"");
    let weights = "{ name = \"static\", weights = { topic = 3, polarity = 3, stars = 3 } }";
    assert_eq!(equal, bits("static", weights));
    assert_ne!(equal, bits("pcgrad", "\"pcgrad\""));
}

#[test]
fn a_set_too_small_for_a_task_is_refused_before_anything_is_trained() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.toml");
    let more = "protocols = [\"joint\"]\njoint = [{ sets = \"all\", budget = 0.01, sampling = { temperature = 0.1 } }]";
    let text = generated_study(&["topic", "polarity", "stars"], "[1]", 160, RECIPE, more);
    let text = text.replacen("limit = 160", "limit = 32", 1);
    fs::write(&study, text).unwrap();
    let out = folder.path().join("out");
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(
        said.stderr.contains("none is left for `topic`") && said.stderr.contains("raise `budget`"),
        "{}",
        said.stderr
    );
    assert!(!out.join("runs").exists());
}
