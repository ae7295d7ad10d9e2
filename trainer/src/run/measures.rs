//! The part of `transfermap run` after the trainings: observe what is missing, then compute the measures.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use anyhow::Context;

use super::event::{Assignment, Monitor};
use super::hands::Hands;
use super::planned::Planned;
use super::supervise::Ending;
use crate::error::Wrong;
use crate::probes::collect::{Collected, collect};
use crate::probes::note;
use crate::probes::pending::{damaged_models, inspect, lay_out, missing, trouble};
use crate::probes::plan::{Job, Layout, Model};
use crate::store::claims::Claims;
use crate::store::records::Store;
use crate::store::survey::{Survey, listed};

/// Measures, and how it went.
#[derive(Debug, Default)]
pub struct Observed {
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
    monitor: &mut dyn Monitor,
) -> anyhow::Result<Observed> {
    let began = Instant::now();
    let store = Store::new(&assignment.out);
    let selection = planned.study.measures.selection().map_err(|e| Wrong::of(&e))?;
    if selection.measures().is_empty() {
        return Ok(Observed::default());
    }
    let layout = Layout { study: &planned.study, plan: &planned.plan, inputs: &planned.inputs };
    let jobs = lay_out(layout, &selection, &store, found);
    inspect(&store, &jobs, &mut |text| monitor.message(text))?;
    let mut absent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut troubles: HashMap<String, Option<String>> = HashMap::new();
    let mut pending = Vec::new();
    for job in jobs.iter().filter(|job| !missing(&store, job).is_empty()) {
        note::clear(store.root(), &job.id);
        let models = job.items.iter().flat_map(|i| i.what.models());
        // Weights are hashed once, however many probes read them.
        let mut trouble =
            |m: &Model| troubles.entry(m.run.clone()).or_insert_with(|| trouble(m, found, &store)).clone();
        match models.filter_map(|m| Some((m, trouble(m)?))).next() {
            Some((model, trouble)) => absent.entry(trouble).or_default().push(model.run.clone()),
            None => pending.push(job.clone()),
        }
    }
    let mut ending = Ending::default();
    if !pending.is_empty() && collect_only.is_none() {
        let assignment = Assignment { probes: pending.clone(), runs: Vec::new(), ..assignment.clone() };
        let pieces = (pending.len(), "groups of probes");
        ending = hands.work(&assignment, pieces, &store, monitor).context("starting a worker")?;
    }
    let clock = || began.elapsed().as_secs_f64();
    let Collected { measures, warnings } = collect(layout, &jobs, &store, &selection, &clock)?;
    let mut lacking: Vec<String> = absent.into_iter().map(|(why, runs)| of_models(&why, runs)).collect();
    lacking.extend(unobserved(&pending, &store, collect_only));
    lacking.extend(warnings);
    Ok(Observed { measures, warnings: lacking, ending, seconds: began.elapsed().as_secs_f64() })
}

/// Sets aside the records of models that probes still have to read and whose weights are damaged, so that they are trained
/// again; answers whether there were any.
///
/// # Errors
/// A record cannot be moved.
pub fn lose_damaged_models(
    planned: &Planned,
    store: &Store,
    found: &Survey,
    monitor: &mut dyn Monitor,
) -> anyhow::Result<bool> {
    let selection = planned.study.measures.selection().map_err(|e| Wrong::of(&e))?;
    let layout = Layout { study: &planned.study, plan: &planned.plan, inputs: &planned.inputs };
    let jobs = lay_out(layout, &selection, store, found);
    let pending: Vec<&Job> = jobs.iter().filter(|job| !missing(store, job).is_empty()).collect();
    let damaged = damaged_models(store, &pending, found);
    for (run, damage) in &damaged {
        if let Some(_claim) = Claims::new(store.root()).claim(run)? {
            store.set_record_aside(run, "without-model")?;
            let path = store.model_path(run);
            monitor.message(&format!("{}: {damage}; the run is trained again, probes look at it", path.display()));
        }
    }
    Ok(!damaged.is_empty())
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
