//! Scores of a classifier on a test set: one file per metric, and the registry that declares what each number means.

use serde::{Deserialize, Serialize};

/// A score that can be a task's primary metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// Share of right predictions.
    Accuracy,
}

impl Metric {
    /// The smallest gain worth having where a task names none.
    pub fn default_margin(self) -> f64 {
        0.01
    }
}
