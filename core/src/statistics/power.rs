//! What a design can detect: the smallest true difference that a two-sided t test finds often enough.

use super::StudentT;
use super::distribution::average_over_chi;

/// The true difference in standard errors (ncp) at which the two-sided t test at level `alpha` has the given power: the
/// root of P(|T| > t_c) = power to 1e-10, for T noncentral t with `df` degrees of freedom in (0, ∞] and t_c the
/// 1 − alpha / 2 quantile.
///
/// It depends on the design only, so a family whose pairs share their degrees of freedom needs it once. `None` for
/// levels outside (0, 1), a power not between `alpha` and 1, or `df` not above 0.
pub fn detectable_ncp(df: f64, alpha: f64, power: f64) -> Option<f64> {
    let critical = critical_value(df, alpha)?;
    if !(power > alpha && power < 1.0) {
        return None;
    }
    let excess = |ncp: f64| beyond(critical, df, ncp) - power;
    let mut high = critical + 1.0;
    while excess(high) < 0.0 {
        high *= 2.0;
    }
    Some(root(excess, 0.0, high))
}

/// The smallest true difference that is found with the given power at level `alpha` by a two-sided t test whose
/// estimate has this standard error on `df` degrees of freedom in (0, ∞]; in the units of the standard error. With the
/// standard error in units of the standard deviation of one observation (1 / √n for n pairs), it is a standardised
/// difference.
///
/// `None` where [`detectable_ncp`] is, or for a standard error that is not finite and above 0.
pub fn smallest_detectable(standard_error: f64, df: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(standard_error.is_finite() && standard_error > 0.0) {
        return None;
    }
    Some(detectable_ncp(df, alpha, power)? * standard_error)
}

/// The two-sided critical value; `None` for impossible arguments.
fn critical_value(df: f64, alpha: f64) -> Option<f64> {
    StudentT::new(df)?.upper_quantile(alpha / 2.0).filter(|_| alpha < 1.0)
}

/// P(|T| > critical) for noncentral T, both tails.
fn beyond(critical: f64, df: f64, ncp: f64) -> f64 {
    let normal = StudentT::NORMAL;
    average_over_chi(df, ncp, |s| normal.sf(critical * s - ncp) + normal.sf(critical * s + ncp))
}

/// The root of an increasing function between `low` and `high`, where its signs differ: regula falsi with the weights of
/// Illinois (Dowell and Jarratt 1971).
fn root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    let mut side = 0;
    let mut x = high;
    for _ in 0..100 {
        let next = (low * at_high - high * at_low) / (at_high - at_low);
        let moved = (next - x).abs();
        x = next;
        let value = f(x);
        if moved <= 1e-12 * x || value == 0.0 {
            break;
        }
        if value < 0.0 {
            (low, at_low) = (x, value);
            at_high *= if side == -1 { 0.5 } else { 1.0 };
            side = -1;
        } else {
            (high, at_high) = (x, value);
            at_low *= if side == 1 { 0.5 } else { 1.0 };
            side = 1;
        }
    }
    x
}
