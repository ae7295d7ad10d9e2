//! From labels and probabilities to everything that a record keeps of a test set.

use super::confusion::{share, sum};
use super::{Classes, Confusion, Evaluation, Metric, MetricError, Predictions, matthews_corrcoef, per_class};

/// Scores `probabilities` (one row per example, one column per class) against `labels` (class indices from 0 to below
/// `classes`): every metric of [`Metric::ALL`], scores by class, confusion, and whether the model collapsed.
///
/// The predicted class is the most probable one, the first of several. `constant`: one class makes up at least 99 % of
/// the predictions and more than the majority share of the labels. `at_chance`: accuracy at most the majority share
/// and Matthews correlation at most 0. Both are decided in whole numbers.
///
/// # Errors
/// No examples, unequal lengths, a label out of range, a row of the wrong width, a probability that is NaN, infinite or
/// negative, a row that does not add up to 1 within 0.001.
///
/// ```
/// let probabilities = [vec![0.9, 0.1], vec![0.2, 0.8], vec![0.6, 0.4]];
/// let evaluation = transfermap::metric::evaluate(&[0, 1, 1], &probabilities, 2)?;
/// assert_eq!(evaluation.confusion, [[1, 0], [1, 1]]);
/// assert_eq!(evaluation.scores["accuracy"], 2.0 / 3.0);
/// # Ok::<(), transfermap::metric::MetricError>(())
/// ```
pub fn evaluate(labels: &[usize], probabilities: &[Vec<f64>], classes: usize) -> Result<Evaluation, MetricError> {
    let predictions = Predictions::new(labels, probabilities, classes)?;
    let predicted = predictions.predicted();
    let confusion = Confusion::new(labels, &predicted, classes)?;
    let most_predicted = largest(&confusion.predicted());
    let total = confusion.total();
    Ok(Evaluation {
        examples: labels.len(),
        scores: Metric::ALL.iter().map(|m| (m.name().to_owned(), m.score(&predictions, &confusion))).collect(),
        per_class: per_class(&confusion),
        constant: is_constant(&confusion),
        at_chance: is_at_chance(&confusion),
        predicted_majority_share: share(most_predicted, total),
        confusion: confusion.into_counts(),
        predicted: Classes::new(&predicted),
    })
}

/// Whether one class makes up at least 99 % of the predictions and more than the majority share of the labels.
pub fn is_constant(confusion: &Confusion) -> bool {
    let most_predicted = largest(&confusion.predicted());
    // In 128 bits: a report of others may claim any number of examples.
    let share = u128::from(most_predicted) * 100 >= u128::from(confusion.total()) * 99;
    share && most_predicted > largest(&confusion.support())
}

/// Whether accuracy is at most the majority share, and Matthews correlation at most 0.
pub fn is_at_chance(confusion: &Confusion) -> bool {
    confusion.right() <= largest(&confusion.support()) && matthews_corrcoef(confusion) <= 0.0
}

/// The majority share of the labels, which is the accuracy of always predicting the most frequent one, from
/// `confusion[label][prediction]`; `None` without examples.
pub fn majority_accuracy(confusion: &[Vec<u64>]) -> Option<f64> {
    let support: Vec<u64> = confusion.iter().map(sum).collect();
    let total = sum(&support);
    (total > 0).then(|| share(largest(&support), total))
}

fn largest(counts: &[u64]) -> u64 {
    counts.iter().copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::reference::{assert_close, classification, probabilities};

    /// Labels 0 × `zeros` then 1, and the first `predicted_zero` predicted as 0.
    fn binary(zeros: usize, ones: usize, predicted_zero: usize) -> Evaluation {
        let n = zeros + ones;
        let labels: Vec<usize> = (0..n).map(|i| usize::from(i >= zeros)).collect();
        let predictions: Vec<usize> = (0..n).map(|i| usize::from(i >= predicted_zero)).collect();
        evaluate(&labels, &one_hot(&predictions, 2), 2).unwrap()
    }

    fn one_hot(predictions: &[usize], classes: usize) -> Vec<Vec<f64>> {
        let row = |&p: &usize| (0..classes).map(|c| if c == p { 1.0 } else { 0.0 }).collect();
        predictions.iter().map(row).collect()
    }

    #[test]
    fn equals_sklearn_on_predicted_classes() {
        for case in classification() {
            let evaluation = evaluate(&case.labels, &one_hot(&case.predictions, case.classes), case.classes).unwrap();
            assert_eq!(evaluation.confusion, case.confusion);
            assert_eq!(evaluation.examples, case.labels.len());
            for (name, theirs) in [
                ("accuracy", case.accuracy),
                ("balanced_accuracy", case.balanced_accuracy),
                ("f1_macro", case.f1_macro),
                ("f1_weighted", case.f1_weighted),
                ("matthews_corrcoef", case.matthews_corrcoef),
                ("cohen_kappa", case.cohen_kappa),
            ] {
                assert_close(evaluation.scores[name], theirs);
            }
            assert_eq!(evaluation.constant, case.kind == "majority");
            assert_eq!(evaluation.at_chance, case.kind == "majority");
        }
    }

    #[test]
    fn equals_sklearn_on_probabilities() {
        let case = probabilities();
        let evaluation = evaluate(&case.labels, &case.rows(), 3).unwrap();
        assert_close(evaluation.scores["log_loss"], case.log_loss);
        assert_close(evaluation.scores["brier"], case.brier);
        assert_close(evaluation.scores["expected_calibration_error"], case.ece_10_equal_width_right_closed);
        assert_eq!(evaluation.scores.len(), Metric::ALL.len());
        assert!(evaluation.scores.keys().zip(Metric::ALL).all(|(name, m)| name == m.name()));
    }

    #[test]
    fn constant_from_99_in_100_predictions_on() {
        assert!(binary(60, 40, 100).constant);
        assert!(binary(60, 40, 99).constant);
        assert!(!binary(60, 40, 98).constant);
        assert!(binary(600, 400, 990).constant);
        assert!(!binary(600, 400, 989).constant);
        assert_close(binary(60, 40, 99).predicted_majority_share, 0.99);
        // The rarer class counts too.
        assert!(binary(60, 40, 0).constant);
    }

    #[test]
    fn predicting_no_more_than_the_majority_share_is_not_constant() {
        // 99 of 100 labels are class 0: predicting it 99 times is what a perfect model does.
        let perfect = binary(99, 1, 99);
        assert!(!perfect.constant && !perfect.at_chance);
        assert!(binary(99, 1, 100).constant);
    }

    #[test]
    fn at_chance_needs_both_a_low_accuracy_and_no_correlation() {
        // Accuracy 0.6 = majority share, Matthews 0.
        assert!(binary(60, 40, 100).at_chance);
        // Accuracy 0.5 below the majority share of 0.6, but Matthews above 0: it looks at the input.
        let weak = binary(60, 40, 10);
        assert!(weak.scores["accuracy"] < 0.6 && weak.scores["matthews_corrcoef"] > 0.0);
        assert!(!weak.at_chance && !weak.constant);
        // All wrong: below chance counts as at chance, and as constant it does not.
        let labels = [0, 0, 1, 1];
        let wrong = evaluate(&labels, &one_hot(&[1, 1, 0, 0], 2), 2).unwrap();
        assert!(wrong.at_chance && !wrong.constant);
        // Balanced labels, margins independent: Matthews exactly 0, accuracy exactly the majority share.
        let even = evaluate(&labels, &one_hot(&[0, 1, 0, 1], 2), 2).unwrap();
        assert!(even.at_chance && !even.constant);
    }

    #[test]
    fn one_labelled_class_is_at_chance_and_never_constant() {
        let evaluation = binary(5, 0, 5);
        assert_eq!(evaluation.scores["accuracy"], 1.0);
        assert_eq!(evaluation.scores["matthews_corrcoef"], 0.0);
        assert!(evaluation.at_chance && !evaluation.constant);
        assert!(evaluation.scores.values().all(|s| s.is_finite()));
    }

    #[test]
    fn a_task_of_one_class_is_scored() {
        let evaluation = evaluate(&[0, 0], &[vec![1.0], vec![1.0]], 1).unwrap();
        assert_eq!(evaluation.scores["f1_macro"], 1.0);
    }

    #[test]
    fn rejects_bad_rows() {
        assert_eq!(evaluate(&[], &[], 2), Err(MetricError::Empty));
        assert!(matches!(evaluate(&[0], &[vec![f64::NAN, 1.0]], 2), Err(MetricError::Probability { row: 0, .. })));
    }

    #[test]
    fn majority_share_of_a_confusion_matrix() {
        assert_eq!(majority_accuracy(&[vec![1, 2], vec![1, 0]]), Some(0.75));
        assert_eq!(majority_accuracy(&[vec![0, 0], vec![0, 0]]), None);
        assert_eq!(majority_accuracy(&[]), None);
    }
}
