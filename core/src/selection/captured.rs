//! Captured gain: how much of the best possible gain the choice brings.

use super::Candidates;

/// Largest gain of the `k` chosen / largest gain of all candidates; at most 1, higher is better. Negative where every
/// choice harms.
///
/// With `k` = 1 the gain of the first choice over that of the best source. Tied predictions count by the expectation of
/// their maximum. `k` beyond the number of candidates takes all; `None` for `k` = 0, where a candidate has no gain, and
/// where no source helps (best gain ≤ 0).
pub fn captured_gain(candidates: &Candidates, k: usize) -> Option<f64> {
    let k = candidates.clip(k)?;
    let gain = candidates.gain.as_deref()?;
    let best = gain.iter().copied().reduce(f64::max).filter(|&best| best > 0.0)?;
    let chosen = candidates.by_prediction.expected_maximum(gain, k)?;
    Some(chosen / best).filter(|share| share.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Candidate;

    fn captured(rows: &[(Option<f64>, f64)], k: usize) -> Option<f64> {
        let row = |&(gain, predicted): &(Option<f64>, f64)| Candidate { score: 0.5, relevance: 0.5, gain, predicted };
        captured_gain(&Candidates::new(rows.iter().map(row).collect()).unwrap(), k)
    }

    #[test]
    fn of_the_first_choices() {
        let rows = [(Some(-0.25), 3.0), (Some(0.125), 2.0), (Some(0.5), 1.0), (Some(0.25), 1.0)];
        assert_eq!(
            [0, 1, 2, 3, 4, 9].map(|k| captured(&rows, k)),
            [
                None,
                Some(-0.5),
                Some(0.25),
                // One of the two tied ones: (0.5 + 0.25) / 2 of 0.5.
                Some(0.75),
                Some(1.0),
                Some(1.0)
            ]
        );
    }

    #[test]
    fn absent_where_nothing_helps_or_a_gain_is_missing() {
        assert_eq!(captured(&[(Some(-0.5), 1.0), (Some(0.0), 2.0)], 1), None);
        assert_eq!(captured(&[(Some(0.5), 1.0), (None, 2.0)], 1), None);
    }
}
