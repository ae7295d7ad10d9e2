//! The t interval of a mean over seeds, and the p value that belongs to it.

use serde::{Deserialize, Serialize};

use crate::stats::{self, StudentT};

/// Coverage of every interval of this module.
pub const LEVEL: f64 = 0.95;

/// Scores are of order one, so values that agree to this are equal but for rounding, and have no variance.
const EQUAL: f64 = 1e-12;

/// Mean of n independent values with its 95 % interval: mean ± t(0.975; n − 1) · s / √n.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TInterval {
    /// Mean of the values.
    pub mean: f64,
    /// s / √n.
    pub standard_error: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Number of values: one more than the degrees of freedom.
    pub n: usize,
}

impl TInterval {
    /// `None` with fewer than two values, with values that are all equal (an interval without width would claim
    /// certainty), and with one that is not finite.
    pub(super) fn new(values: &[f64]) -> Option<Self> {
        let n = values.len();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let equal = high - low <= EQUAL * low.abs().max(high.abs()).max(1.0);
        if n < 2 || equal || values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let (mean, standard_error) = (stats::mean(values)?, stats::sd(values)? / (n as f64).sqrt());
        let half = students_t(n)?.quantile(0.5 + LEVEL / 2.0)? * standard_error;
        let interval = Self { mean, standard_error, low: mean - half, high: mean + half, n };
        (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
    }

    /// Two-sided p of a mean of 0: P(|T| ≥ |mean| / standard error) with n − 1 degrees of freedom.
    pub(super) fn p(&self) -> Option<f64> {
        let t = (self.mean / self.standard_error).abs();
        students_t(self.n).map(|d| d.two_sided(t)).filter(|p| p.is_finite())
    }
}

fn students_t(n: usize) -> Option<StudentT> {
    StudentT::new(n.checked_sub(1)? as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_tails_equal_scipy() {
        // scipy.stats.t.ppf(0.975, df), 2 * scipy.stats.t.sf(t, df)
        let cases = [
            (1, 12.706204736174694, 0.3, 0.8144528418445154),
            (2, 4.302652729749462, 2.5, 0.12961172022151082),
            (4, 2.7764451051977934, 4.0, 0.016130089900092546),
            (9, 2.262157162798205, 30.0, 2.4837047041582635e-10),
            (29, 2.045229642132703, 12.0, 9.060708333137183e-13),
        ];
        for (df, quantile, t, p) in cases {
            let ours = students_t(df + 1).unwrap().quantile(0.5 + LEVEL / 2.0).unwrap();
            assert!((ours / quantile - 1.0).abs() < 1e-10, "{df}: {ours}");
            let interval = TInterval { mean: -t, standard_error: 1.0, low: 0.0, high: 0.0, n: df + 1 };
            let ours = interval.p().unwrap();
            assert!((ours / p - 1.0).abs() < 1e-10, "{df}: {ours}");
        }
    }

    #[test]
    fn no_interval_without_variance_or_numbers() {
        assert_eq!(TInterval::new(&[]), None);
        assert_eq!(TInterval::new(&[0.5]), None);
        assert_eq!(TInterval::new(&[0.3 - 0.2, 0.2 - 0.1, 0.1]), None);
        assert_eq!(TInterval::new(&[0.5, f64::NAN, 0.25]), None);
        assert_eq!(TInterval::new(&[0.5, f64::INFINITY]), None);
        assert_eq!(TInterval::new(&[f64::MAX, f64::MIN]), None);
        assert_eq!(TInterval::new(&[0.5, 0.25]).map(|i| (i.mean, i.standard_error, i.n)), Some((0.375, 0.125, 2)));
    }
}
