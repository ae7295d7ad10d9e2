//! Normalised discounted cumulative gain: how well the whole order is predicted, its top above all.

use serde::{Deserialize, Serialize};

use super::Candidates;
use super::order::Order;
use crate::statistics::correlation::average_ranks;

/// What a candidate is worth in [`ndcg`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NdcgGain {
    /// 2^(N − rank) − 1 with N candidates ranked from 0 by relevance, ties by average rank: TaskWeb (Kim et al. 2023).
    /// The best candidate is worth about as much as all others together.
    Rank,
    /// 2^(100 · score) − 1: ESM (Schulte et al. 2024). A point more doubles the worth.
    Percent,
    /// 2^score − 1: the usual form (Burges et al. 2005) on fractions. Close to 1 for every order of similar scores.
    Fraction,
    /// The score itself (Järvelin and Kekäläinen 2002).
    Linear,
}

/// DCG of the predicted order / DCG of the ideal order, from 0 to 1, higher is better; DCG = Σ gain / log₂(position + 2)
/// over all positions from 0, the expectation over the order of tied candidates (McSherry and Najork 2008).
///
/// `None` where the forms made of scores have a negative score, because the ratio has no bounds then (Matthews' and
/// Kappa's scores, and all losses), and where every gain is 0. [`NdcgGain::Rank`] always exists.
///
/// Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, 2002; McSherry and Najork, *Computing
/// information retrieval performance measures efficiently in the presence of tied scores*, 2008.
pub fn ndcg(candidates: &Candidates, gain: NdcgGain) -> Option<f64> {
    let gains = gains(candidates, gain)?;
    let dcg = |order: &Order| order.expected_sum(&gains, gains.len(), |p| 1.0 / (p as f64 + 2.0).log2());
    let (predicted, ideal) = (dcg(&candidates.by_prediction), dcg(&Order::descending(&gains)));
    // A NaN is turned away before `min`, which would make it 1; rounding can take the same gains, summed in another
    // order, past 1.
    (ideal > 0.0 && ideal.is_finite() && predicted.is_finite()).then(|| (predicted / ideal).min(1.0))
}

/// The gains up to a factor, which the ratio does not know.
fn gains(candidates: &Candidates, gain: NdcgGain) -> Option<Vec<f64>> {
    let score = &candidates.score;
    if gain != NdcgGain::Rank && score.iter().any(|&s| s < 0.0) {
        return None;
    }
    match gain {
        // Ranks from 1 for the lowest are N − rank from 0 for the highest.
        NdcgGain::Rank => average_ranks(&candidates.relevance).map(|ranks| exponential(&ranks)),
        NdcgGain::Percent => Some(exponential(&score.iter().map(|s| 100.0 * s).collect::<Vec<f64>>())),
        NdcgGain::Fraction => Some(exponential(score)),
        NdcgGain::Linear => Some(score.clone()),
    }
}

/// (2^x − 1) / 2^max(x) = 2^(x − max) · (1 − 2^−x): no power overflows, and small x lose no digits.
fn exponential(exponents: &[f64]) -> Vec<f64> {
    let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    exponents.iter().map(|x| -(x - largest).exp2() * (-x * std::f64::consts::LN_2).exp_m1()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Candidate;
    use crate::selection::reference::{candidates, published};

    const ALL: [NdcgGain; 4] = [NdcgGain::Rank, NdcgGain::Percent, NdcgGain::Fraction, NdcgGain::Linear];

    #[test]
    fn equals_numpy() {
        let (candidates, expected) = published();
        for (gain, name) in ALL.into_iter().zip(["rank", "exp_percent", "exp_fraction", "linear"]) {
            let expected = expected[&format!("ndcg_{name}_gain")].as_f64().unwrap();
            assert!((ndcg(&candidates, gain).unwrap() - expected).abs() < 1e-12, "{gain:?}");
        }
    }

    #[test]
    fn ties_equal_sklearn() {
        // import numpy as np; from sklearn.metrics import ndcg_score      # ignore_ties=False: McSherry and Najork
        // s = np.array([.5, .75, .625, .25, .875, .75]); p = np.array([2, 1, 1, 3, 1, 2.]); r = [2, 4.5, 3, 1, 6, 4.5]
        // [ndcg_score([g], [p]) for g in (2 ** np.array(r) - 1, 2 ** (100 * s) - 1, 2 ** s - 1, s)]
        let rows = [(0.5, 2.0), (0.75, 1.0), (0.625, 1.0), (0.25, 3.0), (0.875, 1.0), (0.75, 2.0)];
        let tied = candidates(&rows);
        for (gain, expected) in
            ALL.into_iter().zip([0.551955966413325, 0.39133428168944795, 0.781207494608613, 0.8075850413018296])
        {
            assert!((ndcg(&tied, gain).unwrap() - expected).abs() < 1e-14, "{gain:?}");
        }
    }

    #[test]
    fn absent_for_negative_scores_but_for_ranks() {
        let negative = candidates(&[(-0.1, 1.0), (0.5, 2.0)]);
        assert_eq!(ALL.map(|gain| ndcg(&negative, gain).is_some()), [true, false, false, false]);
        let nothing_gained = candidates(&[(0.0, 1.0), (0.0, 2.0)]);
        assert_eq!(ALL.map(|gain| ndcg(&nothing_gained, gain)), [Some(1.0), None, None, None]);
    }

    #[test]
    fn large_gains_do_not_overflow() {
        // Two candidates in the wrong order: (a + b / log₂3) / (b + a / log₂3), where a / b is 2⁻¹⁰⁰⁰⁰ or 1/2.
        let points = candidates(&[(100.0, 2.0), (200.0, 1.0)]);
        assert!((ndcg(&points, NdcgGain::Percent).unwrap() - 1.0 / 3f64.log2()).abs() < 1e-15);
        let rows: Vec<Candidate> = (0..2000)
            .map(|i| Candidate { score: f64::MAX, relevance: f64::from(i), gain: None, predicted: f64::from(i) })
            .collect();
        let many = Candidates::new(rows).unwrap();
        assert_eq!(ndcg(&many, NdcgGain::Rank), Some(1.0));
        assert_eq!(ndcg(&many, NdcgGain::Percent), None);
        assert_eq!(ndcg(&many, NdcgGain::Linear), None);
    }
}
