//! How many words do two tasks share, however often each is used?

use super::distribution::Histograms;
use crate::measure::{Direction, Formula, MeasureInfo, Part};

/// Jaccard index of vocabularies.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "vocabulary_overlap",
    definition: "Tokens that both tasks' texts have, as a share of the tokens that either has (Jaccard index)",
    range: (0.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Tokens],
    citation: "Jaccard 1912; for domains of text Gururangan et al., Don't Stop Pretraining, ACL 2020 (10,000 most \
               frequent words; here all tokens of the probe set)",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| Ok(jaccard(&Histograms::of(source, target)?)));

/// |A ∩ B| / |A ∪ B|, from 0 to 1.
fn jaccard(counts: &Histograms) -> f64 {
    let pairs = || counts.source.iter().zip(&counts.target);
    let shared = pairs().filter(|(a, b)| **a > 0.0 && **b > 0.0).count();
    let either = pairs().filter(|(a, b)| **a > 0.0 || **b > 0.0).count();
    shared as f64 / either as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Undefined;

    #[test]
    fn counts_types_and_not_tokens() {
        // {1, 2, 3} and {3, 4}; token 5 is listed with a count of 0.
        let counts = Histograms::new(&[(1, 9), (2, 1), (3, 1)].into(), &[(3, 70), (4, 1), (5, 0)].into()).unwrap();
        assert_eq!(jaccard(&counts), 0.25);
        assert_eq!(Histograms::new(&[(1, 0)].into(), &[(1, 1)].into()).err(), Some(Undefined::Zero("token counts")));
    }
}
