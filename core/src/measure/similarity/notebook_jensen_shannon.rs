//! The notebook's other distance of two tasks, as it was computed there.

use super::notebook_inverse_cosine::absolute_shares;
use super::token_jensen_shannon::jensen_shannon_divergence;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined};

/// The largest Jensen-Shannon distance in nats, √ln 2.
const LARGEST: f64 = 0.832_554_611_157_697_8;

/// Jensen-Shannon distance of the notebook's embeddings.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "notebook_jensen_shannon",
    definition: "Jensen-Shannon distance (root of the divergence, nats) of |x| / Σ|x|, x as in notebook_inverse_cosine",
    range: (0.0, LARGEST),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Sentence],
    citation: "the student notebook that this toolkit set out from, by scipy's `jensenshannon`",
};

pub(crate) const FORMULA: Formula =
    Formula::Sentences(|source, target| embedding_jensen_shannon(&source.embedding, &target.embedding));

/// √JSD of |x| / Σ|x| and |y| / Σ|y| in nats, from 0 to √ln 2: the notebook called scipy's `jensenshannon`, which is the
/// root. Dimensions of a hidden state are no events, so it is a distance of lists and not of distributions.
///
/// # Errors
/// Lists of different lengths, or all zero.
pub fn embedding_jensen_shannon<T: Copy + Into<f64>>(x: &[T], y: &[T]) -> Result<f64, Undefined> {
    jensen_shannon_divergence(&absolute_shares(x)?, &absolute_shares(y)?).map(f64::sqrt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy() {
        // A = np.abs(e); A /= A.sum(1, keepdims=True); js_distance_nats = jensenshannon(A[0], A[1])
        let given = reference("notebook_embedding");
        let e = given.rows("embeddings");
        assert_close(embedding_jensen_shannon(&e[0], &e[1]), given.number("js_distance_nats"), 1e-12);
        assert!((LARGEST * LARGEST - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
