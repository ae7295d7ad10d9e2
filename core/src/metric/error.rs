//! What can be wrong with labels, probabilities and metric names.

use super::Metric;

/// How far a row of probabilities may be from adding up to 1: bf16 softmax stays within it.
pub const SUM_TOLERANCE: f64 = 1e-3;

/// Why predictions cannot be scored; carries the offending value. Rows and classes count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// No examples.
    #[error("no examples to score")]
    Empty,
    /// More examples than can be counted exactly.
    #[error("more than 2^53 examples")]
    TooMany,
    /// As many labels as rows of predictions are needed.
    #[error("{labels} labels for {rows} rows of predictions")]
    Lengths {
        /// Number of labels.
        labels: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A label or a predicted class that is no class index.
    #[error("row {row}: class {class}, but the task has {classes} classes, counted from 0")]
    Class {
        /// Position of the example.
        row: usize,
        /// The offending index.
        class: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A row needs one probability per class.
    #[error("row {row}: {width} probabilities for {classes} classes")]
    Width {
        /// Position of the example.
        row: usize,
        /// Number of probabilities.
        width: usize,
        /// Number of classes.
        classes: usize,
    },
    /// Not a number, infinite, or negative.
    #[error("row {row}, class {class}: probability {value}")]
    Probability {
        /// Position of the example.
        row: usize,
        /// Class index.
        class: usize,
        /// The offending value.
        value: f64,
    },
    /// Probabilities that do not add up to 1.
    #[error("row {row}: the probabilities add up to {sum}, not to 1 within {SUM_TOLERANCE}")]
    Sum {
        /// Position of the example.
        row: usize,
        /// What they add up to.
        sum: f64,
    },
}

/// A name that no metric has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMetric(pub String);

impl std::error::Error for UnknownMetric {}

impl std::fmt::Display for UnknownMetric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Metric::ALL.iter().map(|m| m.name()).collect();
        write!(f, "no metric is called `{}`", self.0)?;
        if let Some(nearest) = names.iter().min_by_key(|n| strsim::damerau_levenshtein(n, &self.0)) {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        write!(f, " Known: {}", names.join(", "))
    }
}
