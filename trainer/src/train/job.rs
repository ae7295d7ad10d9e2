//! What goes into one training and what comes out of it. No folder layout, no study, no process is known here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;
use transfermap::record::{Budget, Cost, Curve, EpochRecord, Evaluation};

use crate::backend::Device;
use crate::data::TokenisedTask;
use crate::pretrained::LoadedEncoder;

/// One training to do.
pub struct Job<'a> {
    /// Who it is: protocol, source, target, seed, recipe, fingerprint.
    pub run: &'a PlannedRun,
    /// Where its weights start, and its configuration.
    pub encoder: &'a LoadedEncoder,
    /// The target task's examples.
    pub data: &'a TokenisedTask,
    /// The target task's primary metric, for early stopping and the best epoch.
    pub metric: Metric,
    /// The source run's model.safetensors; absent for runs that start from the encoder.
    pub source_model: Option<&'a Path>,
    /// The mid-run checkpoint: read when it is there, written as time passes and on a stop. One file.
    pub checkpoint: &'a Path,
    /// How often to write it.
    pub checkpoint_every: Duration,
    /// Where to train.
    pub device: Device,
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
    /// Loss of this step.
    pub loss: f64,
}

/// A test example's prediction: one line of predictions.jsonl.gz.
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
    /// Final evaluations by split: `validation` where there is one, `test`.
    pub evaluations: IndexMap<String, Evaluation>,
    /// Scores after every epoch.
    pub epochs: Vec<EpochRecord>,
    /// Loss and learning rate by step.
    pub curve: Curve,
    /// Time and memory.
    pub cost: Cost,
    /// Test predictions in data-set order.
    pub predictions: Vec<Prediction>,
    /// The final weights with the classifier, as model.safetensors with HuggingFace's tensor names.
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
        /// `loss` or `gradient norm`.
        what: &'static str,
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
    /// The weights do not fit the configuration.
    #[error("{0}")]
    Weights(String),
}

impl TrainError {
    /// Whether other runs of the study would fail the same way.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}
