//! Trains the runs of a real study in a worker.

use std::path::Path;
use std::time::Duration;

use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;

use super::worker::Trainer;
use crate::backend::Device;
use crate::multitask::method::EQUAL;
use crate::store::material::Material;
use crate::train::{Job, Outcome, Part, StepProgress, TrainError};

/// A trainer with what its trainings read, where they run and how often they save a checkpoint.
pub struct StudyTrainer {
    /// Encoders and tasks.
    pub material: Material,
    /// Where to train.
    pub device: Device,
    /// Between two checkpoints.
    pub checkpoint_every: Duration,
}

impl Trainer for StudyTrainer {
    fn train(
        &mut self,
        run: &PlannedRun,
        source_model: Option<&Path>,
        checkpoint: &Path,
        observe: &mut dyn FnMut(StepProgress) -> bool,
    ) -> Result<Outcome, TrainError> {
        let metric = |task: &String| self.material.task(task).map(|t| t.metric);
        let metrics = run.targets.iter().map(metric).collect::<Result<Vec<Metric>, _>>()?;
        let (checkpoint_every, device) = (self.checkpoint_every, self.device);
        let (encoder, tasks) = self.material.of_several(&run.encoder, &run.targets)?;
        let parts = run.targets.iter().zip(tasks).zip(metrics);
        let parts = parts.map(|((task, data), metric)| Part { task, data, metric, recipe: &run.recipe }).collect();
        let job = Job { run, encoder, parts, method: EQUAL, source_model, checkpoint, checkpoint_every, device };
        job.train(observe)
    }

    fn metric(&self, task: &str) -> String {
        self.material.study().task(task).map(|t| t.metric.name().to_owned()).unwrap_or_default()
    }
}
