//! One training, of one task or of several together: from a planned run and its data to scores, predictions and weights.

mod checkpoint;
pub mod evaluate;
pub mod gradient;
mod job;
mod member;
mod memory;
pub mod model;
pub mod optimizer;
mod products;
mod results;
mod run;
pub mod schedule;
mod weighing;

pub use job::{EQUAL, Finished, Job, MakeRule, Outcome, Part, Prediction, StepProgress, TrainError};
