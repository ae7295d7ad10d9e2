//! Balanced accuracy: recall, averaged over classes, so that a frequent class does not drown a rare one.

use super::confusion::share;
use super::{Confusion, Declaration, Score};

pub(super) const BALANCED_ACCURACY: Declaration = Declaration {
    name: "balanced_accuracy",
    label: "Balanced accuracy",
    range: (0.0, 1.0),
    higher_is_better: true,
    default_margin: 0.01,
    score: Score::Labels(balanced_accuracy),
};

/// Mean recall over the classes that have labelled examples, from 0 to 1; `sklearn.metrics.balanced_accuracy_score`.
///
/// Unlike macro recall, a class that is predicted and never labelled does not count.
pub fn balanced_accuracy(confusion: &Confusion) -> f64 {
    let support = confusion.support();
    let recalls: Vec<f64> =
        confusion.hits().into_iter().zip(support).filter(|(_, n)| *n > 0).map(|(hits, n)| share(hits, n)).collect();
    recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, classification};

    #[test]
    fn equals_sklearn() {
        for case in classification() {
            assert_close(balanced_accuracy(&case.confusion()), case.balanced_accuracy);
        }
    }

    #[test]
    fn a_class_without_labels_does_not_count() {
        let confusion = Confusion::new(&[0, 0, 1, 1], &[0, 2, 1, 1], 3).unwrap();
        assert_eq!(balanced_accuracy(&confusion), 0.75);
    }
}
