//! Log-loss: what training minimises, measured on the test set.

use super::{Declaration, Predictions, Score};

pub(super) const LOG_LOSS: Declaration = Declaration {
    name: "log_loss",
    label: "Log-loss",
    range: (0.0, f64::INFINITY),
    higher_is_better: false,
    default_margin: 0.01,
    score: Score::Probabilities { score: log_loss, prior: entropy },
};

/// Mean over examples of −ln p(label), in nats, from 0 upwards; `sklearn.metrics.log_loss`.
///
/// Probabilities are kept inside ε..1 − ε with ε = 2⁻⁵² as sklearn does, so that one sure mistake costs 36 nats.
pub fn log_loss(predictions: &Predictions<'_>) -> f64 {
    let loss = |(label, row): (usize, &[f64])| {
        let p = row.get(label).copied().unwrap_or(0.0);
        -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
    };
    predictions.rows().map(loss).sum::<f64>() / predictions.examples() as f64
}

/// The log-loss of the label shares themselves: −Σ p ln p.
fn entropy(shares: &[f64]) -> f64 {
    shares.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum::<f64>().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, probabilities};

    #[test]
    fn equals_sklearn() {
        let case = probabilities();
        let rows = case.rows();
        assert_close(log_loss(&Predictions::new(&case.labels, &rows, 3).unwrap()), case.log_loss);
    }

    #[test]
    fn a_sure_mistake_costs_a_finite_amount() {
        let loss = log_loss(&Predictions::new(&[0], &[vec![0.0, 1.0]], 2).unwrap());
        assert_close(loss, 52.0 * std::f64::consts::LN_2);
    }

    #[test]
    fn label_shares_cost_their_entropy() {
        let rows = vec![vec![0.25, 0.75]; 4];
        assert_close(log_loss(&Predictions::new(&[0, 1, 1, 1], &rows, 2).unwrap()), entropy(&[0.25, 0.75]));
    }
}
