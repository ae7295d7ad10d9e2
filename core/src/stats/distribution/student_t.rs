//! Student's t distribution with any positive degrees of freedom, infinitely many (the normal) among them.
//!
//! The tail comes from the continued fraction of the incomplete beta function (Press et al., *Numerical Recipes*, 2007,
//! section 6.4) and is never computed as 1 − something, so it keeps its relative accuracy down to the smallest doubles.
//! The normal tail is libm's erfc.

use std::f64::consts::{PI, SQRT_2};

use libm::erfc;

/// Above this the continued fraction becomes slow and Hill's expansion is exact to rounding.
const LARGE_DF: f64 = 1e5;

/// Student's t distribution with `df` degrees of freedom.
///
/// ```
/// use transfermap::stats::StudentT;
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

    /// P(T > t), with full relative accuracy in the upper tail; NaN for NaN.
    pub fn sf(self, t: f64) -> f64 {
        if t < 0.0 { 1.0 - self.upper(-t) } else { self.upper(t) }
    }

    /// P(|T| ≥ |t|), the two-sided p value; NaN for NaN.
    pub fn two_sided(self, t: f64) -> f64 {
        2.0 * self.upper(t.abs())
    }

    /// The density at `t`.
    pub fn density(self, t: f64) -> f64 {
        if self.df.is_infinite() {
            return (-t * t / 2.0).exp() / (2.0 * PI).sqrt();
        }
        let scale = gamma_ratio(self.df / 2.0) / (self.df * PI).sqrt();
        scale * (-(self.df + 1.0) / 2.0 * ln_one_plus_square(t / self.df.sqrt())).exp()
    }

    /// The t below which a share `p` lies; `None` unless 0 < p < 1.
    pub fn quantile(self, p: f64) -> Option<f64> {
        if p < 0.5 { self.upper_quantile(p).map(|t| -t) } else { self.upper_quantile(1.0 - p) }
    }

    /// The t above which a share `q` lies, accurate for the smallest q; `None` unless 0 < q < 1.
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
        let (mut low, mut high) = (0.0, 1.0);
        while self.upper(high) > q {
            (low, high) = (high, 4.0 * high);
        }
        if !f64::is_finite(high) {
            return None;
        }
        // Newton's method on ln P(T > t): in t near 0 and in ln t beyond 1, where heavy tails are straight lines.
        let mut t: f64 = if low > 0.0 { low } else { 0.5 };
        for _ in 0..200 {
            let upper = self.upper(t);
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
        Some(t)
    }

    /// P(T > t) for t ≥ 0.
    fn upper(self, t: f64) -> f64 {
        let df = self.df;
        if t.is_nan() {
            return f64::NAN;
        }
        if t == f64::INFINITY {
            return 0.0;
        }
        if df > LARGE_DF {
            let z = if df.is_infinite() { t } else { normal_deviate(t, df) };
            return erfc(z / SQRT_2) / 2.0;
        }
        let a = df / 2.0;
        let ratio = (t / df.sqrt()).powi(2);
        let (x, y) = (1.0 / (1.0 + ratio), 1.0 / (1.0 + 1.0 / ratio));
        // x^a y^½ / B(a, ½) with x = df / (df + t²), y = 1 − x.
        let power = (-a * ln_one_plus_square(t / df.sqrt())).exp() * y.sqrt() * gamma_ratio(a) / PI.sqrt();
        if x < (a + 1.0) / (a + 2.5) {
            power * beta_fraction(a, 0.5, x) / df
        } else {
            0.5 - power * beta_fraction(0.5, a, y)
        }
    }
}

/// ln(1 + u²), also where u² overflows.
fn ln_one_plus_square(u: f64) -> f64 {
    if u.abs() > 1e9 { 2.0 * u.abs().ln() } else { (u * u).ln_1p() }
}

/// Hill's normal deviate with the same tail as t ≥ 0 (*Algorithm 395*, Communications of the ACM 13, 1970).
fn normal_deviate(t: f64, df: f64) -> f64 {
    let a = df - 0.5;
    let b = 48.0 * a * a;
    let z = (a * ln_one_plus_square(t / df.sqrt())).sqrt();
    let z2 = z * z;
    z + z * (z2 + 3.0) / b
        - z * (((4.0 * z2 + 33.0) * z2 + 240.0) * z2 + 855.0) / (10.0 * b * (b + 0.8 * z2 * z2 + 100.0))
}

/// Γ(a + ½) / Γ(a), without the cancellation of two large logarithms.
fn gamma_ratio(a: f64) -> f64 {
    let (mut a, mut factor) = (a, 1.0);
    while a < 20.0 {
        factor *= a / (a + 0.5);
        a += 1.0;
    }
    let r = 1.0 / (a * a);
    let series = 1.0 / 8.0 - r * (1.0 / 192.0 - r * (1.0 / 640.0 - r * (17.0 / 14336.0 - r * 31.0 / 18432.0)));
    factor * a.sqrt() * (-series / a).exp()
}

/// The continued fraction of the incomplete beta function, I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · fraction, by
/// Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let m2 = 2.0 * m;
        let even = m * (b - m) * x / ((a + m2 - 1.0) * (a + m2));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + m2) * (a + m2 + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}
