//! `transfermap run`, plan to report: clear the way, supervise the workers, write what was found.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Context;
use transfermap::analysis::{Analysis, Options};
use transfermap::race::Course;
use transfermap::report::Report;

use super::event::{Assignment, Monitor};
use super::hands::Hands;
use super::measures::{Observed, observe};
use super::planned::Planned;
use super::request::Request;
use super::select::{Selection, select};
use super::supervise::Ending;
use crate::atomic;
use crate::error::Wrong;
use crate::store::claims::Claims;
use crate::store::records::{KeepModels, Store};
use crate::store::report;
use crate::store::survey::{Permission, Survey, clear, listed, survey};

/// What a study came to, in memory and on disk.
pub struct Outcome {
    pub report: Report,
    /// What the report says.
    pub analysis: Analysis,
    pub found: Survey,
    /// How the trainings ended.
    pub ending: Ending,
    /// Seconds that they took.
    pub seconds: f64,
    /// The measures, and how the probes ended.
    pub observed: Observed,
    /// What was written.
    pub files: Vec<PathBuf>,
    /// Runs asked for that have no record.
    pub missing: usize,
    /// Whether every run asked for has been trained to its end.
    pub good: bool,
    /// Why there is more to come, where someone asked to stop.
    pub stopped: Option<String>,
}

/// Runs a study. `worker` is the program that becomes a worker.
///
/// # Errors
/// A wrong request ([`Wrong`]), or work that could not go on.
pub fn run(
    request: &Request,
    worker: &dyn Fn() -> Command,
    stop: &AtomicBool,
    monitor: &mut dyn Monitor,
) -> anyhow::Result<Outcome> {
    let planned = Planned::new(request, stop, monitor)?;
    train(request, &planned, worker, stop, monitor)
}

/// Trains what is missing of a plan, round by round where its pairs race, and writes the report.
///
/// # Errors
/// As [`run`].
pub fn train(
    request: &Request,
    planned: &Planned,
    worker: &dyn Fn() -> Command,
    stop: &AtomicBool,
    monitor: &mut dyn Monitor,
) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let hands = Hands { worker, workers: request.workers, on_cpu: planned.on_cpu, stop };
    let course = Course::new(&planned.study, &planned.plan);
    let Trained { call, ending } = match course.as_ref().zip(planned.study.race.as_ref()) {
        Some(race) => super::race::train(request, planned, race, &hands, monitor)?,
        None => {
            let call = Call::new(request, planned.clone(), request.permission)?;
            call.clear_the_way(monitor)?;
            let ending = call.train(&hands, monitor)?;
            Trained { call, ending }
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    call.check(&ending)?;
    let found = survey(&call.planned.plan, &call.store)?;
    let collect_only = match (ending.stopped, &request.only) {
        (true, _) => Some("the study was stopped"),
        (false, Some(_)) => Some("--only was given"),
        (false, None) => None,
    };
    let observed = observe(&call.planned, &call.assignment()?, &hands, &found, collect_only, monitor)?;
    Claims::new(call.store.root()).sweep();
    call.check(&observed.ending)?;
    if request.keep_models == KeepModels::None {
        call.store.drop_models(&call.planned.plan)?;
    }
    call.conclude(found, ending, seconds, observed)
}

/// What was trained, and how it ended.
pub(super) struct Trained<'a> {
    pub call: Call<'a>,
    pub ending: Ending,
}

/// One call of `run` on a planned study.
pub(super) struct Call<'a> {
    request: &'a Request,
    pub planned: Planned,
    permission: Permission,
    selection: Selection,
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
        clear(&planned.plan, &selection.runs, store, *permission, &mut |text| monitor.message(text))?;
        write_json(&store.root().join("cache/inputs.json"), &planned.inputs)?;
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
    fn assignment(&self) -> anyhow::Result<Assignment> {
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
    fn check(&self, ending: &Ending) -> anyhow::Result<()> {
        let Some(fatal) = &ending.fatal else { return Ok(()) };
        let text = format!("{fatal}; finished runs are kept: {}", self.request.how_to_resume());
        // A full or unreadable output folder is the request's fault: another one, or more room, mends it.
        Err(if ending.workers_died { anyhow::Error::msg(text) } else { Wrong(text).into() })
    }

    /// Writes the report.
    fn conclude(&self, found: Survey, ending: Ending, seconds: f64, observed: Observed) -> anyhow::Result<Outcome> {
        let Planned { study, plan, inputs, .. } = &self.planned;
        let mut report = report::assemble(study, plan, inputs, &found);
        report.measures.clone_from(&observed.measures);
        report.warnings.extend(observed.warnings.iter().cloned());
        let analysis = Analysis::new(&report, &Options::default())?;
        let files = report::write(self.store.root(), &report, &analysis)?;
        let runs = &self.selection.runs;
        let good = runs.iter().all(|r| found.done.iter().any(|d| d.id == r.id));
        let ended = |id: &str| found.done.iter().chain(&found.failed).any(|r| r.id == id);
        let missing = runs.iter().filter(|r| !ended(&r.id)).count();
        let stopped = if ending.stopped && !good {
            Some(format!("stopped with {} of {} runs done", found.done.len(), plan.runs.len()))
        } else if observed.ending.stopped {
            Some("stopped while tasks and models were observed; the runs are done".to_owned())
        } else {
            None
        };
        let stopped = stopped.map(|what| format!("{what}; {}", self.request.how_to_resume()));
        Ok(Outcome { report, analysis, found, ending, seconds, observed, files, missing, good, stopped })
    }
}

fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> anyhow::Result<()> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(atomic::write(path, &json)?)
}
