//! What goes into one training and what comes out of it, task by task. No folder layout, no study, no process is known
//! here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use transfermap::metric::Metric;
use transfermap::multitask::method::{Method, Rule};
use transfermap::plan::PlannedRun;
use transfermap::record::{Budget, Cost, Curve, EpochRecord, Evaluation, JointRecord};
use transfermap::study::{JointPlan, Recipe};

use super::model::ModelError;
use crate::backend::{Device, DeviceError};
use crate::data::TokenisedTask;
use crate::pretrained::{LoadedEncoder, WeightsError};

/// Makes the rule of a training.
pub type MakeRule<'a> = &'a dyn Fn(&[&str]) -> Rule;

/// All parts weigh the same.
pub const EQUAL: MakeRule<'static> = &|tasks| Method::default().build(tasks);

/// One training to do: of one task, or of several together on one body.
pub struct Job<'a> {
    /// Who it is: protocol, sources, targets, seed, fingerprint; and the recipe of what the tasks share: learning rate,
    /// optimizer, dropout of the body, early stopping.
    pub run: &'a PlannedRun,
    /// Where its weights start, and its configuration.
    pub encoder: &'a LoadedEncoder,
    /// Its tasks, in the order of the run's targets. One body is trained, with a head for each.
    pub parts: Vec<Part<'a>>,
    /// How the parts share batches and steps; as many batches as each has alone, all steps shared, where it is absent.
    pub joint: Option<&'a JointPlan>,
    /// Makes the rule by which the gradients of the parts are weighed, from their names.
    pub rule: MakeRule<'a>,
    /// The source run's model.safetensors; absent for runs that start from the encoder.
    pub source_model: Option<&'a Path>,
    /// The mid-run checkpoint: read when it is there, written as time passes and on a stop. One file.
    pub checkpoint: &'a Path,
    /// How often to write it.
    pub checkpoint_every: Duration,
    /// Where to train.
    pub device: Device,
}

/// What a training learns of one task.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The task, whose streams of random numbers it has.
    pub task: &'a str,
    /// Its examples.
    pub data: &'a TokenisedTask,
    /// Its primary metric, for early stopping and the best epoch.
    pub metric: Metric,
    /// Its batches, their number and precision, and where its head comes from.
    pub recipe: &'a Recipe,
}

impl Job<'_> {
    /// The tasks, as the streams of random numbers name them that belong to all of them.
    pub(super) fn set_name(&self) -> String {
        self.parts.iter().map(|p| p.task).collect::<Vec<_>>().join("+")
    }
}

/// Told after every optimizer step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepProgress {
    /// Optimizer steps done.
    pub step: u64,
    /// Optimizer steps in all.
    pub total_steps: u64,
    /// Passes done.
    pub epoch: f64,
    /// Loss of this step, the mean over the tasks that took part.
    pub loss: f64,
}

/// A test example's prediction: one line of a file of predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Index in data-set order.
    pub example: usize,
    /// Its label.
    pub label: usize,
    /// Probabilities by class.
    pub probabilities: Vec<f64>,
}

/// The result of a training that reached its end.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How much training it had.
    pub budget: Budget,
    /// Final evaluations by task and split: `validation` where there is one, `test`.
    pub evaluations: IndexMap<String, IndexMap<String, Evaluation>>,
    /// Scores after every epoch.
    pub epochs: Vec<EpochRecord>,
    /// Loss and learning rate by step.
    pub curve: Curve,
    /// How its tasks were trained together, where the run says how.
    pub joint: Option<JointRecord>,
    /// Time and memory.
    pub cost: Cost,
    /// Test predictions by task, in data-set order.
    pub predictions: IndexMap<String, Vec<Prediction>>,
    /// The final weights as model.safetensors: HuggingFace's tensor names, those of a head behind `heads.<task>.` where
    /// there are several.
    pub model: Vec<u8>,
}

/// How a training ended, errors aside.
#[derive(Debug)]
pub enum Outcome {
    /// It reached its end.
    Finished(Box<Finished>),
    /// It was asked to stop; the checkpoint is saved.
    Stopped,
}

/// Why a training failed. `is_fatal` tells whether the whole study must stop.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The loss or a gradient became NaN or infinite: the run failed, the study goes on.
    #[error("{what} became {value} at step {step}; a smaller learning_rate or more warm-up usually helps")]
    NonFinite {
        /// `loss`, `a prediction` (each `of <task>` where there are several) or `gradient norm`.
        what: String,
        /// The value.
        value: f64,
        /// Optimizer step, from 1.
        step: u64,
    },
    /// The checkpoint exists and cannot be read: set it aside and train again.
    #[error("{path}: {reason}", path = path.display())]
    CorruptCheckpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be written or read; disk full, say.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The weights do not fit the configuration.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The weights cannot be written.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("the state of the training: {0}")]
    State(serde_json::Error),
}

impl TrainError {
    /// Whether other runs of the study would fail the same way.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}
