//! The part of `transfermap run` after the trainings: observe what is missing, then compute the measures.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Context;
use transfermap::measure::Selection;

use super::event::Assignment;
use super::probe_worker::missing;
use super::start::{Hands, Planned};
use super::supervise::Ending;
use crate::error::Wrong;
use crate::probes::collect::{Collected, collect};
use crate::probes::note;
use crate::probes::plan::{Job, Layout, Model, What};
use crate::store::records::Store;
use crate::store::survey::{Survey, listed};
use crate::terminal::progress::Progress;

/// Measures, and how it went.
#[derive(Debug, Default)]
pub struct Observed {
    /// The measures.
    pub measures: Vec<transfermap::report::Measure>,
    /// What they lack, in words.
    pub warnings: Vec<String>,
    /// How the workers ended; nothing when there was nothing to do.
    pub ending: Ending,
    /// Seconds of probes and measures.
    pub seconds: f64,
}

/// Makes the probes that the study's `[measures]` ask for and that are not on disk, unless `collect_only` says why
/// not, and computes the measures. What cannot be observed is absent, with the reason in the warnings.
///
/// # Errors
/// A worker cannot be started, or the tokenised tasks cannot be read.
pub fn observe(
    planned: &Planned,
    assignment: &Assignment,
    hands: &Hands<'_>,
    found: &Survey,
    collect_only: Option<&str>,
) -> anyhow::Result<Observed> {
    let began = Instant::now();
    let store = Store::new(&assignment.out);
    let selection = planned.study.measures.selection().map_err(|e| Wrong::of(&e))?;
    if selection.measures().is_empty() {
        return Ok(Observed::default());
    }
    let layout = Layout { study: &planned.study, plan: &planned.plan, inputs: &planned.inputs };
    let jobs = lay_out(layout, &selection, &store, found);
    let mut absent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pending = Vec::new();
    for job in jobs.iter().filter(|job| !missing(&store, job).is_empty()) {
        note::clear(store.root(), &job.id);
        let models = job.items.iter().flat_map(|i| i.what.models());
        match models.filter_map(|m| Some((m, trouble(m, found, &store)?))).next() {
            Some((model, trouble)) => absent.entry(trouble).or_default().push(model.run.clone()),
            None => pending.push(job.clone()),
        }
    }
    let mut ending = Ending::default();
    if !pending.is_empty() && collect_only.is_none() {
        let assignment = Assignment { probes: pending.clone(), runs: Vec::new(), ..assignment.clone() };
        let mut progress = Progress::of("groups of probes", pending.len(), hands.quiet);
        let ended = hands.work(&assignment, pending.len(), &store, &mut progress);
        progress.finish();
        ending = ended.context("starting a worker")?;
    }
    let clock = || began.elapsed().as_secs_f64();
    let Collected { measures, warnings } = collect(layout, &jobs, &store, &selection, &clock)?;
    let mut lacking: Vec<String> = absent.into_iter().map(|(why, runs)| of_models(&why, runs)).collect();
    lacking.extend(unobserved(&pending, &store, collect_only));
    lacking.extend(warnings);
    Ok(Observed { measures, warnings: lacking, ending, seconds: began.elapsed().as_secs_f64() })
}

/// The jobs, and among them weight changes of the models that there are: of every finished run while the products are
/// on disk, whatever became of the models.
pub(super) fn lay_out(layout: Layout<'_>, selection: &Selection, store: &Store, found: &Survey) -> Vec<Job> {
    let parts = selection.parts();
    let done = |m: &Model| found.done.iter().any(|r| r.id == m.run);
    let jobs = layout.jobs(&parts, &done);
    let lost = |job: &Job| {
        let of_weights = job.items.iter().any(|i| matches!(i.what, What::Weights { .. }));
        of_weights && !missing(store, job).is_empty()
    };
    if jobs.iter().any(lost) { layout.jobs(&parts, &|m| trouble(m, found, store).is_none()) } else { jobs }
}

/// Why nothing can be observed of a run's model.
pub fn trouble(model: &Model, found: &Survey, store: &Store) -> Option<String> {
    if found.failed.iter().any(|r| r.id == model.run) {
        return Some("the run failed".into());
    }
    if !found.done.iter().any(|r| r.id == model.run) {
        return Some("it is not trained yet".into());
    }
    let damage = store.model_damage(&model.run)?;
    Some(format!("its weights are {damage}; --keep-models all keeps those of every run"))
}

fn of_models(why: &str, mut runs: Vec<String>) -> String {
    runs.sort();
    runs.dedup();
    format!("Measures that read the model of {} lack its pairs: {why}.", listed(&runs))
}

/// Jobs without all of their probes, by reason.
fn unobserved(pending: &[Job], store: &Store, collect_only: Option<&str>) -> Vec<String> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for job in pending.iter().filter(|job| !missing(store, job).is_empty()) {
        let reason = note::read(store.root(), &job.id).unwrap_or_else(|| {
            collect_only.map_or_else(|| "not observed yet".to_owned(), |why| format!("not observed, because {why}"))
        });
        reasons.entry(reason).or_default().push(job.id.clone());
    }
    reasons.into_iter().map(|(why, jobs)| format!("Measures lack {}: {why}.", listed(&jobs))).collect()
}
