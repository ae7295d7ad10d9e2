//! The scores of a pair that count: single-task runs beside transfer runs, with or without collapsed ones.

use crate::metric::Metric;
use crate::stats;
use crate::transfer::{Baseline, Design, Outcome, Pair, chance_corrected_gain, relative_gain};

/// Test scores of both arms: seed beside seed, or, where the arms share none, each arm's own.
pub(super) struct Arms {
    metric: Metric,
    /// Single-task scores.
    pub singles: Vec<f64>,
    /// Scores after transfer.
    pub transfers: Vec<f64>,
    /// Whether the two lists stand seed beside seed.
    pub paired: bool,
}

impl Arms {
    /// The scores of `pair`, whose target alone is `baseline`.
    pub(super) fn new(pair: &Pair, baseline: Option<&Baseline>, without_collapsed: bool) -> Self {
        let metric = pair.metric;
        let keep = |collapsed: bool| !(without_collapsed && collapsed);
        if pair.design == Design::Paired || pair.seeds.iter().any(|s| s.gain.is_some()) {
            let counted = pair.seeds.iter().filter(|s| keep(s.collapsed()));
            let (singles, transfers) = counted.filter_map(|s| s.scores()).unzip();
            return Self { metric, singles, transfers, paired: true };
        }
        let score = |o: &Outcome| o.score.filter(|_| keep(o.constant));
        Self {
            metric,
            singles: baseline.map_or_else(Vec::new, |b| b.seeds.values().filter_map(score).collect()),
            transfers: pair.seeds.iter().filter_map(|s| score(&s.transfer)).collect(),
            paired: false,
        }
    }

    /// Oriented differences by seed; empty when the seeds do not pair.
    ///
    /// Rounded to 1e-12: 0.9 − 0.8 and 0.8 − 0.7 are one difference, and equal differences must not look as if they
    /// varied by a rounding error, against which any mean would be significant.
    pub(super) fn gains(&self) -> Vec<f64> {
        let paired = self.transfers.iter().zip(&self.singles).filter(|_| self.paired);
        paired.map(|(&transfer, &single)| (self.metric.gain(transfer, single) * 1e12).round() / 1e12).collect()
    }

    /// Scores of both arms, turned so that larger is better.
    pub(super) fn oriented(&self) -> (Vec<f64>, Vec<f64>) {
        let orient = |scores: &[f64]| scores.iter().map(|&s| self.metric.gain(s, 0.0)).collect();
        (orient(&self.singles), orient(&self.transfers))
    }

    /// Paired seeds.
    pub(super) fn n(&self) -> usize {
        if self.paired { self.singles.len() } else { 0 }
    }

    /// Mean single-task score.
    pub(super) fn single(&self) -> Option<f64> {
        stats::mean(&self.singles)
    }

    /// Mean score after transfer.
    pub(super) fn transfer(&self) -> Option<f64> {
        stats::mean(&self.transfers)
    }

    /// Mean gain: of the differences where the seeds pair, else the difference of the means.
    pub(super) fn gain(&self) -> Option<f64> {
        if self.paired {
            return stats::mean(&self.gains());
        }
        self.transfer().zip(self.single()).map(|(transfer, single)| self.metric.gain(transfer, single))
    }

    /// mean(transfer) / mean(single) − 1, oriented.
    pub(super) fn relative_gain(&self) -> Option<f64> {
        let (transfer, single) = self.transfer().zip(self.single())?;
        relative_gain(self.metric, transfer, single)
    }

    /// Gain / (perfect − chance).
    pub(super) fn chance_corrected_gain(&self, chance: Option<f64>) -> Option<f64> {
        let (gain, chance) = self.gain().zip(chance)?;
        chance_corrected_gain(self.metric, gain, chance)
    }

    /// (perfect − transfer) / (perfect − single) − 1 for metrics from 0 to 1 of which 1 is perfect; absent when the
    /// single-task model makes no errors.
    pub(super) fn error_rate_change(&self) -> Option<f64> {
        let is_fraction = self.metric.range() == (0.0, 1.0) && self.metric.higher_is_better();
        let (transfer, single) = self.transfer().zip(self.single()).filter(|_| is_fraction)?;
        let errors = 1.0 - single;
        (errors > 0.0).then(|| (1.0 - transfer) / errors - 1.0)
    }
}
