//! Does a measure pick good sources for a target? Correlation inside each target, so that easy and hard targets do not
//! count.

use std::ops::Range;

use serde::Serialize;

use super::cross_product::{Dense, dot, invert};
use super::{Matrix, MatrixError, Permutations, Untested};
use crate::statistics::correlation::{average_ranks, spearman, unit_deviations};
use crate::statistics::mean;

/// The mean over targets of the Spearman correlation over a target's sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithinTarget {
    /// Mean over the targets that have a coefficient, from −1 to 1; absent without any.
    pub mean: Option<f64>,
    /// Number of these targets.
    pub targets: usize,
    /// Targets without one: measure or outcome is constant, or fewer than 3 sources have both.
    pub skipped: usize,
}

/// The statistic alone, without permutations.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn within_target_spearman(measure: &Matrix, outcome: &Matrix) -> Result<WithinTarget, MatrixError> {
    measure.check_size(outcome.size())?;
    let identity: Vec<usize> = (0..outcome.size()).collect();
    let coefficients: Vec<f64> = identity.iter().filter_map(|&t| of_target(measure, &identity, outcome, t)).collect();
    let targets = coefficients.len();
    Ok(WithinTarget { mean: mean(&coefficients), targets, skipped: outcome.size() - targets })
}

/// How many permutations of these numbers reach the |mean| of the data: their sum over all permutations, which may be
/// gone through a stretch at a time, is what [`Permutations::p`] takes.
///
/// For every permutation the mean is taken anew over the targets that then have a coefficient. Without any it counts as
/// 0, as in [`super::QapTest`]. Absent without a mean to reach, and below 60 % of the cells.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn within_target_reached(
    measure: &Matrix,
    outcome: &Matrix,
    permutations: &Permutations,
    range: Range<usize>,
) -> Result<Option<usize>, MatrixError> {
    let result = within_target_spearman(measure, outcome)?;
    let untested = Untested::check(result.mean, measure.pairs(outcome).0.len(), outcome.possible());
    let observed = result.mean.filter(|_| untested.is_none() && permutations.tasks() == outcome.size());
    Ok(observed.map(|observed| reached(measure, outcome, permutations, range, observed)))
}

fn reached(
    measure: &Matrix,
    outcome: &Matrix,
    permutations: &Permutations,
    range: Range<usize>,
    observed: f64,
) -> usize {
    match Columns::of(measure).zip(Columns::of(outcome)) {
        Some((measure, outcome)) => {
            let (mut inverse, mut moved) = (vec![0; permutations.tasks()], outcome.ranks.cells.clone());
            permutations.reached(range, observed, |order| {
                invert(order, &mut inverse);
                outcome.ranks.gather(&inverse, &mut moved);
                let both = |(&here, &there): (&usize, &bool)| outcome.varies[here] && there;
                let count = inverse.iter().zip(&measure.varies).filter(|&pair| both(pair)).count();
                (count > 0).then(|| dot(&measure.ranks.cells, &moved) / count as f64)
            })
        }
        None => permutations.reached(range, observed, |order| {
            let of_target = |target| of_target(measure, order, outcome, target);
            mean(&(0..order.len()).filter_map(of_target).collect::<Vec<f64>>())
        }),
    }
}

fn of_target(measure: &Matrix, order: &[usize], outcome: &Matrix, target: usize) -> Option<f64> {
    let pair = |source| Some((measure.get(order[source], order[target])?, outcome.get(source, target)?));
    let (x, y): (Vec<f64>, Vec<f64>) = (0..outcome.size()).filter_map(pair).unzip();
    spearman(&x, &y)
}

/// Ranks inside each column of a complete matrix as unit deviations. A permutation moves whole columns and reorders
/// them, so the ranks stay, and the product sum of two such matrices is the sum of the targets' coefficients.
struct Columns {
    ranks: Dense,
    /// Whether a column varies; the ranks of one that does not are 0 here.
    varies: Vec<bool>,
}

impl Columns {
    fn of(matrix: &Matrix) -> Option<Self> {
        let size = matrix.size();
        if !matrix.is_complete() || size < 4 {
            return None;
        }
        let (mut cells, mut varies) = (vec![0.0; size * size], Vec::with_capacity(size));
        for target in 0..size {
            let (sources, column): (Vec<usize>, Vec<f64>) =
                (0..size).filter_map(|source| Some((source, matrix.get(source, target)?))).unzip();
            let ranks = unit_deviations(&average_ranks(&column)?);
            varies.push(ranks.is_some());
            for (source, rank) in sources.into_iter().zip(ranks.into_iter().flatten()) {
                cells[source * size + target] = rank;
            }
        }
        Some(Self { ranks: Dense { size, cells }, varies })
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, matrix_cases, reordered, within_target_p};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in matrix_cases() {
            let ours = within_target_spearman(&case.a, &case.b).unwrap();
            assert_close(ours.mean, case.within_target_spearman_mean);
            assert_eq!((ours.targets, ours.skipped), (case.a.size(), 0));
        }
    }

    /// The statistic of every reordered matrix, by the definition.
    fn by_definition(measure: &Matrix, outcome: &Matrix) -> f64 {
        let statistic = |m: &Matrix| within_target_spearman(m, outcome).unwrap().mean;
        let observed = statistic(measure).unwrap();
        Permutations::new(measure.size(), 0).two_sided(observed, |order| statistic(&reordered(measure, order)))
    }

    #[test]
    fn the_fast_p_is_that_of_the_definition_with_constant_columns_and_missing_cells() {
        for case in matrix_cases() {
            let size = case.a.size();
            let ours = |a: &Matrix, b: &Matrix| within_target_p(a, b, &Permutations::new(size, 0));
            assert_eq!(ours(&case.a, &case.b), Some(by_definition(&case.a, &case.b)));
            let level =
                |m: &Matrix, t| Matrix::from_fn(size, |s, u| if u == t { Some(0.5) } else { m.get(s, u) }).unwrap();
            let (a, b) = (level(&case.a, 1), level(&case.b, 2));
            assert_eq!(
                (ours(&a, &b), within_target_spearman(&a, &b).unwrap().skipped),
                (Some(by_definition(&a, &b)), 2)
            );
            let gap = Matrix::from_fn(size, |s, t| case.a.get(s, t).filter(|_| (s, t) != (0, 1))).unwrap();
            assert_eq!(ours(&gap, &b), Some(by_definition(&gap, &b)));
        }
    }

    #[test]
    fn targets_with_two_sources_are_skipped() {
        let matrix = Matrix::from_fn(3, |s, t| Some((s * s + t) as f64)).unwrap();
        let ours = within_target_spearman(&matrix, &matrix).unwrap();
        assert_eq!(ours, WithinTarget { mean: None, targets: 0, skipped: 3 });
        assert_eq!(within_target_p(&matrix, &matrix, &Permutations::new(3, 0)), None);
    }
}
