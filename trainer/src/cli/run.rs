//! `transfermap run`: trains what is missing of a study.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::run::select::Shard;
use crate::run::start::{self, Request};
use crate::store::records::KeepModels;
use crate::store::survey::Permission;

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// Study file
    study: PathBuf,
    /// Output folder; finished runs in it are kept
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    how: How,
    /// Train one share of the plan: i/n, i from 1
    #[arg(long, value_name = "i/n")]
    shard: Option<Shard>,
    /// Train the runs whose id matches, and what they start from; `*` matches anything
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
    /// Show the plan and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Train runs again whose study, data or encoder changed; the old records move to DIR/stale
    #[arg(long)]
    retrain_stale: bool,
    /// Train failed runs again
    #[arg(long)]
    retry_failed: bool,
    /// Never touch the network: models and data sets of the hub come from the cache
    #[arg(long)]
    offline: bool,
}

/// How to train; shared with `demo`.
#[derive(Debug, Args)]
pub(super) struct How {
    /// auto, cpu, ndarray (slow, for checking), cuda or cuda:N
    #[arg(long, default_value = "auto", value_name = "DEVICE")]
    device: String,
    /// Worker processes; default: one per core, one on a GPU
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1024))]
    workers: Option<usize>,
    /// Which final weights stay on disk
    #[arg(long, value_enum, default_value = "sources")]
    keep_models: KeepModels,
    /// Seconds between checkpoints of a running training
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    checkpoint_every: u64,
    /// No progress and no notes
    #[arg(long)]
    quiet: bool,
}

impl How {
    /// Fills in a request.
    pub(super) fn apply(&self, request: &mut Request) {
        request.device.clone_from(&self.device);
        request.workers = self.workers;
        request.keep_models = self.keep_models;
        request.checkpoint_every = self.checkpoint_every;
        request.quiet = self.quiet;
    }
}

impl Run {
    /// Answers whether every run asked for has been trained to its end.
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let (text, base) = super::read_study(&self.study)?;
        let mut request = Request::new(text, self.study.display().to_string(), base, self.out.clone());
        self.how.apply(&mut request);
        request.shard = self.shard;
        request.only.clone_from(&self.only);
        request.dry_run = self.dry_run;
        request.offline = self.offline;
        request.permission = Permission { retrain_stale: self.retrain_stale, retry_failed: self.retry_failed };
        start::run(&request, &super::worker_command()?, super::stop_flag()?.as_ref(), out)
    }
}
