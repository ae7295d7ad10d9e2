//! One probe: from its description to its numbers.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use transfermap::plan::{DEFAULT_VARIANT, PlannedRun};
use transfermap::study::{Protocol, Study, Task};

use super::file::Probe;
use super::look::few_steps::{FewSteps, few_steps, recipe};
use super::look::forward::forward;
use super::look::gradient::gradients;
use super::look::sentence::sentence;
use super::look::set::probe_set;
use super::look::weights::gram;
use super::look::{ProbeError, Subject};
use super::plan::{Item, Job, Model, What};
use crate::backend::Device;
use crate::store::material::Material;
use crate::store::records::Store;

/// Makes probes of one study; reads each encoder and each task when first needed.
pub struct Observer {
    study: Study,
    device: Device,
    material: Material,
}

impl Observer {
    /// An observer with the way to the data and the encoders.
    pub fn new(device: Device, material: Material) -> Self {
        Self { study: material.study().clone(), device, material }
    }

    /// Observes. `go_on` is asked all the time; `None` when it says no.
    ///
    /// # Errors
    /// See [`ProbeError`].
    pub fn observe(
        &mut self,
        store: &Store,
        job: &Job,
        item: &Item,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Probe>, ProbeError> {
        let began = Instant::now();
        let (study, device) = (&self.study, self.device);
        let mut probe = Probe { key: item.key.clone(), ..Probe::default() };
        let weights = match &item.what {
            What::Pair { model, .. } | What::Sentence { model } => Some(read(&store.model_path(&model.run))?),
            _ => None,
        };
        // The task whose examples are read, and the task whose model reads them.
        let (read_task, model_task) = match &item.what {
            What::Features { task } | What::Gradients { task } => (task.as_str(), task.as_str()),
            What::Pair { model, target } | What::FewSteps { model, target } => (target.as_str(), model.task.as_str()),
            What::Sentence { model } => (model.task.as_str(), model.task.as_str()),
            What::Weights { models } => models.first().map_or(("", ""), |m| (m.task.as_str(), m.task.as_str())),
        };
        let (encoder, data) = self.material.of(&job.encoder, read_task)?;
        let set = probe_set(&data.train, study.measures.examples, study.data_seed, read_task);
        let model_task = task(study, model_task)?;
        let subject = Subject {
            encoder,
            trained: weights.as_deref(),
            seed: job.seed.unwrap_or_default(),
            classes: model_task.label_set()?.names.len(),
            precision: study.recipe_for(model_task, Protocol::Single).precision,
            device,
        };
        match &item.what {
            What::Features { .. } => {
                let Some(seen) = forward(subject, &set, go_on)? else { return Ok(None) };
                probe.put_table("pooled", seen.pooled);
                probe.put_table("mean_pooled", seen.mean_pooled);
            }
            What::Gradients { .. } => {
                let Some(seen) = gradients(subject, &set, go_on)? else { return Ok(None) };
                probe.put_vector("fisher", seen.fisher);
                probe.put_vector("gradient", seen.mean);
            }
            What::Pair { .. } => {
                let Some(seen) = forward(subject, &set, go_on)? else { return Ok(None) };
                probe.put_table("logits", seen.logits);
                probe.put_table("pooled", seen.pooled);
            }
            What::Sentence { .. } => probe.put_vector("embedding", sentence(subject)?),
            What::Weights { models } => {
                let paths: Vec<PathBuf> = models.iter().map(|m| store.model_path(&m.run)).collect();
                probe.numbers = gram(subject, &paths)?;
            }
            What::FewSteps { model, target } => {
                let run = short_run(study, job, item, model, target)?;
                let checkpoint = store.root().join(&job.id).join(&item.file).with_extension("checkpoint");
                let few = FewSteps {
                    run: &run,
                    encoder,
                    source_model: &store.model_path(&model.run),
                    probe_set: &set,
                    labels: &data.labels,
                    metric: task(study, target)?.metric,
                    checkpoint: &checkpoint,
                    device,
                };
                let Some(score) = few_steps(few, go_on)? else { return Ok(None) };
                probe.numbers.extend(score);
                // Only a probe that was stopped half-way has one.
                let _ = fs::remove_file(checkpoint);
            }
        }
        probe.seconds = began.elapsed().as_secs_f64();
        Ok(Some(probe))
    }
}

/// The few steps as a run: sequential, with the target's recipe cut short.
fn short_run(study: &Study, job: &Job, item: &Item, model: &Model, target: &str) -> Result<PlannedRun, ProbeError> {
    let full = study.recipe_for(task(study, target)?, Protocol::Sequential);
    Ok(PlannedRun {
        id: format!("{}/{}", job.id, item.file),
        fingerprint: item.key.clone(),
        encoder: job.encoder.clone(),
        variant: DEFAULT_VARIANT.into(),
        protocol: Protocol::Sequential,
        sources: vec![model.task.clone()],
        targets: vec![target.to_owned()],
        seed: job.seed.unwrap_or_default(),
        depends_on: Some(model.run.clone()),
        is_source: false,
        recipe: recipe(&full, study.measures.few_steps),
        joint: None,
        group: 0,
    })
}

fn task<'s>(study: &'s Study, name: &str) -> Result<&'s Task, ProbeError> {
    study.task(name).ok_or_else(|| ProbeError::NoTask(name.to_owned()))
}

fn read(path: &Path) -> Result<Vec<u8>, ProbeError> {
    fs::read(path).map_err(|source| ProbeError::Io { path: path.to_owned(), source })
}
