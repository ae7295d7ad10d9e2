//! `transfermap recommend`: which source to train first for a target, and why.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use transfermap::analysis::recommend;

use super::analyze::Choices;
use super::report_file;
use crate::error::Wrong;
use crate::terminal;
use crate::terminal::working::Working;

/// Arguments of `recommend`.
#[derive(Debug, Args)]
pub(super) struct Recommend {
    /// report.json
    report: PathBuf,
    /// The task to find sources for
    #[arg(long, value_name = "T")]
    target: String,
    #[command(flatten)]
    choices: Choices,
    /// Print as JSON: a list with one entry for each encoder, variant and protocol
    #[arg(long)]
    json: bool,
}

impl Recommend {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let report = report_file::read(&self.report)?;
        let working = Working::analysing(report.runs.len());
        let recommendations = recommend(&report, &self.target, &self.choices.options())
            .map_err(|e| Wrong::at(self.report.display(), &e))?;
        drop(working);
        if self.json {
            serde_json::to_writer(&mut *out, &recommendations)?;
            writeln!(out)?;
        } else {
            terminal::recommendation::print(out, &recommendations)?;
        }
        Ok(())
    }
}
