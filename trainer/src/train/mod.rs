//! One training, of one task or of several together: from a planned run and its data to scores, predictions and weights.

mod checkpoint;
pub mod evaluate;
pub mod gradient;
mod job;
mod member;
mod memory;
pub mod model;
pub mod optimizer;
mod results;
mod run;
pub mod schedule;

pub use job::{Finished, Job, Outcome, Part, Prediction, StepProgress, TrainError};
