//! How well would other seeds give the same map? Split-half reliability, and the ceiling of every correlation.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::Gains;
use crate::random::stream;
use crate::statistics::dyadic::{Matrix, within_target_spearman};
use crate::statistics::rounded;

/// Up to this number of seeds every split is taken.
pub const MAX_SEEDS_OF_ALL_SPLITS: usize = 10;

/// Number of seeded random splits beyond.
pub const RANDOM_SPLITS: usize = 500;

/// A sum of squares below this share of the raw one is rounding of an exact zero.
const ZERO: f64 = 1e-26;

/// Split-half reliability over seeds of the gains of all pairs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Mean over splits of Pearson's r, over pairs, between the mean gains of the two halves.
    pub half_correlation: f64,
    /// Spearman-Brown: the reliability of the mean over all seeds, n r / (1 + (n − 1) r) with n = seeds / seeds of a
    /// half, above 0 and up to 1. `None` when r ≤ 0: other seeds would not give a similar map.
    pub reliability: Option<f64>,
    /// √reliability: the largest correlation that a perfect predictor of the true gains can be expected to reach with
    /// the measured ones. `None` when r ≤ 0.
    pub ceiling: Option<f64>,
}

/// Correlates the two halves of every split of the seeds (all splits up to ten seeds, else 500 random ones drawn from
/// `seed`) and steps the mean correlation up to the full number of seeds.
///
/// Two seeds are the least; each is then a half. With an odd number K the halves have (K − 1)/2 seeds each and every
/// seed is left out in turn, so that both halves are equally long, as Spearman-Brown presumes. The baseline run that
/// the gains of a target share differs between the halves, so it counts as noise.
///
/// All pairs need the same seeds: if a pair's halves were made of other seeds, the pairs of a target would share more
/// baseline runs in one half than in the other. Of the blocks "the m most measured seeds × the pairs that have all of
/// them" the one with most gains is taken, of equal ones the one with more seeds.
///
/// `None` when the block has fewer than two seeds or three pairs, or when no split has a correlation.
///
/// Spearman and Brown, *British Journal of Psychology* 3, 1910; ceiling: Spearman, *American Journal of Psychology* 15,
/// 1904.
pub fn split_half(gains: &Gains, seed: u64) -> Option<Reliability> {
    reliability(gains, seed, |_, a, b| pearson(a, b))
}

/// As [`split_half`], of the order of sources within targets: the halves agree as far as the mean over targets of
/// Spearman's ρ between their gains says, as [`crate::statistics::dyadic::within_target_spearman`] defines it. Whether
/// some targets gain more than others does not count, and neither does the baseline run, which all gains of a target
/// and seed share.
///
/// `None` as there, and where no target has three sources.
pub fn split_half_within_targets(gains: &Gains, seed: u64) -> Option<Reliability> {
    reliability(gains, seed, |cells, a, b| {
        let tasks = cells.iter().map(|&(s, t)| s.max(t) + 1).max()?;
        let matrix = |values: &[f64]| {
            // Halves that differ by rounding alone are ties.
            let values: BTreeMap<_, _> = cells.iter().copied().zip(values.iter().map(|&v| rounded(v))).collect();
            Matrix::from_fn(tasks, |s, t| values.get(&(s, t)).copied()).ok()
        };
        within_target_spearman(&matrix(a)?, &matrix(b)?).ok()?.mean
    })
}

/// The mean over splits of how far the halves agree about the cells, stepped up.
fn reliability(
    gains: &Gains,
    seed: u64,
    agreement: impl Fn(&[(usize, usize)], &[f64], &[f64]) -> Option<f64>,
) -> Option<Reliability> {
    let Block { seeds, cells, columns } = complete_block(gains)?;
    let half = seeds.len() / 2;
    let splits =
        if seeds.len() <= MAX_SEEDS_OF_ALL_SPLITS { all_splits(seeds.len()) } else { random_splits(seeds.len(), seed) };
    let means = |chosen: &[usize]| -> Vec<f64> {
        let chosen: Vec<&Vec<f64>> = chosen.iter().filter_map(|&k| columns.get(k)).collect();
        (0..cells.len()).map(|p| chosen.iter().filter_map(|c| c.get(p)).sum::<f64>() / half as f64).collect()
    };
    let correlations: Vec<f64> = splits.iter().filter_map(|(a, b)| agreement(&cells, &means(a), &means(b))).collect();
    let half_correlation = crate::statistics::mean(&correlations)?;
    let longer = seeds.len() as f64 / half as f64;
    let stepped_up = longer * half_correlation / (1.0 + (longer - 1.0) * half_correlation);
    let reliability = (half_correlation > 0.0).then(|| stepped_up.min(1.0));
    Some(Reliability { half_correlation, reliability, ceiling: reliability.map(f64::sqrt) })
}

/// Cells that all have the same seeds.
struct Block {
    /// Ascending.
    seeds: Vec<u64>,
    /// Source and target.
    cells: Vec<(usize, usize)>,
    /// For every seed the gains of the cells.
    columns: Vec<Vec<f64>>,
}

/// The largest block; see [`split_half`].
fn complete_block(gains: &Gains) -> Option<Block> {
    let count = |seed: &u64| gains.values().filter(|c| c.contains_key(seed)).count();
    let seeds: BTreeSet<u64> = gains.values().flat_map(|c| c.keys().copied()).collect();
    let mut by_count: Vec<u64> = seeds.into_iter().collect();
    by_count.sort_by_key(|seed| Reverse(count(seed)));
    let complete = |seeds: &[u64]| {
        let has_all = |c: &&BTreeMap<u64, f64>| seeds.iter().all(|k| c.contains_key(k));
        gains.iter().filter(|(_, c)| has_all(c)).map(|(&cell, c)| (cell, c)).collect::<Vec<_>>()
    };
    let blocks = (2..=by_count.len()).map(|m| by_count.iter().take(m).copied().collect::<Vec<u64>>());
    let enough = blocks.filter(|seeds| complete(seeds).len() >= 3);
    // The last of equal ones: more seeds.
    let mut seeds = enough.max_by_key(|seeds| seeds.len() * complete(seeds).len())?;
    let block = complete(&seeds);
    seeds.sort_unstable();
    let columns = seeds.iter().map(|k| block.iter().filter_map(|(_, c)| c.get(k).copied()).collect()).collect();
    Some(Block { seeds, cells: block.into_iter().map(|(cell, _)| cell).collect(), columns })
}

/// Two halves, by positions of seeds.
type Split = (Vec<usize>, Vec<usize>);

/// Every unordered split of `seeds` positions into two halves; of an odd number, after leaving out each in turn.
fn all_splits(seeds: usize) -> Vec<Split> {
    let left_out: Vec<Option<usize>> =
        if seeds.is_multiple_of(2) { vec![None] } else { (0..seeds).map(Some).collect() };
    let mut splits = Vec::new();
    for out in left_out {
        let rest: Vec<usize> = (0..seeds).filter(|&k| Some(k) != out).collect();
        // Bit 0 set: the first seed of the rest is in the first half, so no split comes twice.
        for mask in (1u32..1 << rest.len()).step_by(2).filter(|m| m.count_ones() as usize == seeds / 2) {
            let (a, b): (Vec<_>, Vec<_>) = rest.iter().enumerate().partition(|(i, _)| mask >> i & 1 == 1);
            splits.push((a.into_iter().map(|(_, &k)| k).collect(), b.into_iter().map(|(_, &k)| k).collect()));
        }
    }
    splits
}

/// Fisher-Yates shuffles, cut in two; draws 32 bits so that wasm draws the same.
fn random_splits(seeds: usize, seed: u64) -> Vec<Split> {
    let mut rng = stream(seed, "gains", "split-half");
    let mut order: Vec<usize> = (0..seeds).collect();
    let half = seeds / 2;
    let mut draw = || {
        for i in (1..seeds).rev() {
            order.swap(i, rng.random_range(0..=i as u32) as usize);
        }
        (order.iter().take(half).copied().collect(), order.iter().skip(half).take(half).copied().collect())
    };
    (0..RANDOM_SPLITS).map(|_| draw()).collect()
}

/// `None` when either side is constant but for rounding.
fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let centred = |v: &[f64]| -> Option<Vec<f64>> {
        let mean = crate::statistics::mean(v)?;
        let centred: Vec<f64> = v.iter().map(|x| x - mean).collect();
        let squares = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>();
        let length = squares(&centred).sqrt();
        let varies = length.is_finite() && length * length > ZERO * squares(v);
        varies.then(|| centred.into_iter().map(|x| x / length).collect())
    };
    let r: f64 = centred(x)?.iter().zip(centred(y)?).map(|(x, y)| x * y).sum();
    Some(r.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::reference::{assert_near, cases, gains_of};
    use super::*;

    #[test]
    fn equals_brute_force_in_numpy() {
        for case in cases() {
            let (gains, theirs) = (case.gains(), case.split_half);
            let Some(ours) = split_half(&gains, 1) else {
                assert!(theirs.is_none(), "{}", case.name);
                continue;
            };
            let theirs = theirs.unwrap();
            assert_near(ours.half_correlation, theirs.half_correlation);
            assert_eq!(ours.reliability.is_some(), theirs.reliability.is_some());
            assert_near(ours.reliability.unwrap_or(0.0), theirs.reliability.unwrap_or(0.0));
            assert_near(ours.ceiling.unwrap_or(0.0).powi(2), theirs.reliability.unwrap_or(0.0));
            let Block { seeds, cells, .. } = complete_block(&gains).unwrap();
            assert_eq!((seeds.len(), cells.len()), (theirs.seeds, theirs.pairs));
        }
    }

    #[test]
    fn within_targets_equals_brute_force_in_numpy() {
        for case in crate::statistics::tests::prediction::fixture().halves_within {
            let ours = split_half_within_targets(&gains_of(&case.gains), 1).unwrap();
            assert_near(ours.half_correlation, case.half_correlation);
            assert_near(ours.reliability.unwrap(), case.reliability.unwrap());
            // What a target gains as a whole, at a seed, moves nothing.
            let shifted =
                |&(s, t, k, g): &(usize, usize, u64, f64)| (s, t, k, g + (t as u64 * (10 + k)) as f64 / 100.0);
            let moved: Vec<_> = case.gains.iter().map(shifted).collect();
            let moved = split_half_within_targets(&gains_of(&moved), 1).unwrap();
            assert_near(moved.half_correlation, case.half_correlation);
        }
    }

    #[test]
    fn splits_are_all_there_once() {
        // math.comb(K, K // 2) / 2, times K for odd K with K − 1 for K.
        for (seeds, expected) in [(2, 1), (3, 3), (4, 3), (5, 15), (9, 315), (10, 126)] {
            let splits = all_splits(seeds);
            let distinct: BTreeSet<_> = splits.iter().map(|(a, b)| if a < b { (a, b) } else { (b, a) }).collect();
            assert_eq!((splits.len(), distinct.len()), (expected, expected));
            assert!(splits.iter().all(|(a, b)| a.len() == seeds / 2 && b.len() == a.len()));
        }
        let random = random_splits(13, 5);
        assert_eq!(random, random_splits(13, 5));
        assert_ne!(random, random_splits(13, 6));
        for (a, b) in random {
            assert_eq!(a.iter().chain(&b).collect::<BTreeSet<_>>().len(), 12);
        }
    }

    #[test]
    fn random_splits_come_close_to_all_of_them() {
        // 12 seeds, noise as large as the signal: pair p at seed k.
        let noise = |p: usize, k: u64| ((p as f64 + 1.0) * 12.9898 + k as f64 * 78.233).sin() * 43_758.545_3 % 1.0;
        let pairs = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)];
        let rows: Vec<_> = (0..12u64)
            .flat_map(|k| pairs.iter().enumerate().map(move |(p, &(s, t))| (s, t, k, p as f64 / 6.0 + noise(p, k))))
            .collect();
        let gains = gains_of(&rows);
        let Block { columns, .. } = complete_block(&gains).unwrap();
        let means =
            |half: &[usize]| -> Vec<f64> { (0..6).map(|p| half.iter().map(|&k| columns[k][p]).sum()).collect() };
        let all: Vec<f64> = all_splits(12).iter().map(|(a, b)| pearson(&means(a), &means(b)).unwrap()).collect();
        assert_eq!(all.len(), 462);
        let (mean, sd) = (crate::statistics::mean(&all).unwrap(), crate::statistics::sd(&all).unwrap());
        let ours = split_half(&gains, 3).unwrap();
        // Three standard errors of a mean of 500 draws.
        assert!((ours.half_correlation - mean).abs() < 3.0 * sd / 500f64.sqrt(), "{ours:?}, {mean} ± {sd}");
        assert!(sd > 0.01 && ours.half_correlation != mean);
    }

    #[test]
    fn absent_where_nothing_can_be_correlated() {
        let rows = |seeds: u64, pairs: usize| -> Vec<(usize, usize, u64, f64)> {
            let all = [(0, 1), (1, 0), (0, 2), (2, 0)];
            let cells = all.into_iter().take(pairs);
            cells.enumerate().flat_map(|(p, (s, t))| (0..seeds).map(move |k| (s, t, k, p as f64))).collect()
        };
        assert_eq!(split_half(&gains_of(&rows(1, 4)), 1), None);
        assert_eq!(split_half(&gains_of(&rows(2, 2)), 1), None);
        assert_eq!(split_half(&gains_of(&rows(2, 4)), 1).unwrap().reliability, Some(1.0));
        let constant: Vec<_> = rows(2, 4).into_iter().map(|(s, t, k, _)| (s, t, k, 0.1)).collect();
        assert_eq!(split_half(&gains_of(&constant), 1), None);
        let opposite: Vec<_> =
            rows(2, 4).into_iter().map(|(s, t, k, g)| (s, t, k, if k == 0 { g } else { -g })).collect();
        let opposite = split_half(&gains_of(&opposite), 1).unwrap();
        assert_eq!((opposite.half_correlation, opposite.reliability, opposite.ceiling), (-1.0, None, None));
    }
}
