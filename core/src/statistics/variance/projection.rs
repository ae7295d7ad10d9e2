//! Projections onto the spaces of a linear model, by Gram-Schmidt: all the linear algebra that the designs need.
//!
//! Designs here are a few indicator columns over at most some thousand gains; orthogonalising every column twice
//! ("twice is enough", Giraud, Langou & Rozložník 2005) keeps the basis orthonormal to rounding.

/// A column shorter than this share of its length outside the span of the others lies in that span.
const DEPENDENT: f64 = 1e-9;

/// An orthonormal basis of the columns given so far, in their order.
///
/// Vectors from the rank before [`Basis::extend`] onwards span what the new columns add to the old: their squared
/// products with y sum to the reduction R(new | old) of Henderson's method III.
#[derive(Default)]
pub(super) struct Basis {
    vectors: Vec<Vec<f64>>,
}

impl Basis {
    /// Adds the parts of `columns` outside the span; dependent columns add nothing.
    pub(super) fn extend(&mut self, columns: impl IntoIterator<Item = Vec<f64>>) {
        for mut column in columns {
            let length = squares(&column).sqrt();
            self.remove(&mut column);
            self.remove(&mut column);
            let left = squares(&column).sqrt();
            if left > DEPENDENT * length {
                column.iter_mut().for_each(|x| *x /= left);
                self.vectors.push(column);
            }
        }
    }

    /// Dimension of the span.
    pub(super) fn rank(&self) -> usize {
        self.vectors.len()
    }

    /// The part of `y` outside the span.
    pub(super) fn residual(&self, y: &[f64]) -> Vec<f64> {
        let mut left = y.to_vec();
        self.remove(&mut left);
        self.remove(&mut left);
        left
    }

    /// Squared length of the part of `y` along the basis vectors from number `first` on.
    pub(super) fn squares_along(&self, first: usize, y: &[f64]) -> f64 {
        self.vectors.iter().skip(first).map(|u| dot(u, y).powi(2)).sum()
    }

    /// Diagonal of the projection onto the basis vectors from number `first` on.
    pub(super) fn diagonal(&self, first: usize, length: usize) -> Vec<f64> {
        let mut diagonal = vec![0.0; length];
        for u in self.vectors.iter().skip(first) {
            diagonal.iter_mut().zip(u).for_each(|(d, x)| *d += x * x);
        }
        diagonal
    }

    fn remove(&self, y: &mut [f64]) -> Vec<f64> {
        let take = |u: &Vec<f64>| {
            let along = dot(u, y);
            y.iter_mut().zip(u).for_each(|(y, u)| *y -= along * u);
            along
        };
        self.vectors.iter().map(take).collect()
    }
}

/// Least squares with one set of independent columns and many right-hand sides: QR.
pub(super) struct LeastSquares {
    basis: Basis,
    /// Row j holds the products of column j with basis vectors 0..=j.
    triangle: Vec<Vec<f64>>,
}

impl LeastSquares {
    /// `None` when the columns are linearly dependent: the coefficients are then not identified.
    pub(super) fn new(columns: Vec<Vec<f64>>) -> Option<Self> {
        let mut basis = Basis::default();
        for column in &columns {
            let rank = basis.rank();
            basis.extend([column.clone()]);
            if basis.rank() == rank {
                return None;
            }
        }
        let product =
            |(j, column): (usize, &Vec<f64>)| basis.vectors.iter().take(j + 1).map(|u| dot(u, column)).collect();
        let triangle = columns.iter().enumerate().map(product).collect();
        Some(Self { basis, triangle })
    }

    /// The coefficients that bring the columns closest to `y`.
    pub(super) fn solve(&self, y: &[f64]) -> Vec<f64> {
        let mut left = y.to_vec();
        let mut coefficients = self.basis.remove(&mut left);
        for (j, column) in self.triangle.iter().enumerate().rev() {
            let (before, rest) = coefficients.split_at_mut(j);
            let (Some(own), Some(diagonal)) = (rest.first_mut(), column.last()) else { continue };
            *own /= diagonal;
            before.iter_mut().zip(column).for_each(|(b, r)| *b -= *own * r);
        }
        coefficients
    }
}

/// The column that is 1 where `is` holds.
pub(super) fn indicator<T>(rows: &[T], is: impl Fn(&T) -> bool) -> Vec<f64> {
    rows.iter().map(|row| f64::from(u8::from(is(row)))).collect()
}

/// Σ x².
pub(super) fn squares(x: &[f64]) -> f64 {
    dot(x, x)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_of_a_line() {
        let fit = LeastSquares::new(vec![vec![1.0; 4], vec![0.0, 1.0, 2.0, 4.0]]).unwrap();
        let line = fit.solve(&[1.0, 3.0, 2.0, 6.0]);
        // Normal equations by hand: slope (4·31 − 7·12) / (4·21 − 49) = 40/35, intercept 3 − 1.75 · 40/35 = 1.
        assert!((line[0] - 1.0).abs() < 1e-14 && (line[1] - 8.0 / 7.0).abs() < 1e-14, "{line:?}");
    }

    #[test]
    fn dependent_columns_are_found() {
        let columns = vec![vec![1.0, 1.0, 0.0], vec![0.0, 0.0, 1.0], vec![1.0, 1.0, 1.0]];
        assert!(LeastSquares::new(columns.clone()).is_none());
        let mut basis = Basis::default();
        basis.extend(columns);
        assert_eq!(basis.rank(), 2);
        assert!(squares(&basis.residual(&[2.0, 2.0, 5.0])) < 1e-28);
        assert!((squares(&basis.residual(&[1.0, -1.0, 5.0])) - 2.0).abs() < 1e-14);
        assert!((basis.squares_along(1, &[1.0, -1.0, 5.0]) - 25.0).abs() < 1e-13);
        assert!(basis.diagonal(0, 3).iter().zip([0.5, 0.5, 1.0]).all(|(a, b)| (a - b).abs() < 1e-15));
    }
}
