//! The straight line through a scatter of points, with what can be said about its place and about the next point.

use serde::Serialize;

use super::comparable;
use crate::statistics::{Interval, StudentT};

/// Ordinary least squares of y on x: y = intercept + slope · x.
///
/// Standard errors and bands take the points for independent and normal with one variance; for cells of a task × task
/// matrix they are too narrow, and a guide for the eye.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// ȳ − slope · x̄.
    pub intercept: f64,
    /// Σ (x − x̄)(y − ȳ) / Σ (x − x̄)².
    pub slope: f64,
    /// s / √Σ (x − x̄)².
    pub slope_se: f64,
    /// 1 − residual over total sum of squares.
    pub r_squared: f64,
    /// Number of points n.
    pub n: usize,
    /// x̄.
    pub x_mean: f64,
    /// s² = residual sum of squares / (n − 2).
    pub residual_variance: f64,
}

impl Line {
    /// Fits the line; `None` with fewer than 3 points, lists of different lengths, a constant list, or a value that
    /// is not finite.
    pub fn fit(x: &[f64], y: &[f64]) -> Option<Self> {
        if !comparable(x, y, 3) {
            return None;
        }
        let n = x.len() as f64;
        let (x_mean, y_mean) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let x_squares: f64 = x.iter().map(|v| (v - x_mean).powi(2)).sum();
        let products: f64 = x.iter().zip(y).map(|(a, b)| (a - x_mean) * (b - y_mean)).sum();
        let slope = products / x_squares;
        let intercept = y_mean - slope * x_mean;
        let left = x.iter().zip(y).map(|(a, b)| (b - y_mean - slope * (a - x_mean)).powi(2)).sum::<f64>();
        let residual_variance = left / (n - 2.0);
        let slope_se = (residual_variance / x_squares).sqrt();
        let y_squares: f64 = y.iter().map(|v| (v - y_mean).powi(2)).sum();
        let r_squared = (1.0 - left / y_squares).max(0.0);
        // Values near the ends of f64's range leave it when squared.
        let numbers = [intercept, slope, slope_se, residual_variance, x_squares, y_squares];
        if !(x_squares > 0.0 && y_squares > 0.0 && numbers.iter().all(|v| v.is_finite())) {
            return None;
        }
        Some(Self { intercept, slope, slope_se, r_squared, n: x.len(), x_mean, residual_variance })
    }

    /// intercept + slope · x.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Interval of the line's height at `x`: ŷ ± t · s √(1/n + (x − x̄)² / Σ (x − x̄)²).
    ///
    /// `None` for an `x` that is not finite or a level outside (0, 1).
    pub fn mean_band(&self, x: f64, level: f64) -> Option<Interval> {
        self.band(x, level, 0.0)
    }

    /// Interval of one new point at `x`: ŷ ± t · s √(1 + 1/n + (x − x̄)² / Σ (x − x̄)²).
    ///
    /// `None` for an `x` that is not finite or a level outside (0, 1).
    pub fn prediction_band(&self, x: f64, level: f64) -> Option<Interval> {
        self.band(x, level, self.residual_variance)
    }

    fn band(&self, x: f64, level: f64, of_point: f64) -> Option<Interval> {
        if !(x.is_finite() && level > 0.0 && level < 1.0) {
            return None;
        }
        let of_line = self.residual_variance / self.n as f64 + ((x - self.x_mean) * self.slope_se).powi(2);
        let half = student(self.n)?.quantile(0.5 + level / 2.0)? * (of_point + of_line).sqrt();
        half.is_finite().then(|| Interval::around(self.at(x), half))
    }
}

fn student(points: usize) -> Option<StudentT> {
    StudentT::new(points as f64 - 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, cases, undefined};
    use super::*;

    #[test]
    fn equals_statsmodels() {
        for case in cases() {
            let line = Line::fit(&case.x, &case.y).unwrap();
            let theirs = &case.ols;
            assert_close(Some(line.intercept), theirs.intercept);
            assert_close(Some(line.slope), theirs.slope);
            assert_close(Some(line.slope_se), theirs.slope_se);
            assert_close(Some(line.r_squared), theirs.r_squared);
            for (i, &x) in theirs.grid.iter().enumerate() {
                assert_close(Some(line.at(x)), theirs.mean[i]);
                let (mean, point) = (line.mean_band(x, 0.95), line.prediction_band(x, 0.95));
                assert_close(mean.map(|b| b.low), theirs.mean_ci_lower[i]);
                assert_close(mean.map(|b| b.high), theirs.mean_ci_upper[i]);
                assert_close(point.map(|b| b.low), theirs.obs_ci_lower[i]);
                assert_close(point.map(|b| b.high), theirs.obs_ci_upper[i]);
            }
        }
    }

    #[test]
    fn a_perfect_line_has_bands_without_width() {
        let line = Line::fit(&[0.0, 1.0, 2.0], &[1.0, 3.0, 5.0]).unwrap();
        assert_eq!((line.slope, line.slope_se, line.r_squared), (2.0, 0.0, 1.0));
        assert_eq!(line.mean_band(4.0, 0.95), Some(Interval { low: 9.0, high: 9.0 }));
        assert_eq!((line.mean_band(f64::NAN, 0.95), line.prediction_band(1.0, 1.0)), (None, None));
    }

    #[test]
    fn undefined_without_variance_or_points() {
        for (x, y) in undefined() {
            assert_eq!(Line::fit(&x, &y), None, "{x:?} {y:?}");
        }
        assert_eq!(Line::fit(&[1.0, 2.0], &[1.0, 2.0]), None);
        assert_eq!(Line::fit(&[1e-200, 2e-200, 4e-200], &[1.0, 2.0, 3.0]), None);
    }
}
