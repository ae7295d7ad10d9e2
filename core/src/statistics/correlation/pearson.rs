//! Pearson's coefficient with what textbooks attach to it.

use super::comparable;
use crate::statistics::{Interval, StudentT};

/// Pearson's r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² · Σ (y − ȳ)²), from −1 to 1.
///
/// `None` with fewer than 2 pairs, lists of different lengths, a constant list, or a value that is not finite.
///
/// ```
/// use transfermap::statistics::correlation::pearson;
///
/// assert!(pearson(&[1.0, 2.0, 4.0], &[3.0, 5.0, 9.0]).is_some_and(|r| (r - 1.0).abs() < 1e-12));
/// assert_eq!(pearson(&[1.0, 2.0, 4.0], &[3.0, 3.0, 3.0]), None);
/// ```
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if !comparable(x, y, 2) {
        return None;
    }
    let (x, y) = (unit_deviations(x)?, unit_deviations(y)?);
    let r: f64 = x.iter().zip(&y).map(|(a, b)| a * b).sum();
    Some(r.clamp(-1.0, 1.0))
}

/// Deviations from the mean, scaled to a sum of squares of 1: their product sum is Pearson's r.
///
/// `None` for a constant list and when sums overflow.
pub(crate) fn unit_deviations(values: &[f64]) -> Option<Vec<f64>> {
    let varies = values.iter().any(|value| Some(value) != values.first());
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let mut deviations: Vec<f64> = values.iter().map(|v| v - mean).collect();
    // Scaled by the largest first: squares of very small or large deviations leave the range of f64.
    for norm in [|d: &[f64]| d.iter().fold(0.0, |m: f64, v| m.max(v.abs())), euclidean] {
        let norm = norm(&deviations);
        if !(varies && norm > 0.0 && norm.is_finite()) {
            return None;
        }
        deviations.iter_mut().for_each(|d| *d /= norm);
    }
    Some(deviations)
}

fn euclidean(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Two-sided p of a coefficient of `n` *independent* pairs: t = r √((n − 2) / (1 − r²)) against Student's t with n − 2
/// degrees of freedom.
///
/// Exact for Pearson's r of normal values, an approximation for Spearman's. Cells of a task × task matrix are not
/// independent, and this p is too small for them. `None` with fewer than 3 pairs or r outside [−1, 1].
pub fn naive_p(r: f64, n: usize) -> Option<f64> {
    if n < 3 || !(-1.0..=1.0).contains(&r) {
        return None;
    }
    let degrees = (n - 2) as f64;
    let remaining = (1.0 - r) * (1.0 + r);
    if remaining == 0.0 {
        return Some(0.0);
    }
    let t = r.abs() * (degrees / remaining).sqrt();
    Some(StudentT::new(degrees)?.two_sided(t))
}

/// Interval of Pearson's r of `n` independent pairs by Fisher's z: tanh(atanh r ± z / √(n − 3)).
///
/// `level` is the coverage, for example 0.95. `None` with fewer than 4 pairs, r outside [−1, 1] or a level outside
/// (0, 1). For r = ±1 both ends are r. Fisher, *Metron* 1, 1921.
pub fn fisher_interval(r: f64, n: usize, level: f64) -> Option<Interval> {
    if n < 4 || !(-1.0..=1.0).contains(&r) || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let half = StudentT::NORMAL.quantile(0.5 + level / 2.0)? / ((n - 3) as f64).sqrt();
    Some(Interval::around(r.atanh(), half).map(f64::tanh))
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, cases, undefined};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in cases() {
            let n = case.x.len();
            let r = pearson(&case.x, &case.y);
            assert_close(r, case.pearson);
            assert_close(naive_p(r.unwrap(), n), case.pearson_p);
            let interval = fisher_interval(r.unwrap(), n, 0.95);
            assert_close(interval.map(|i| i.low), case.pearson_ci95_fisher[0]);
            assert_close(interval.map(|i| i.high), case.pearson_ci95_fisher[1]);
        }
    }

    #[test]
    fn small_p_keeps_its_digits() {
        // import scipy.stats as ss; r = .95; n = 60
        // 2 * ss.t.sf(r * ((n - 2) / (1 - r * r)) ** .5, n - 2) = 5.2600010853622685e-31
        let p = naive_p(0.95, 60).unwrap();
        assert!((p / 5.2600010853622685e-31 - 1.0).abs() < 1e-10, "{p}");
    }

    #[test]
    fn undefined_without_variance_or_pairs() {
        for (x, y) in undefined() {
            assert_eq!(pearson(&x, &y), None, "{x:?} {y:?}");
        }
        assert_eq!((naive_p(0.5, 2), naive_p(f64::NAN, 9), naive_p(1.1, 9)), (None, None, None));
        assert_eq!((fisher_interval(0.5, 3, 0.95), fisher_interval(0.5, 9, 1.0)), (None, None));
        assert_eq!(naive_p(-1.0, 5), Some(0.0));
    }

    #[test]
    fn tiny_and_huge_values_do_not_leave_the_range() {
        for scale in [1e-300, 1e-170, 1e170, 1e300] {
            let x = [1.0, 2.0, 4.0].map(|v| v * scale);
            assert_close(pearson(&x, &[0.0, 1.0, 5.0]), pearson(&[1.0, 2.0, 4.0], &[0.0, 1.0, 5.0]).unwrap());
        }
        assert_eq!(pearson(&[f64::MAX, f64::MAX, -1.0], &[1.0, 2.0, 3.0]), None);
    }
}
