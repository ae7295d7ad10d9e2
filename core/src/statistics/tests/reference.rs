//! tests/fixtures: statistics.json by make_statistics.py (scipy, statsmodels), moderated_t.json by make_moderated_t.R
//! (limma 3.54.1, `eBayes(lmFit(d, matrix(1, n, 1)))`).

use serde::Deserialize;

const STATISTICS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/statistics.json"));
const MODERATED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/moderated_t.json"));

#[derive(Deserialize)]
pub(super) struct Statistics {
    pub two_samples: Vec<TwoSamples>,
    pub mcnemar: Vec<McNemar>,
    pub minimum_detectable_effect: Vec<MinimumDetectableEffect>,
    pub multiple_testing: MultipleTesting,
}

#[derive(Deserialize)]
pub(super) struct TwoSamples {
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub paired_t: f64,
    pub paired_p: f64,
    pub paired_ci95: (f64, f64),
    pub welch_t: f64,
    pub welch_p: f64,
    pub welch_df: f64,
    pub welch_ci95: (f64, f64),
    pub sign_flip_exact_p: Option<f64>,
    pub tost_margin: f64,
    pub tost_paired_p: f64,
    pub cohen_d_paired: f64,
    pub probability_b_above_a: f64,
}

#[derive(Deserialize)]
pub(super) struct McNemar {
    pub table: [u64; 4],
    pub exact_p: f64,
}

#[derive(Deserialize)]
pub(super) struct MinimumDetectableEffect {
    pub n: usize,
    pub alpha: f64,
    pub power: f64,
    pub paired_d: f64,
    pub independent_d: f64,
}

#[derive(Deserialize)]
pub(super) struct MultipleTesting {
    pub p: Vec<f64>,
    pub holm: Vec<f64>,
    pub benjamini_hochberg: Vec<f64>,
}

#[derive(Deserialize)]
struct Moderated {
    cases: Vec<ModeratedCase>,
}

#[derive(Deserialize)]
pub(super) struct ModeratedCase {
    pub differences: Vec<Vec<f64>>,
    pub mean: Vec<f64>,
    pub sd: Vec<f64>,
    pub prior_df: Option<f64>,
    pub prior_variance: f64,
    pub posterior_variance: Vec<f64>,
    pub moderated_t: Vec<f64>,
    pub df_total: Vec<f64>,
    pub p: Vec<f64>,
    pub ci_low: Vec<f64>,
    pub ci_high: Vec<f64>,
}

pub(super) fn statistics() -> Statistics {
    let statistics: Statistics = serde_json::from_str(STATISTICS).unwrap();
    assert_eq!((statistics.two_samples.len(), statistics.mcnemar.len()), (4, 3));
    statistics
}

pub(super) fn moderated() -> Vec<ModeratedCase> {
    let Moderated { cases } = serde_json::from_str(MODERATED).unwrap();
    assert!(cases.len() == 4 && cases.iter().any(|c| c.prior_df.is_none()));
    cases
}

#[track_caller]
pub(super) fn assert_close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} instead of {theirs}");
}
