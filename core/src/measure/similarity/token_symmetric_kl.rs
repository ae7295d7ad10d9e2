//! The same question as Jensen-Shannon, with more weight on words that one task lacks.

use super::distribution::{Histograms, check};
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined};

/// Added to the count of every token that either task has: without it one missing word makes the divergence infinite.
pub const SMOOTHING: f64 = 1.0;

/// Symmetric Kullback-Leibler divergence of token distributions.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "token_symmetric_kl",
    definition: "KL(source ‖ target) + KL(target ‖ source) of token frequencies in nats, 1 added to every count of the \
                 joint vocabulary",
    range: (0.0, f64::INFINITY),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Tokens],
    citation: "Kullback and Leibler, On information and sufficiency, Annals of Mathematical Statistics 1951",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let (p, q) = Histograms::of(source, target)?.shares(SMOOTHING);
    Ok(kullback_leibler(&p, &q)? + kullback_leibler(&q, &p)?)
});

/// KL(p ‖ q) = Σ p ln(p / q) in nats, from 0. Terms with p = 0 are 0.
///
/// # Errors
/// Lists of different lengths, or a q of 0 where p is not, for which it is infinite.
pub fn kullback_leibler(p: &[f64], q: &[f64]) -> Result<f64, Undefined> {
    check(p, q)?;
    let sum: f64 = p.iter().zip(q).map(|(&p, &q)| if p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum();
    if sum.is_finite() { Ok(sum.max(0.0)) } else { Err(Undefined::NotFinite) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy() {
        // kl_q_from_p_nats = scipy.stats.entropy(P, Q)
        let given = reference("distributions");
        let (p, q) = (given.list("p"), given.list("q"));
        assert_close(kullback_leibler(&p, &q), given.number("kl_q_from_p_nats"), 1e-12);
        // P has a zero where Q has none.
        assert_eq!(kullback_leibler(&q, &p), Err(Undefined::NotFinite));
    }

    #[test]
    fn smoothing_adds_one_to_every_count_of_the_joint_vocabulary() {
        // Tokens 1, 2, 3 with counts (3, 1, 0) and (0, 1, 1): smoothed (4, 2, 1) / 7 and (1, 2, 2) / 5.
        let source = [(1, 3), (2, 1)].into();
        let target = [(2, 1), (3, 1)].into();
        let (p, q) = Histograms::new(&source, &target).unwrap().shares(SMOOTHING);
        assert_eq!((p, q), (vec![4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0], vec![0.2, 0.4, 0.4]));
    }
}
