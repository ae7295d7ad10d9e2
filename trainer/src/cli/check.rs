//! `transfermap check`: reads a study and its data, and says what training would meet.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use transfermap::plan::Plan;
use transfermap::study::Study;

use super::{report_file, study_file};
use crate::backend::Device;
use crate::error::Wrong;
use crate::hub::resolve::{self, Way};
use crate::hub::{FetchProgress, HubError, When};
use crate::run::planned::Outlook;
use crate::run::prepare::{Absent, prepare};
use crate::run::select::select;
use crate::store::survey::Survey;
use crate::terminal::summary;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Study file
    study: PathBuf,
    /// Never touch the network: models and data sets of the hub come from the cache
    #[arg(long)]
    offline: bool,
    /// A report whose runs tell how far scores scatter over seeds: it decides how small a gain this study can find
    #[arg(long, value_name = "REPORT")]
    like: Option<PathBuf>,
}

impl Check {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let like = self.like.as_deref().map(report_file::read).transpose()?;
        let (text, base) = study_file::read(&self.study)?;
        let mut study = Study::from_toml(&text).map_err(|e| Wrong::at(self.study.display(), &e))?;
        let way = Way { offline: self.offline, when: When::Missing, without_encoders: true, stop: None };
        resolve::study(&mut study, &base, &way, &mut FetchProgress::new(false)).map_err(HubError::into_told)?;
        study.check(&text).map_err(|e| Wrong::at(self.study.display(), &e))?;
        // Tokens are counted, then thrown away.
        let cache = tempfile::tempdir().context("a temporary folder")?;
        let prepared = prepare(&study, &base, cache.path(), Device::Cpu, Absent::Warn)?;
        let plan = Plan::new(&study, &prepared.contents)?;
        let selection = select(&plan, None, None)?;
        let outlook = Outlook { study, plan, inputs: prepared.inputs, selection, found: Survey::default() };
        summary::dry_run(out, &outlook, false)?;
        summary::findings(out, &prepared.findings)?;
        summary::detectable(out, &outlook, like.as_ref())?;
        // All of it is shown, and then refused as `run` would.
        prepared.absent.into_iter().next().map_or(Ok(()), |why| Err(why.into()))
    }
}
