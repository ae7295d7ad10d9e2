//! Brier score: squared error of the probabilities; unlike the log-loss, one sure mistake cannot dominate it.

use super::{Declaration, Predictions, Score};

pub(super) const BRIER: Declaration = Declaration {
    name: "brier",
    label: "Brier score",
    range: (0.0, 2.0),
    higher_is_better: false,
    default_margin: 0.02,
    score: Score::Probabilities { score: brier, prior: gini },
};

/// Mean over examples of Σₖ (pₖ − [label = k])², from 0 to 2, in Brier's own form: for two classes it is twice
/// `sklearn.metrics.brier_score_loss` with its default scale.
///
/// Brier, *Verification of forecasts expressed in terms of probability*, 1950.
pub fn brier(predictions: &Predictions<'_>) -> f64 {
    let distance = |(label, row): (usize, &[f64])| -> f64 {
        row.iter().enumerate().map(|(class, p)| (p - f64::from(u8::from(class == label))).powi(2)).sum()
    };
    predictions.rows().map(distance).sum::<f64>() / predictions.examples() as f64
}

/// The Brier score of the label shares themselves: 1 − Σ p².
fn gini(shares: &[f64]) -> f64 {
    1.0 - shares.iter().map(|p| p * p).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, probabilities};

    #[test]
    fn equals_numpy() {
        let case = probabilities();
        let rows = case.rows();
        assert_close(brier(&Predictions::new(&case.labels, &rows, 3).unwrap()), case.brier);
    }

    #[test]
    fn sure_predictions_cost_nothing_or_two() {
        let score = |label| brier(&Predictions::new(&[label], &[vec![1.0, 0.0]], 2).unwrap());
        assert_eq!((score(0), score(1)), (0.0, 2.0));
    }

    #[test]
    fn label_shares_cost_their_gini_impurity() {
        let rows = vec![vec![0.25, 0.75]; 4];
        assert_close(brier(&Predictions::new(&[0, 1, 1, 1], &rows, 2).unwrap()), gini(&[0.25, 0.75]));
    }
}
