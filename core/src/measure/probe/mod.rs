//! What was observed of tasks and models, before any measure is computed from it: plain values, no files, no encoder.
//!
//! The trainer fills these and [`crate::measure`] reads them. One [`TaskProbe`] per encoder and task comes from a pass
//! over a seeded sample of the task's training set; one [`SourceProbe`] per encoder, seed, source and target from the
//! source's single-task model on the target's sample; one [`SentenceProbe`] and one row of [`WeightChanges`] per
//! encoder, seed and task from the task's single-task model. A part that no selected measure needs
//! ([`crate::measure::Selection::parts`]) is left out, not faked.
//!
//! Nothing here is written as JSON: a probe is megabytes of floats, and its place is a tensor file in the store.

mod features;
mod source;
mod task;
mod weights;

pub use features::{Features, FeaturesError};
pub use source::{SentenceProbe, SourceCost, SourceProbe};
pub use task::{TaskCost, TaskProbe};
pub use weights::WeightChanges;

/// The sentence that the notebook embeds to represent a task.
pub const NOTEBOOK_SENTENCE: &str = "This is a test sentence.";
