//! Precision, recall and F1: by class, averaged over classes (macro), and averaged by support (weighted).

use super::confusion::share;
use super::{ClassScores, Confusion, Declaration, Score};

macro_rules! declare {
    ($($constant:ident $name:literal $label:literal $average:ident $field:ident;)*) => {$(
        pub(super) const $constant: Declaration = Declaration {
            name: $name,
            label: $label,
            range: (0.0, 1.0),
            higher_is_better: true,
            default_margin: 0.01,
            score: Score::Labels(|confusion| average(&per_class(confusion), confusion, Average::$average, |c| c.$field)),
        };
    )*};
}

declare! {
    F1_MACRO "f1_macro" "F1 (macro)" Macro f1;
    F1_WEIGHTED "f1_weighted" "F1 (weighted)" Weighted f1;
    PRECISION_MACRO "precision_macro" "Precision (macro)" Macro precision;
    PRECISION_WEIGHTED "precision_weighted" "Precision (weighted)" Weighted precision;
    RECALL_MACRO "recall_macro" "Recall (macro)" Macro recall;
    RECALL_WEIGHTED "recall_weighted" "Recall (weighted)" Weighted recall;
}

/// How the scores of classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// The plain mean over the classes that are labelled or predicted at least once, as sklearn's
    /// `average="macro"` without `labels`.
    Macro,
    /// The mean weighted by support, as sklearn's `average="weighted"`.
    Weighted,
}

/// Scores of every class against the rest, in order of class index, each from 0 to 1:
/// precision = hits / predicted, recall = hits / labelled, F1 = 2 · hits / (predicted + labelled), and 0 where a
/// denominator is 0; `sklearn.metrics.precision_recall_fscore_support(average=None, zero_division=0)`.
pub fn per_class(confusion: &Confusion) -> Vec<ClassScores> {
    let margins = confusion.predicted().into_iter().zip(confusion.support());
    confusion
        .hits()
        .into_iter()
        .zip(margins)
        .map(|(hits, (predicted, support))| ClassScores {
            precision: share(hits, predicted),
            recall: share(hits, support),
            f1: share(2 * hits, predicted + support),
            support,
        })
        .collect()
}

/// One number from the scores of classes; `classes` are those of `confusion`.
pub fn average(
    classes: &[ClassScores],
    confusion: &Confusion,
    average: Average,
    score: fn(&ClassScores) -> f64,
) -> f64 {
    let weight = |(class, predicted): (&ClassScores, u64)| match average {
        Average::Macro => f64::from(u8::from(class.support > 0 || predicted > 0)),
        Average::Weighted => class.support as f64,
    };
    let weights: Vec<f64> = classes.iter().zip(confusion.predicted()).map(weight).collect();
    let total: f64 = weights.iter().sum();
    let sum: f64 = classes.iter().zip(&weights).map(|(c, w)| w * score(c)).sum();
    if total > 0.0 { sum / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::metric::reference::{assert_close, classification};

    #[test]
    fn equals_sklearn() {
        for case in classification() {
            let confusion = case.confusion();
            let classes = per_class(&confusion);
            for (class, scores) in classes.iter().enumerate() {
                assert_close(scores.precision, case.precision_per_class[class]);
                assert_close(scores.recall, case.recall_per_class[class]);
                assert_close(scores.f1, case.f1_per_class[class]);
            }
            assert_close(Metric::F1Macro.of_confusion(&confusion).unwrap(), case.f1_macro);
            assert_close(Metric::F1Weighted.of_confusion(&confusion).unwrap(), case.f1_weighted);
            assert_close(Metric::RecallWeighted.of_confusion(&confusion).unwrap(), case.accuracy);
        }
    }

    #[test]
    fn macro_averages_leave_out_a_class_that_never_occurs() {
        // sklearn: f1_score([0, 0, 1], [0, 1, 1], average="macro") = 2/3, whatever the number of classes of the task.
        let confusion = Confusion::new(&[0, 0, 1], &[0, 1, 1], 3).unwrap();
        assert_close(Metric::F1Macro.of_confusion(&confusion).unwrap(), 2.0 / 3.0);
        assert_close(Metric::PrecisionMacro.of_confusion(&confusion).unwrap(), 0.75);
        assert_close(Metric::RecallMacro.of_confusion(&confusion).unwrap(), 0.75);
    }
}
