//! The matrix of a measure or an outcome: rows are sources, columns are targets.

use serde::Serialize;

/// A square matrix over ordered pairs of tasks. A missing cell is missing, not zero; the diagonal is always absent;
/// every present value is finite.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    size: usize,
    /// Row by row.
    cells: Vec<Option<f64>>,
}

/// Why cells do not form a matrix. Tasks count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// NaN or infinite.
    #[error("source {source_task}, target {target}: the value is {value}; leave a missing cell out")]
    NotFinite {
        /// Row.
        source_task: usize,
        /// Column.
        target: usize,
        /// The offending value.
        value: f64,
    },
    /// Two matrices that are to be compared must be over the same tasks.
    #[error("a matrix of {found} tasks beside one of {expected}")]
    Size {
        /// Number of tasks of the outcome.
        expected: usize,
        /// Number of tasks of the other matrix.
        found: usize,
    },
}

impl Matrix {
    /// Builds a matrix of `size` tasks from `value(source, target)`, which is not asked for the diagonal.
    ///
    /// # Errors
    /// [`MatrixError::NotFinite`].
    ///
    /// ```
    /// use transfermap::statistics::dyadic::Matrix;
    ///
    /// let matrix = Matrix::from_fn(3, |source, target| (source != 2).then(|| (source + 2 * target) as f64))?;
    /// assert_eq!((matrix.get(0, 1), matrix.get(1, 1), matrix.get(2, 1)), (Some(2.0), None, None));
    /// # Ok::<(), transfermap::statistics::dyadic::MatrixError>(())
    /// ```
    pub fn from_fn(size: usize, mut value: impl FnMut(usize, usize) -> Option<f64>) -> Result<Self, MatrixError> {
        let mut cells = Vec::with_capacity(size * size);
        for source in 0..size {
            for target in 0..size {
                let cell = if source == target { None } else { value(source, target) };
                if let Some(value) = cell.filter(|v| !v.is_finite()) {
                    return Err(MatrixError::NotFinite { source_task: source, target, value });
                }
                cells.push(cell);
            }
        }
        Ok(Self { size, cells })
    }

    /// Number of tasks.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The cell, if it is there; `None` outside the matrix, too.
    pub fn get(&self, source: usize, target: usize) -> Option<f64> {
        if source < self.size && target < self.size { self.cells[source * self.size + target] } else { None }
    }

    /// The cells that are there, as (source, target, value), row by row.
    pub fn present(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.cells.iter().enumerate().filter_map(|(i, cell)| cell.map(|value| (i / self.size, i % self.size, value)))
    }

    /// Values of the cells that are present in both, `self` with rows and columns in `order` and `outcome` as it is.
    pub(super) fn paired(&self, order: &[usize], outcome: &Self) -> (Vec<f64>, Vec<f64>) {
        outcome.present().filter_map(|(s, t, y)| Some((self.get(order[s], order[t])?, y))).unzip()
    }

    /// The cells of two matrices of equal size that are present in both.
    pub fn pairs(&self, outcome: &Self) -> (Vec<f64>, Vec<f64>) {
        outcome.present().filter_map(|(s, t, y)| Some((self.get(s, t)?, y))).unzip()
    }

    pub(super) fn check_size(&self, expected: usize) -> Result<(), MatrixError> {
        if self.size == expected { Ok(()) } else { Err(MatrixError::Size { expected, found: self.size }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_values_that_are_not_finite() {
        let error = Matrix::from_fn(2, |s, _| Some(if s == 1 { f64::INFINITY } else { 0.0 })).unwrap_err();
        assert_eq!(error.to_string(), "source 1, target 0: the value is inf; leave a missing cell out");
    }

    #[test]
    fn cells_are_paired_after_rows_and_columns_moved() {
        let matrix = Matrix::from_fn(3, |s, t| (s + t != 3).then_some((10 * s + t) as f64)).unwrap();
        assert_eq!(matrix.paired(&[2, 0, 1], &matrix), (vec![20.0, 2.0], vec![1.0, 10.0]));
    }
}
