//! The reference values that the tests share: tests/fixtures/variance.json, written by make_variance.py beside it.
//!
//! Its variance components come by another route: projection matrices of single gains (pinv), an averaging matrix in
//! between, traces with each term's covariance, and one 5 × 5 system of equations. Effects are np.linalg.lstsq with
//! the sum constraints as rows, intervals scipy.stats.t, split halves itertools.combinations, r np.corrcoef.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Gains;

#[derive(Deserialize)]
struct Fixture {
    maps: Vec<Case>,
    trainings: Vec<TrainingCase>,
}

#[derive(Deserialize)]
pub(super) struct Case {
    pub name: String,
    /// (source, target, seed, gain)
    gains: Vec<(usize, usize, u64, f64)>,
    /// source, target, interaction, baseline, residual; the last two null when lumped.
    pub components: [Option<f64>; 5],
    pub effects: EffectsCase,
    pub asymmetry: AsymmetryCase,
    pub split_half: Option<SplitHalfCase>,
}

#[derive(Deserialize)]
pub(super) struct EffectsCase {
    pub mean: f64,
    pub sources: Vec<EffectCase>,
    pub targets: Vec<EffectCase>,
    pub complete_seeds: usize,
}

#[derive(Deserialize)]
pub(super) struct EffectCase {
    pub estimate: f64,
    /// mean, standard error, low, high
    pub interval: Option<[f64; 4]>,
}

#[derive(Deserialize)]
pub(super) struct AsymmetryCase {
    pub pairs: usize,
    pub one_way_pairs: usize,
    pub antisymmetric_share: f64,
    pub correlation: f64,
    pub mean_absolute_difference: f64,
    pub opposite_signs: usize,
}

#[derive(Deserialize)]
pub(super) struct SplitHalfCase {
    pub half_correlation: f64,
    pub reliability: Option<f64>,
    pub seeds: usize,
    pub pairs: usize,
}

#[derive(Deserialize)]
pub(super) struct TrainingCase {
    /// (epoch, [(seed, gain)])
    input: Vec<(f64, Vec<(u64, f64)>)>,
    pub epochs: Vec<IntervalCase>,
    pub change: ChangeCase,
}

#[derive(Deserialize)]
pub(super) struct IntervalCase {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
    pub n: usize,
}

#[derive(Deserialize)]
pub(super) struct ChangeCase {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    pub n: usize,
}

impl Case {
    pub(super) fn gains(&self) -> Gains {
        gains_of(&self.gains)
    }
}

impl TrainingCase {
    pub(super) fn input(&self) -> Vec<(f64, BTreeMap<u64, f64>)> {
        self.input.iter().map(|(epoch, gains)| (*epoch, gains.iter().copied().collect())).collect()
    }
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/variance.json"))).unwrap()
}

pub(super) fn cases() -> Vec<Case> {
    let cases = fixture().maps;
    assert_eq!(cases.len(), 6);
    cases
}

pub(super) fn trainings() -> Vec<TrainingCase> {
    let trainings = fixture().trainings;
    assert_eq!(trainings.len(), 3);
    trainings
}

pub(super) fn gains_of(rows: &[(usize, usize, u64, f64)]) -> Gains {
    let mut gains = Gains::new();
    for &(source, target, seed, gain) in rows {
        gains.entry((source, target)).or_default().insert(seed, gain);
    }
    gains
}

/// Equal to 1e-9 of the value; the rest is rounding of sums around 1.
#[track_caller]
pub(super) fn assert_near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-13, "{ours} instead of {theirs}");
}
