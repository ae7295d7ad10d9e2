//! The product sum of two matrices under a permutation of the tasks: what a complete QAP test repeats 9,999 times.
//!
//! Neither ranks nor means nor sums of squares of a complete matrix change when its tasks are permuted, so standardised
//! matrices leave one product sum per permutation. The outcome is permuted, by the inverse, instead of the measure:
//! the sum is the same, and one gathering serves all measures.

use super::Matrix;

/// The cells of a matrix with 0 on the diagonal.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    pub(super) size: usize,
    pub(super) cells: Vec<f64>,
}

impl Dense {
    /// Puts `values`, one for each cell off the diagonal, row by row, into place.
    pub(super) fn off_diagonal(size: usize, values: &[f64]) -> Self {
        let mut cells = vec![0.0; size * size];
        let places = (0..size * size).filter(|i| i / size != i % size);
        places.zip(values).for_each(|(i, &value)| cells[i] = value);
        Self { size, cells }
    }

    /// Writes the matrix in `order` to `out`, which is as large.
    pub(super) fn gather(&self, order: &[usize], out: &mut [f64]) {
        if self.size == 0 {
            return;
        }
        for (row, &source) in out.chunks_exact_mut(self.size).zip(order) {
            let from = &self.cells[source * self.size..][..self.size];
            row.iter_mut().zip(order).for_each(|(cell, &target)| *cell = from[target]);
        }
    }
}

/// Values of a complete matrix, row by row, without the diagonal.
pub(super) fn values(matrix: &Matrix) -> Vec<f64> {
    matrix.present().map(|(_, _, value)| value).collect()
}

/// The inverse of a permutation.
pub(super) fn invert(order: &[usize], inverse: &mut [usize]) {
    order.iter().enumerate().for_each(|(place, &task)| inverse[task] = place);
}

/// Product sum. Eight partial sums, which a processor can add at once; the order is fixed, so every target rounds alike.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a.zip(b) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permuting_the_outcome_by_the_inverse_is_permuting_the_measure() {
        let matrix = |f: fn(usize, usize) -> usize| Matrix::from_fn(4, |s, t| Some(f(s, t) as f64)).unwrap();
        let (a, b) = (matrix(|s, t| 7 * s + t * t), matrix(|s, t| s * s * s + 5 * t));
        let order = [2, 0, 3, 1];
        let (x, y) = a.paired(&order, &b);
        let expected: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
        let (a, b) = (Dense::off_diagonal(4, &values(&a)), Dense::off_diagonal(4, &values(&b)));
        let (mut inverse, mut moved) = ([0; 4], [0.0; 16]);
        invert(&order, &mut inverse);
        b.gather(&inverse, &mut moved);
        assert_eq!(dot(&a.cells, &moved), expected);
    }
}
