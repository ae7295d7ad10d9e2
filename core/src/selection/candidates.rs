//! What a predictor chooses from: the candidate sources of one target, checked once.

use serde::{Deserialize, Serialize};

use super::SelectionError;
use super::order::Order;

/// One source that could be chosen for a target. All values are oriented: higher is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Mean score of the target after transfer from this source, in the metric's units; the sign turned for losses.
    pub score: f64,
    /// By what the truly best sources are ranked, in any unit; often the score itself.
    pub relevance: f64,
    /// Score less the single-task score; `None` without a baseline.
    pub gain: Option<f64>,
    /// What the predictor says, in any unit; the sign turned for distances.
    pub predicted: f64,
}

/// The candidate sources of one target: at least one, all values finite.
///
/// Every figure is the same for every order in which the candidates are given, to the last bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidates {
    pub(super) score: Vec<f64>,
    pub(super) relevance: Vec<f64>,
    /// Absent when a candidate's is.
    pub(super) gain: Option<Vec<f64>>,
    pub(super) by_prediction: Order,
    pub(super) by_relevance: Order,
}

impl Candidates {
    /// Takes the candidates in any order.
    ///
    /// # Errors
    /// There is no candidate, or a value is not finite.
    pub fn new(mut rows: Vec<Candidate>) -> Result<Self, SelectionError> {
        if rows.is_empty() {
            return Err(SelectionError::NoCandidates);
        }
        for (index, row) in rows.iter().enumerate() {
            let columns = [
                ("score", row.score),
                ("relevance", row.relevance),
                ("gain", row.gain.unwrap_or(0.0)),
                ("predicted", row.predicted),
            ];
            if let Some((column, _)) = columns.into_iter().find(|(_, value)| !value.is_finite()) {
                return Err(SelectionError::NotFinite { column, index });
            }
        }
        // Sums run in an order of the candidates' own. By the truth alone, so that no increasing transform of the
        // prediction changes it.
        rows.sort_by(|a, b| {
            let gain = |row: &Candidate| row.gain.unwrap_or(0.0);
            (b.relevance.total_cmp(&a.relevance))
                .then_with(|| b.score.total_cmp(&a.score))
                .then_with(|| gain(b).total_cmp(&gain(a)))
        });
        let column = |value: fn(&Candidate) -> f64| rows.iter().map(value).collect::<Vec<f64>>();
        let (score, relevance, predicted) = (column(|r| r.score), column(|r| r.relevance), column(|r| r.predicted));
        Ok(Self {
            by_prediction: Order::descending(&predicted),
            by_relevance: Order::descending(&relevance),
            score,
            relevance,
            gain: rows.iter().map(|row| row.gain).collect(),
        })
    }

    /// How many there are, at least 1.
    pub fn count(&self) -> usize {
        self.score.len()
    }

    /// `k`, or all candidates where there are fewer; `None` for 0, because nothing is chosen then.
    pub(super) fn clip(&self, k: usize) -> Option<usize> {
        (k > 0).then_some(k.min(self.count()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Candidate = Candidate { score: 0.5, relevance: 0.5, gain: Some(0.1), predicted: 1.0 };

    #[test]
    fn rejects_none_and_values_that_are_not_finite() {
        assert_eq!(Candidates::new(Vec::new()), Err(SelectionError::NoCandidates));
        for (column, bad) in [
            ("score", Candidate { score: f64::NAN, ..ROW }),
            ("relevance", Candidate { relevance: f64::INFINITY, ..ROW }),
            ("gain", Candidate { gain: Some(f64::NAN), ..ROW }),
            ("predicted", Candidate { predicted: f64::NEG_INFINITY, ..ROW }),
        ] {
            assert_eq!(Candidates::new(vec![ROW, bad]), Err(SelectionError::NotFinite { column, index: 1 }));
        }
    }
}
