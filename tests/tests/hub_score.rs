//! `check`, `run`, `score` and `report --include-text` find models and data sets of the hub in the same way: in its cache, at
//! the commits of the report, else by asking.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use serde_json::Value;
use transfermap_tests::hub_content::small_albert;
use transfermap_tests::hub_place::{HubPlace, MODEL};
use transfermap_tests::hub_server::commit;
use transfermap_tests::{Said, said};

/// Three tasks, of which one leaves its labels to the features of its data, and all measures.
const STUDY: &str = r#"version = 1
name = "hub"
seeds = [1]
[[encoder]]
name = "albert"
path = "albert/albert-base-v2"
max_length = 32
[recipe]
max_steps = 2
batch_size = 8
[measures]
examples = 16
few_steps = 1
[[task]]
name = "sst2"
ready = "sst2"
train = { limit = 20 }
test = { limit = 20 }
[[task]]
name = "rte"
kind = "pair"
text = ["sentence1", "sentence2"]
train = { dataset = "nyu-mll/glue", config = "rte", split = "train", limit = 20 }
test = { dataset = "nyu-mll/glue", config = "rte", split = "validation", limit = 20 }
validation = { dataset = "nyu-mll/glue", config = "rte", split = "train", limit = 5 }
[[task]]
name = "ag_news"
ready = "ag_news"
merge = { World = "A", Sports = "A", Business = "B", "Sci/Tech" = "B" }
train = { limit = 20 }
test = { limit = 20 }
"#;

/// A hub, and a finished study of it in `out`.
fn finished() -> HubPlace {
    let place = HubPlace::start();
    fs::write(place.path("study.toml"), STUDY).unwrap();
    let ran = place.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    place
}

/// Asks about a task file of these lines.
fn score(place: &HubPlace, lines: &str, more: &[&str], home: &str) -> Said {
    fs::write(place.path("new.toml"), lines).unwrap();
    let mut arguments = vec!["score", "--target", "new.toml", "--against", "out", "--device", "cpu", "--json"];
    arguments.extend(more);
    said(&place.command(&arguments).env("HF_HOME", place.path(home)).output().unwrap())
}

fn answer(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{said:?}");
    serde_json::from_str(&said.stdout).unwrap()
}

/// The repositories that were asked for anything since the last call.
fn asked(place: &HubPlace) -> Vec<String> {
    let mut out: Vec<String> = place.server.seen().iter().filter(|s| !s.store).map(|s| s.path.clone()).collect();
    for path in &mut out {
        let path_of = |p: &str| p.split("/resolve/").next().unwrap().split("/revision/").next().unwrap().to_owned();
        *path = path_of(path).trim_start_matches("/api").trim_start_matches("/models").trim_matches('/').to_owned();
    }
    out.sort();
    out.dedup();
    out
}

#[test]
fn a_study_of_the_hub_is_observed_and_asked_about_a_data_set_of_the_hub() {
    let place = finished();
    let report = place.report("out");
    // Every pair has every measure, from an encoder and from tasks of the hub.
    let measures = report["measures"].as_array().unwrap();
    assert!(measures.len() >= 20, "{} measures", measures.len());
    let leep = measures.iter().find(|m| m["name"] == "leep").unwrap();
    assert_eq!(leep["values"].as_array().unwrap().len(), 6);
    // The names that the data gave are in the report's study, the file's own text stays as it is.
    let rte = report["study"]["task"].as_array().unwrap().iter().find(|t| t["name"] == "rte").unwrap();
    assert_eq!(rte["labels"], serde_json::json!(["entailment", "not_entailment"]));
    for rows in ["train", "test", "validation"] {
        assert_eq!(rte[rows]["revision"], commit(2), "{rows}");
    }
    assert_eq!(fs::read_to_string(place.path("out/study.toml")).unwrap(), STUDY);
    let status = place.run(&["status", "out"]).stdout;
    let probes = status.lines().find_map(|l| l.trim().strip_prefix("probes ")).unwrap_or_else(|| panic!("{status}"));
    let words: Vec<&str> = probes.split_whitespace().collect();
    assert!(words.len() > 3 && words[0] == words[2] && words[0] != "0", "not all of them are there: {status}");
    asked(&place);

    let paws = "name = \"paws\"\nready = \"paws\"\ntrain = { limit = 20 }\ntest = { limit = 20 }\n";
    let refused = score(&place, paws, &["--offline"], "home");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    for part in ["google-research-datasets/paws is not in the cache", "--offline", "transfermap fetch dataset"] {
        assert!(refused.stderr.contains(part), "`{part}` is missing in: {}", refused.stderr);
    }
    assert_eq!(asked(&place), Vec::<String>::new());
    let first = answer(&score(&place, paws, &[], "home"));
    assert_eq!(asked(&place), ["datasets/google-research-datasets/paws"], "the model was there");
    assert_eq!((first["target"].as_str(), first["examples"].as_u64()), (Some("paws"), Some(16)));
    // Sixteen examples tell some measures nothing, and they say so; nothing else is amiss.
    let of_measures =
        |w: &serde_json::Value| w.as_str().is_some_and(|w| w.contains("is left out") || w.contains("no value for"));
    assert!(first["warnings"].as_array().unwrap().iter().all(of_measures), "{}", first["warnings"]);
    assert_eq!(first["recommendations"][0]["sources"].as_array().unwrap().len(), 3);
    assert!(first["encoders"][0]["measures"].as_array().unwrap().len() >= 20);
    let again = answer(&score(&place, paws, &["--offline"], "home"));
    assert_eq!(again["recommendations"], first["recommendations"]);
    assert_eq!(asked(&place), Vec::<String>::new());
}

#[test]
fn a_new_task_leaves_its_labels_to_its_features_and_complaints_name_its_file() {
    let place = finished();
    let rows = "train = { dataset = \"stanfordnlp/sst2\", split = \"train\", limit = 20 }\n";
    let task = format!("name = \"new\"\ntext = [\"sentence\"]\n{rows}");
    assert_eq!(answer(&score(&place, &task, &[], "home"))["target"], "new");
    for (lines, says) in [
        (
            format!("{task}merge = {{ bad = \"x\" }}\n"),
            "new.toml: line 4: `merge` names `bad`, which is not among the labels",
        ),
        (task.replace("\"sentence\"", "\"text\""), "no column `text`"),
        (task.replace("\"train\"", "\"dev\""), "no split `dev`; there are: train, validation, test"),
    ] {
        let said = score(&place, &lines, &[], "home");
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains(says) && said.stderr.trim().lines().count() == 1, "{said:?}");
    }
}

#[test]
fn a_cache_that_is_gone_is_fetched_again_at_the_commits_of_the_report() {
    let place = finished();
    let mut moved = small_albert().unwrap();
    moved.insert("config.json".into(), b"{}".to_vec());
    place.server.put(MODEL, "main", &commit(9), moved);
    let paws = "name = \"paws\"\nready = \"paws\"\ntrain = { limit = 20 }\n";
    // Elsewhere now, but `run` had the model where it still is.
    answer(&score(&place, paws, &[], "elsewhere"));
    assert!(!place.path("elsewhere/hub/models--albert--albert-base-v2").exists(), "the model was fetched again");
    fs::remove_dir_all(place.path("home")).unwrap();
    let other = paws.replace("name = \"paws\"", "name = \"other\"").replace("limit = 20", "limit = 15");
    let refused = score(&place, &other, &["--offline"], "elsewhere");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("model albert/albert-base-v2 is not in the cache"), "{refused:?}");
    answer(&score(&place, &other, &[], "elsewhere"));
    let snapshots = place.path("elsewhere/hub/models--albert--albert-base-v2/snapshots");
    let commits: Vec<_> = fs::read_dir(snapshots).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(commits, [commit(1).as_str()], "another commit than the study's");
}

#[test]
fn texts_of_a_data_set_of_the_hub_are_shown_when_asked_for() {
    let place = finished();
    let page = "<html><head><title>t</title></head><body><!-- page --><!-- /page --><!-- report --></body></html>";
    fs::write(place.path("viewer.html"), page).unwrap();
    let mut arguments = vec!["report", "out", "--single-file", "page.html", "--viewer", "viewer.html"];
    let shown = |arguments: &[&str]| {
        let said = place.run(arguments);
        assert_eq!(said.code, 0, "{said:?}");
        fs::read_to_string(place.path("page.html")).unwrap()
    };
    assert!(!shown(&arguments).contains(" text 1 of class "));
    asked(&place);
    arguments.push("--include-text");
    assert!(shown(&arguments).contains(" text 1 of class "));
    assert_eq!(asked(&place), Vec::<String>::new(), "what is in the cache was asked for");
}
