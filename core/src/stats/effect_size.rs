//! How large a difference is, in units that compare across metrics.

use super::estimate::identical;
use super::{mean, sd};

/// Cohen's d of paired differences, mean / sd (d_z of Cohen 1988); `None` for fewer than two, identical or non-finite
/// differences.
pub fn cohen_d_paired(differences: &[f64]) -> Option<f64> {
    let sd = sd(differences).filter(|sd| sd.is_finite() && !identical(differences))?;
    let d = mean(differences)? / sd;
    d.is_finite().then_some(d)
}

/// Hedges' g of two independent samples: (mean(b) − mean(a)) / s with the pooled standard deviation s on
/// m = n_a + n_b − 2 degrees of freedom, times the small-sample correction 1 − 3 / (4 m − 1) (Hedges 1981).
///
/// `None` for a sample of fewer than two values, non-finite values, or no variance.
pub fn hedges_g_independent(a: &[f64], b: &[f64]) -> Option<f64> {
    if identical(a) && identical(b) {
        return None;
    }
    let df = (a.len() + b.len()).checked_sub(2)? as f64;
    let squares = |x: &[f64]| Some(sd(x)?.powi(2) * (x.len() - 1) as f64);
    let pooled = ((squares(a)? + squares(b)?) / df).sqrt();
    let g = (mean(b)? - mean(a)?) / pooled * (1.0 - 3.0 / (4.0 * df - 1.0));
    (pooled.is_finite() && g.is_finite()).then_some(g)
}

/// P(b > a) + ½ P(b = a) over all n_a · n_b pairs of values, from 0 to 1: the Mann-Whitney statistic as a share, and the
/// probability of improvement of Agarwal et al. (*Deep RL at the edge of the statistical precipice*, NeurIPS 2021).
/// `None` for an empty sample or NaN.
pub fn probability_of_superiority(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs = a.len() * b.len();
    let wins: f64 = a.iter().flat_map(|x| b.iter().map(move |y| win(*x, *y))).sum();
    (pairs > 0).then(|| wins / pairs as f64).filter(|p| p.is_finite())
}

/// P(d > 0) + ½ P(d = 0) over paired differences, from 0 to 1. `None` without differences or for NaN.
pub fn probability_of_superiority_paired(differences: &[f64]) -> Option<f64> {
    mean(&differences.iter().map(|d| win(0.0, *d)).collect::<Vec<f64>>()).filter(|p| p.is_finite())
}

/// 1 where b is above a, ½ where they are equal, 0 where it is below; NaN where either is.
pub(super) fn win(a: f64, b: f64) -> f64 {
    match b.partial_cmp(&a) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        Some(std::cmp::Ordering::Less) => 0.0,
        None => f64::NAN,
    }
}
