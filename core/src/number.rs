//! Numbers for people, the same in the terminal and in the viewer: points, real minus signs, no "−0.0".

use crate::metric::Metric;
use crate::statistics::Interval;

/// What a missing number looks like.
pub const MISSING: &str = "—";

/// What a score is multiplied with for people: fractions become points (100), losses without a bound stay (1).
pub fn scale(metric: Metric) -> f64 {
    if metric.range().1.is_finite() { 100.0 } else { 1.0 }
}

/// Decimals of a score or a gain of `metric` for people.
pub fn decimals(metric: Metric) -> usize {
    if metric.range().1.is_finite() { 1 } else { 3 }
}

/// The unit of a gain for people: `points`, or nothing for losses without a bound.
pub fn unit(metric: Metric) -> &'static str {
    if metric.range().1.is_finite() { "points" } else { "" }
}

/// With fixed decimals, and U+2212 before negative numbers; what rounds to zero has no sign.
///
/// ```
/// use transfermap::number::plain;
///
/// assert_eq!(plain(-0.04, 1), "0.0");
/// assert_eq!(plain(-1.25, 1), "−1.2");
/// assert_eq!(plain(f64::NAN, 1), "—");
/// ```
pub fn plain(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    if value < 0.0 && !is_zero(&text) { format!("−{text}") } else { text }
}

/// As [`plain`], with a `+` before positive numbers.
///
/// ```
/// assert_eq!(transfermap::number::signed(1.84, 1), "+1.8");
/// ```
pub fn signed(value: f64, decimals: usize) -> String {
    let text = plain(value, decimals);
    if value > 0.0 && value.is_finite() && !is_zero(&text) { format!("+{text}") } else { text }
}

/// A score of `metric` for people: accuracy 0.8625 is `86.2`.
pub fn score(metric: Metric, value: f64) -> String {
    plain(scale(metric) * value, decimals(metric))
}

/// A gain of `metric` for people: 0.018 of accuracy is `+1.8`.
pub fn gain(metric: Metric, value: f64) -> String {
    signed(scale(metric) * value, decimals(metric))
}

/// An interval of gains for people: `[−0.4, +3.9]`.
pub fn gain_interval(metric: Metric, interval: Interval) -> String {
    format!("[{}, {}]", gain(metric, interval.low), gain(metric, interval.high))
}

/// A p value: three decimals, below that `<0.001`.
///
/// ```
/// use transfermap::number::p_value;
///
/// assert_eq!((p_value(0.0004), p_value(0.04321)), ("<0.001".into(), "0.043".into()));
/// ```
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { plain(p, 3) }
}

/// A share as per cent: 0.125 is `12.5 %`, with a no-break space.
pub fn percent(share: f64) -> String {
    format!("{}\u{a0}%", plain(100.0 * share, 1))
}

/// A missing number is a dash.
pub fn or_missing(value: Option<f64>, show: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| MISSING.to_owned(), show)
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|c| c == '0' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!((signed(0.04, 1), signed(-0.04, 1), signed(-0.0, 2)), ("0.0".into(), "0.0".into(), "0.00".into()));
    }

    #[test]
    fn points_of_fractions_and_units_of_losses() {
        assert_eq!((gain(Metric::Accuracy, -0.2465), score(Metric::Accuracy, 0.75)), ("−24.6".into(), "75.0".into()));
        assert_eq!((gain(Metric::LogLoss, 0.0123), unit(Metric::LogLoss)), ("+0.012".into(), ""));
        assert_eq!(gain_interval(Metric::Accuracy, [-0.004, 0.039].into()), "[−0.4, +3.9]");
        assert_eq!(or_missing(None, percent), "—");
    }
}
