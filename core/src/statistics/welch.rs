//! Welch's t test of two independent samples.

use serde::Serialize;

use super::estimate::{Estimate, identical};
use super::{Interval, mean, sd};

/// Welch's test of mean(b) − mean(a) without equal variances (Welch 1947): standard error √(s²_a / n_a + s²_b / n_b),
/// degrees of freedom after Satterthwaite, two-sided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Welch {
    /// mean(b) − mean(a), in the units of the samples.
    pub mean_difference: f64,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Satterthwaite's degrees of freedom.
    pub df: f64,
    /// The statistic.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
}

impl Welch {
    /// The test; `None` for a sample of fewer than two values, a value that is not finite, or when the values of both
    /// samples are identical.
    pub fn new(a: &[f64], b: &[f64]) -> Option<Self> {
        let mean_difference = mean(b)? - mean(a)?;
        let (va, vb) = (variance_of_mean(a)?, variance_of_mean(b)?);
        let df = (va + vb).powi(2) / (va * va / (a.len() - 1) as f64 + vb * vb / (b.len() - 1) as f64);
        let standard_error = (va + vb).sqrt();
        let estimate = Estimate::new(mean_difference, standard_error, df)?;
        Some(Self { mean_difference, standard_error, df, t: estimate.t(), p: estimate.p() })
    }

    /// The confidence interval of mean(b) − mean(a); `None` for a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Option<Interval> {
        Estimate::new(self.mean_difference, self.standard_error, self.df)?.interval(level)
    }
}

fn variance_of_mean(values: &[f64]) -> Option<f64> {
    let sd = if identical(values) && values.len() >= 2 { 0.0 } else { sd(values)? };
    Some(sd * sd / values.len() as f64)
}
