//! The linear algebra that measures share: Gram matrices and the spectrum of a table of features.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par, Side};

use crate::measure::Undefined;

/// Subtracts from every column its mean.
pub(crate) fn centre(x: &mut Mat<f64>) {
    let n = x.nrows() as f64;
    for j in 0..x.ncols() {
        let column = x.col_mut(j);
        let mean = column.as_ref().sum() / n;
        column.iter_mut().for_each(|v| *v -= mean);
    }
}

/// The lower triangle of XᵀX; the rest is 0. Half the work of the whole product.
pub(crate) fn gram(x: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(x.ncols(), x.ncols());
    let (lower, whole) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    matmul(&mut product, lower, Accum::Replace, x.transpose(), whole, x, whole, 1.0, Par::Seq);
    product
}

/// Σ of the squares of a symmetric matrix given by its lower triangle.
pub(crate) fn squared_norm_of_lower(lower: &Mat<f64>) -> f64 {
    let diagonal: f64 = (0..lower.ncols()).map(|i| lower[(i, i)].powi(2)).sum();
    2.0 * lower.squared_norm_l2() - diagonal
}

/// ln det(I + scale · XᵀX), by Cholesky's decomposition on the smaller side.
pub(crate) fn log_det_of_identity_plus(scale: f64, x: MatRef<'_, f64>) -> Result<f64, Undefined> {
    let mut a = if x.ncols() <= x.nrows() { gram(x) } else { gram(x.transpose()) };
    for j in 0..a.ncols() {
        a.col_mut(j).iter_mut().for_each(|v| *v *= scale);
        a[(j, j)] += 1.0;
    }
    let root = a.llt(Side::Lower).map_err(|_| Undefined::NotFinite)?;
    Ok((0..a.ncols()).map(|j| 2.0 * root.L()[(j, j)].ln()).sum())
}

/// The singular values and vectors X = U S Vᵀ of features (examples × dimensions), from the smaller Gram matrix.
///
/// Squaring loses singular values below about 10⁻⁸ of the largest; no measure here depends on them, because each sums
/// squares or regularises.
pub(crate) struct Spectrum<'a> {
    x: &'a Mat<f64>,
    /// S², at least 0, in no promised order; min(examples, dimensions) of them.
    pub squares: Vec<f64>,
    /// V (dimensions × dimensions) or, with more dimensions than examples, U (examples × examples).
    vectors: Mat<f64>,
    left: bool,
}

impl<'a> Spectrum<'a> {
    pub(crate) fn new(x: &'a Mat<f64>) -> Result<Self, Undefined> {
        let left = x.ncols() > x.nrows();
        let product = if left { gram(x.transpose()) } else { gram(x.as_ref()) };
        let found = product.self_adjoint_eigen(Side::Lower).map_err(|_| Undefined::NotFinite)?;
        let squares: Vec<f64> = found.S().column_vector().iter().map(|v| v.max(0.0)).collect();
        if !squares.iter().all(|v| v.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        Ok(Self { x, squares, vectors: found.U().to_owned(), left })
    }

    /// Squares up to this count as 0: rounding.
    pub(crate) fn cutoff(&self) -> f64 {
        let largest = self.squares.iter().copied().fold(0.0, f64::max);
        largest * self.x.nrows().max(self.x.ncols()) as f64 * f64::EPSILON
    }

    /// S Uᵀ w for columns w (examples × any): how much of each lies along every direction, times its singular value.
    pub(crate) fn scaled_parts(&self, w: &Mat<f64>) -> Mat<f64> {
        if !self.left {
            return self.vectors.transpose() * (self.x.transpose() * w);
        }
        let mut parts = self.vectors.transpose() * w;
        for column in parts.col_iter_mut() {
            column.iter_mut().zip(&self.squares).for_each(|(v, s2)| *v *= s2.sqrt());
        }
        parts
    }

    /// Uᵀ w where U is at hand, with more dimensions than examples: w lies in its span, and nothing is divided by S.
    pub(crate) fn parts(&self, w: &Mat<f64>) -> Option<Mat<f64>> {
        self.left.then(|| self.vectors.transpose() * w)
    }

    /// S Vᵀ: a square root R of the Gram matrix, RᵀR = XᵀX.
    pub(crate) fn root(&self) -> Mat<f64> {
        if self.left {
            return self.vectors.transpose() * self.x;
        }
        Mat::from_fn(self.squares.len(), self.x.ncols(), |i, j| self.squares[i].sqrt() * self.vectors[(j, i)])
    }

    /// X V = U S of these directions: the principal components of centred features.
    pub(crate) fn scores(&self, directions: &[usize]) -> Mat<f64> {
        let vectors = Mat::from_fn(self.vectors.nrows(), directions.len(), |i, j| self.vectors[(i, directions[j])]);
        if !self.left {
            return self.x * vectors;
        }
        let root = |j: usize| self.squares[directions[j]].sqrt();
        Mat::from_fn(vectors.nrows(), vectors.ncols(), |i, j| vectors[(i, j)] * root(j))
    }

    /// U (examples × squares), 0 in directions below the cutoff.
    pub(crate) fn left_vectors(&self) -> Mat<f64> {
        let mut u = if self.left { self.vectors.clone() } else { self.x * &self.vectors };
        let cutoff = self.cutoff();
        for (column, &s2) in u.col_iter_mut().zip(&self.squares) {
            let factor = match (s2 > cutoff, self.left) {
                (false, _) => 0.0,
                (true, true) => 1.0,
                (true, false) => 1.0 / s2.sqrt(),
            };
            column.iter_mut().for_each(|v| *v *= factor);
        }
        u
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, cols: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| ((i * 17 + j * 5) as f64).sin() + (i as f64 - j as f64) / 7.0)
    }

    /// The largest difference of two matrices.
    fn distance(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
        (a - b).norm_max()
    }

    #[test]
    fn the_spectrum_takes_the_table_apart() {
        for (rows, cols) in [(9, 4), (4, 9), (5, 5)] {
            let x = table(rows, cols);
            let spectrum = Spectrum::new(&x).unwrap();
            assert_eq!(spectrum.squares.len(), rows.min(cols));
            // U S Vᵀ is the table.
            let u = spectrum.left_vectors();
            assert!(distance(&(&u * spectrum.root()), &x) < 1e-9);
            // U S of two directions.
            let scores = Mat::from_fn(rows, 2, |i, j| u[(i, 2 - j)] * spectrum.squares[2 - j].sqrt());
            assert!(distance(&spectrum.scores(&[2, 1]), &scores) < 1e-9);
            // S Uᵀ w by its definition.
            let w = table(rows, 2);
            let mut parts = u.transpose() * &w;
            for column in parts.col_iter_mut() {
                column.iter_mut().zip(&spectrum.squares).for_each(|(v, s2)| *v *= s2.sqrt());
            }
            assert!(distance(&spectrum.scaled_parts(&w), &parts) < 1e-9);
        }
    }

    #[test]
    fn the_determinant_is_the_same_from_either_side() {
        // np.linalg.slogdet(np.eye(2) + 0.5 * x.T @ x)[1] for x = [[1, 2], [3, 4], [5, 6]]: I + XᵀX / 2 is
        // [[18.5, 22], [22, 29]], whose determinant is 52.5.
        let x = faer::mat![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        for x in [x.as_ref(), x.transpose()] {
            assert!((log_det_of_identity_plus(0.5, x).unwrap() - 52.5f64.ln()).abs() < 1e-12);
        }
        let lower = gram(x.as_ref());
        assert_eq!((lower[(0, 0)], lower[(1, 0)], lower[(0, 1)], lower[(1, 1)]), (35.0, 44.0, 0.0, 56.0));
        assert_eq!(squared_norm_of_lower(&lower), 35.0 * 35.0 + 2.0 * 44.0 * 44.0 + 56.0 * 56.0);
    }
}
