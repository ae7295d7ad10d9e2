//! Accuracy: the share of right predictions.

use super::confusion::share;
use super::{Confusion, Declaration, Score};

pub(super) const ACCURACY: Declaration = Declaration {
    name: "accuracy",
    label: "Accuracy",
    range: (0.0, 1.0),
    higher_is_better: true,
    default_margin: 0.01,
    score: Score::Labels(accuracy),
};

/// Right predictions / examples, from 0 to 1; `sklearn.metrics.accuracy_score`.
pub fn accuracy(confusion: &Confusion) -> f64 {
    share(confusion.right(), confusion.total())
}

#[cfg(test)]
mod tests {
    use crate::metric::reference::{assert_close, classification};

    #[test]
    fn equals_sklearn() {
        for case in classification() {
            assert_close(super::accuracy(&case.confusion()), case.accuracy);
        }
    }
}
