//! One call of `run` on a planned study, or on a round of one: its share of the runs, and their way to a record.

use std::path::Path;

use anyhow::Context;
use transfermap::fingerprint::digest;

use super::event::{Assignment, Monitor};
use super::hands::Hands;
use super::planned::Planned;
use super::request::Request;
use super::select::{Selection, select};
use super::supervise::Ending;
use crate::atomic;
use crate::error::Wrong;
use crate::seal;
use crate::store::inputs::Inputs;
use crate::store::records::Store;
use crate::store::survey::{Permission, clear, listed};

/// What was trained, and how it ended.
pub(super) struct Trained<'a> {
    pub call: Call<'a>,
    pub ending: Ending,
}

/// One call of `run` on a planned study.
pub(super) struct Call<'a> {
    pub request: &'a Request,
    pub planned: Planned,
    permission: Permission,
    pub selection: Selection,
    pub store: Store,
}

impl<'a> Call<'a> {
    /// # Errors
    /// A selection that selects nothing.
    pub(super) fn new(request: &'a Request, planned: Planned, permission: Permission) -> anyhow::Result<Self> {
        let store = Store::new(&std::path::absolute(&request.out)?);
        let selection = select(&planned.plan, request.shard, request.only.as_deref())?;
        Ok(Self { request, planned, permission, selection, store })
    }

    /// Moves what is in the way and writes down what the runs start from.
    pub(super) fn clear_the_way(&self, monitor: &mut dyn Monitor) -> anyhow::Result<()> {
        let Self { request, planned, permission, selection, store } = self;
        if !selection.added.is_empty() {
            let added = listed(&selection.added);
            monitor.message(&format!("{} more runs, which others start from: {added}", selection.added.len()));
        }
        let asked = (&planned.plan, &planned.inputs);
        clear(asked, &selection.runs, store, *permission, &mut |text| monitor.message(text))?;
        let inputs = Inputs { study_sha256: Some(digest(request.study.as_bytes())), ..planned.inputs.clone() };
        write_json(&store.root().join("cache/inputs.json"), &inputs)?;
        atomic::write(&store.root().join("study.toml"), request.study.as_bytes())?;
        write_json(&store.root().join("plan.json"), &planned.plan)
    }

    /// Trains the selected runs that have no record.
    pub(super) fn train(&self, hands: &Hands<'_>, monitor: &mut dyn Monitor) -> anyhow::Result<Ending> {
        let pending = self.selection.runs.iter().filter(|r| !self.store.record_path(&r.id).exists()).count();
        if pending == 0 {
            return Ok(Ending::default());
        }
        let assignment = self.assignment()?;
        hands.work(&assignment, (pending, "runs"), &self.store, monitor).context("starting a worker")
    }

    /// What each worker is told.
    pub(super) fn assignment(&self) -> anyhow::Result<Assignment> {
        Ok(Assignment {
            out: self.store.root().to_owned(),
            base: std::path::absolute(&self.request.base)?,
            study: self.planned.study.clone(),
            runs: self.selection.runs.clone(),
            inputs: self.planned.inputs.clone(),
            device: self.planned.device.clone(),
            keep_models: self.request.keep_models,
            checkpoint_every: self.request.checkpoint_every,
            provenance: self.planned.provenance.clone(),
            probes: Vec::new(),
        })
    }

    /// Refuses to go on where no worker could.
    pub(super) fn check(&self, ending: &Ending) -> anyhow::Result<()> {
        let Some(fatal) = &ending.fatal else { return Ok(()) };
        let text = format!("{fatal}; finished runs are kept: {}", self.request.how_to_resume());
        // A full or unreadable output folder is the request's fault: another one, or more room, mends it.
        Err(if ending.workers_died { anyhow::Error::msg(text) } else { Wrong(text).into() })
    }
}

/// Writes a file that tells whether it is what was written.
fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> anyhow::Result<()> {
    Ok(atomic::write(path, &seal::sealed(&serde_json::to_vec_pretty(value)?))?)
}
