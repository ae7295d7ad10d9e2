//! From nothing to a report with a network: the commands of docs/hub.md, on a hub on 127.0.0.1 with a small ALBERT and
//! five small data sets of the published layout. And what the command line says when it cannot be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use serde_json::Value;
use transfermap_tests::hub_content::{five_data_sets, small_albert, small_model};
use transfermap_tests::hub_place::{HubPlace, MODEL};
use transfermap_tests::hub_server::{Trouble, commit};
use transfermap_tests::{binary, said};

#[test]
fn from_nothing_to_a_report_and_again_without_a_network() {
    let place = HubPlace::start();
    place.study();
    let checked = place.run(&["check", "study.toml"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.stderr.contains("fetching albert/albert-base-v2 model.safetensors"), "{checked:?}");
    assert!(checked.stdout.contains("yelp"), "{checked:?}");
    place.server.seen();
    let ran = place.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(place.server.seen(), [], "what `check` had fetched was asked for again");

    let report = place.report("out");
    assert_eq!(report["runs"].as_array().unwrap().len(), 25);
    assert!(report["runs"].as_array().unwrap().iter().all(|r| r["status"] == "ok"));
    // The commits are in the study that the report keeps, and in every record.
    assert_eq!(report["study"]["encoder"][0]["path"], MODEL);
    assert_eq!(report["study"]["encoder"][0]["revision"], commit(1));
    for task in report["study"]["task"].as_array().unwrap() {
        assert_eq!((&task["train"]["revision"], &task["test"]["revision"]), (&commit(2).into(), &commit(2).into()));
    }
    let record: Value =
        serde_json::from_slice(&fs::read(place.path("out/runs/single/rte/s1/record.json")).unwrap()).unwrap();
    let hub: Vec<&str> = record["provenance"]["hub"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(hub.len(), 6);
    assert!(hub.contains(&format!("{MODEL}@{}", commit(1)).as_str()), "{hub:?}");
    assert!(hub.contains(&format!("datasets/nyu-mll/glue@{}", commit(2)).as_str()), "{hub:?}");
    assert!(
        !report.to_string().contains(place.folder.path().to_str().unwrap()),
        "a path of this machine in the report"
    );

    // The branch has moved: the cache has not, and the finished runs stand.
    let mut moved = small_albert().unwrap();
    moved.insert("config.json".into(), b"{}".to_vec());
    place.server.put(MODEL, "main", &commit(9), moved);
    let again = place.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(place.report("out")["runs"], report["runs"]);
    let offline =
        place.run(&["run", "study.toml", "--out", "out2", "--device", "cpu", "--offline", "--only", "single/rte/*"]);
    assert_eq!(offline.code, 0, "{offline:?}");
    assert_eq!(place.server.seen(), []);
    let scores = |out: &str| {
        let runs = place.report(out)["runs"].clone();
        runs.as_array().unwrap().iter().find(|r| r["id"] == "single/rte/s1").unwrap()["evaluations"].clone()
    };
    assert_eq!(scores("out2"), scores("out"));
}

#[test]
fn two_csv_files_and_three_commands_as_the_readme_has_them() {
    let place = HubPlace::start();
    for (name, words) in [("mood.csv", ["sad", "merry"]), ("kind.csv", ["train", "novel"])] {
        let row = |i: usize| format!("the {} text number {i} of the class,{}\n", words[i % 2], words[i % 2]);
        fs::write(place.path(name), "text,label\n".to_owned() + &(0..80).map(row).collect::<String>()).unwrap();
    }
    for command in [
        &["init", "study.toml", "mood.csv", "kind.csv"][..],
        &["check", "study.toml"],
        &["run", "study.toml", "--out", "out"],
    ] {
        let said = place.run(command);
        assert_eq!(said.code, 0, "{command:?}: {said:?}");
    }
    let report = place.report("out");
    let runs = report["runs"].as_array().unwrap();
    // Two tasks alone and two pairs, with the five seeds that `init` writes.
    assert_eq!(runs.len(), 20);
    assert!(runs.iter().all(|run| run["status"] == "ok"), "{runs:?}");
}

#[test]
fn encoders_of_other_architectures_are_found_by_their_ids() {
    let place = HubPlace::start();
    let models = [
        ("google/electra-small-discriminator", "electra", ""),
        ("microsoft/deberta-v3-small", "deberta_v3", ""),
        ("google-t5/t5-small", "t5_mean", "pooling = \"mean\"\n"),
    ];
    let mut study = "version = 1\nname = \"three\"\nseeds = [1]\nprotocols = [\"single\"]\n\
        [recipe]\nmax_steps = 2\nbatch_size = 4\n[[task]]\nname = \"rte\"\nready = \"glue/rte\"\n\
        train = { limit = 20 }\nvalidation = 0.1\n"
        .to_owned();
    for (id, fixture, more) in models {
        place.server.put(id, "main", &commit(1), small_model(fixture).unwrap());
        study += &format!("[[encoder]]\nname = \"{fixture}\"\npath = \"{id}\"\nmax_length = 16\n{more}");
    }
    fs::write(place.path("study.toml"), study).unwrap();
    let ran = place.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = place.report("out");
    assert_eq!(report["runs"].as_array().unwrap().len(), models.len());
    assert!(report["runs"].as_array().unwrap().iter().all(|r| r["status"] == "ok"), "{ran:?}");
    for (encoder, (id, ..)) in report["study"]["encoder"].as_array().unwrap().iter().zip(models) {
        assert_eq!((&encoder["path"], &encoder["revision"]), (&id.into(), &commit(1).into()));
    }
}

#[test]
fn one_fetch_brings_all_that_a_study_needs() {
    let place = HubPlace::start();
    place.study();
    let fetched = place.run(&["fetch", "study", "study.toml"]);
    assert_eq!(fetched.code, 0, "{fetched:?}");
    let mut expected = vec![format!("{MODEL}@{}", commit(1))];
    expected.extend(five_data_sets().unwrap().iter().map(|(path, _)| format!("{path}@{}", commit(2))));
    expected.sort();
    let mut lines: Vec<&str> = fetched.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, expected);
    place.server.seen();
    let mut command = place.command(&["check", "study.toml"]);
    let checked = said(&command.env("HF_HUB_OFFLINE", "1").output().unwrap());
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(!checked.stdout.contains("cannot be trained yet"), "{checked:?}");
    assert_eq!(place.server.seen(), []);
}

#[test]
fn fetch_tells_the_commit_and_the_place() {
    let place = HubPlace::start();
    let model = place.run(&["fetch", "model", MODEL]);
    assert_eq!(model.code, 0, "{model:?}");
    let snapshot = place.path("home/hub/models--albert--albert-base-v2/snapshots").join(commit(1));
    assert_eq!(model.stdout, format!("{MODEL}@{}\t{}\n", commit(1), snapshot.display()));
    assert_eq!(fs::read_dir(&snapshot).unwrap().count(), 3);
    let data = place.run(&["fetch", "dataset", "nyu-mll/glue", "--config", "rte", "--quiet"]);
    assert_eq!((data.code, data.stderr.as_str()), (0, ""), "{data:?}");
    let splits: Vec<&str> = data.stdout.lines().filter_map(|l| l.split('\t').nth(1)).collect();
    assert_eq!(splits, ["train", "validation", "test"]);
    let mut forbidden = place.command(&["fetch", "model", MODEL]);
    let forbidden = said(&forbidden.env("HF_HUB_OFFLINE", "1").output().unwrap());
    assert!(forbidden.code == 2 && forbidden.stderr.contains("unset it"), "{forbidden:?}");
    let several = place.run(&["fetch", "dataset", "nyu-mll/glue"]);
    assert_eq!(several.code, 2);
    assert!(several.stderr.contains("add `config`; there are: rte, cola"), "{several:?}");
}

#[test]
fn rejections_take_one_line_and_leave_no_results() {
    let place = HubPlace::start();
    place.study();
    let refused = |study: &str, more: &[&str], code: i32, parts: &[&str]| {
        fs::write(place.path("bad.toml"), study).unwrap();
        let said = place.run(&[&["run", "bad.toml", "--out", "bad", "--device", "cpu", "--quiet"], more].concat());
        assert_eq!(said.code, code, "{said:?}");
        for part in parts {
            assert!(said.stderr.contains(part), "`{part}` is missing in: {}", said.stderr);
        }
        assert_eq!(said.stderr.trim().lines().count(), 1, "{said:?}");
        assert!(!place.path("bad/runs").exists() && !place.path("bad/report.json").exists(), "partial output");
    };
    let study = place.study();
    refused(
        &study,
        &["--offline"],
        2,
        &["model albert/albert-base-v2 is not in the cache", "--offline", "fetch model"],
    );
    place.server.trouble("/model.safetensors/", 1, Trouble::Corrupt);
    refused(&study, &[], 1, &["model.safetensors: SHA-256 is", "the hub announced"]);
    let other = study.replace(MODEL, "albert/albert-none");
    refused(
        &other,
        &[],
        2,
        &["albert/albert-none: no such folder", "/api/models/albert/albert-none/revision/main: 401"],
    );
    let split = study.replace("ready = \"glue/rte\"", "ready = \"glue/rte\"\ntest = { split = \"dev\" }");
    refused(&split, &[], 2, &["no split `dev`; there are: train, validation, test"]);
    let mut only_bin = small_albert().unwrap();
    only_bin.remove("model.safetensors");
    place.server.put("org/old", "main", &commit(5), only_bin);
    refused(&study.replace(MODEL, "org/old"), &[], 2, &["only pytorch_model.bin", "safe_serialization=True"]);
}

#[test]
fn the_token_is_sent_and_never_shown() {
    let place = HubPlace::start();
    place.server.close(MODEL, "hf_right");
    let mut command = place.command(&["fetch", "model", MODEL]);
    assert_eq!(said(&command.env("HF_TOKEN", "hf_right").output().unwrap()).code, 0);
    let mut command = place.command(&["fetch", "model", MODEL]);
    let refused = said(&command.env("HF_TOKEN", "hf_wrong").output().unwrap());
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("403") && !refused.stderr.contains("hf_"), "{refused:?}");
}

#[test]
fn a_full_disk_is_told_and_what_came_is_gone_on_with() {
    let place = HubPlace::start();
    // A limit on file sizes fails the write as a full disk does, without one. Blocks of 512 or 1,024 bytes.
    let script = format!("trap '' XFSZ; ulimit -f 40; exec '{}' fetch model {MODEL}", binary().display());
    let failed = said(&place.program("bash", &["-c", &script]).output().unwrap());
    assert_eq!(failed.code, 2, "{failed:?}");
    assert!(failed.stderr.contains("free some space") && failed.stderr.contains("incomplete"), "{failed:?}");
    let snapshot = place.path("home/hub/models--albert--albert-base-v2/snapshots").join(commit(1));
    assert!(!snapshot.join("model.safetensors").exists());
    place.server.seen();
    assert_eq!(place.run(&["fetch", "model", MODEL]).code, 0);
    assert!(place.server.seen().iter().any(|s| s.range.is_some()), "it began again from nothing");
    assert!(snapshot.join("model.safetensors").exists());
}

#[test]
fn a_terminal_sees_how_far_a_file_has_come() {
    let there = std::process::Command::new("script").arg("--version").output();
    if !there.is_ok_and(|o| o.status.success()) {
        eprintln!("SKIPPED: there is no `script` (util-linux), so no progress bar was looked at");
        return;
    }
    let place = HubPlace::start();
    let fetch = format!("'{}' fetch model {MODEL}", binary().display());
    // Output and errors of a program on a terminal of its own come out as one.
    let seen = said(&place.program("script", &["-qec", &fetch, "/dev/null"]).output().unwrap());
    assert_eq!(seen.code, 0, "{seen:?}");
    let bar = seen.stdout.split(['\r', '\n']).find(|l| l.contains("model.safetensors") && l.contains("left"));
    assert!(bar.is_some_and(|l| l.contains('/') && l.contains("B/s")), "{seen:?}");
    // It is gone at the end; what was fetched stays.
    let last = seen.stdout.lines().last().unwrap_or_default();
    assert!(last.contains(&format!("{MODEL}@{}", commit(1))), "{seen:?}");
}
