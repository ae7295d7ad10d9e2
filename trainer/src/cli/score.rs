//! `transfermap score`: the sources of a finished study for a data set that it has never seen.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::process::stop_flag;
use crate::score::{Request, score};
use crate::terminal;
use crate::terminal::progress::Progress;

/// Arguments of `score`.
#[derive(Debug, Args)]
pub(super) struct Score {
    /// Task file: the keys of one [[task]] of a study; its paths are relative to it
    #[arg(long, value_name = "TASK.toml")]
    target: PathBuf,
    /// Output folder of a finished study, with the weights of its sources
    #[arg(long, value_name = "OUT")]
    against: PathBuf,
    /// Folder that the study's own paths are relative to, if it has moved since
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// auto, cpu, ndarray, cuda or cuda:N
    #[arg(long, default_value = "auto", value_name = "DEVICE")]
    device: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Never touch the network: models and data sets of the hub come from the cache
    #[arg(long)]
    offline: bool,
    /// No progress
    #[arg(long)]
    quiet: bool,
}

impl Score {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let request = Request {
            target: self.target.clone(),
            against: self.against.clone(),
            base: self.base.clone(),
            device: self.device.clone(),
            quiet: self.quiet || self.json,
            offline: self.offline,
        };
        let mut progress = Progress::new(request.quiet);
        let scores = score(&request, stop_flag()?.as_ref(), &mut progress)?;
        if self.json {
            serde_json::to_writer(&mut *out, &scores)?;
            writeln!(out)?;
        } else {
            terminal::score::print(out, &scores)?;
        }
        Ok(())
    }
}
