//! What the end-to-end tests share: the binary, scratch studies, the shared folder, a hub on 127.0.0.1.

pub mod hub_body;
pub mod hub_content;
pub mod hub_place;
pub mod hub_server;
pub mod mutation;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The binary `transfermap` of this build.
///
/// # Panics
/// When it has not been built: `cargo build` comes before the end-to-end tests.
#[allow(clippy::panic, reason = "only tests call it")]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let binary = folder.join(format!("transfermap{}", std::env::consts::EXE_SUFFIX));
    if !binary.exists() {
        panic!("{} is missing: run `cargo build` before these tests", binary.display());
    }
    binary
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file or folder of `../shared`, which holds real data and is not part of the product; `None`, said loudly, when it
/// is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = root().join("../shared").join(path);
    if full.exists() {
        return Some(full);
    }
    eprintln!("SKIPPED: ../shared/{path} is absent, so this test checked NOTHING");
    None
}

/// A command of the binary, without colour and without the network.
pub fn transfermap(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).stdin(Stdio::null()).env("NO_COLOR", "1").env("HF_HUB_OFFLINE", "1");
    command
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Results.
    pub stdout: String,
    /// Messages.
    pub stderr: String,
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started.
#[allow(clippy::panic, reason = "only tests call it")]
pub fn run(arguments: &[&str]) -> Said {
    match transfermap(arguments).output() {
        Ok(output) => said(&output),
        Err(e) => panic!("{}: {e}", binary().display()),
    }
}

/// The texts of a finished command.
pub fn said(output: &Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A study on the embedded suite: tasks by name, `limit` training rows each.
pub fn generated_study(tasks: &[&str], seeds: &str, limit: usize, recipe: &str, more: &str) -> String {
    let mut text = format!(
        "version = 1\nname = \"scratch\"\nseeds = {seeds}\n{more}\n[[encoder]]\nname = \"demo-albert\"\n\
         embedded = \"demo-albert\"\nmax_length = 32\n\n[recipe]\n{recipe}\n"
    );
    for task in tasks {
        let (kind, labels) = match *task {
            "topic" => ("single", r#"["sport", "finance", "science", "cooking"]"#),
            "polarity" => ("single", r#"["negative", "positive"]"#),
            "stars" => ("single", r#"["one", "two", "three", "four", "five"]"#),
            "entailment" => ("pair", r#"["entailment", "not_entailment"]"#),
            _ => ("pair", r#"["paraphrase", "not_paraphrase"]"#),
        };
        text += &format!(
            "\n[[task]]\nname = \"{task}\"\nkind = \"{kind}\"\nlabels = {labels}\n\
             train = {{ generated = \"{task}\", limit = {limit} }}\nvalidation = {{ generated = \"{task}\" }}\n\
             test = {{ generated = \"{task}\" }}\n"
        );
    }
    text
}
