//! How far apart are two clouds of features, if each were a normal distribution?

use super::gaussian::Gaussian;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Fréchet distance of features.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "frechet_distance",
    definition: "Squared 2-Wasserstein distance of normal distributions fitted to the two tasks' mean-pooled features",
    range: (0.0, f64::INFINITY),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::MeanPooled],
    citation: "Dowson and Landau, Journal of Multivariate Analysis 12, 1982; for features Heusel et al., NeurIPS 2017 \
               (FID)",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    frechet_distance(features(&source.mean_pooled)?, features(&target.mean_pooled)?)
});

/// |x̄ − ȳ|² + tr(Σₓ + Σᵧ − 2 (Σₓ Σᵧ)^½), unbiased covariances, of features x (n × d) and y (m × d); from 0.
///
/// With fewer examples than dimensions both covariances are singular and the distance is biased upwards.
///
/// # Errors
/// Different dimensions, or fewer than 2 examples.
pub fn frechet_distance<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    if x.cols() != y.cols() {
        return Err(Undefined::Lengths { left: x.cols(), right: y.cols() });
    }
    let fewest = x.rows().min(y.rows());
    if fewest < 2 {
        return Err(Undefined::TooFewExamples { examples: fewest, least: 2 });
    }
    Gaussian::of(&x.to_matrix())?.squared_distance(&Gaussian::of(&y.to_matrix())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy() {
        // u, v of tests/fixtures/statistics.json; c, d = np.cov(u.T), np.cov(v.T); m = u.mean(0) - v.mean(0)
        // m @ m + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)
        let given = reference("representations");
        assert_close(frechet_distance(&given.table("u"), &given.table("v")), 1.829_568_252_105_983_5, 1e-8);
    }

    #[test]
    fn one_dimension_has_a_closed_form() {
        // (mean − mean)² + (sd − sd)²: means 1 and 4, standard deviations 1 and 3.
        let (x, y) = (Features::new(3, 1, vec![0.0, 1.0, 2.0]), Features::new(3, 1, vec![1.0, 4.0, 7.0]));
        assert_close(frechet_distance(&x.unwrap(), &y.unwrap()), 9.0 + 4.0, 1e-12);
    }
}
