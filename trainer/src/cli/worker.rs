//! `transfermap worker`: a process that trains for `run` and ends with it.

use clap::Args;

use crate::run::child;

/// No arguments: everything comes in on stdin.
#[derive(Debug, Args)]
pub(super) struct WorkerProcess {}

impl WorkerProcess {
    /// Answers whether all went well.
    pub(super) fn execute(&self) -> anyhow::Result<bool> {
        child::work(child::study_trainer)
    }
}
