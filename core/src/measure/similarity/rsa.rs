//! Do two models find the same pairs of examples alike?

use crate::measure::distances::row_distances;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};
use crate::statistics::correlation::spearman;

/// Representational similarity of the source's and the target's own model.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "rsa",
    definition: "Spearman's correlation of the distances (1 − Pearson's r) between the target's examples in the \
                 source's and in the target's own model",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: false,
    needs: &[Part::SourceFeatures, Part::OwnFeatures],
    citation: "Kriegeskorte, Mur and Bandettini, Frontiers in Systems Neuroscience 2, 2008; for transfer Dwivedi and \
               Roig, CVPR 2019",
};

pub(crate) const FORMULA: Formula = Formula::Models(|source, own| {
    let features = |p| part(p, "pooled features");
    representational_similarity(features(&source.pooled)?, features(&own.pooled)?)
});

/// Spearman's ρ of 1 − r(xᵢ, xⱼ) and 1 − r(yᵢ, yⱼ) over the pairs i < j of examples, r Pearson's coefficient over
/// dimensions; of features x (n × d) and y (n × e), from −1 to 1. O(n² (d + e)).
///
/// # Errors
/// Other examples in x than in y by number, fewer than 3, an example whose features are all equal, or equal distances.
pub fn representational_similarity<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    if x.rows() != y.rows() {
        return Err(Undefined::Lengths { left: x.rows(), right: y.rows() });
    }
    if x.rows() < 3 {
        return Err(Undefined::TooFewExamples { examples: x.rows(), least: 3 });
    }
    spearman(&row_distances(x)?, &row_distances(y)?).ok_or(Undefined::Constant("distances between examples"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy() {
        // iu = np.triu_indices(len(x), 1)
        // ss.spearmanr((1 - np.corrcoef(x))[iu], (1 - np.corrcoef(y))[iu]).statistic
        let given = reference("representations");
        let ours = representational_similarity(&given.table("x"), &given.table("y"));
        assert_close(ours, given.number("rsa_spearman"), 1e-12);
    }

    #[test]
    fn rejects_an_example_without_a_direction() {
        let x = Features::new(3, 2, vec![1.0, 2.0, 3.0, 3.0, 4.0, 1.0]).unwrap();
        assert_eq!(representational_similarity(&x, &x), Err(Undefined::Constant("features of an example")));
    }
}
