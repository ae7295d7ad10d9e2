//! A normal distribution fitted to features, and how far two of them are apart.

use faer::Mat;

use crate::measure::Undefined;
use crate::measure::linear::{Spectrum, centre};

/// Mean and unbiased covariance of examples; of one example the covariance is 0.
pub(super) struct Gaussian {
    mean: Vec<f64>,
    /// R with RᵀR the covariance.
    root: Mat<f64>,
}

impl Gaussian {
    /// Of features (examples × dimensions), at least one example.
    pub(super) fn of(features: &Mat<f64>) -> Result<Self, Undefined> {
        let n = features.nrows() as f64;
        let mean = features.col_iter().map(|column| column.sum() / n).collect();
        if features.nrows() < 2 {
            return Ok(Self { mean, root: Mat::zeros(1, features.ncols()) });
        }
        let mut x = features.clone();
        centre(&mut x);
        let scale = 1.0 / (n - 1.0).sqrt();
        let mut root = Spectrum::new(&x)?.root();
        root.col_iter_mut().for_each(|column| column.iter_mut().for_each(|v| *v *= scale));
        Ok(Self { mean, root })
    }

    /// The squared 2-Wasserstein distance |μ − ν|² + tr(Σ + T − 2 (Σ T)^½).
    ///
    /// tr (Σ T)^½ is the sum of the singular values of R Qᵀ for roots RᵀR = Σ, QᵀQ = T, so no root of a product is taken.
    pub(super) fn squared_distance(&self, other: &Self) -> Result<f64, Undefined> {
        let apart: f64 = self.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2)).sum();
        let singular = (&self.root * other.root.transpose()).singular_values().map_err(|_| Undefined::NotFinite)?;
        let both = self.root.squared_norm_l2() + other.root.squared_norm_l2();
        Ok(apart + (both - 2.0 * singular.iter().sum::<f64>()).max(0.0))
    }
}
