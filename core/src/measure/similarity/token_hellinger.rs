//! A bounded distance of token distributions that needs no smoothing.

use super::distribution::{Histograms, check};
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined};

/// Hellinger distance of token distributions.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "token_hellinger",
    definition: "Hellinger distance of the two tasks' token frequencies; no smoothing",
    range: (0.0, 1.0),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Tokens],
    citation: "Hellinger, Journal für die reine und angewandte Mathematik 136, 1909",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let (p, q) = Histograms::of(source, target)?.shares(0.0);
    hellinger(&p, &q)
});

/// H = √(½ Σ (√p − √q)²), from 0 to 1.
///
/// # Errors
/// Lists of different lengths.
pub fn hellinger(p: &[f64], q: &[f64]) -> Result<f64, Undefined> {
    check(p, q)?;
    let sum: f64 = p.iter().zip(q).map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2)).sum();
    Ok((sum / 2.0).sqrt().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // hellinger = np.sqrt(((np.sqrt(P) - np.sqrt(Q)) ** 2).sum() / 2)
        let given = reference("distributions");
        assert_close(hellinger(&given.list("p"), &given.list("q")), given.number("hellinger"), 1e-12);
        assert_eq!(hellinger(&[1.0], &[0.5, 0.5]), Err(Undefined::Lengths { left: 1, right: 2 }));
    }
}
