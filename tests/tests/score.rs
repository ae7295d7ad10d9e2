//! `score`: a data set that the study has never seen, asked of its sources.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap::measure::info;
use transfermap::report::Report;
use transfermap_tests::{generated_study, run};

const RECIPE: &str = "epochs = 2\nbatch_size = 32\nlearning_rate = 1e-3";

const MEASURES: &str = "[measures]\nexamples = 48\nfew_steps = 2\n";

fn finished(folder: &Path, name: &str, tasks: &[&str]) -> PathBuf {
    let (study, out) = (folder.join(format!("{name}.toml")), folder.join(name));
    fs::write(&study, generated_study(tasks, "[1, 2]", 96, RECIPE, MEASURES)).unwrap();
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    out
}

/// The task file of the study's own words.
fn task_file(folder: &Path) -> PathBuf {
    let study = generated_study(&["entailment"], "[1]", 96, "", "");
    let path = folder.join("entailment.toml");
    fs::write(&path, &study[study.find("[[task]]").unwrap()..]).unwrap();
    path
}

fn score(target: &Path, against: &Path, more: &[&str]) -> transfermap_tests::Said {
    let mut arguments = vec!["score", "--target", target.to_str().unwrap(), "--against", against.to_str().unwrap()];
    arguments.extend(["--device", "cpu"]);
    arguments.extend(more);
    run(&arguments)
}

#[test]
fn says_of_a_new_task_what_a_study_with_it_measures() {
    let folder = tempfile::tempdir().unwrap();
    let three = finished(folder.path(), "three", &["polarity", "stars", "topic"]);
    let four = finished(folder.path(), "four", &["polarity", "stars", "topic", "entailment"]);
    let said = score(&task_file(folder.path()), &three, &["--json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let scores: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(scores["schema"], "transfermap.score/1");
    assert_eq!((scores["target"].as_str(), scores["examples"].as_u64()), (Some("entailment"), Some(48)));
    // Forty-eight examples tell some measures nothing, and they say so; nothing else is amiss.
    let of_measures = |w: &Value| w.as_str().is_some_and(|w| w.contains("is left out") || w.contains("no value for"));
    assert!(scores["warnings"].as_array().unwrap().iter().all(of_measures), "{}", scores["warnings"]);
    let report = Report::from_json(&fs::read(four.join("report.json")).unwrap()).unwrap();
    let measures = scores["encoders"][0]["measures"].as_array().unwrap();
    assert!(measures.len() >= 20, "{} measures", measures.len());
    for measure in measures {
        let name = measure["name"].as_str().unwrap();
        let of_study = report.measures.iter().find(|m| m.name == name).unwrap();
        let sources = measure["sources"].as_array().unwrap();
        assert_eq!(sources.len(), 3, "{name}");
        let sign = if info(name).unwrap().direction.name().starts_with("lower") { -1.0 } else { 1.0 };
        let largest = of_study.values.iter().fold(0.0, |m: f64, v| m.max(v.value.abs()));
        let mut last = f64::INFINITY;
        for source in sources {
            let of_pair = |v: &&transfermap::report::MeasureValue| {
                v.source == source["source"].as_str().unwrap() && v.target == "entailment"
            };
            let values: Vec<f64> = of_study.values.iter().filter(of_pair).map(|v| v.value).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let value = source["value"].as_f64().unwrap();
            // Means are rounded to twelve digits of the largest before they are ranked.
            assert!((value - mean).abs() <= 5.1e-12 * largest, "{name}: {value} {mean}");
            assert!(sign * value <= last, "{name} is not in order");
            last = sign * value;
        }
        // A measure that says the same of all pairs of three tasks predicts nothing there.
        let in_study = &measure["in_study"];
        assert!(in_study["n"].as_u64() == Some(6) || in_study.is_null(), "{name}: {in_study}");
    }
    let told = measures.iter().filter(|m| !m["in_study"].is_null()).count();
    assert!(told >= measures.len() - 3, "{told} of {}", measures.len());
    let recommended = scores["recommendations"][0]["sources"].as_array().unwrap();
    assert_eq!(recommended.len(), 3);
    assert!(scores["encoders"][0]["in_study"].is_string());

    // The same in words, from what is kept on disk; the study's report is untouched.
    let said = score(&task_file(folder.path()), &three, &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("logme") && said.stdout.contains("Sources for entailment"), "{}", said.stdout);
    let report = Report::from_json(&fs::read(three.join("report.json")).unwrap()).unwrap();
    assert!(report.study.task("entailment").is_none());

    // Without its models a source is ranked by what needs none, and the answer says so.
    fs::remove_dir_all(three.join("probes/model")).unwrap();
    for seed in ["s1", "s2"] {
        fs::remove_file(three.join("runs/single/stars").join(seed).join("model.safetensors")).unwrap();
    }
    let said = score(&task_file(folder.path()), &three, &["--json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let scores: Value = serde_json::from_str(&said.stdout).unwrap();
    let warnings = scores["warnings"].to_string();
    assert!(warnings.contains("single/stars/s1") && warnings.contains("missing"), "{warnings}");
    let find = |name: &str| {
        let all = scores["encoders"][0]["measures"].as_array().unwrap();
        all.iter().find(|m| m["name"] == name).unwrap()["sources"].as_array().unwrap().len()
    };
    assert_eq!((find("logme"), find("task2vec")), (2, 3));
}

#[test]
fn wrong_requests_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path(), "two", &["polarity", "stars"]);
    let wrong = |target: &Path, against: &Path, expected: &[&str]| {
        let said = score(target, against, &[]);
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(expected.iter().all(|e| said.stderr.contains(e)), "{}", said.stderr);
        assert!(said.stdout.is_empty());
    };
    wrong(&folder.path().join("none.toml"), &out, &["task file", "none.toml"]);
    wrong(&task_file(folder.path()), &folder.path().join("nowhere"), &["no plan", "nowhere"]);
    let text = fs::read_to_string(task_file(folder.path())).unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    wrong(&file("key.toml", text.replace("labels", "label_names")), &out, &["key.toml", "line 4", "labels"]);
    let known = text.replace("name = \"entailment\"", "name = \"stars\"");
    wrong(&file("known.toml", known), &out, &["`stars` is in the study already", "recommend"]);
    let absent = "name = \"mine\"\ntext = [\"t\"]\nlabels = [\"a\", \"b\"]\ntrain = { file = \"absent.csv\" }\n";
    wrong(&file("absent.toml", absent.into()), &out, &["absent.csv"]);
}
