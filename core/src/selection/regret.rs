//! Regret: the share of the score that is lost by choosing as the predictor says.

use super::Candidates;

/// (mean score of the `k` most relevant − mean score of the `k` chosen) / mean score of the `k` most relevant; lower is
/// better, 0 for the right choice.
///
/// At most 1 for scores that are not negative. Below 0 only where relevance is another column than the score: what is
/// relevant then need not score most. Tied predictions, and ties in relevance, count by their expectation. `k` beyond
/// the number of candidates takes all; `None` for `k` = 0, and where the mean of the most relevant is not above 0.
///
/// Kim et al., *TaskWeb: Selecting better source tasks for multi-task NLP*, 2023, with k = 5.
pub fn regret_of_means(candidates: &Candidates, k: usize) -> Option<f64> {
    let k = candidates.clip(k)?;
    // Sums do for means: both are of k.
    let best = candidates.by_relevance.expected_sum(&candidates.score, k, |_| 1.0);
    let chosen = candidates.by_prediction.expected_sum(&candidates.score, k, |_| 1.0);
    relative(best, chosen)
}

/// (best score − best score of the `k` chosen) / best score; from 0 to 1 for scores that are not negative, lower is
/// better: what is lost when all `k` are tried and the best one is kept.
///
/// Tied predictions count by the expectation of their maximum. `k` beyond the number of candidates takes all; `None`
/// for `k` = 0, and where the best score is not above 0.
///
/// Poth et al., *What to pre-train on? Efficient intermediate task selection*, 2021; Renggli et al., *Which model to
/// transfer? Finding the needle in the growing haystack*, 2022.
pub fn regret_of_best(candidates: &Candidates, k: usize) -> Option<f64> {
    let k = candidates.clip(k)?;
    let best = candidates.score.iter().copied().reduce(f64::max)?;
    relative(best, candidates.by_prediction.expected_maximum(&candidates.score, k)?)
}

fn relative(best: f64, chosen: f64) -> Option<f64> {
    (best > 0.0).then(|| (best - chosen) / best).filter(|regret| regret.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Candidate;
    use crate::selection::reference::{candidates, published};

    #[test]
    fn equals_numpy() {
        let (candidates, expected) = published();
        for k in [1, 3, 5] {
            for (regret, name) in [(regret_of_means(&candidates, k), "mean"), (regret_of_best(&candidates, k), "best")]
            {
                let expected = expected[&format!("regret_at_{k}_{name}")].as_f64().unwrap();
                assert!((regret.unwrap() - expected).abs() < 1e-12, "{name} at {k}");
            }
        }
    }

    #[test]
    fn of_two_tied_choices() {
        // Chosen for sure 0.5; then one of 0.25 and 1.0 by lot. Best two: 1.0 and 0.5.
        let tied = candidates(&[(0.5, 2.0), (0.25, 1.0), (1.0, 1.0)]);
        // Means: 1 − ((0.5 + 0.625) / 2) / 0.75. Best: 1 − (0.5 + 1.0) / 2.
        assert_eq!((regret_of_means(&tied, 2), regret_of_best(&tied, 2)), (Some(0.25), Some(0.25)));
        assert_eq!((regret_of_means(&tied, 1), regret_of_best(&tied, 1)), (Some(0.5), Some(0.5)));
        assert_eq!((regret_of_means(&tied, 9), regret_of_best(&tied, 9)), (Some(0.0), Some(0.0)));
        assert_eq!((regret_of_means(&tied, 0), regret_of_best(&tied, 0)), (None, None));
    }

    #[test]
    fn means_are_of_scores_over_the_most_relevant() {
        let row = |score, relevance, predicted| Candidate { score, relevance, gain: None, predicted };
        let candidates = Candidates::new(vec![row(0.5, 3.0, 0.0), row(0.75, 2.0, 1.0)]).unwrap();
        // (0.5 − 0.75) / 0.5, although the choice has the best score.
        assert_eq!(regret_of_means(&candidates, 1), Some(-0.5));
        assert_eq!(regret_of_best(&candidates, 1), Some(0.0));
    }

    #[test]
    fn ties_in_relevance_count_by_their_mean() {
        let row = |score, predicted| Candidate { score, relevance: 1.0, gain: None, predicted };
        let candidates = Candidates::new(vec![row(0.25, 1.0), row(0.75, 0.0)]).unwrap();
        assert_eq!(regret_of_means(&candidates, 1), Some(0.5));
    }

    #[test]
    fn absent_without_a_positive_best() {
        let losses = candidates(&[(-0.5, 1.0), (-0.25, 2.0)]);
        assert_eq!((regret_of_means(&losses, 1), regret_of_best(&losses, 1)), (None, None));
    }
}
