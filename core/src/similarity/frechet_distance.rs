//! How far apart are two clouds of features, if each were a normal distribution?

use faer::Mat;

use super::vector::centroid;
use crate::linear::{Spectrum, centre};
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};
use crate::probe::Features;

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
/// tr (Σₓ Σᵧ)^½ is the sum of the singular values of Rₓ Rᵧᵀ for any roots RᵀR = Σ, so no root of a product is taken.
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
    let apart: f64 = centroid(x)?.iter().zip(centroid(y)?).map(|(a, b)| (a - b).powi(2)).sum();
    let (rx, ry) = (covariance_root(x)?, covariance_root(y)?);
    let singular = (&rx * ry.transpose()).singular_values().map_err(|_| Undefined::NotFinite)?;
    let spread = rx.squared_norm_l2() + ry.squared_norm_l2() - 2.0 * singular.iter().sum::<f64>();
    Ok(apart + spread.max(0.0))
}

/// R with RᵀR the unbiased covariance.
fn covariance_root<T: Copy + Into<f64>>(features: &Features<T>) -> Result<Mat<f64>, Undefined> {
    let mut x = features.to_matrix();
    centre(&mut x);
    let scale = 1.0 / ((x.nrows() - 1) as f64).sqrt();
    let mut root = Spectrum::new(&x)?.root();
    root.col_iter_mut().for_each(|column| column.iter_mut().for_each(|v| *v *= scale));
    Ok(root)
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
