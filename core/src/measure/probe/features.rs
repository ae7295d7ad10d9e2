//! A table of floats: one row per example, one column per dimension.

use faer::Mat;

/// Features of examples, row by row. Every value is finite. Encoders give single precision; measures are computed in
/// double precision from either.
#[derive(Debug, Clone, PartialEq)]
pub struct Features<T = f32> {
    rows: usize,
    cols: usize,
    data: Vec<T>,
}

/// Why numbers are no features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeaturesError {
    /// The list is too short or too long.
    #[error("{rows} × {cols} features need {} numbers, not {len}", rows * cols)]
    Length {
        /// Examples.
        rows: usize,
        /// Dimensions.
        cols: usize,
        /// Numbers given.
        len: usize,
    },
    /// A number that is not finite.
    #[error("feature {col} of example {row} (counted from 0) is not finite")]
    NotFinite {
        /// The example.
        row: usize,
        /// The dimension.
        col: usize,
    },
}

impl<T: Copy + Into<f64>> Features<T> {
    /// `rows` × `cols` features; `data` is row-major.
    ///
    /// ```
    /// use transfermap::measure::probe::Features;
    ///
    /// let features = Features::new(2, 3, vec![1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// assert_eq!(features.row(1), [4.0, 5.0, 6.0]);
    /// # Ok::<(), transfermap::measure::probe::FeaturesError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of values than `rows` × `cols`, or one that is not finite.
    pub fn new(rows: usize, cols: usize, data: Vec<T>) -> Result<Self, FeaturesError> {
        if data.len() != rows * cols {
            return Err(FeaturesError::Length { rows, cols, len: data.len() });
        }
        match data.iter().position(|&v| !v.into().is_finite()) {
            Some(at) => Err(FeaturesError::NotFinite { row: at / cols, col: at % cols }),
            None => Ok(Self { rows, cols, data }),
        }
    }

    /// Number of examples.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of dimensions.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All numbers, row by row.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The features of one example; empty where there is no such example.
    pub fn row(&self, i: usize) -> &[T] {
        self.data.get(i * self.cols..(i + 1) * self.cols).unwrap_or_default()
    }

    /// The same numbers in double precision, as linear algebra wants them.
    pub(crate) fn to_matrix(&self) -> Mat<f64> {
        Mat::from_fn(self.rows, self.cols, |i, j| self.data[i * self.cols + j].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_is_no_table() {
        assert_eq!(Features::new(2, 3, vec![0.0f32; 5]), Err(FeaturesError::Length { rows: 2, cols: 3, len: 5 }));
        let mut data = vec![0.0f32; 6];
        data[4] = f32::NAN;
        assert_eq!(Features::new(2, 3, data), Err(FeaturesError::NotFinite { row: 1, col: 1 }));
    }

    #[test]
    fn an_empty_table_is_one() {
        let none = Features::<f32>::new(0, 4, Vec::new()).unwrap();
        assert_eq!((none.rows(), none.cols(), none.row(0)), (0, 4, [0.0; 0].as_slice()));
    }
}
