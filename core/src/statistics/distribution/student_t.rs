//! Student's t distribution with any positive degrees of freedom, infinitely many (the normal) among them.
//!
//! Tails, density and the normal's quantiles are statrs'. Its quantiles of t are not used: they lose digits where families
//! are large and where a tail of few degrees of freedom is small, which a test shows.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

/// Student's t distribution with `df` degrees of freedom.
///
/// ```
/// use transfermap::statistics::StudentT;
///
/// let t = StudentT::new(7.0).unwrap();
/// let critical = t.quantile(0.975).unwrap();
/// assert!((critical - 2.364_624_251_592_785).abs() < 1e-12);
/// assert!((t.two_sided(critical) - 0.05).abs() < 1e-14);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    df: f64,
}

impl StudentT {
    /// The normal distribution: infinitely many degrees of freedom.
    pub const NORMAL: Self = Self { df: f64::INFINITY };

    /// The distribution with `df` degrees of freedom, above 0 and possibly infinite; `None` otherwise.
    pub fn new(df: f64) -> Option<Self> {
        (df > 0.0).then_some(Self { df })
    }

    /// The degrees of freedom.
    pub fn df(self) -> f64 {
        self.df
    }

    /// P(T ≤ t); NaN for NaN.
    pub fn cdf(self, t: f64) -> f64 {
        self.sf(-t)
    }

    /// P(T > t) to 1e-9 of its size, up to 150,000 degrees of freedom and of the normal; NaN for NaN.
    pub fn sf(self, t: f64) -> f64 {
        match StudentsT::new(0.0, 1.0, self.df) {
            Ok(distribution) if !t.is_nan() => distribution.sf(t),
            _ => f64::NAN,
        }
    }

    /// P(|T| ≥ |t|), the two-sided p value; NaN for NaN.
    pub fn two_sided(self, t: f64) -> f64 {
        2.0 * self.sf(t.abs())
    }

    fn density(self, t: f64) -> f64 {
        StudentsT::new(0.0, 1.0, self.df).map_or(f64::NAN, |distribution| distribution.pdf(t))
    }

    /// The t below which a share `p` lies; `None` unless 0 < p < 1.
    pub fn quantile(self, p: f64) -> Option<f64> {
        if p < 0.5 { self.upper_quantile(p).map(|t| -t) } else { self.upper_quantile(1.0 - p) }
    }

    /// The t above which a share `q` lies, accurate for small q; `None` unless 0 < q < 1, and where t would exceed 1e150.
    pub fn upper_quantile(self, q: f64) -> Option<f64> {
        if !(q > 0.0 && q < 1.0) {
            return None;
        }
        if q > 0.5 {
            return self.upper_quantile(1.0 - q).map(|t| -t);
        }
        if q == 0.5 {
            return Some(0.0);
        }
        if self.df.is_infinite() {
            return Some(-Normal::standard().inverse_cdf(q));
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.sf(high) > q {
            (low, high) = (high, 4.0 * high);
        }
        if !f64::is_finite(high) {
            return None;
        }
        // Newton's method on ln P(T > t): in t near 0 and in ln t beyond 1, where heavy tails are straight lines.
        let mut t: f64 = if low > 0.0 { low } else { 0.5 };
        for _ in 0..200 {
            let upper = self.sf(t);
            if upper > q {
                low = t
            } else {
                high = t
            }
            let step = (upper / q).ln() * upper / self.density(t);
            let mut next = if t < 1.0 { t + step } else { t * (step / t).exp() };
            if !(next >= low && next <= high) {
                next = if low > 0.0 { low.sqrt() * high.sqrt() } else { high / 2.0 };
            }
            let moved = (next - t).abs();
            t = next;
            if moved <= 1e-13 * t || moved <= 1e-16 {
                break;
            }
        }
        // Far out, squares overflow: no answer is better than a wrong one.
        Some(t).filter(|&t| (self.sf(t) / q - 1.0).abs() < 1e-6)
    }
}
