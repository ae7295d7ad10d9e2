//! What a record keeps of a published score, and what the score tells about the predictions.

use super::rows::Scores;
use super::solve::{Published, Solutions, solve};
use crate::metric::{Confusion, Metric, per_class};
use crate::record::Evaluation;

/// The evaluation of a run with these scores on a test set of these classes, and what was solved.
pub(super) fn evaluation(scores: &Scores, labels: Option<&[(String, u64)]>) -> (Evaluation, Option<Solutions>) {
    let examples = labels.into_iter().flatten().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
    let mut evaluation = Evaluation {
        examples: usize::try_from(examples).unwrap_or(0),
        scores: scores.iter().map(|(metric, printed)| (metric.name().to_owned(), printed.value)).collect(),
        per_class: Vec::new(),
        confusion: Vec::new(),
        predicted: None,
        constant: false,
        at_chance: false,
        predicted_majority_share: 0.0,
    };
    let solutions = labels.and_then(|labels| solutions(scores, labels));
    if let Some(found) = &solutions {
        apply(found, &mut evaluation);
    }
    (evaluation, solutions)
}

fn solutions(scores: &Scores, labels: &[(String, u64)]) -> Option<Solutions> {
    let [(_, a), (_, b)] = labels else { return None };
    let published = |metric: Metric| {
        let printed = scores.get(&metric)?;
        Some(Published { value: printed.value, tolerance: printed.tolerance? })
    };
    solve([*a, *b], published(Metric::Accuracy)?, published(Metric::F1Weighted)?)
}

/// Says only what all solutions say; of their shares the smallest.
fn apply(found: &Solutions, evaluation: &mut Evaluation) {
    if let Some(constant) = found.constant {
        evaluation.constant = constant;
        evaluation.predicted_majority_share = found.predicted_majority_share.0;
    }
    evaluation.at_chance = found.at_chance == Some(true);
    let counts = found.confusion.map(|matrix| matrix.map(|row| row.to_vec()).to_vec());
    if let Some(confusion) = counts.and_then(|counts| Confusion::from_counts(counts).ok()) {
        evaluation.per_class = per_class(&confusion);
        evaluation.confusion = confusion.into_counts();
    }
}

/// What was solved of a run, where that is worth saying: it collapsed, or its numbers are impossible.
pub(super) fn in_words(id: &str, found: &Solutions) -> Option<String> {
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    if found.count == 0 {
        return Some(format!(
            "`{id}`: no predictions on these label counts give both its accuracy and its weighted F1; the numbers contradict each other or the labels."
        ));
    }
    let (low, high) = found.predicted_majority_share;
    let share =
        if percent(low) == percent(high) { percent(low) } else { format!("{}–{}", percent(low), percent(high)) };
    let matrices = if found.count == 1 {
        "one confusion matrix gives".to_owned()
    } else {
        format!("{} confusion matrices give", found.count)
    };
    (found.constant == Some(true)).then(|| {
        format!("`{id}`: {matrices} its accuracy and weighted F1 on the labels of the test set, with one class at {share} % of the predictions: the model collapsed.")
    })
}
