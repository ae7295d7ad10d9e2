//! The notebook's distance of two tasks, as it was computed there.

use super::vector::cosine;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined};

/// 1 − cosine of the notebook's embeddings.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "notebook_inverse_cosine",
    definition: "1 − cosine of |x| / Σ|x|, x the mean-pooled embedding of one dummy sentence by each task's own model",
    range: (0.0, 1.0),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Sentence],
    citation: "the student notebook that this toolkit set out from; one sentence says little of a task",
};

pub(crate) const FORMULA: Formula =
    Formula::Sentences(|source, target| inverse_cosine(&source.embedding, &target.embedding));

/// 1 − cos(a, b) of a = |x| / Σ|x| and b = |y| / Σ|y|, from 0 to 1. The division changes no cosine; the absolute values
/// do: embeddings that point in opposite directions become equal.
///
/// # Errors
/// Lists of different lengths, or all zero.
pub fn inverse_cosine<T: Copy + Into<f64>>(x: &[T], y: &[T]) -> Result<f64, Undefined> {
    let similarity = cosine(&absolute_shares(x)?, &absolute_shares(y)?, "embeddings")?;
    Ok((1.0 - similarity).max(0.0))
}

/// |x| / Σ|x|: the notebook's way to make a distribution of an embedding.
pub(super) fn absolute_shares<T: Copy + Into<f64>>(x: &[T]) -> Result<Vec<f64>, Undefined> {
    let absolute: Vec<f64> = x.iter().map(|&v| v.into().abs()).collect();
    let total: f64 = absolute.iter().sum();
    match total > 0.0 && total.is_finite() {
        true => Ok(absolute.into_iter().map(|v| v / total).collect()),
        false => Err(Undefined::Zero("embeddings")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // A = np.abs(e); A /= A.sum(1, keepdims=True); cosine = A[0] @ A[1] / norm(A[0]) / norm(A[1])
        let given = reference("notebook_embedding");
        let e = given.rows("embeddings");
        assert_close(inverse_cosine(&e[0], &e[1]), 1.0 - given.number("cosine"), 1e-12);
    }

    #[test]
    fn opposite_embeddings_are_equal_to_it() {
        assert_close(inverse_cosine(&[1.0, -2.0, 0.5], &[-1.0, 2.0, -0.5]), 0.0, 1e-15);
        assert_eq!(inverse_cosine(&[0.0, 0.0], &[1.0, 1.0]), Err(Undefined::Zero("embeddings")));
    }
}
