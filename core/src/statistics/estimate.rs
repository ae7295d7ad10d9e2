//! An estimate with its standard error: what every t test here shares.

use super::{Interval, StudentT};

/// Whether all values are equal up to rounding: max − min ≤ 4 ε max|x|. Such differences carry no information on their
/// own variance, so nothing can be called significant from them. True without values, false where one is not finite.
pub fn identical(values: &[f64]) -> bool {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for &value in values {
        if !value.is_finite() {
            return false;
        }
        (low, high) = (low.min(value), high.max(value));
    }
    values.is_empty() || high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs())
}

/// `(value − θ) / standard_error` follows Student's t with `df` degrees of freedom around the true value θ.
#[derive(Debug, Clone, Copy)]
pub(in crate::statistics) struct Estimate {
    value: f64,
    standard_error: f64,
    t: StudentT,
}

impl Estimate {
    /// `None` unless the value is finite, the standard error finite and above 0, and `df` above 0.
    pub(in crate::statistics) fn new(value: f64, standard_error: f64, df: f64) -> Option<Self> {
        let usable = value.is_finite() && standard_error.is_finite() && standard_error > 0.0;
        StudentT::new(df).filter(|_| usable).map(|t| Self { value, standard_error, t })
    }

    /// The statistic of the test against 0.
    pub(super) fn t(&self) -> f64 {
        self.value / self.standard_error
    }

    /// Two-sided p value of the test against 0.
    pub(in crate::statistics) fn p(&self) -> f64 {
        self.t.two_sided(self.t())
    }

    /// Share of what the true value may be that lies above 0.
    pub(super) fn probability_positive(&self) -> f64 {
        self.t.cdf(self.t())
    }

    /// The interval of the given level, `None` unless 0 < level < 1.
    pub(in crate::statistics) fn interval(&self, level: f64) -> Option<Interval> {
        if !(level > 0.0 && level < 1.0) {
            return None;
        }
        let half = self.t.upper_quantile((1.0 - level) / 2.0)? * self.standard_error;
        Some(Interval::around(self.value, half))
    }

    /// p value of two one-sided tests inside ±margin (Schuirmann 1987), `None` unless the margin is finite and above 0.
    pub(super) fn equivalence_p(&self, margin: f64) -> Option<f64> {
        if !(margin.is_finite() && margin > 0.0) {
            return None;
        }
        let below = self.t.sf((self.value + margin) / self.standard_error);
        let above = self.t.cdf((self.value - margin) / self.standard_error);
        Some(below.max(above))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_up_to_rounding() {
        assert!(identical(&[]) && identical(&[0.3]) && identical(&[0.0, -0.0]));
        assert!(0.1 + 0.2 != 0.3 && identical(&[0.1 + 0.2, 0.3]));
        assert!(!identical(&[0.1, 0.1 + 1e-15]));
        assert!(!identical(&[f64::NAN, f64::NAN]) && !identical(&[1e-300, -1e-300]));
    }

    #[test]
    fn rejects_what_has_no_distribution() {
        for (value, error, df) in [(f64::NAN, 1.0, 3.0), (0.0, 0.0, 3.0), (0.0, f64::INFINITY, 3.0), (0.0, 1.0, 0.0)] {
            assert!(Estimate::new(value, error, df).is_none());
        }
        let estimate = Estimate::new(1.0, 1.0, 3.0).unwrap();
        for bad in [f64::NAN, 0.0, -0.1, f64::INFINITY] {
            assert!(estimate.interval(bad).is_none() && estimate.equivalence_p(bad).is_none());
        }
        assert!(estimate.interval(1.0).is_none());
    }
}
