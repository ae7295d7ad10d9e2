//! Does a measure pick good sources for a target? Correlation inside each target, so that easy and hard targets do not
//! count.

use serde::Serialize;

use super::{Matrix, MatrixError};
use crate::statistics::correlation::spearman;
use crate::statistics::{mean, rounded};

/// The mean over targets of the Spearman correlation over a target's sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithinTarget {
    /// Mean over the targets whose sources can be ranked, from −1 to 1, rounded to 1e-12 so that equal means are ties;
    /// absent without any.
    pub mean: Option<f64>,
    /// The coefficient of every target whose sources can be ranked, ascending; 0 where the measure says nothing.
    pub of_targets: Vec<(usize, f64)>,
    /// Targets whose sources cannot be ranked: fewer than 3 outcomes, or all the same.
    pub skipped: usize,
}

/// Spearman's coefficient of `measure` and `outcome` over the sources of every target, and its mean.
///
/// A target counts where three or more of its outcomes are there and not all the same. Where the measure then is
/// constant, or there for fewer than 3 of them, it orders nothing, and the coefficient is 0: that of no order at all.
/// Leaving such targets out would put a measure that speaks where it is easy before one that speaks everywhere.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn within_target_spearman(measure: &Matrix, outcome: &Matrix) -> Result<WithinTarget, MatrixError> {
    measure.check_size(outcome.size())?;
    let identity: Vec<usize> = (0..outcome.size()).collect();
    Ok(within_targets(measure, &identity, outcome))
}

/// The same of the measure with rows and columns in `order`.
pub(super) fn within_targets(measure: &Matrix, order: &[usize], outcome: &Matrix) -> WithinTarget {
    let (mut of_targets, mut skipped) = (Vec::new(), 0);
    for target in 0..outcome.size() {
        let sources = || (0..outcome.size()).filter_map(|s| Some((s, outcome.get(s, target)?)));
        let outcomes: Vec<f64> = sources().map(|(_, y)| y).collect();
        if outcomes.len() < 3 || outcomes.iter().all(|y| Some(y) == outcomes.first()) {
            skipped += usize::from(!outcomes.is_empty());
            continue;
        }
        let pair = |(source, y)| Some((measure.get(order[source], order[target])?, y));
        let (x, y): (Vec<f64>, Vec<f64>) = sources().filter_map(pair).unzip();
        of_targets.push((target, spearman(&x, &y).unwrap_or(0.0)));
    }
    let coefficients: Vec<f64> = of_targets.iter().map(|&(_, r)| r).collect();
    WithinTarget { mean: mean(&coefficients).map(rounded), of_targets, skipped }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, matrix_cases, reordered, within_target_p};
    use super::super::{Exchange, Permutations};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in matrix_cases() {
            let ours = within_target_spearman(&case.a, &case.b).unwrap();
            assert_close(ours.mean, case.within_target_spearman_mean);
            assert_eq!((ours.of_targets.len(), ours.skipped), (case.a.size(), 0));
        }
    }

    /// The statistic of every reordered matrix, by the definition.
    fn by_definition(measure: &Matrix, outcome: &Matrix) -> f64 {
        let statistic = |m: &Matrix| within_target_spearman(m, outcome).unwrap().mean;
        let observed = statistic(measure).unwrap();
        let all = Permutations::new(Exchange::of(outcome), 0);
        all.two_sided(observed, |order| statistic(&reordered(measure, order)))
    }

    #[test]
    fn the_fast_p_is_that_of_the_definition_with_constant_columns_and_missing_cells() {
        for case in matrix_cases() {
            let size = case.a.size();
            let ours = |a: &Matrix, b: &Matrix| within_target_p(a, b, &Permutations::new(Exchange::of(b), 0));
            assert_eq!(ours(&case.a, &case.b), Some(by_definition(&case.a, &case.b)));
            let level =
                |m: &Matrix, t| Matrix::from_fn(size, |s, u| if u == t { Some(0.5) } else { m.get(s, u) }).unwrap();
            let (a, b) = (level(&case.a, 1), level(&case.b, 2));
            assert_eq!(
                (ours(&a, &b), within_target_spearman(&a, &b).unwrap().skipped),
                (Some(by_definition(&a, &b)), 1)
            );
            let gap = Matrix::from_fn(size, |s, t| case.a.get(s, t).filter(|_| (s, t) != (0, 1))).unwrap();
            assert_eq!(ours(&gap, &b), Some(by_definition(&gap, &b)));
        }
    }

    #[test]
    fn a_target_of_which_the_measure_says_nothing_counts_as_0() {
        let outcome = Matrix::from_fn(5, |s, t| Some((3 * s + t) as f64)).unwrap();
        let of = |measure: &dyn Fn(usize, usize) -> Option<f64>| {
            let measure = Matrix::from_fn(5, measure).unwrap();
            within_target_spearman(&measure, &outcome).unwrap()
        };
        let everywhere = of(&|s, _| Some(s as f64));
        assert_eq!((everywhere.mean, everywhere.of_targets.len(), everywhere.skipped), (Some(1.0), 5, 0));
        // Tied on target 1, two values for target 2, none for target 3.
        let somewhere = of(&|s, t| match t {
            1 => Some(0.5),
            2 if s > 1 => None,
            3 => None,
            _ => Some(s as f64),
        });
        assert_eq!(somewhere.of_targets, [(0, 1.0), (1, 0.0), (2, 0.0), (3, 0.0), (4, 1.0)]);
        assert_eq!(somewhere.mean, Some(0.4));
    }

    #[test]
    fn targets_with_two_sources_are_skipped() {
        let matrix = Matrix::from_fn(3, |s, t| Some((s * s + t) as f64)).unwrap();
        let ours = within_target_spearman(&matrix, &matrix).unwrap();
        assert_eq!(ours, WithinTarget { mean: None, of_targets: Vec::new(), skipped: 3 });
        assert_eq!(within_target_p(&matrix, &matrix, &Permutations::new(Exchange::Tasks(3), 0)), None);
    }
}
