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

/// P(b > a) + ½ P(b = a) over all n_a · n_b pairs of values, from 0 to 1: the Mann-Whitney statistic as a share, and the
/// probability of improvement of Agarwal et al. (*Deep RL at the edge of the statistical precipice*, NeurIPS 2021).
/// `None` for an empty sample or NaN.
pub fn probability_of_superiority(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs = a.len() * b.len();
    let wins: f64 = a.iter().flat_map(|x| b.iter().map(move |y| win(*x, *y))).sum();
    (pairs > 0).then(|| wins / pairs as f64).filter(|p| p.is_finite())
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
