//! Which probes are not on disk yet, and of which models none can be made.

use std::collections::BTreeSet;
use std::path::PathBuf;

use transfermap::measure::Selection;

use super::file::{Found, Probe};
use super::plan::{Item, Job, Layout, Model, What};
use crate::atomic::FileError;
use crate::store::records::Store;
use crate::store::survey::Survey;

/// The file of a probe.
pub fn path(store: &Store, job: &Job, item: &Item) -> PathBuf {
    store.root().join(&job.id).join(&item.file)
}

/// The probes of a job that are not on disk under their keys.
pub fn missing<'j>(store: &Store, job: &'j Job) -> Vec<&'j Item> {
    job.items.iter().filter(|item| Probe::read(&path(store, job, item), &item.key).is_none()).collect()
}

/// Looks at the files of jobs: damaged ones are said, so that it is known why they are observed again; those of earlier
/// versions are written anew with a hash over all that they hold.
///
/// # Errors
/// A file cannot be written.
pub fn inspect(store: &Store, jobs: &[Job], say: &mut dyn FnMut(&str)) -> Result<(), FileError> {
    let mut unverified = 0;
    for path in jobs.iter().flat_map(|job| job.items.iter().map(|item| path(store, job, item))) {
        match Probe::look(&path) {
            Found::Damaged(why) => say(&format!("{}: {why}; observed again", path.display())),
            Found::Whole { probe, verified: false } => {
                probe.write(&path)?;
                unverified += 1;
            }
            Found::Whole { .. } | Found::Missing => {}
        }
    }
    if unverified > 0 {
        say(&format!(
            "{unverified} probes of an earlier version had no hash of their numbers; they have it now, taken on trust"
        ));
    }
    Ok(())
}

/// The models of jobs whose weights are there and are not those that their runs left.
pub fn damaged_models(store: &Store, jobs: &[&Job], found: &Survey) -> Vec<(String, String)> {
    let models: BTreeSet<&str> =
        jobs.iter().flat_map(|job| &job.items).flat_map(|item| item.what.models()).map(|m| m.run.as_str()).collect();
    let damage = |run: &str| {
        let record = found.done.iter().find(|record| record.id == run)?;
        let known = record.sha256.as_ref()?.weights.as_deref()?;
        let damage = store.weights_damage(run, Some(known)).filter(|_| store.model_path(run).exists())?;
        Some((run.to_owned(), damage))
    };
    models.into_iter().filter_map(damage).collect()
}

/// The jobs, and among them weight changes of the models that there are: of every finished run while the products are
/// on disk, whatever became of the models.
pub fn lay_out(layout: Layout<'_>, selection: &Selection, store: &Store, found: &Survey) -> Vec<Job> {
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
