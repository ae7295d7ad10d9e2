//! Whether what a record says goes together: scores, confusion matrix, predictions, and the labels of the task.

use std::collections::HashMap;

use super::Report;
use crate::metric::{Confusion, Evaluation, Metric, is_at_chance, is_constant};
use crate::record::{IMPORTED, RunRecord};

/// How far a score may be from that of its own confusion matrix: rounding of another program.
const ROUNDING: f64 = 1e-6;

/// As [`ROUNDING`], of an imported score: percent as they are printed, from which the matrix was solved.
const PRINTED: f64 = 5.1e-3;

/// A record that says two things that cannot both be.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The run's id.
    pub run: String,
    /// The task.
    pub task: String,
    /// `validation` or `test`.
    pub split: String,
    /// What does not go together.
    pub what: Disagreement,
}

/// What does not go together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Disagreement {
    /// Rows of another length than there are rows.
    #[error("its confusion matrix is not square")]
    Shape,
    /// The matrix has another number of examples.
    #[error("its confusion matrix adds up to {counted} of {examples} examples")]
    Examples {
        /// Sum of the entries.
        counted: u64,
        /// What the record says.
        examples: usize,
    },
    /// A list with an entry for each example has another length.
    #[error("it has {listed} {what} for {examples} examples")]
    Length {
        /// Predictions or labels.
        what: &'static str,
        /// How many.
        listed: usize,
        /// What the record says.
        examples: usize,
    },
    /// Labels and predictions give another matrix.
    #[error("its confusion matrix is not that of its predictions")]
    Predictions,
    /// A score that the matrix does not give.
    #[error("{metric} {recorded} is {computed} by its own predictions")]
    Score {
        /// The metric's name.
        metric: &'static str,
        /// What the record says.
        recorded: f64,
        /// What the matrix gives.
        computed: f64,
    },
    /// A collapse that the matrix does not show, or one that it shows.
    #[error("`{0}` is not what its own predictions say")]
    Collapse(&'static str),
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`, {} on {}: {}", self.run, self.split, self.task, self.what)
    }
}

impl Report {
    /// What finished runs say against themselves or against the labels of their task; at most one of each run.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let mut labels: HashMap<&str, &[u8]> = HashMap::new();
        for task in &self.tasks {
            let test = task.splits.get("test").and_then(|split| split.label_sequence.as_ref());
            labels.extend(test.map(|classes| (task.name.as_str(), classes.indices())));
        }
        self.runs.iter().filter_map(|run| run.contradiction(|task| labels.get(task).copied())).collect()
    }
}

impl RunRecord {
    /// The first thing that a finished run says against itself, or against `labels`, the test labels of a task where they
    /// are known; `None` of a run that failed.
    pub fn contradiction<'l>(&self, labels: impl Fn(&str) -> Option<&'l [u8]>) -> Option<Contradiction> {
        let rounding = if self.provenance.backend == IMPORTED { PRINTED } else { ROUNDING };
        let evaluations = self.evaluations.iter().filter(|_| self.is_ok());
        let mut splits = evaluations.flat_map(|(task, of)| of.iter().map(move |(split, e)| (task, split, e)));
        splits.find_map(|(task, split, evaluation)| {
            let labels = labels(task).filter(|_| split == "test");
            let what = disagreement(evaluation, labels, rounding)?;
            Some(Contradiction { run: self.id.clone(), task: task.clone(), split: split.clone(), what })
        })
    }
}

fn disagreement(evaluation: &Evaluation, labels: Option<&[u8]>, rounding: f64) -> Option<Disagreement> {
    let examples = evaluation.examples;
    let predicted = evaluation.predicted.as_ref().map(crate::metric::Classes::indices);
    for (what, list) in [("predictions", predicted), ("labels", labels)] {
        // Labels alone say nothing: a report may come with tasks that have more rows than were scored.
        if let Some(list) = list.filter(|list| list.len() != examples && predicted.is_some()) {
            return Some(Disagreement::Length { what, listed: list.len(), examples });
        }
    }
    let recorded = &evaluation.confusion;
    if recorded.iter().any(|row| row.len() != recorded.len()) {
        return Some(Disagreement::Shape);
    }
    let counted = Confusion::from_counts(recorded.clone()).ok();
    let total = counted.as_ref().map_or(0, Confusion::total);
    if !recorded.is_empty() && total != examples as u64 {
        return Some(Disagreement::Examples { counted: total, examples });
    }
    let of_predictions = labels.zip(predicted).map(|(labels, predicted)| {
        let classes = labels.iter().chain(predicted).map(|class| usize::from(*class) + 1).max().unwrap_or(0);
        let [labels, predicted] = [labels, predicted].map(|c| c.iter().map(|i| usize::from(*i)).collect::<Vec<_>>());
        Confusion::new(&labels, &predicted, classes.max(recorded.len()))
    });
    let confusion = match (counted, of_predictions) {
        (Some(counted), Some(Ok(of_predictions))) if counted != of_predictions => {
            return Some(Disagreement::Predictions);
        }
        (Some(confusion), _) | (None, Some(Ok(confusion))) => confusion,
        _ => return None,
    };
    score_or_collapse(evaluation, &confusion, rounding)
}

fn score_or_collapse(evaluation: &Evaluation, confusion: &Confusion, rounding: f64) -> Option<Disagreement> {
    for metric in Metric::ALL {
        let recorded = evaluation.scores.get(metric.name()).copied();
        let Some((recorded, computed)) = recorded.zip(metric.of_confusion(confusion)) else { continue };
        let differ = (recorded - computed).abs();
        if differ.is_nan() || differ > rounding {
            return Some(Disagreement::Score { metric: metric.name(), recorded, computed });
        }
    }
    // Of an import both are said where all solutions say so.
    if rounding > ROUNDING {
        return None;
    }
    let of = [
        ("constant", evaluation.constant, is_constant(confusion)),
        ("at_chance", evaluation.at_chance, is_at_chance(confusion)),
    ];
    of.into_iter().find(|(_, recorded, computed)| recorded != computed).map(|(name, ..)| Disagreement::Collapse(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::evaluate;

    const LABELS: [u8; 6] = [0, 0, 1, 1, 1, 0];

    fn evaluation() -> Evaluation {
        let labels = LABELS.map(usize::from);
        let sure = |class: usize| if class == 0 { vec![0.9, 0.1] } else { vec![0.2, 0.8] };
        let rows: Vec<Vec<f64>> = [0, 1, 1, 1, 0, 0].into_iter().map(sure).collect();
        evaluate(&labels, &rows, 2).unwrap()
    }

    fn found(change: impl FnOnce(&mut Evaluation)) -> String {
        let mut changed = evaluation();
        change(&mut changed);
        disagreement(&changed, Some(&LABELS), ROUNDING).map(|d| d.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_was_scored_agrees_with_itself() {
        assert_eq!(found(|_| {}), "");
        assert_eq!(found(|e| e.confusion.clear()), "", "as an import without a matrix");
        assert_eq!(disagreement(&evaluation(), None, ROUNDING), None);
    }

    #[test]
    fn every_part_is_held_against_the_others() {
        let score = |e: &mut Evaluation, name: &str, value: f64| {
            e.scores.insert(name.to_owned(), value);
        };
        assert!(found(|e| score(e, "accuracy", 1.0)).starts_with("accuracy 1 is 0.66"));
        assert!(found(|e| score(e, "f1_macro", 0.66)).contains("f1_macro"));
        assert!(found(|e| e.confusion[0][0] += 1).contains("adds up to 7 of 6"));
        assert!(found(|e| e.confusion.swap(0, 1)).contains("not that of its predictions"));
        assert!(found(|e| e.confusion[0].push(0)).contains("not square"));
        assert!(found(|e| e.examples = 5).contains("6 predictions for 5 examples"));
        assert!(found(|e| e.constant = true).contains("`constant`"));
        assert!(found(|e| e.at_chance = true).contains("`at_chance`"));
        let others = crate::metric::Classes::new(&[1, 1, 1, 1, 0, 0]);
        assert!(found(|e| e.predicted = others).contains("not that of its predictions"));
    }
}
