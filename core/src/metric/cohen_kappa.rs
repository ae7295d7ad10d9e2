//! Cohen's kappa: agreement of labels and predictions beyond what their margins alone would give.

use super::{Confusion, Declaration, Score};

pub(super) const COHEN_KAPPA: Declaration = Declaration {
    name: "cohen_kappa",
    label: "Cohen's kappa",
    range: (-1.0, 1.0),
    higher_is_better: true,
    default_margin: 0.02,
    score: Score::Labels(cohen_kappa),
};

/// (pₒ − pₑ) / (1 − pₑ), from −1 to 1, with observed agreement pₒ and pₑ = Σ pₖtₖ / s²;
/// `sklearn.metrics.cohen_kappa_score`, except that labels and predictions of one and the same class score 0 where
/// sklearn gives NaN: nothing beyond the margins can be seen there.
///
/// Cohen, *A coefficient of agreement for nominal scales*, 1960.
pub fn cohen_kappa(confusion: &Confusion) -> f64 {
    let total = i128::from(confusion.total());
    let expected = confusion.by_margins();
    let beyond = total * i128::from(confusion.right()) - expected;
    let possible = total * total - expected;
    if possible == 0 { 0.0 } else { beyond as f64 / possible as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, classification};

    #[test]
    fn equals_sklearn() {
        for case in classification() {
            assert_close(cohen_kappa(&case.confusion()), case.cohen_kappa);
        }
    }

    #[test]
    fn one_class_scores_zero() {
        assert_eq!(cohen_kappa(&Confusion::new(&[1, 1], &[1, 1], 2).unwrap()), 0.0);
    }
}
