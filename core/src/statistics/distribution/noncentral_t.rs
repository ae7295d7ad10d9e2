//! The noncentral t distribution, which power is made of.

use super::StudentT;

/// P(T ≤ t) for T = (Z + ncp) / S with Z standard normal and S = √(χ²_df / df); `df` in (0, ∞], |ncp| finite.
/// Absolute accuracy about 1e-11, that of the normal tail. NaN for anything else.
///
/// ```
/// use transfermap::statistics::noncentral_t_cdf;
///
/// // scipy.stats.nct.cdf(2.5, 7, 1.5)
/// assert!((noncentral_t_cdf(2.5, 7.0, 1.5) - 0.776_326_521_269_119_9).abs() < 1e-10);
/// ```
pub fn noncentral_t_cdf(t: f64, df: f64, ncp: f64) -> f64 {
    if t.is_infinite() && df > 0.0 && ncp.is_finite() {
        return if t > 0.0 { 1.0 } else { 0.0 };
    }
    average_over_chi(df, ncp, |s| StudentT::NORMAL.cdf(t * s - ncp))
}

/// The mean of f(S) over S = √(χ²_df / df), for f built from the normal distribution at (multiples of S) ± ncp.
///
/// Trapezoidal sum over u = ln S, whose density is ∝ exp(−df (e^2u − 1 − 2u) / 2). Everything is analytic in the strip
/// |Im u| < π/4 and falls off at least exponentially, so the error falls as exp(−2π · π/4 / step), and for narrow
/// densities or large ncp as exp(−(2π / step)² / (2 (ncp² + 2 df))) (Trefethen and Weideman, *The exponentially
/// convergent trapezoidal rule*, SIAM Review 56, 2014): both below 1e-16 here. The weights are normalised by their own
/// sum, so no gamma function is needed.
pub(in crate::statistics) fn average_over_chi(df: f64, ncp: f64, f: impl Fn(f64) -> f64) -> f64 {
    if !(df > 0.0 && ncp.is_finite()) {
        return f64::NAN;
    }
    if df.is_infinite() {
        return f(1.0);
    }
    let step = (0.6 / (ncp * ncp + 2.0 * df).sqrt()).min(0.1);
    let (mut sum, mut weights) = (f(1.0), 1.0);
    for direction in [-step, step] {
        for k in 1_u32.. {
            let u = direction * f64::from(k);
            let weight = (-df / 2.0 * ((2.0 * u).exp_m1() - 2.0 * u)).exp();
            if weight < 1e-18 {
                break;
            }
            sum += weight * f(u.exp());
            weights += weight;
        }
    }
    sum / weights
}
