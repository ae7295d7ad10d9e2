//! The reference values that the tests of correlations share.
//!
//! tests/fixtures/statistics.json was written by make_statistics.py SEED OUT (scipy, statsmodels), part "correlation":
//! ```python
//! pe, sp, kt = ss.pearsonr(x, y), ss.spearmanr(x, y), ss.kendalltau(x, y)
//! ci = pe.confidence_interval(0.95)
//! weighted_tau_hyperbolic = ss.weightedtau(x, y).statistic
//! fit = sm.OLS(y, sm.add_constant(x)).fit()
//! band = fit.get_prediction(sm.add_constant(grid, has_constant="add")).summary_frame(alpha=0.05)
//! ```

use serde::Deserialize;

const STATISTICS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/statistics.json"));

#[derive(Deserialize)]
struct Statistics {
    correlation: Vec<Case>,
}

/// Two lists and what goes with them; the last two cases have ties.
#[derive(Deserialize)]
pub(super) struct Case {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub pearson: f64,
    pub pearson_p: f64,
    pub pearson_ci95_fisher: [f64; 2],
    pub spearman: f64,
    pub spearman_p_t_approx: f64,
    pub kendall_tau_b: f64,
    pub weighted_tau_hyperbolic: f64,
    pub ols: Ols,
}

/// A line through the points, with its bands on a grid.
#[derive(Deserialize)]
pub(super) struct Ols {
    pub intercept: f64,
    pub slope: f64,
    pub slope_se: f64,
    pub r_squared: f64,
    pub grid: Vec<f64>,
    pub mean: Vec<f64>,
    pub mean_ci_lower: Vec<f64>,
    pub mean_ci_upper: Vec<f64>,
    pub obs_ci_lower: Vec<f64>,
    pub obs_ci_upper: Vec<f64>,
}

pub(super) fn cases() -> Vec<Case> {
    let cases = serde_json::from_str::<Statistics>(STATISTICS).unwrap().correlation;
    assert_eq!(cases.len(), 4);
    cases
}

#[track_caller]
pub(super) fn assert_close(ours: Option<f64>, theirs: f64) {
    assert!(ours.is_some_and(|v| (v - theirs).abs() < 1e-10), "{ours:?} instead of {theirs}");
}

/// Lists that have no coefficient of any kind.
pub(super) fn undefined() -> Vec<(Vec<f64>, Vec<f64>)> {
    let line = vec![1.0, 2.0, 3.0, 4.0];
    let mut lists = vec![
        (vec![], vec![]),
        (vec![1.0], vec![2.0]),
        (line.clone(), vec![1.0, 2.0, 3.0]),
        (line.clone(), vec![0.1; 4]),
        (vec![0.1; 4], line.clone()),
    ];
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        lists.push((line.clone(), vec![1.0, odd, 3.0, 5.0]));
        lists.push((vec![1.0, odd, 3.0, 5.0], line.clone()));
    }
    lists
}
