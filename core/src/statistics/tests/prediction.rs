//! tests/fixtures/prediction.json, written by make_prediction.py beside it from the definitions (sign patterns and
//! permutations by itertools, dense covariance matrices), which scipy's `wilcoxon` and statsmodels' `MixedLM` and
//! `anova_lm` had to agree with.

use serde::Deserialize;

const PREDICTION: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/prediction.json"));

#[derive(Deserialize)]
pub(in crate::statistics) struct Prediction {
    pub signed_rank: Vec<SignedRank>,
    pub random_intercept: Vec<RandomInterceptCase>,
    pub two_way: Vec<TwoWay>,
    pub permutations: Vec<Permuted>,
    pub halves_within: Vec<HalvesWithin>,
}

#[derive(Deserialize)]
pub(in crate::statistics) struct SignedRank {
    pub name: String,
    pub differences: Vec<f64>,
    pub p: f64,
}

#[derive(Deserialize)]
pub(in crate::statistics) struct RandomInterceptCase {
    pub name: String,
    pub groups: Vec<Vec<(f64, f64)>>,
    pub intercept: f64,
    pub slope: f64,
    pub group_variance: f64,
    pub residual_variance: f64,
    pub covariance: [f64; 3],
    pub x: f64,
    pub band: [f64; 2],
}

#[derive(Deserialize)]
pub(in crate::statistics) struct TwoWay {
    pub name: String,
    pub rows: Vec<Vec<f64>>,
    pub level: f64,
    pub interval: [f64; 2],
}

/// Rows are sources, columns targets.
type Cells = Vec<Vec<Option<f64>>>;

#[derive(Deserialize)]
pub(in crate::statistics) struct Permuted {
    pub name: String,
    pub measures: Vec<Cells>,
    pub outcome: Cells,
    pub pearson: Vec<PermutedTest>,
    pub spearman: Vec<PermutedTest>,
    pub kendall: Vec<PermutedTest>,
    pub within_targets: Vec<PermutedTest>,
}

#[derive(Deserialize)]
pub(in crate::statistics) struct PermutedTest {
    pub observed: f64,
    pub p: f64,
    pub p_max: f64,
}

#[derive(Deserialize)]
pub(in crate::statistics) struct HalvesWithin {
    /// (source, target, seed, gain)
    pub gains: Vec<(usize, usize, u64, f64)>,
    pub half_correlation: f64,
    pub reliability: Option<f64>,
}

pub(in crate::statistics) fn fixture() -> Prediction {
    serde_json::from_str(PREDICTION).unwrap()
}
