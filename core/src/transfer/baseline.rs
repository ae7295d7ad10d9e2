//! What a task reaches alone, over seeds: the other half of every gain.

use super::Arm;
use crate::metric::Metric;

/// The single-task runs of one task with one encoder and variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// Task name.
    pub task: String,
    /// What the scores are of.
    pub metric: Metric,
    /// The runs.
    pub arm: Arm,
    /// Accuracy of always predicting the most frequent label of the test set; `None` when no record tells the counts.
    pub majority_accuracy: Option<f64>,
    /// The metric's chance level on the test set; `None` when no record tells the counts.
    pub chance: Option<f64>,
}
