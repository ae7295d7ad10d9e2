//! Does a measure pick good sources for a target? Correlation inside each target, so that easy and hard targets do not
//! count.

use std::ops::Range;

use serde::Serialize;

use super::cross_product::{Dense, dot, invert};
use super::{Matrix, MatrixError, Permutations, Untested};
use crate::correlation::{average_ranks, spearman, unit_deviations};

/// The mean over targets of the Spearman correlation over a target's sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithinTarget {
    /// Mean over the targets that have a coefficient, from −1 to 1; absent without any.
    pub mean: Option<f64>,
    /// Each target's coefficient; absent where measure or outcome is constant or fewer than 3 sources have both.
    pub targets: Vec<Option<f64>>,
    /// Number of absent ones.
    pub skipped: usize,
    /// Two-sided p by permutations of the tasks, on rows and columns.
    pub p_qap: Option<f64>,
    /// Why p is absent; absent itself when no permutations were asked for.
    pub untested: Option<Untested>,
}

/// The statistic alone, without permutations.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn within_target_spearman(measure: &Matrix, outcome: &Matrix) -> Result<WithinTarget, MatrixError> {
    measure.check_size(outcome.size())?;
    let identity: Vec<usize> = (0..outcome.size()).collect();
    let targets: Vec<Option<f64>> = identity.iter().map(|&t| of_target(measure, &identity, outcome, t)).collect();
    let skipped = targets.iter().filter(|r| r.is_none()).count();
    Ok(WithinTarget { mean: mean(targets.iter().copied()), targets, skipped, p_qap: None, untested: None })
}

/// The statistic with its p: for every permutation the mean is taken anew over the targets that then have a
/// coefficient. Without any it counts as 0, as in [`super::qap()`]; below 60 % of the cells there is no p.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn within_target(
    measure: &Matrix,
    outcome: &Matrix,
    permutations: &Permutations,
) -> Result<WithinTarget, MatrixError> {
    let mut result = within_target_spearman(measure, outcome)?;
    if permutations.tasks() != outcome.size() {
        return Err(MatrixError::Size { expected: outcome.size(), found: permutations.tasks() });
    }
    result.untested = Untested::check(result.mean, measure.pairs(outcome).0.len(), outcome.possible());
    if let Some(observed) = result.mean.filter(|_| result.untested.is_none()) {
        let reached = reached(measure, outcome, permutations, 0..permutations.count(), observed);
        result.p_qap = Some(permutations.p(reached));
    }
    Ok(result)
}

/// How many permutations of these numbers reach the |mean| of the data, for a test in parts: their sum over all parts
/// is what [`Permutations::p`] takes. Absent where [`within_target`] gives no p.
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
            mean((0..order.len()).map(|target| of_target(measure, order, outcome, target)))
        }),
    }
}

fn of_target(measure: &Matrix, order: &[usize], outcome: &Matrix, target: usize) -> Option<f64> {
    let pair = |source| Some((measure.get(order[source], order[target])?, outcome.get(source, target)?));
    let (x, y): (Vec<f64>, Vec<f64>) = (0..outcome.size()).filter_map(pair).unzip();
    spearman(&x, &y)
}

fn mean(coefficients: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = coefficients.flatten().fold((0.0, 0), |(sum, count), r| (sum + r, count + 1));
    (count > 0).then(|| sum / f64::from(count))
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
    use super::super::reference::{assert_close, matrix_cases};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in matrix_cases() {
            let ours = within_target(&case.a, &case.b, &Permutations::new(case.a.size(), 0)).unwrap();
            assert_close(ours.mean, case.within_target_spearman_mean);
            assert_eq!((ours.skipped, ours.untested), (0, None));
            assert!(ours.p_qap.is_some());
        }
    }

    /// The statistic of every reordered matrix, by the definition.
    fn by_definition(measure: &Matrix, outcome: &Matrix) -> f64 {
        let statistic = |m: &Matrix| within_target_spearman(m, outcome).unwrap().mean;
        let observed = statistic(measure).unwrap();
        Permutations::new(measure.size(), 0).two_sided(observed, |order| statistic(&measure.reordered(order)))
    }

    #[test]
    fn the_fast_p_is_that_of_the_definition_with_constant_columns_and_missing_cells() {
        for case in matrix_cases() {
            let size = case.a.size();
            let ours = |a: &Matrix, b: &Matrix| within_target(a, b, &Permutations::new(size, 0)).unwrap();
            assert_eq!(ours(&case.a, &case.b).p_qap, Some(by_definition(&case.a, &case.b)));
            let level =
                |m: &Matrix, t| Matrix::from_fn(size, |s, u| if u == t { Some(0.5) } else { m.get(s, u) }).unwrap();
            let (a, b) = (level(&case.a, 1), level(&case.b, 2));
            assert_eq!((ours(&a, &b).p_qap, ours(&a, &b).skipped), (Some(by_definition(&a, &b)), 2));
            let gap = Matrix::from_fn(size, |s, t| case.a.get(s, t).filter(|_| (s, t) != (0, 1))).unwrap();
            assert_eq!(ours(&gap, &b).p_qap, Some(by_definition(&gap, &b)));
        }
    }

    #[test]
    fn targets_with_two_sources_are_skipped() {
        let matrix = Matrix::from_fn(3, |s, t| Some((s * s + t) as f64)).unwrap();
        let ours = within_target(&matrix, &matrix, &Permutations::new(3, 0)).unwrap();
        assert_eq!((ours.mean, ours.skipped, ours.p_qap, ours.untested), (None, 3, None, Some(Untested::Undefined)));
    }
}
