//! Hits: whether the best source is among the chosen ones.

use super::Candidates;

/// 1 when the most relevant candidate is among the `k` chosen, else 0; higher is better. Where several are equally
/// relevant, one of them is enough.
///
/// With tied predictions the probability. `k` beyond the number of candidates takes all; `None` for `k` = 0.
pub fn hit(candidates: &Candidates, k: usize) -> Option<f64> {
    let k = candidates.clip(k)?;
    let best = candidates.relevance.iter().copied().reduce(f64::max)?;
    let is_best: Vec<f64> = candidates.relevance.iter().map(|&r| f64::from(u8::from(r == best))).collect();
    candidates.by_prediction.expected_maximum(&is_best, k).map(|p| p.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::reference::{candidates, published};

    #[test]
    fn equals_numpy() {
        let (candidates, expected) = published();
        for k in [1, 3, 5] {
            assert_eq!(hit(&candidates, k), expected[&format!("hit_at_{k}")].as_f64());
        }
        // The best of the fixture's candidates is predicted in place 6, from 1.
        assert_eq!((hit(&candidates, 5), hit(&candidates, 6)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn probability_among_ties() {
        // One of the two best among two drawn of five: 1 − C(3, 2) / C(5, 2) = 0.7.
        let tied = candidates(&[(0.5, 0.0), (0.5, 0.0), (0.4, 0.0), (0.3, 0.0), (0.2, 0.0)]);
        assert!((hit(&tied, 2).unwrap() - 0.7).abs() < 1e-15);
        assert_eq!(
            (hit(&tied, 0), hit(&tied, 4), hit(&tied, 5), hit(&tied, 99)),
            (None, Some(1.0), Some(1.0), Some(1.0))
        );
    }
}
