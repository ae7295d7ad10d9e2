//! One training: from a planned run and its data to scores, predictions and weights.

pub mod gradient;
mod job;
pub mod loss;
mod memory;
pub mod model;
pub mod optimizer;

pub mod schedule;

pub use job::{Finished, Job, Outcome, Prediction, StepProgress, TrainError};
