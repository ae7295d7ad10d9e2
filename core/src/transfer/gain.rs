//! Ways to say how much a source helped beside the plain gain ([`Metric::gain`]); each is oriented so that positive is
//! better.

use crate::metric::Metric;

/// Relative gain of means over seeds: mean(transfer) / mean(single) − 1, and 1 − mean(transfer) / mean(single) for
/// losses. From −1 upwards where higher is better; absent when the baseline is not above 0.
///
/// The notebook's transfer ratio; Vu et al., *Exploring and predicting transferability across NLP tasks*, 2020.
///
/// ```
/// use transfermap::{metric::Metric, transfer::relative_gain};
///
/// assert_eq!(relative_gain(Metric::Accuracy, 0.5, 0.8), Some(-0.375));
/// assert_eq!(relative_gain(Metric::LogLoss, 0.25, 0.5), Some(0.5));
/// assert_eq!(relative_gain(Metric::MatthewsCorrcoef, 0.1, 0.0), None);
/// ```
pub fn relative_gain(metric: Metric, transfer: f64, single: f64) -> Option<f64> {
    if single <= 0.0 {
        return None;
    }
    let ratio = transfer / single;
    ratio.is_finite().then(|| if metric.higher_is_better() { ratio - 1.0 } else { 1.0 - ratio })
}

/// max(0, −relative gain), at least 0: how much the source harmed. The notebook's outcome, in which every helpful
/// source counts as 0.
pub fn negative_relative_gain(relative_gain: f64) -> f64 {
    if relative_gain < 0.0 { -relative_gain } else { 0.0 }
}

/// gain / (perfect − chance level): the share of what can be learnt. Comparable between tasks with different numbers of
/// classes. Absent when the chance level is already perfect (one class, or a calibration error).
///
/// `gain` is oriented, `chance` is [`Metric::chance`] of the test set.
///
/// ```
/// use transfermap::{metric::Metric, transfer::chance_corrected_gain};
///
/// assert_eq!(chance_corrected_gain(Metric::Accuracy, 0.125, 0.5), Some(0.25));
/// assert_eq!(chance_corrected_gain(Metric::Accuracy, 0.125, 1.0), None);
/// ```
pub fn chance_corrected_gain(metric: Metric, gain: f64, chance: f64) -> Option<f64> {
    let possible = metric.gain(metric.perfect(), chance);
    (possible > 0.0).then(|| gain / possible).filter(|g| g.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notebook_rte_after_yelp() {
        // statistics.json "notebook": baseline rte 0.7500, fine-tuned 0.5035; (0.5035 − 0.75) / 0.75.
        let relative = relative_gain(Metric::Accuracy, 0.5035, 0.75).unwrap();
        assert!((relative - -0.328_666_666_666_666_6).abs() < 1e-12);
        assert_eq!(negative_relative_gain(relative), -relative);
        assert_eq!(negative_relative_gain(0.1), 0.0);
    }

    #[test]
    fn losses_turn_around() {
        assert_eq!(chance_corrected_gain(Metric::Brier, 0.25, 0.5), Some(0.5));
        assert_eq!(relative_gain(Metric::Brier, 0.5, 0.25), Some(-1.0));
    }

    #[test]
    fn absent_without_a_positive_baseline_or_room_above_chance() {
        assert_eq!(relative_gain(Metric::CohenKappa, 0.5, -0.1), None);
        assert_eq!(relative_gain(Metric::Accuracy, 0.5, f64::NAN), None);
        assert_eq!(chance_corrected_gain(Metric::ExpectedCalibrationError, 0.01, 0.0), None);
    }
}
