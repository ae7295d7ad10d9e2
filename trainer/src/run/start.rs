//! `transfermap run`, plan to report: clear the way, supervise the workers, write what was found.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use transfermap::analysis::{Analysis, Options};
use transfermap::race::Course;
use transfermap::report::Report;

use super::call::{Call, Trained};
use super::event::Monitor;
use super::hands::Hands;
use super::measures::{Observed, lose_damaged_models, observe};
use super::planned::Planned;
use super::request::Request;
use super::supervise::Ending;
use crate::store::claims::Claims;
use crate::store::records::KeepModels;
use crate::store::report;
use crate::store::survey::{Survey, survey};

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
    let Trained { call, mut ending } = match course.as_ref().zip(planned.study.race.as_ref()) {
        Some(race) => super::race::train(request, planned, race, &hands, monitor)?,
        None => {
            let call = Call::new(request, planned.clone(), request.permission)?;
            call.clear_the_way(monitor)?;
            let ending = call.train(&hands, monitor)?;
            Trained { call, ending }
        }
    };
    call.check(&ending)?;
    let mut found = survey(&call.planned.plan, &call.store)?;
    let goes_on = !ending.stopped && request.only.is_none();
    if goes_on && lose_damaged_models(&call.planned, &call.store, &found, monitor)? {
        ending.add(call.train(&hands, monitor)?);
        call.check(&ending)?;
        found = survey(&call.planned.plan, &call.store)?;
    }
    let seconds = began.elapsed().as_secs_f64();
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
    conclude(&call, found, ending, seconds, observed)
}

/// Writes the report.
fn conclude(
    call: &Call<'_>,
    found: Survey,
    ending: Ending,
    seconds: f64,
    observed: Observed,
) -> anyhow::Result<Outcome> {
    let Planned { study, plan, inputs, .. } = &call.planned;
    let mut report = report::assemble(study, plan, inputs, &found);
    report.measures.clone_from(&observed.measures);
    report.warnings.extend(observed.warnings.iter().cloned());
    let analysis = Analysis::new(&report, &Options::default())?;
    let files = report::write(call.store.root(), &report, &analysis)?;
    let runs = &call.selection.runs;
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
    let stopped = stopped.map(|what| format!("{what}; {}", call.request.how_to_resume()));
    Ok(Outcome { report, analysis, found, ending, seconds, observed, files, missing, good, stopped })
}
