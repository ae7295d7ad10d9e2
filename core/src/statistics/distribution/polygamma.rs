//! Derivatives of ln Γ: the moments of the logarithm of a χ² variable, from which a prior on variances is fitted. statrs has
//! the first.

use statrs::function::gamma;

/// ψ(x), the derivative of ln Γ(x), for x > 0; NaN otherwise.
pub fn digamma(x: f64) -> f64 {
    if x > 0.0 { gamma::digamma(x) } else { f64::NAN }
}

/// ψ′(x) for x > 0; NaN otherwise. Recurrence up to 15, then the asymptotic series (Abramowitz and Stegun 6.4.12).
///
/// ```
/// let half = transfermap::statistics::trigamma(0.5);
/// assert!((half - std::f64::consts::PI.powi(2) / 2.0).abs() < 1e-14);
/// ```
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 15.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = 1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * 5.0 / 66.0)));
    sum + 1.0 / x + r / 2.0 + r * series / x
}

/// ψ″(x) for x > 0: the slope of [`trigamma`].
fn tetragamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 15.0 {
        sum -= 2.0 / (x * x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = 1.0 / 2.0 - r * (1.0 / 6.0 - r * (1.0 / 6.0 - r * (3.0 / 10.0 - r * 5.0 / 6.0)));
    sum - r - r / x - r * r * series
}

/// The x > 0 with ψ′(x) = y, for y > 0; NaN otherwise. Newton's method on 1 / ψ′, as limma's `trigammaInverse`
/// (Smyth 2004, appendix), with its limits: x = 1/√y above 1e7 and x = 1/y below 1e-6.
pub fn inverse_trigamma(y: f64) -> f64 {
    if y.is_nan() || y <= 0.0 {
        return f64::NAN;
    }
    if y > 1e7 {
        return 1.0 / y.sqrt();
    }
    if y < 1e-6 {
        return 1.0 / y;
    }
    // 1 / ψ′ is convex and nearly linear and the start lies below the root of it: the iteration is monotone.
    let mut x = 0.5 + 1.0 / y;
    for _ in 0..50 {
        let value = trigamma(x);
        let step = value * (1.0 - value / y) / tetragamma(x);
        x += step;
        if -step / x < 1e-8 {
            break;
        }
    }
    x
}
