//! One training: from a planned run and its data to scores, predictions and weights.

mod job;

pub use job::{Finished, Job, Outcome, Prediction, StepProgress, TrainError};
