//! The binary from outside: exit codes, and that results and messages go where they belong.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

fn transfermap(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_transfermap")).args(arguments).env("HF_HUB_OFFLINE", "1").output().unwrap()
}

/// Exit code 2, one line on stderr that holds every one of `words`, nothing on stdout.
fn is_refused(arguments: &[&str], words: &[&str]) {
    let output = transfermap(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty());
    assert!(words.iter().all(|w| message.contains(w)), "{arguments:?}: {message}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_and_version_are_results() {
    for argument in ["--help", "--version"] {
        let output = transfermap(&[argument]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap().contains("transfermap"));
    }
}

#[test]
fn rejects_a_study_that_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let missing = dir.path().join("none.toml");
    is_refused(&["run", text(&missing), "--out", text(&out)], &["none.toml", "transfermap init"]);
    is_refused(&["run", text(dir.path()), "--out", text(&out)], &["this is a folder"]);
    let study = dir.path().join("study.toml");
    std::fs::write(&study, "version = 1\nname = \"x\"\nsedes = [1]\n").unwrap();
    is_refused(&["run", text(&study), "--out", text(&out)], &["study.toml: line 3", "did you mean `seeds`"]);
    is_refused(&["check", text(&study)], &["line 3"]);
    assert!(!out.exists());
}

#[test]
fn rejects_what_cannot_be_selected_or_written_before_it_reads_any_data() {
    let dir = tempfile::tempdir().unwrap();
    let study = dir.path().join("study.toml");
    let text_of_study = "version = 1\nname = \"x\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"e\"\n\
        [[task]]\nname = \"a\"\ntext = [\"t\"]\nlabels = [\"n\", \"y\"]\ntrain = { file = \"a\" }\ntest = { file = \"b\" }\n";
    std::fs::write(&study, text_of_study).unwrap();
    let out = dir.path().join("out");
    let run = |more: &[&str], words: &[&str]| {
        let mut arguments = vec!["run", text(&study), "--out", text(&out)];
        arguments.extend(more);
        is_refused(&arguments, words);
        assert!(!out.exists());
    };
    run(&["--shard", "3/2"], &["i from 1 to n"]);
    run(&["--only", "joint/*"], &["run ids look like `single/a/s1`"]);
    run(&["--device", "tpu"], &["give auto, cpu"]);
    run(&["--workers", "0"], &["workers"]);
    #[cfg(not(feature = "cuda"))]
    run(&["--device", "cuda"], &["--device cuda"]);
    let below_a_file = study.join("out");
    is_refused(&["run", text(&study), "--out", text(&below_a_file)], &["choose another folder"]);
}

#[test]
fn rejects_folders_that_hold_no_study_and_workers_started_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    is_refused(&["status", text(dir.path())], &["plan.json", "transfermap run"]);
    is_refused(&["export", "--out", "x"], &["REPORT"]);
    is_refused(&["export", "--model", text(dir.path()), "--out", "x"], &["OUT/runs/<id>"]);
    let output = transfermap(&["worker"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not by hand"));
}
