//! Why a report cannot be analysed.

use crate::transfer::TransferError;

/// A choice or a report of which no analysis can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// α is a probability.
    #[error("alpha {0}: give a number between 0 and 1, such as 0.05")]
    Alpha(f64),
    /// A margin is a size.
    #[error("margin {0}: give a positive number in the metric's units, such as 0.01 for one point of accuracy")]
    Margin(f64),
    /// Records contradict each other or the study.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// No run has the chosen metric.
    #[error("no run has a score for `{metric}`; the report has {}", known.join(", "))]
    Metric {
        /// The metric that was asked for.
        metric: &'static str,
        /// The metrics that the runs have.
        known: Vec<String>,
    },
    /// A measure to control for that the report does not have.
    #[error("the report has no measure `{measure}` to control for; it has {}", list(known))]
    Control {
        /// The name that was asked for.
        measure: String,
        /// The report's measures.
        known: Vec<String>,
    },
    /// A target that the report does not have.
    #[error("the report has no task `{task}`; it has {}", known.join(", "))]
    Task {
        /// The name that was asked for.
        task: String,
        /// The report's tasks.
        known: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
