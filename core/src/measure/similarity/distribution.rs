//! Two histograms of token counts on one vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::probe::TaskProbe;
use crate::measure::{Undefined, part};

/// The counts of two tasks for every token that either has.
pub(super) struct Histograms {
    pub source: Vec<f64>,
    pub target: Vec<f64>,
}

impl Histograms {
    /// # Errors
    /// A task without tokens.
    pub(super) fn of(source: &TaskProbe, target: &TaskProbe) -> Result<Self, Undefined> {
        let counts = |task| part(task, "token counts");
        Self::new(counts(&source.token_counts)?, counts(&target.token_counts)?)
    }

    pub(super) fn new(source: &BTreeMap<u32, u64>, target: &BTreeMap<u32, u64>) -> Result<Self, Undefined> {
        let tokens: BTreeSet<u32> = source.keys().chain(target.keys()).copied().collect();
        let counts = |of: &BTreeMap<u32, u64>| -> Vec<f64> {
            tokens.iter().map(|token| of.get(token).copied().unwrap_or(0) as f64).collect()
        };
        let both = Self { source: counts(source), target: counts(target) };
        match both.source.iter().sum::<f64>() > 0.0 && both.target.iter().sum::<f64>() > 0.0 {
            true => Ok(both),
            false => Err(Undefined::Zero("token counts")),
        }
    }

    /// Relative frequencies, after adding `smoothing` to every count.
    pub(super) fn shares(&self, smoothing: f64) -> (Vec<f64>, Vec<f64>) {
        let shares = |counts: &[f64]| {
            let total: f64 = counts.iter().map(|c| c + smoothing).sum();
            counts.iter().map(|c| (c + smoothing) / total).collect()
        };
        (shares(&self.source), shares(&self.target))
    }
}

/// Both are as long and sum to 1.
pub(super) fn check(p: &[f64], q: &[f64]) -> Result<(), Undefined> {
    match p.len() == q.len() {
        true => Ok(()),
        false => Err(Undefined::Lengths { left: p.len(), right: q.len() }),
    }
}
