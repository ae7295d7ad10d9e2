//! The exact sign-flip test: what the t test says when nothing is assumed but symmetry.

use super::estimate::identical;

/// Most differences for which all sign patterns are gone through.
pub const SIGN_FLIP_MAX: usize = 12;

/// Exact two-sided sign-flip p value of the mean of paired differences: the share of all 2^n sign patterns with
/// |Σ ± d| ≥ |Σ d|, ties within 1e-12 of Σ |d| counted (Fisher, *The Design of Experiments*, 1935, section 21). At least
/// 2^(1 − n).
///
/// `None` for fewer than 2 or more than [`SIGN_FLIP_MAX`] differences, for one that is not finite, and when all are
/// identical: a run that ignores its seed would otherwise be counted as n observations.
///
/// ```
/// use transfermap::statistics::sign_flip_p;
///
/// assert_eq!(sign_flip_p(&[1.0, 2.0, 3.0]), Some(0.25));
/// assert_eq!(sign_flip_p(&[1.0, -2.0, 1.0]), Some(1.0));
/// ```
pub fn sign_flip_p(differences: &[f64]) -> Option<f64> {
    let scale: f64 = differences.iter().map(|d| d.abs()).sum();
    if !(2..=SIGN_FLIP_MAX).contains(&differences.len()) || !scale.is_finite() || identical(differences) {
        return None;
    }
    let threshold = differences.iter().sum::<f64>().abs() - 1e-12 * scale;
    // |Σ| does not change when all signs turn, so the first keeps its own.
    let (first, rest) = differences.split_first()?;
    let patterns = 1_u32 << rest.len();
    let flipped = |pattern: u32| {
        rest.iter().enumerate().fold(*first, |sum, (i, d)| if pattern >> i & 1 == 1 { sum - d } else { sum + d })
    };
    let extreme = (0..patterns).filter(|&pattern| flipped(pattern).abs() >= threshold).count();
    Some(extreme as f64 / f64::from(patterns))
}
