//! TaskEmb: the same question as Task2Vec, without weighing parameters by how much they matter to both.

use super::vector::cosine;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Cosine of diagonal Fisher information.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "fisher_cosine",
    definition: "Cosine of the diagonal Fisher information of the encoder's parameters for each task",
    range: (0.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: true,
    needs: &[Part::Fisher],
    citation: "Vu et al., Exploring and Predicting Transferability across NLP Tasks, EMNLP 2020 (TaskEmb; there by \
               component, fused by rank)",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let fisher = |f| part(f, "Fisher information");
    fisher_cosine(fisher(&source.fisher)?, fisher(&target.fisher)?)
});

/// cos(a, b), from 0 to 1 for a, b ≥ 0. A few parameters with large values decide it.
///
/// # Errors
/// Lists of different lengths, or all zero.
pub fn fisher_cosine<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> Result<f64, Undefined> {
    cosine(a, b, "Fisher information")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // fisher_cosine = Fa @ Fb / norm(Fa) / norm(Fb)
        let given = reference("task_vectors");
        let ours = fisher_cosine(&given.list("fisher_a"), &given.list("fisher_b"));
        assert_close(ours, given.number("fisher_cosine"), 1e-12);
    }
}
