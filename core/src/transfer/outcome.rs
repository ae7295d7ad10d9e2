//! What one run says about one task: its test score, or why there is none.

use crate::metric::Metric;
use crate::record::{RunRecord, Status};

/// A run's result on a task's test set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How the run ended.
    pub status: Status,
    /// The test score in the metric's units; `None` when the run failed, or lacks the metric, or has no finite number
    /// for it.
    pub score: Option<f64>,
    /// One class makes up at least 99 % of the predictions and more than the majority share of the labels: the model
    /// collapsed.
    pub constant: bool,
    /// Accuracy at most the majority share, and Matthews correlation at most 0.
    pub at_chance: bool,
}

impl Outcome {
    /// The result of `run` on `task`.
    pub(super) fn of(run: &RunRecord, task: &str, metric: Metric) -> Self {
        let test = run.evaluation(task, "test").filter(|_| run.is_ok());
        Self {
            status: run.status,
            score: test.and_then(|e| e.scores.get(metric.name()).copied()).filter(|s| s.is_finite()),
            constant: test.is_some_and(|e| e.constant),
            at_chance: test.is_some_and(|e| e.at_chance),
        }
    }

    /// Whether the run failed.
    pub fn failed(&self) -> bool {
        self.status == Status::Failed
    }
}
