//! Expected calibration error: how far confidence and accuracy lie apart.

use super::predictions::most_probable;
use super::{Declaration, Predictions, Score};

pub(super) const EXPECTED_CALIBRATION_ERROR: Declaration = Declaration {
    name: "expected_calibration_error",
    label: "Expected calibration error",
    range: (0.0, 1.0),
    higher_is_better: false,
    default_margin: 0.01,
    // Everybody is given the largest share as confidence, and that share is right.
    score: Score::Probabilities { score: expected_calibration_error, prior: |_| 0.0 },
};

/// Number of bins of confidence.
pub const CALIBRATION_BINS: usize = 10;

/// Σ over bins of |right − Σ confidence| / examples, from 0 to 1: confidence is the largest probability, binned into
/// [`CALIBRATION_BINS`] right-closed bins of equal width ((0, 0.1], (0.1, 0.2], …).
///
/// Guo et al., *On calibration of modern neural networks*, 2017.
pub fn expected_calibration_error(predictions: &Predictions<'_>) -> f64 {
    let mut surplus = [0.0; CALIBRATION_BINS];
    for (label, row) in predictions.rows() {
        let (class, confidence) = most_probable(row);
        // The edges are numpy's linspace(0, 1, 11).
        let bin = (1..CALIBRATION_BINS).filter(|&edge| edge as f64 * 0.1 < confidence).count();
        if let Some(bin) = surplus.get_mut(bin) {
            *bin += f64::from(u8::from(class == label)) - confidence;
        }
    }
    surplus.iter().map(|s: &f64| s.abs()).sum::<f64>() / predictions.examples() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, probabilities};

    #[test]
    fn equals_numpy() {
        let case = probabilities();
        let rows = case.rows();
        let ece = expected_calibration_error(&Predictions::new(&case.labels, &rows, 3).unwrap());
        assert_close(ece, case.ece_10_equal_width_right_closed);
    }

    #[test]
    fn bins_are_closed_on_the_right() {
        // 0.6 and 0.6 + ε fall in two bins; if they fell in one, the errors would cancel.
        let rows = [vec![0.6, 0.4], vec![0.6 + 1e-9, 0.4 - 1e-9]];
        let ece = expected_calibration_error(&Predictions::new(&[0, 1], &rows, 2).unwrap());
        assert!((ece - 0.5).abs() < 1e-8, "{ece}");
        let together = [vec![0.6, 0.4], vec![0.59, 0.41]];
        let ece = expected_calibration_error(&Predictions::new(&[0, 1], &together, 2).unwrap());
        assert!((ece - 0.095).abs() < 1e-12, "{ece}");
    }

    #[test]
    fn label_shares_are_calibrated() {
        let rows = vec![vec![0.25, 0.75]; 4];
        assert_eq!(expected_calibration_error(&Predictions::new(&[0, 1, 1, 1], &rows, 2).unwrap()), 0.0);
    }
}
