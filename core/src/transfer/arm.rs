//! The test scores of one arm: of runs that differ in their seeds only.

use std::collections::BTreeMap;

use super::Outcome;
use crate::statistics;

/// What the runs of one arm scored on a target, by ascending seed; `None` for results that came without one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm(BTreeMap<Option<u64>, Outcome>);

impl FromIterator<(Option<u64>, Outcome)> for Arm {
    fn from_iter<I: IntoIterator<Item = (Option<u64>, Outcome)>>(runs: I) -> Self {
        Self(runs.into_iter().collect())
    }
}

impl Arm {
    /// The runs with their seeds.
    pub fn runs(&self) -> impl Iterator<Item = (Option<u64>, &Outcome)> {
        self.0.iter().map(|(&seed, run)| (seed, run))
    }

    /// Whether there is no run, not even a failed one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The run of this seed.
    pub fn get(&self, seed: Option<u64>) -> Option<&Outcome> {
        self.0.get(&seed)
    }

    /// The scores there are, in the metric's units.
    pub fn scores(&self) -> Vec<f64> {
        self.0.values().filter_map(|run| run.score).collect()
    }

    /// Mean score, rounded to 1e-12 so that equal means are ties; `None` without any.
    pub fn mean(&self) -> Option<f64> {
        statistics::mean(&self.scores()).map(statistics::rounded)
    }

    /// Sample standard deviation of the scores; `None` with fewer than two.
    pub fn sd(&self) -> Option<f64> {
        statistics::sd(&self.scores())
    }

    /// How many runs are so.
    pub fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.0.values().filter(|run| is(run)).count()
    }

    /// The runs of these seeds.
    pub(super) fn of_seeds(&self, seeds: &[u64]) -> Self {
        let asked = |seed: &Option<u64>| seed.is_some_and(|seed| seeds.contains(&seed));
        self.0.iter().filter(|(seed, _)| asked(seed)).map(|(&seed, &run)| (seed, run)).collect()
    }

    /// The arm without some of its runs.
    pub(super) fn only(&self, keep: impl Fn(&Outcome) -> bool) -> Self {
        self.0.iter().filter(|(_, run)| keep(run)).map(|(&seed, &run)| (seed, run)).collect()
    }
}
