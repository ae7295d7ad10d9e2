//! A hub on 127.0.0.1 with the model and the five data sets of studies/hub-five-tasks.toml in small, an empty home for
//! its cache, and a folder to work in.

#![allow(clippy::unwrap_used, reason = "only tests use it, and a test that cannot go on should stop")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::hub_content::{five_data_sets, small_albert};
use crate::hub_server::{HubServer, commit};
use crate::{Said, root, said, transfermap};

/// The model of the study. It is commit 1 there, the data sets are commit 2.
pub const MODEL: &str = "albert/albert-base-v2";

/// The hub, the home and the folder.
pub struct HubPlace {
    pub server: HubServer,
    /// The folder; `home` in it is HF_HOME.
    pub folder: tempfile::TempDir,
}

impl HubPlace {
    /// An empty folder and a hub with all that the study names.
    ///
    /// # Panics
    /// When one of them cannot be had.
    pub fn start() -> Self {
        let server = HubServer::start();
        server.put(MODEL, "main", &commit(1), small_albert().unwrap());
        for (path, files) in five_data_sets().unwrap() {
            server.put(path, "main", &commit(2), files);
        }
        Self { server, folder: tempfile::tempdir().unwrap() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of the binary that stands in the folder and asks this hub.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = transfermap(arguments);
        command.current_dir(self.folder.path()).env("HF_ENDPOINT", &self.server.endpoint);
        command.env("HF_HOME", self.path("home")).env_remove("HF_HUB_OFFLINE").env_remove("HF_TOKEN");
        command
    }

    /// Another program in the same place.
    pub fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut program = Command::new(name);
        program.args(arguments).current_dir(self.folder.path());
        for (name, value) in self.command(&[]).get_envs() {
            match value {
                Some(value) => program.env(name, value),
                None => program.env_remove(name),
            };
        }
        program
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Said {
        said(&self.command(arguments).output().unwrap())
    }

    /// Writes the study of docs/hub.md as study.toml, made small: one seed, two steps, few rows. Model and data sets are as it
    /// names them.
    ///
    /// # Panics
    /// When the study does not look as expected.
    pub fn study(&self) -> String {
        let text = fs::read_to_string(root().join("studies/hub-five-tasks.toml")).unwrap();
        let small = text
            .replace("seeds = [1, 2, 3, 4, 5, 6, 7, 8]", "seeds = [1]")
            .replace("epochs = 3", "max_steps = 2")
            .replace("limit = 2000", "limit = 20");
        for part in ["seeds = [1]", "max_steps = 2", "limit = 20 }"] {
            assert!(small.contains(part), "the study does not look as expected: {part}");
        }
        fs::write(self.path("study.toml"), &small).unwrap();
        small
    }

    /// The report of an output folder.
    ///
    /// # Panics
    /// When there is none.
    pub fn report(&self, out: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(out).join("report.json")).unwrap()).unwrap()
    }
}
