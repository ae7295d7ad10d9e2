//! NLEEP: how well do clusters in the source's feature space foretell the target's labels?

use faer::Mat;

use super::classes::Classes;
use super::gaussian_mixture::posterior;
use super::k_means::{apart, k_means};
use super::leep::leep;
use crate::measure::linear::{Spectrum, centre};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};
use crate::random::stream;

/// Share of the variance that the principal components keep.
const VARIANCE_KEPT: f64 = 0.8;

/// Clusters for every class of the target.
const CLUSTERS_PER_CLASS: usize = 5;

/// Examples for every cluster, at least.
const EXAMPLES_PER_CLUSTER: usize = 2;

/// LEEP of a Gaussian mixture.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "nleep",
    definition: "LEEP with the components of a Gaussian mixture, fitted to the principal components of the source \
                 model's features, in place of the source's classes",
    range: (f64::NEG_INFINITY, 0.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Li et al., Ranking Neural Checkpoints, CVPR 2021",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| nleep(part(&source.pooled, "pooled features")?, &target.labels));

/// [`leep`] of θ(z | x) = P(component z | x) of a Gaussian mixture with 5 components for every class that has examples,
/// but at most one for 2 examples, fitted to the principal components of the features (n × d) that keep 80 % of the
/// variance. From −ln n to 0. O(n d min(n, d)) and O(n d′ k) a round of the fit, d′ components kept, k clusters.
///
/// Covariances are diagonal, the fit starts from k-means, and k-means from examples that a fixed stream draws (the same
/// draws for every source of a target). Components are divided by one number, the root of their mean variance, so that
/// the floor of the variances, and with it the value, has no unit.
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, one class, or constant features.
pub fn nleep<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let scores = principal_components(features)?;
    let clusters = k_means(&scores, &start(&scores, classes.members.len()));
    leep(&table(&posterior(&scores, &clusters))?, labels)
}

/// The examples that k-means starts from.
fn start(scores: &Mat<f64>, classes: usize) -> Vec<usize> {
    let most = (CLUSTERS_PER_CLASS * classes).min(scores.nrows() / EXAMPLES_PER_CLUSTER);
    apart(scores, most, &mut stream(0, "nleep", "k-means"))
}

/// The fewest principal components that together reach the share of the variance, largest first, divided by the root of
/// their mean variance. The sign of each is the one for which the example farthest from the mean is positive; the value
/// of the measure does not depend on it.
fn principal_components<T: Copy + Into<f64>>(features: &Features<T>) -> Result<Mat<f64>, Undefined> {
    let mut x = features.to_matrix();
    centre(&mut x);
    let total = x.squared_norm_l2();
    // Centring leaves rounding of the size of the features themselves.
    if total <= features.data().iter().map(|&v| v.into().powi(2)).sum::<f64>() * 1e-28 {
        return Err(Undefined::Constant("features"));
    }
    let spectrum = Spectrum::new(&x)?;
    let mut directions: Vec<usize> = (0..spectrum.squares.len()).collect();
    directions.sort_by(|&a, &b| spectrum.squares[b].total_cmp(&spectrum.squares[a]));
    let mut kept = 0.0;
    let reached = directions.iter().position(|&direction| {
        kept += spectrum.squares[direction];
        kept >= VARIANCE_KEPT * total
    });
    directions.truncate(reached.map_or(directions.len(), |last| last + 1));
    let mut scores = spectrum.scores(&directions);
    let unit = (kept / (scores.nrows() * scores.ncols()) as f64).sqrt();
    for column in scores.col_iter_mut() {
        let farthest =
            column.as_ref().iter().copied().fold(0.0, |far: f64, v| if v.abs() > far.abs() { v } else { far });
        let factor = farthest.signum() / unit;
        column.iter_mut().for_each(|v| *v *= factor);
    }
    Ok(scores)
}

fn table(posterior: &Mat<f64>) -> Result<Features<f64>, Undefined> {
    let data = posterior.row_iter().flat_map(|row| row.iter().copied()).collect();
    Features::new(posterior.nrows(), posterior.ncols(), data).map_err(|_| Undefined::NotFinite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, nleep_reference};

    const CASES: [&str; 3] = ["tall", "wide", "few"];

    #[test]
    fn principal_components_equal_numpy() {
        // u, s, _ = np.linalg.svd(f - f.mean(0), full_matrices=False); z = (u * s)[:, :k], k the first for which
        // (s ** 2).cumsum() reaches 0.8 of the sum, signs by the largest |z|, z / np.sqrt((z ** 2).mean())
        for case in CASES {
            let given = nleep_reference(case);
            let theirs = given.table("scores").to_matrix();
            let ours = principal_components(&given.table("features")).unwrap();
            assert_eq!(ours.ncols(), theirs.ncols(), "{case}");
            assert!((ours - theirs).norm_max() < 1e-10, "{case}");
        }
    }

    #[test]
    fn equals_numpy_and_scikit_learn() {
        // The script's PCA, KMeans from the examples that are drawn here, GaussianMixture, and
        // np.log((p @ (joint / joint.sum(0)).T)[np.arange(n), y]).mean()
        for case in CASES {
            let given = nleep_reference(case);
            let (features, labels) = (given.table("features"), given.labels());
            let classes = labels.iter().max().unwrap() + 1;
            assert_eq!(start(&principal_components(&features).unwrap(), classes), given.indices("start"), "{case}");
            assert_close(nleep(&features, &labels), given.number("nleep"), 1e-8);
        }
    }

    #[test]
    fn two_examples_are_one_cluster() {
        // −H(y) = −ln 2.
        let x = Features::new(2, 3, vec![0.0, 1.0, 2.0, 5.0, 4.0, 3.0]).unwrap();
        assert_close(nleep(&x, &[0, 1]), -std::f64::consts::LN_2, 1e-12);
    }

    #[test]
    fn classes_apart_are_perfect() {
        let x = Features::new(20, 2, (0..40).map(|i| f64::from(i % 4 / 2 * 1000 + i % 3)).collect()).unwrap();
        assert_close(nleep(&x, &(0..20).map(|i| i % 2).collect::<Vec<_>>()), 0.0, 1e-12);
    }

    #[test]
    fn rejects_what_has_no_clusters() {
        let constant = Features::new(4, 2, vec![0.3; 8]).unwrap();
        assert_eq!(nleep(&constant, &[0, 1, 0, 1]), Err(Undefined::Constant("features")));
        assert_eq!(nleep(&constant, &[0, 0, 0, 0]), Err(Undefined::OneClass));
        assert_eq!(nleep(&constant, &[0, 1]), Err(Undefined::Lengths { left: 4, right: 2 }));
    }
}
