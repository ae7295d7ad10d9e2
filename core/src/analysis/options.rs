//! What a reader may choose: the metric, how sure to be, what is worth having, and whether collapsed runs count.

use serde::{Deserialize, Serialize};

use super::AnalysisError;
use crate::metric::Metric;

/// Power at which the smallest detectable gain is detected.
pub(super) const POWER: f64 = 0.8;

/// Choices that change verdicts; the same report and options give the same analysis, bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Options {
    /// The metric of every task; `None` takes each task's own.
    pub metric: Option<Metric>,
    /// Family-wise error rate of the verdicts, between 0 and 1. Intervals have level 1 − α.
    pub alpha: f64,
    /// Smallest gain worth having, in the metric's units; `None` takes each task's own, else the metric's.
    pub margin: Option<f64>,
    /// Leaves out seeds at which either run collapsed to one class.
    pub without_collapsed: bool,
    /// Measures that every other measure's regression controls for, by name.
    pub controls: Vec<String>,
    /// How sources of equal relevance are ranked when selection is judged.
    pub ties: Ties,
    /// Seed of every bootstrap and permutation.
    pub seed: u64,
}

/// How sources of equal relevance are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// They share their average rank, so that no order of the tasks matters.
    #[default]
    Average,
    /// In the report's order of tasks, as TaskWeb's published script does.
    AsGiven,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            metric: None,
            alpha: 0.05,
            margin: None,
            without_collapsed: false,
            controls: Vec::new(),
            ties: Ties::Average,
            seed: 1,
        }
    }
}

impl Options {
    /// Refuses what no test can be made of.
    ///
    /// # Errors
    /// α not between 0 and 1, or a margin that is not a positive number.
    pub fn check(&self) -> Result<(), AnalysisError> {
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(AnalysisError::Alpha(self.alpha));
        }
        match self.margin {
            Some(margin) if !(margin > 0.0 && margin.is_finite()) => Err(AnalysisError::Margin(margin)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_an_alpha_or_a_margin_that_makes_no_test() {
        for alpha in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(matches!(Options { alpha, ..Options::default() }.check(), Err(AnalysisError::Alpha(_))));
        }
        for margin in [0.0, -0.01, f64::NAN, f64::INFINITY] {
            let options = Options { margin: Some(margin), ..Options::default() };
            assert!(matches!(options.check(), Err(AnalysisError::Margin(_))));
        }
        assert_eq!(Options::default().check(), Ok(()));
    }
}
