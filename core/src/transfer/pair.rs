//! What a source did to a target: the paired differences over seeds, and their summary.

use serde::Serialize;

use super::{Baseline, Outcome, chance_corrected_gain, relative_gain};
use crate::metric::Metric;
use crate::sorted::SortedMap;
use crate::stats;
use crate::study::Protocol;

/// Which transfer: runs are joined by this and the seed, never by position.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairKey {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// How the model came to its target.
    pub protocol: Protocol,
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
}

/// The transfer run of one seed, beside the single-task run of the same encoder, variant, target and seed.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    fn new(metric: Metric, seed: Option<u64>, single: Option<Outcome>, transfer: Outcome) -> Self {
        let scores = single.and_then(|s| s.score).zip(transfer.score);
        Self { seed, single, transfer, gain: scores.map(|(single, transfer)| metric.gain(transfer, single)) }
    }

    /// Both scores (single, transfer), where both are there.
    pub fn scores(&self) -> Option<(f64, f64)> {
        self.single.and_then(|s| s.score).zip(self.transfer.score)
    }

    /// Whether either run collapsed to one class.
    pub fn collapsed(&self) -> bool {
        self.transfer.constant || self.single.is_some_and(|s| s.constant)
    }
}

/// How the two sides of a gain belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Differences of runs that share a seed; also where there is no baseline to compare with, or where the shared
    /// seeds lack a score: then there is no gain.
    Paired,
    /// Both sides have seeds, none in common: the gain is mean(transfer) − mean(single), and no paired test applies.
    Unpaired,
    /// One side or both came without seeds, as published means do: the gain is mean(transfer) − mean(single), and no
    /// paired test applies.
    Seedless,
}

impl Design {
    fn of(transfers: &SortedMap<Option<u64>, Outcome>, baseline: Option<&Baseline>) -> Self {
        let Some(singles) = baseline.map(|b| &b.seeds).filter(|s| !s.is_empty()) else { return Self::Paired };
        if transfers.keys().any(|seed| seed.is_some() && singles.contains_key(seed)) {
            Self::Paired
        } else if transfers.contains_key(&None) || singles.contains_key(&None) {
            Self::Seedless
        } else {
            Self::Unpaired
        }
    }
}

/// One source and one target with one encoder, variant and protocol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// Which transfer.
    #[serde(flatten)]
    pub key: PairKey,
    /// What the gains are of.
    pub metric: Metric,
    /// The runs by ascending seed, one for every transfer run that has a record.
    pub seeds: Vec<SeedGain>,
    /// How the two sides belong together.
    pub design: Design,
    /// Mean gain over paired seeds; where no seed pairs ([`Design::Unpaired`], [`Design::Seedless`]), the oriented
    /// difference of the means of both sides; `None` without any.
    pub mean: Option<f64>,
    /// Sample standard deviation of the gains; `None` with fewer than two.
    pub sd: Option<f64>,
    /// Number of paired seeds: those with both scores. Two results without a seed count as one pair; a result with a
    /// seed and one without, or with another, as none.
    pub n: usize,
    /// mean(transfer) / mean(single) − 1, oriented, over the runs that `mean` is of; `None` when the baseline is not
    /// above 0.
    pub relative_gain: Option<f64>,
    /// Mean gain / (perfect − chance level); `None` when the test set's label counts are unknown or leave no room.
    pub chance_corrected_gain: Option<f64>,
    /// Transfer runs that collapsed to one class.
    pub collapsed_runs: usize,
    /// Transfer runs that failed.
    pub failed_runs: usize,
    /// Single-task runs that collapsed: of the seeds listed here, or of all where no seed pairs.
    pub collapsed_singles: usize,
    /// Single-task runs that failed: of the seeds listed here, or of all where no seed pairs.
    pub failed_singles: usize,
    /// Runs of the source, from which the transfer runs started, that collapsed.
    pub source_collapsed_runs: usize,
}

impl Pair {
    /// Joins the transfer runs of `key` to `baseline` by seed; by means only when no seed pairs, never by both.
    pub(super) fn new(
        key: PairKey,
        metric: Metric,
        transfers: SortedMap<Option<u64>, Outcome>,
        baseline: Option<&Baseline>,
        source_collapsed_runs: usize,
    ) -> Self {
        let single = |seed: Option<u64>| baseline.and_then(|b| b.seeds.get(&seed)).copied();
        let design = Design::of(&transfers, baseline);
        let seeds: Vec<SeedGain> =
            transfers.into_iter().map(|(seed, transfer)| SeedGain::new(metric, seed, single(seed), transfer)).collect();
        let gains: Vec<f64> = seeds.iter().filter_map(|s| s.gain).collect();
        // Published baselines have no seeds: then, and only then, means stand against means.
        let joined = design == Design::Paired || !gains.is_empty();
        let (transfer, single) = if joined {
            let (singles, transfers): (Vec<f64>, Vec<f64>) = seeds.iter().filter_map(SeedGain::scores).unzip();
            (stats::mean(&transfers), stats::mean(&singles))
        } else {
            let transfers: Vec<f64> = seeds.iter().filter_map(|s| s.transfer.score).collect();
            (stats::mean(&transfers), baseline.and_then(|b| b.mean))
        };
        let means = transfer.zip(single);
        let mean = if joined { stats::mean(&gains) } else { means.map(|(t, s)| metric.gain(t, s)) };
        let relative = means.and_then(|(t, s)| relative_gain(metric, t, s));
        let corrected =
            mean.zip(baseline.and_then(|b| b.chance)).and_then(|(g, c)| chance_corrected_gain(metric, g, c));
        let count = |is: fn(&SeedGain) -> bool| seeds.iter().filter(|s| is(s)).count();
        let count_singles = |is: fn(&Outcome) -> bool| {
            if joined {
                seeds.iter().filter(|s| s.single.as_ref().is_some_and(is)).count()
            } else {
                baseline.map_or(0, |b| b.seeds.values().filter(|o| is(o)).count())
            }
        };
        Self {
            key,
            metric,
            design,
            mean,
            sd: stats::sd(&gains),
            n: gains.len(),
            relative_gain: relative,
            chance_corrected_gain: corrected,
            collapsed_runs: count(|s| s.transfer.constant),
            failed_runs: count(|s| s.transfer.failed()),
            collapsed_singles: count_singles(|o| o.constant),
            failed_singles: count_singles(Outcome::failed),
            source_collapsed_runs,
            seeds,
        }
    }

    /// The gains of the paired seeds, by ascending seed.
    pub fn gains(&self) -> Vec<f64> {
        self.seeds.iter().filter_map(|s| s.gain).collect()
    }

    /// The gains of the paired seeds at which neither run collapsed, by ascending seed.
    pub fn gains_without_collapsed(&self) -> Vec<f64> {
        self.seeds.iter().filter(|s| !s.collapsed()).filter_map(|s| s.gain).collect()
    }
}
