//! The reference values that the tests of matrices share.
//!
//! tests/fixtures/statistics.json "matrices" was written by make_statistics.py SEED OUT:
//! ```python
//! null = [stat(a[np.ix_(q, q)], f) for q in map(list, itertools.permutations(range(k)))]
//! exact_p_two_sided = (np.abs(null) >= abs(obs) - 1e-12).mean()
//! within = [ss.spearmanr(np.delete(a[:, t], t), np.delete(b[:, t], t)).statistic for t in range(k)]
//! ```
//! and tests/fixtures/extra.json by make_extra.py SEED OUT, whose functions `tstat` and `residual_matrix` and list `mx`
//! hold the formulas.

use serde::Deserialize;

use super::{Counts, Matrix, MatrixError, MeasureTest, Permutations, QapTest, Statistic};

const STATISTICS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/statistics.json"));
const EXTRA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/extra.json"));

type Rows = Vec<Vec<f64>>;

pub(super) fn matrix(rows: &Rows) -> Matrix {
    Matrix::from_fn(rows.len(), |s, t| Some(rows[s][t])).unwrap()
}

#[derive(Deserialize)]
struct Statistics {
    matrices: Vec<RawCase>,
}

#[derive(Deserialize)]
struct RawCase {
    a: Rows,
    b: Rows,
    pearson: Test,
    spearman: Test,
    within_target_spearman_mean: f64,
}

#[derive(Deserialize)]
pub(super) struct Test {
    pub observed: f64,
    pub exact_p_two_sided: f64,
}

/// A measure `a` and an outcome `b`.
pub(super) struct Case {
    pub a: Matrix,
    pub b: Matrix,
    pub pearson: Test,
    pub spearman: Test,
    pub within_target_spearman_mean: f64,
}

pub(super) fn matrix_cases() -> Vec<Case> {
    let cases = serde_json::from_str::<Statistics>(STATISTICS).unwrap().matrices;
    assert_eq!(cases.len(), 3);
    let case = |raw: RawCase| Case {
        a: matrix(&raw.a),
        b: matrix(&raw.b),
        pearson: raw.pearson,
        spearman: raw.spearman,
        within_target_spearman_mean: raw.within_target_spearman_mean,
    };
    cases.into_iter().map(case).collect()
}

fn extra(part: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(EXTRA).unwrap()[part].take()
}

/// Measures, outcome, Pearson's r and p of the maximum.
pub(super) fn maximum() -> (Vec<Matrix>, Matrix, Vec<f64>, Vec<f64>) {
    #[derive(Deserialize)]
    struct Maximum {
        measures: Vec<Rows>,
        outcome: Rows,
        pearson: Vec<f64>,
        exact_p_max: Vec<f64>,
    }
    let case: Maximum = serde_json::from_value(extra("maximum_over_measures")).unwrap();
    (case.measures.iter().map(matrix).collect(), matrix(&case.outcome), case.pearson, case.exact_p_max)
}

/// x, z, y, and x's t and p beside z.
pub(super) fn semi_partialling() -> (Matrix, Matrix, Matrix, f64, f64) {
    #[derive(Deserialize)]
    struct SemiPartialling {
        x: Rows,
        z: Rows,
        y: Rows,
        t_observed: f64,
        exact_p_two_sided: f64,
    }
    let case: SemiPartialling = serde_json::from_value(extra("double_semi_partialling")).unwrap();
    (matrix(&case.x), matrix(&case.z), matrix(&case.y), case.t_observed, case.exact_p_two_sided)
}

/// The matrix with rows and columns taken in `order`.
pub(super) fn reordered(matrix: &Matrix, order: &[usize]) -> Matrix {
    Matrix::from_fn(order.len(), |s, t| matrix.get(order[s], order[t])).unwrap()
}

/// The whole test at once.
pub(super) fn qap(
    statistic: Statistic,
    measures: &[Matrix],
    outcome: &Matrix,
    permutations: &Permutations,
) -> Result<Vec<MeasureTest>, MatrixError> {
    let mut test = QapTest::new(statistic, measures, outcome, permutations)?;
    let mut counts = Counts::default();
    test.count(0..permutations.count(), &mut counts);
    Ok(test.finish(&counts))
}

/// The two-sided p of the mean of coefficients within targets, all permutations at once.
pub(super) fn within_target_p(measure: &Matrix, outcome: &Matrix, permutations: &Permutations) -> Option<f64> {
    qap(Statistic::WithinTargets, std::slice::from_ref(measure), outcome, permutations).unwrap()[0].p_qap
}

#[track_caller]
pub(super) fn assert_close(ours: Option<f64>, theirs: f64) {
    assert!(ours.is_some_and(|v| (v - theirs).abs() < 1e-10), "{ours:?} instead of {theirs}");
}
