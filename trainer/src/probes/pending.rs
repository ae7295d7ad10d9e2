//! Which probes are not on disk yet, and of which models none can be made.

use std::path::PathBuf;

use transfermap::measure::Selection;

use super::file::Probe;
use super::plan::{Item, Job, Layout, Model, What};
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
