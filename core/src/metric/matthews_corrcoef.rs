//! Matthews correlation: near 0 for every prediction that ignores the input, however uneven the labels.

use super::{Confusion, Declaration, Score};

pub(super) const MATTHEWS_CORRCOEF: Declaration = Declaration {
    name: "matthews_corrcoef",
    label: "Matthews correlation",
    range: (-1.0, 1.0),
    higher_is_better: true,
    default_margin: 0.02,
    score: Score::Labels(matthews_corrcoef),
};

/// (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)), from −1 to 1, with s examples, c right ones, pₖ predicted and tₖ
/// labelled as class k; 0 when labels or predictions are constant; `sklearn.metrics.matthews_corrcoef`.
///
/// Gorodkin, *Comparing two K-category assignments by a K-category correlation coefficient*, 2004.
pub fn matthews_corrcoef(confusion: &Confusion) -> f64 {
    let squares = |margin: Vec<u64>| margin.into_iter().map(|n| i128::from(n) * i128::from(n)).sum::<i128>();
    let total = i128::from(confusion.total());
    // Whole numbers until here, so that the sign, which `at_chance` asks for, is never rounding.
    let covariance = total * i128::from(confusion.right()) - confusion.by_margins();
    let predicted = total * total - squares(confusion.predicted());
    let labelled = total * total - squares(confusion.support());
    if predicted == 0 || labelled == 0 {
        return 0.0;
    }
    covariance as f64 / (predicted as f64 * labelled as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, classification};

    #[test]
    fn equals_sklearn() {
        for case in classification() {
            assert_close(matthews_corrcoef(&case.confusion()), case.matthews_corrcoef);
        }
    }

    #[test]
    fn constant_predictions_and_constant_labels_score_zero() {
        assert_eq!(matthews_corrcoef(&Confusion::new(&[0, 1, 1], &[1, 1, 1], 2).unwrap()), 0.0);
        assert_eq!(matthews_corrcoef(&Confusion::new(&[1, 1, 1], &[1, 1, 1], 2).unwrap()), 0.0);
    }
}
