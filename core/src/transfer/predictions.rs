//! The predictions of a pair, example by example, and which of them a transfer turned: right before and wrong after, or
//! the reverse.

use std::cmp::Reverse;

use super::{PairKey, Runs};
use crate::metric::Evaluation;
use crate::record::RunRecord;

/// What both models of one seed predict: class indices of the same test examples, in data-set order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedPredictions<'a> {
    /// The seed of both.
    pub seed: Option<u64>,
    /// Classes predicted by the single-task model.
    pub single: &'a [u8],
    /// Classes predicted after transfer.
    pub transfer: &'a [u8],
    /// Whether either run collapsed to one class.
    pub collapsed: bool,
}

/// The predictions of a pair by ascending seed: of the seeds at which both runs finished and left as many as there are
/// `labels`.
pub fn predictions<'a>(runs: &Runs<'a>, key: &'a PairKey, labels: &[u8]) -> Vec<SeedPredictions<'a>> {
    let test = |run: &'a RunRecord| run.evaluation(&key.target, "test").filter(|_| run.is_ok());
    let classes = |test: &'a Evaluation| {
        let classes = test.predicted.as_ref()?.indices();
        (classes.len() == labels.len()).then_some(classes)
    };
    let of_seed = |seed: super::SeedRuns<'a>| {
        let (single, transfer) = (test(seed.single?)?, test(seed.transfer?)?);
        Some(SeedPredictions {
            seed: seed.seed,
            single: classes(single)?,
            transfer: classes(transfer)?,
            collapsed: single.constant || transfer.constant,
        })
    };
    runs.of_pair(key).into_iter().filter_map(of_seed).collect()
}

/// One example that at least one seed turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// Position in the test set, from 0.
    pub example: usize,
    /// Seeds at which the single-task model was right and the transferred one wrong.
    pub to_wrong: usize,
    /// Seeds at which it was the other way round.
    pub to_right: usize,
}

/// The examples that were turned, those turned by most seeds in one direction first, then in the order of the data.
///
/// `labels` and the predictions are of the same examples in the same order; a seed whose lists are of another length is
/// left out.
pub fn flips(labels: &[u8], seeds: &[SeedPredictions<'_>]) -> Vec<Flip> {
    let mut all: Vec<Flip> = (0..labels.len()).map(|example| Flip { example, to_wrong: 0, to_right: 0 }).collect();
    for seed in seeds.iter().filter(|s| s.single.len() == labels.len() && s.transfer.len() == labels.len()) {
        for (((flip, label), before), after) in all.iter_mut().zip(labels).zip(seed.single).zip(seed.transfer) {
            flip.to_wrong += usize::from(before == label && after != label);
            flip.to_right += usize::from(before != label && after == label);
        }
    }
    all.retain(|f| f.to_wrong + f.to_right > 0);
    all.sort_by_key(|f| (Reverse(f.to_wrong.max(f.to_right)), f.example));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both<'a>(single: &'a [u8], transfer: &'a [u8]) -> SeedPredictions<'a> {
        SeedPredictions { seed: None, single, transfer, collapsed: false }
    }

    #[test]
    fn counts_both_directions_and_sorts_by_the_larger() {
        // By hand. Example 0: right → wrong twice; 1: wrong → right once; 2: once each way; 3: always right; 4: wrong
        // in both, as another class.
        let labels = [0, 1, 0, 1, 2];
        let seeds = [both(&[0, 0, 0, 1, 0], &[1, 1, 1, 1, 1]), both(&[0, 0, 1, 1, 0], &[1, 0, 0, 1, 1])];
        let flip = |example, to_wrong, to_right| Flip { example, to_wrong, to_right };
        assert_eq!(flips(&labels, &seeds), [flip(0, 2, 0), flip(1, 0, 1), flip(2, 1, 1)]);
    }

    #[test]
    fn leaves_out_a_seed_of_another_length() {
        assert_eq!(flips(&[0, 1], &[both(&[0], &[1])]), []);
        assert_eq!(flips(&[], &[]), []);
    }
}
