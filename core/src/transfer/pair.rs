//! What a source did to a target: two arms, held together by seed where they share seeds.

use super::{Arm, Outcome, PairKey, chance_corrected_gain, relative_gain};
use crate::metric::Metric;
use crate::statistics::rounded;

/// A target alone and after one source, with one encoder, variant and protocol.
///
/// Everything that it gives is of the runs in it: [`Self::without_collapsed`] leaves some out, and then all of it is of
/// the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Which transfer.
    pub key: PairKey,
    /// What scores and gains are of.
    pub metric: Metric,
    /// The target alone.
    pub single: Arm,
    /// The target after the source.
    pub transfer: Arm,
    /// Whether the two arms share a seed. Where they share none, as published means do, no paired test applies. A pair
    /// without any single-task run counts as paired: then there is no gain at all.
    pub paired: bool,
    /// The metric's chance level on the target's test set, where a record tells the label counts.
    pub chance: Option<f64>,
    /// Runs of the source, from which the transfer runs started, that collapsed.
    pub source_collapsed_runs: usize,
}

/// The transfer run of one seed, beside the single-task run of the same encoder, variant, target and seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeedGain {
    /// The seed of both; `None` for imported results that came without one.
    pub seed: Option<u64>,
    /// The single-task run; `None` when there is no record of it.
    pub single: Option<Outcome>,
    /// The transfer run.
    pub transfer: Outcome,
    /// Oriented difference of the two scores; `None` when either is missing.
    pub gain: Option<f64>,
}

impl SeedGain {
    /// Both scores (single, transfer), where both are there.
    pub fn scores(&self) -> Option<(f64, f64)> {
        self.single.and_then(|s| s.score).zip(self.transfer.score)
    }
}

impl Pair {
    pub(super) fn new(key: PairKey, metric: Metric, single: Arm, transfer: Arm) -> Self {
        // Two results without a seed are one difference; a result with a seed and one without are none.
        let shares = |(seed, run): (Option<u64>, &Outcome)| match (seed, single.get(seed)) {
            (Some(_), Some(_)) => true,
            (None, Some(alone)) => alone.score.is_some() && run.score.is_some(),
            (_, None) => false,
        };
        let paired = single.is_empty() || transfer.runs().any(shares);
        Self { key, metric, single, transfer, paired, chance: None, source_collapsed_runs: 0 }
    }

    /// The transfer runs beside their single-task runs, by ascending seed.
    pub fn seeds(&self) -> impl Iterator<Item = SeedGain> {
        self.transfer.runs().map(|(seed, &transfer)| {
            let single = self.single.get(seed).copied();
            let scores = single.and_then(|s| s.score).zip(transfer.score);
            SeedGain { seed, single, transfer, gain: scores.map(|(single, after)| self.metric.gain(after, single)) }
        })
    }

    /// The same pair without the runs of either arm that collapsed.
    #[must_use]
    pub fn without_collapsed(&self) -> Self {
        let stands = |run: &Outcome| !run.constant;
        Self { single: self.single.only(stands), transfer: self.transfer.only(stands), ..self.clone() }
    }

    /// The same pair with the runs of these seeds only.
    #[must_use]
    pub fn of_seeds(&self, seeds: &[u64]) -> Self {
        let arm = |arm: &Arm| arm.of_seeds(seeds);
        Self { single: arm(&self.single), transfer: arm(&self.transfer), ..self.clone() }
    }

    /// The scores (single, transfer) behind the gain: of all runs of each arm.
    pub fn scores(&self) -> (Vec<f64>, Vec<f64>) {
        (self.single.scores(), self.transfer.scores())
    }

    /// The scores (single, transfer) of the seeds that have both; none where the arms share no seed.
    pub fn paired_scores(&self) -> (Vec<f64>, Vec<f64>) {
        self.seeds().filter(|_| self.paired).filter_map(|s| s.scores()).unzip()
    }

    /// The runs of both arms (single, transfer) by ascending seed, turned so that larger is better; `None` for a run
    /// without a score, which keeps its place.
    pub fn oriented(&self) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let orient = |arm: &Arm| arm.runs().map(|(_, run)| self.orient(run)).collect();
        (orient(&self.single), orient(&self.transfer))
    }

    /// The runs of both arms (single, transfer) in the order of `seeds`, turned likewise, up to the first seed that an arm
    /// has no run of: what has a place in a race. A run that failed keeps its place, as does one that is not in `counted`,
    /// which is this pair or a part of it.
    pub fn places(&self, counted: &Self, seeds: &[u64]) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let places = |arm: &Arm, counted: &Arm| {
            let there = seeds.iter().map(|&seed| Some(seed)).take_while(|&seed| arm.get(seed).is_some());
            there.map(|seed| counted.get(seed).and_then(|run| self.orient(run))).collect()
        };
        (places(&self.single, &counted.single), places(&self.transfer, &counted.transfer))
    }

    fn orient(&self, run: &Outcome) -> Option<f64> {
        run.score.map(|score| self.metric.gain(score, 0.0))
    }

    /// The scores (single, transfer) behind the gain, turned so that larger is better.
    pub fn oriented_scores(&self) -> (Vec<f64>, Vec<f64>) {
        let (single, transfer) = self.oriented();
        (single.into_iter().flatten().collect(), transfer.into_iter().flatten().collect())
    }

    /// The gains that a paired test takes, by ascending seed; empty where the arms share no seed.
    ///
    /// Rounded to 1e-12: 0.9 − 0.8 and 0.8 − 0.7 are one difference, and equal differences must not look as if they
    /// varied by a rounding error, against which any mean would be significant.
    pub fn gains(&self) -> Vec<f64> {
        let gains = self.seeds().filter_map(|s| s.gain).filter(|_| self.paired);
        gains.map(rounded).collect()
    }

    /// Number of paired seeds: those with both scores.
    pub fn n(&self) -> usize {
        self.gains().len()
    }

    /// Means (single, transfer) of [`Self::scores`].
    pub fn means(&self) -> (Option<f64>, Option<f64>) {
        (self.single.mean(), self.transfer.mean())
    }

    /// Gain: the oriented difference of the two means, rounded to 1e-12 so that equal gains are ties; `None` without any.
    pub fn gain(&self) -> Option<f64> {
        let (single, transfer) = self.means();
        let gain = transfer.zip(single).map(|(transfer, single)| self.metric.gain(transfer, single));
        gain.map(rounded)
    }

    /// mean(transfer) / mean(single) − 1, oriented; `None` when the baseline is not above 0.
    pub fn relative_gain(&self) -> Option<f64> {
        let (single, transfer) = self.means();
        relative_gain(self.metric, transfer?, single?)
    }

    /// Mean gain / (perfect − chance level); `None` when the test set's label counts are unknown or leave no room.
    pub fn chance_corrected_gain(&self) -> Option<f64> {
        chance_corrected_gain(self.metric, self.gain()?, self.chance?)
    }

    /// (perfect − transfer) / (perfect − single) − 1 of the means, for metrics from 0 to 1 of which 1 is perfect; `None`
    /// when the single-task model makes no errors.
    pub fn error_rate_change(&self) -> Option<f64> {
        let is_fraction = self.metric.range() == (0.0, 1.0) && self.metric.higher_is_better();
        let (single, transfer) = self.means();
        let errors = 1.0 - single.filter(|_| is_fraction)?;
        let left = 1.0 - transfer?;
        (errors > 0.0).then(|| left / errors - 1.0)
    }
}
