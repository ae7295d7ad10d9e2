//! `transfermap run`: trains what is missing of a study.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use transfermap::report::Report;

use super::process::{stop_flag, worker_command};
use super::study_file;
use crate::atomic;
use crate::run::planned::Outlook;
use crate::run::request::Request;
use crate::run::select::Shard;
use crate::run::start;
use crate::site::viewer::Viewer;
use crate::site::{Shown, page};
use crate::store::records::KeepModels;
use crate::store::survey::Permission;
use crate::terminal::progress::Progress;
use crate::terminal::summary;

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
    /// Worker processes; default: one per core, on a GPU one per three cores and four at most
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
        let (text, base) = study_file::read(&self.study)?;
        let mut request = Request::new(text, self.study.display().to_string(), base, self.out.clone());
        self.how.apply(&mut request);
        request.shard = self.shard;
        request.only.clone_from(&self.only);
        request.offline = self.offline;
        request.permission = Permission { retrain_stale: self.retrain_stale, retry_failed: self.retry_failed };
        if !self.dry_run {
            return train(&request, out);
        }
        let mut progress = Progress::new(request.quiet);
        let outlook = Outlook::new(&request, stop_flag()?.as_ref(), &mut progress)?;
        summary::dry_run(out, &outlook, request.keep_models == KeepModels::All)?;
        Ok(true)
    }
}

/// Runs a study, writes its page beside the report, and says how it went; answers whether every run asked for has been
/// trained to its end.
pub(super) fn train(request: &Request, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut progress = Progress::new(request.quiet);
    let outcome = start::run(request, &worker_command()?, stop_flag()?.as_ref(), &mut progress)?;
    let mut files = outcome.files.clone();
    files.extend(write_page(&std::path::absolute(&request.out)?, &outcome.report)?);
    if let Some(stopped) = &outcome.stopped {
        anyhow::bail!("{stopped}");
    }
    summary::finished(out, &outcome, &files)?;
    summary::failures(&outcome, request);
    Ok(outcome.good)
}

/// The report as a page; without a viewer in this program, a line that says how to get one.
fn write_page(root: &Path, report: &Report) -> anyhow::Result<Option<PathBuf>> {
    if !Viewer::is_embedded() {
        eprintln!(
            "no report.html: this program was built without the viewer; after `./x site`, \
             `transfermap report {0}/report.json --single-file {0}/report.html --viewer dist/viewer.html` makes it",
            root.display()
        );
        return Ok(None);
    }
    let shown = Shown { name: "report.json".into(), json: serde_json::to_string(report)?, report: report.clone() };
    let path = root.join("report.html");
    atomic::write(&path, page::single_file(&Viewer::Embedded, &[shown])?.as_bytes())?;
    Ok(Some(path))
}
