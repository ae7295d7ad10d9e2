//! Would a first step on one task help or harm the other?

use super::vector::cosine;
use crate::measure::{Direction, Formula, MeasureInfo, Part, part};

/// Cosine of mean gradients.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "gradient_cosine",
    definition: "Cosine of the two tasks' mean gradients of the encoder's parameters at the pretrained weights",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: true,
    needs: &[Part::Gradient],
    citation: "Du et al., Adapting Auxiliary Losses Using Gradient Similarity, 2018; Yu et al., Gradient Surgery for \
               Multi-Task Learning, NeurIPS 2020",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let gradient = |g| part(g, "gradient");
    cosine(gradient(&source.gradient)?, gradient(&target.gradient)?, "gradients")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // cosine = [[cos(a, b) for b in G] for a in G]; the second row opposes the first.
        let given = reference("gradients");
        let (g, cosines) = (given.rows("g"), given.rows("cosine"));
        for (a, row) in g.iter().zip(&cosines) {
            for (b, &theirs) in g.iter().zip(row) {
                assert_close(cosine(a, b, "gradients"), theirs, 1e-12);
            }
        }
        assert!(cosines[0][1] < 0.0);
    }
}
