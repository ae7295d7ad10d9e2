//! The t interval of a mean over seeds, and the p value that belongs to it.

use crate::statistics::estimate::Estimate;
use crate::statistics::{mean, sd};

/// Scores are of order one, so values that agree to this are equal but for rounding, and have no variance.
const EQUAL: f64 = 1e-12;

/// The mean of independent values, one a seed: s / √n is its standard error, and n − 1 are the degrees of freedom.
///
/// `None` with fewer than two values, with values that are all equal (an interval without width would claim certainty),
/// and with one that is not finite.
pub(super) fn over_seeds(values: &[f64]) -> Option<Estimate> {
    let n = values.len();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let equal = high - low <= EQUAL * low.abs().max(high.abs()).max(1.0);
    if n < 2 || equal || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    Estimate::new(mean(values)?, sd(values)? / (n as f64).sqrt(), (n - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_and_tails_equal_scipy() {
        // For n values of mean m and standard error e: scipy.stats.t.ppf(0.975, n − 1) = (high − m) / e,
        // 2 * scipy.stats.t.sf(m / e, n − 1) = p. Values ±1 around t with n − 1 zeros have known e.
        let cases = [
            (2, 12.706204736174694, 0.3, 0.8144528418445154),
            (3, 4.302652729749462, 2.5, 0.12961172022151082),
            (5, 2.7764451051977934, 4.0, 0.016130089900092546),
            (10, 2.262157162798205, 30.0, 2.4837047041582635e-10),
            (30, 2.045229642132703, 12.0, 9.060708333137183e-13),
        ];
        for (n, quantile, t, p) in cases {
            // Evenly spread around 0, then brought to standard error 1 and mean t.
            let spread: Vec<f64> = (0..n).map(|i| i as f64 - (n - 1) as f64 / 2.0).collect();
            let error = sd(&spread).unwrap() / (n as f64).sqrt();
            let values: Vec<f64> = spread.iter().map(|v| v / error + t).collect();
            let estimate = over_seeds(&values).unwrap();
            let interval = estimate.interval(0.95).unwrap();
            assert!((interval.half_width() / quantile - 1.0).abs() < 1e-10, "{n}: {interval:?}");
            assert!((estimate.p() / p - 1.0).abs() < 1e-10, "{n}: {}", estimate.p());
        }
    }

    #[test]
    fn no_interval_without_variance_or_numbers() {
        let nothing: [&[f64]; 6] = [
            &[],
            &[0.5],
            &[0.3 - 0.2, 0.2 - 0.1, 0.1],
            &[0.5, f64::NAN, 0.25],
            &[0.5, f64::INFINITY],
            &[f64::MAX, f64::MIN],
        ];
        assert!(nothing.iter().all(|values| over_seeds(values).is_none()));
        assert!(over_seeds(&[0.5, 0.25]).is_some());
    }
}
