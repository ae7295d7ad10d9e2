//! The paired t test of differences over seeds.

use serde::Serialize;

use super::estimate::{Estimate, identical};
use super::{Interval, mean, sd};

/// Student's paired t test (Student 1908): t = mean / (sd / √n) with n − 1 degrees of freedom, two-sided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedT {
    /// Number of differences.
    pub n: usize,
    /// Mean difference, in the units of the differences.
    pub mean: f64,
    /// Sample standard deviation of the differences, exactly 0 when they are identical up to rounding.
    pub sd: f64,
    /// Degrees of freedom, n − 1.
    pub df: f64,
    /// The statistic; `None` when all differences are identical.
    pub t: Option<f64>,
    /// Two-sided p value; `None` when all differences are identical, which is never significant.
    pub p: Option<f64>,
}

impl PairedT {
    /// The test of `differences`, one per pair; `None` for fewer than two values or one that is not finite.
    ///
    /// ```
    /// use transfermap::statistics::PairedT;
    ///
    /// // scipy.stats.ttest_1samp([1, 2, 4], 0)
    /// let test = PairedT::new(&[1.0, 2.0, 4.0]).unwrap();
    /// assert!((test.t.unwrap() - 2.645_751_311_064_590_7).abs() < 1e-14);
    /// assert_eq!(PairedT::new(&[0.5, 0.5]).unwrap().p, None);
    /// ```
    pub fn new(differences: &[f64]) -> Option<Self> {
        let n = differences.len();
        let (mean, sd) = (mean(differences)?, sd(differences)?);
        if !(mean.is_finite() && sd.is_finite()) {
            return None;
        }
        let sd = if identical(differences) { 0.0 } else { sd };
        let mut test = Self { n, mean, sd, df: (n - 1) as f64, t: None, p: None };
        let estimate = test.estimate();
        test.t = estimate.map(|e| e.t());
        test.p = estimate.map(|e| e.p());
        Some(test)
    }

    /// Standard error of the mean, sd / √n.
    pub fn standard_error(&self) -> f64 {
        self.sd / (self.n as f64).sqrt()
    }

    /// The confidence interval of the mean; `None` for identical differences or a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.estimate()?.interval(level)
    }

    /// p value of equivalence to 0 inside ±margin, the larger of two one-sided p values (Schuirmann 1987); `None` for
    /// identical differences or a margin that is not above 0.
    pub fn equivalence_p(&self, margin: f64) -> Option<f64> {
        self.estimate()?.equivalence_p(margin)
    }

    fn estimate(&self) -> Option<Estimate> {
        Estimate::new(self.mean, self.standard_error(), self.df)
    }
}
