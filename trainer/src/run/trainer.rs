//! Trains the runs of a real study in a worker.

use std::path::Path;
use std::time::Duration;

use transfermap::plan::PlannedRun;

use super::worker::Trainer;
use crate::backend::Device;
use crate::store::material::Material;
use crate::train::{Job, Outcome, StepProgress, TrainError};

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
        let target = run.targets.first().map_or("", String::as_str);
        let metric = self.material.task(target)?.metric;
        let (checkpoint_every, device) = (self.checkpoint_every, self.device);
        let (encoder, data) = self.material.of(&run.encoder, target)?;
        let job = Job { run, encoder, data, metric, source_model, checkpoint, checkpoint_every, device };
        job.train(observe)
    }

    fn metric(&self, run: &PlannedRun) -> String {
        let target = run.targets.first().and_then(|t| self.material.study().task(t));
        target.map(|t| t.metric.name().to_owned()).unwrap_or_default()
    }
}
