//! Trains the runs of a real study in a worker.

use std::path::Path;
use std::time::Duration;

use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;
use transfermap::study::{Protocol, Recipe};

use super::worker::Trainer;
use crate::backend::Device;
use crate::store::material::Material;
use crate::train::{EQUAL, Job, MakeRule, Outcome, Part, StepProgress, TrainError};

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
        let own = |task: &String| match run.protocol {
            Protocol::Joint => Ok(Some(self.material.study().recipe_for(self.material.task(task)?, run.protocol))),
            _ => Ok(None),
        };
        let recipes = run.targets.iter().map(own).collect::<Result<Vec<Option<Recipe>>, TrainError>>()?;
        let (checkpoint_every, device) = (self.checkpoint_every, self.device);
        let (encoder, tasks) = self.material.of_several(&run.encoder, &run.targets)?;
        // What is a task's own in a joint run is as in its single run.
        let parts = run.targets.iter().zip(tasks).zip(metrics).zip(&recipes);
        let parts = parts
            .map(|(((task, data), metric), own)| Part {
                task,
                data,
                metric,
                recipe: own.as_ref().unwrap_or(&run.recipe),
            })
            .collect();
        let joint = run.joint.as_ref();
        let of_plan = |tasks: &[&str]| joint.map_or_else(|| EQUAL(tasks), |plan| plan.method.build(tasks));
        let rule: MakeRule<'_> = &of_plan;
        let job = Job { run, encoder, parts, joint, rule, source_model, checkpoint, checkpoint_every, device };
        job.train(observe)
    }

    fn metric(&self, task: &str) -> String {
        self.material.study().task(task).map(|t| t.metric.name().to_owned()).unwrap_or_default()
    }
}
