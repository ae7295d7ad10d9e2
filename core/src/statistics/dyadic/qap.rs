//! Does a measure go with an outcome more closely than if the tasks' names were shuffled?
//!
//! The quadratic assignment procedure: Krackhardt, *Predicting with networks: nonparametric multiple regression
//! analysis of dyadic data*, Social Networks 10, 1988.

use std::ops::Range;

use serde::Serialize;

use super::null::Null;
use super::permutations::reaches;
use super::{Matrix, MatrixError, Observed, Permutations, Statistic, Untested, observed};

/// The test of one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureTest {
    /// The coefficient of the data.
    pub observed: Observed,
    /// Two-sided p: how often a permutation reaches |r|.
    pub p_qap: Option<f64>,
    /// How often the largest |r| over all measures reaches this |r|: the chance that the best of so many measures looks
    /// as good by luck.
    pub p_max: Option<f64>,
    /// Why the p values are absent.
    pub untested: Option<Untested>,
}

/// How many permutations have reached each |r| so far, by measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    reached: Vec<usize>,
    by_largest: Vec<usize>,
}

/// The test of all `measures` of one `outcome` with the same permutations of the tasks, which may be gone through a
/// stretch at a time.
///
/// A permutation moves rows and columns of the measure together (where no task is source and target, sources among
/// themselves and targets among themselves); cells that are missing then on either side are left
/// out, and ranks are taken anew among the rest. A permutation that leaves fewer than 3 cells or a constant counts as
/// |r| = 0: the test then has the statistic "|r|, or 0 where there is none", which is a fixed function of the data, so
/// the test stays exact; and it agrees with data without a coefficient, which are not tested. Leaving such permutations
/// out would make N depend on the data; counting them as extreme would only lose power.
///
/// Measures without a test take no part in the largest |r|.
pub struct QapTest<'a> {
    permutations: &'a Permutations,
    observed: Vec<Observed>,
    untested: Vec<Option<Untested>>,
    /// Measures with a test, and their coefficients.
    tested: Vec<(usize, f64)>,
    null: Null<'a>,
}

impl<'a> QapTest<'a> {
    /// A test of which no permutation has been looked at.
    ///
    /// # Errors
    /// [`MatrixError::Size`] when matrices or permutations are of different numbers of tasks.
    pub fn new(
        statistic: Statistic,
        measures: &'a [Matrix],
        outcome: &'a Matrix,
        permutations: &'a Permutations,
    ) -> Result<Self, MatrixError> {
        if permutations.tasks() != outcome.size() {
            return Err(MatrixError::Size { expected: outcome.size(), found: permutations.tasks() });
        }
        let possible = permutations.exchange().possible();
        let observed = measures.iter().map(|m| observed(statistic, m, outcome)).collect::<Result<Vec<_>, _>>()?;
        let untested: Vec<Option<Untested>> =
            observed.iter().map(|o| Untested::check(o.coefficient, o.pairs, possible)).collect();
        let limit = |(i, o): (usize, &Observed)| Some((i, o.coefficient.filter(|_| untested[i].is_none())?));
        let tested: Vec<(usize, f64)> = observed.iter().enumerate().filter_map(limit).collect();
        let null = Null::new(statistic, tested.iter().map(|&(i, _)| &measures[i]), outcome, permutations.exchange());
        Ok(Self { permutations, observed, untested, tested, null })
    }

    /// Goes through the permutations of these numbers. Over all calls with the same counts each should come once.
    pub fn count(&mut self, range: Range<usize>, counts: &mut Counts) {
        counts.reached.resize(self.observed.len(), 0);
        counts.by_largest.resize(self.observed.len(), 0);
        if self.tested.is_empty() {
            return;
        }
        let mut coefficients = vec![0.0; self.tested.len()];
        for order in self.permutations.part(range) {
            self.null.statistics(order, &mut coefficients);
            let largest = coefficients.iter().fold(0.0, |m: f64, r| m.max(r.abs()));
            for (&(i, limit), &r) in self.tested.iter().zip(&coefficients) {
                counts.reached[i] += usize::from(reaches(r, limit));
                counts.by_largest[i] += usize::from(reaches(largest, limit));
            }
        }
    }

    /// The p values of all permutations' counts, in the order of the measures.
    pub fn finish(self, counts: &Counts) -> Vec<MeasureTest> {
        let p = |counts: &[usize], i: usize| self.permutations.p(counts.get(i).copied().unwrap_or(0));
        let tests = self.observed.into_iter().zip(self.untested).enumerate().map(|(i, (observed, untested))| {
            let tested = untested.is_none() && observed.coefficient.is_some();
            MeasureTest {
                p_qap: tested.then(|| p(&counts.reached, i)),
                p_max: tested.then(|| p(&counts.by_largest, i)),
                untested,
                observed,
            }
        });
        tests.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Exchange;
    use super::super::reference::{assert_close, matrix_cases, maximum, qap, reordered};
    use super::*;
    use crate::statistics::correlation::Coefficient;
    use crate::statistics::tests::prediction::fixture;

    fn all(tasks: usize) -> Permutations {
        Permutations::new(Exchange::Tasks(tasks), 0)
    }

    #[test]
    fn exact_p_equals_all_permutations_in_scipy() {
        for case in matrix_cases() {
            let all = all(case.a.size());
            for (coefficient, theirs) in
                [(Coefficient::Pearson, &case.pearson), (Coefficient::Spearman, &case.spearman)]
            {
                let test = qap(Statistic::Pairs(coefficient), std::slice::from_ref(&case.a), &case.b, &all).unwrap();
                assert_close(test[0].observed.coefficient, theirs.observed);
                assert_close(test[0].p_qap, theirs.exact_p_two_sided);
                assert_eq!(test[0].p_max, test[0].p_qap);
            }
        }
    }

    #[test]
    fn missing_cells_equal_scipy() {
        // statistics.json "matrices"[1]: a[0, 1] = a[3, 2] = b[4, 0] = np.nan
        // def stat(f, q): m = a[np.ix_(q, q)]; u = off & ~np.isnan(m) & ~np.isnan(b); return f(m[u], b[u]).statistic
        // null = np.array([stat(f, list(q)) for q in itertools.permutations(range(5))])
        // null[0], (abs(null) >= abs(null[0]) - 1e-12).sum() for f in (ss.pearsonr, ss.spearmanr, ss.kendalltau)
        let case = matrix_cases().swap_remove(1);
        let without = |m: &Matrix, gaps: &[(usize, usize)]| {
            Matrix::from_fn(5, |s, t| m.get(s, t).filter(|_| !gaps.contains(&(s, t)))).unwrap()
        };
        let (a, b) = (without(&case.a, &[(0, 1), (3, 2)]), without(&case.b, &[(4, 0)]));
        for (coefficient, r, extreme) in [
            (Coefficient::Pearson, 0.554_149_385_380_869_7, 9.0),
            (Coefficient::Spearman, 0.561_274_509_803_921_6, 10.0),
            (Coefficient::KendallTauB, 0.411_764_705_882_352_87, 10.0),
        ] {
            let test = &qap(Statistic::Pairs(coefficient), std::slice::from_ref(&a), &b, &all(5)).unwrap()[0];
            assert_close(test.observed.coefficient, r);
            assert_close(test.p_qap, extreme / 120.0);
            assert_eq!(test.observed.pairs, 17);
        }
    }

    #[test]
    fn all_statistics_equal_numpy_with_sides_gaps_and_ties() {
        for case in fixture().permutations {
            let square = case.name.contains("tasks");
            // Where sources and targets are different sets, targets follow sources in the matrix.
            let (sources, columns) = (case.outcome.len(), case.outcome[0].len());
            let size = if square { sources } else { sources + columns };
            let column = |t: usize| if square { Some(t) } else { t.checked_sub(sources) };
            let matrix =
                |cells: &Vec<Vec<Option<f64>>>| Matrix::from_fn(size, |s, t| *cells.get(s)?.get(column(t)?)?).unwrap();
            let (measures, outcome) = (case.measures.iter().map(matrix).collect::<Vec<_>>(), matrix(&case.outcome));
            let all = Permutations::new(Exchange::of(&outcome), 0);
            let count = if square { 120 } else { (1..=sources).chain(1..=columns).product() };
            assert_eq!((all.count(), all.is_exact()), (count, true));
            let tests = [&case.pearson, &case.spearman, &case.kendall, &case.within_targets];
            for (statistic, theirs) in Statistic::all().zip(tests) {
                let ours = qap(statistic, &measures, &outcome, &all).unwrap();
                for (ours, theirs) in ours.iter().zip(theirs) {
                    assert_close(ours.observed.coefficient, theirs.observed);
                    assert_close(ours.p_qap, theirs.p);
                    assert_close(ours.p_max, theirs.p_max);
                }
            }
        }
    }

    #[test]
    fn drawn_permutations_count_those_that_reach_the_coefficient() {
        let wave = |s: usize, t: usize| ((s * 31 + t * 7) as f64).sin();
        let a = Matrix::from_fn(9, |s, t| Some(wave(s, t))).unwrap();
        let b = Matrix::from_fn(9, |s, t| Some(0.2 * wave(s, t) + ((s * s * 13 + t * t * 5 + s * t) as f64).cos()))
            .unwrap();
        let drawn = Permutations::with_draws(Exchange::Tasks(9), 3, 500);
        for coefficient in [Coefficient::Pearson, Coefficient::Spearman] {
            let r = |m: &Matrix| observed(Statistic::Pairs(coefficient), m, &b).unwrap().coefficient.unwrap();
            let extreme = drawn.iter().filter(|order| reaches(r(&reordered(&a, order)), r(&a))).count();
            let test = qap(Statistic::Pairs(coefficient), std::slice::from_ref(&a), &b, &drawn).unwrap();
            assert!(!drawn.is_exact() && extreme > 0);
            assert_eq!(test[0].p_qap, Some((extreme + 1) as f64 / 501.0));
        }
    }

    #[test]
    fn the_best_of_six_measures_equals_numpy() {
        let (measures, outcome, pearson, p_max) = maximum();
        let test = qap(Statistic::Pairs(Coefficient::Pearson), &measures, &outcome, &all(5)).unwrap();
        for (i, measure) in test.iter().enumerate() {
            assert_close(measure.observed.coefficient, pearson[i]);
            assert_close(measure.p_max, p_max[i]);
        }
    }

    #[test]
    fn too_many_missing_cells_and_constants_are_not_tested() {
        let outcome = Matrix::from_fn(5, |s, t| Some((s * s + 3 * t) as f64)).unwrap();
        let sparse = Matrix::from_fn(5, |s, t| (s == 0 || (s, t) == (1, 2)).then_some((s + t * t) as f64)).unwrap();
        let constant = Matrix::from_fn(5, |_, _| Some(0.1)).unwrap();
        let good = Matrix::from_fn(5, |s, t| Some((s + t) as f64)).unwrap();
        let all = all(5);
        let test =
            qap(Statistic::Pairs(Coefficient::Spearman), &[sparse, constant, good.clone()], &outcome, &all).unwrap();
        let [sparse, constant, third] = &test[..] else { panic!() };
        assert_eq!(sparse.untested, Some(Untested::TooFewPairs { measured: 5, possible: 20 }));
        assert!(sparse.observed.coefficient.is_some() && sparse.p_qap.is_none() && sparse.p_max.is_none());
        assert_eq!((constant.untested, constant.observed.coefficient), (Some(Untested::Undefined), None));
        let alone = qap(Statistic::Pairs(Coefficient::Spearman), &[good], &outcome, &all).unwrap();
        assert_eq!(*third, alone[0]);
    }

    #[test]
    fn rejects_matrices_of_other_sizes() {
        let of = |size| Matrix::from_fn(size, |s, t| Some((s + t) as f64)).unwrap();
        let error = qap(Statistic::Pairs(Coefficient::Pearson), &[of(4)], &of(5), &all(5)).unwrap_err();
        assert_eq!(error, MatrixError::Size { expected: 5, found: 4 });
        assert!(qap(Statistic::Pairs(Coefficient::Pearson), &[of(5)], &of(5), &all(4)).is_err());
    }
}
