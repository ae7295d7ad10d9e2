//! PARC: are examples with different labels far apart in the source's feature space?

use super::classes::Classes;
use crate::measure::distances::row_distances;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};
use crate::statistics::correlation::spearman;

/// Pairwise annotation representation comparison.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "parc",
    definition: "Spearman's correlation over pairs of examples of feature distance (1 − Pearson's r) in the source's \
                 model and label distance",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Bolya, Mittapalli and Hoffman, Scalable Diverse Model Selection for Accessible Transfer Learning, NeurIPS \
               2021",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| parc(part(&source.pooled, "pooled features")?, &target.labels));

/// Spearman's ρ over pairs i < j of 1 − r(xᵢ, xⱼ) and 1 − r of the one-hot labels, which is 0 within a class and the same
/// number across; features (n × d); from −1 to 1. O(n² d).
///
/// The authors' code multiplies by 100 and can reduce features to 32 principal components first; neither is done here.
/// It also computes 1 − r of equal one-hot labels in floating point, which gives 0 for some classes and 2·10⁻¹⁶ for
/// others, and the ranks take these for different distances; here they are equal, as in the paper.
///
/// # Errors
/// Other labels than examples by number, fewer than 3 examples, one class, an example whose features are all equal, or
/// equal distances.
pub fn parc<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    Classes::new(labels, features.rows())?;
    if features.rows() < 3 {
        return Err(Undefined::TooFewExamples { examples: features.rows(), least: 3 });
    }
    let different: Vec<f64> = labels
        .iter()
        .enumerate()
        .flat_map(|(i, a)| labels.iter().skip(i + 1).map(move |b| f64::from(u8::from(a != b))))
        .collect();
    spearman(&row_distances(features)?, &different).ok_or(Undefined::Constant("distances between examples"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy_with_equal_labels_at_equal_distance() {
        // b = np.round((1 - np.corrcoef(np.eye(3)[y]))[iu], 9)
        // ss.spearmanr((1 - np.corrcoef(f))[iu], b).statistic
        let given = reference("estimators");
        let ours = parc(&given.table("features"), &given.labels());
        assert_close(ours, 0.354_831_624_177_955_5, 1e-12);
    }

    /// The examples i for which numpy 2's np.corrcoef gives 1 − r = 3.3e-16 with example 57.
    const WITH_57: [usize; 13] = [0, 1, 5, 8, 9, 15, 17, 38, 39, 40, 49, 50, 55];

    #[test]
    fn the_fixture_takes_rounding_for_distance() {
        // The fixture's "parc" leaves np.round out. np.unique(b) is then 0 (the 276 pairs within class 0), 2.2e-16 and,
        // for 13 pairs of class 1 with example 57, 3.3e-16 (within classes 1 and 2), and 1.5 (across).
        let given = reference("estimators");
        let labels = given.labels();
        let pairs = (0..labels.len()).flat_map(|i| (i + 1..labels.len()).map(move |j| (i, j)));
        let rounded = |(i, j): (usize, usize)| match (labels[i] == labels[j], labels[i]) {
            (true, 0) => 0.0,
            (true, 1) if j == 57 && WITH_57.contains(&i) => 1.5 * f64::EPSILON,
            (true, _) => f64::EPSILON,
            (false, _) => 1.5,
        };
        let distances: Vec<f64> = pairs.map(rounded).collect();
        let theirs = spearman(&row_distances(&given.table("features")).unwrap(), &distances);
        assert_close(theirs.ok_or(Undefined::NotFinite), given.number("parc"), 1e-12);
    }
}
