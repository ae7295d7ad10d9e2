//! One training: from a planned run and its data to scores, predictions and weights.

mod checkpoint;
pub mod evaluate;
pub mod gradient;
mod job;
pub mod loss;
mod memory;
pub mod model;
pub mod optimizer;
mod run;
pub mod schedule;

pub use job::{Finished, Job, Outcome, Prediction, StepProgress, TrainError};
