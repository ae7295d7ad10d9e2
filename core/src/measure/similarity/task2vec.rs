//! Task2Vec: does a task need the same parameters as another?

use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

use super::vector::cosine_of_products;

/// Task2Vec's symmetric distance.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "task2vec",
    definition: "1 − cosine of Fₛ / (Fₛ + Fₜ) and Fₜ / (Fₛ + Fₜ), F the diagonal Fisher information of the encoder's \
                 parameters",
    range: (0.0, 1.0),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: true,
    needs: &[Part::Fisher],
    citation: "Achille et al., Task2Vec: Task Embedding for Meta-Learning, ICCV 2019, equation 4 (symmetric distance)",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let fisher = |f| part(f, "Fisher information");
    task2vec_distance(fisher(&source.fisher)?, fisher(&target.fisher)?)
});

/// 1 − cos(a / (a + b), b / (a + b)), parameter by parameter, from 0 to 1 for a, b ≥ 0. Parameters that matter to
/// neither (a + b = 0) are left out.
///
/// The Fisher information is the plain empirical one; the authors' code estimates it by a variational bound, averages
/// it over the weights of a filter, and trains the classifier first, as here.
///
/// # Errors
/// Lists of different lengths, or all zero.
pub fn task2vec_distance<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> Result<f64, Undefined> {
    if a.len() != b.len() {
        return Err(Undefined::Lengths { left: a.len(), right: b.len() });
    }
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y): (f64, f64) = (x.into(), y.into());
        let both = x + y;
        if both > 0.0 {
            let (u, v) = (x / both, y / both);
            ab += u * v;
            aa += u * u;
            bb += v * v;
        }
    }
    Ok((1.0 - cosine_of_products(ab, aa, bb, "Fisher information")?).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // ua, ub = Fa / (Fa + Fb), Fb / (Fa + Fb); task2vec_symmetric_distance = 1 - cos(ua, ub)
        let given = reference("task_vectors");
        let ours = task2vec_distance(&given.list("fisher_a"), &given.list("fisher_b"));
        assert_close(ours, given.number("task2vec_symmetric_distance"), 1e-12);
    }

    #[test]
    fn parameters_that_matter_to_neither_change_nothing() {
        let with = task2vec_distance(&[1.0, 0.0, 3.0], &[2.0, 0.0, 1.0]).unwrap();
        assert_close(task2vec_distance(&[1.0, 3.0], &[2.0, 1.0]), with, 1e-15);
        assert_eq!(task2vec_distance(&[0.0], &[0.0]), Err(Undefined::Zero("Fisher information")));
    }
}
