//! The product sum of two matrices under a permutation of the tasks: what a complete QAP test repeats 9,999 times.
//!
//! Neither ranks nor means nor sums of squares of a complete matrix change when its tasks are permuted, so standardised
//! matrices leave one product sum per permutation. The outcome is permuted, by the inverse, instead of the measure:
//! the sum is the same, and one gathering serves all measures.

use super::{Exchange, Matrix};

/// Where the cells of complete matrices stand: a row for every source, a column for every target.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    sources: Vec<usize>,
    targets: Vec<usize>,
    /// The row of a task; of one that has none, 0, which nobody asks for.
    row: Vec<usize>,
    column: Vec<usize>,
}

impl Layout {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let (sources, targets) = exchange.sides();
        let places = |side: &[usize]| {
            let mut places = vec![0; exchange.tasks()];
            side.iter().enumerate().for_each(|(place, &task)| places[task] = place);
            places
        };
        Self { row: places(&sources), column: places(&targets), sources, targets }
    }

    /// Source and target of every cell, row by row; the diagonal has none.
    fn cells(&self) -> impl Iterator<Item = Option<(usize, usize)>> + '_ {
        self.sources.iter().flat_map(|&s| self.targets.iter().map(move |&t| (s != t).then_some((s, t))))
    }

    /// The values of a complete matrix, row by row; `None` where one is missing.
    pub(super) fn values(&self, matrix: &Matrix) -> Option<Vec<f64>> {
        self.cells().flatten().map(|(s, t)| matrix.get(s, t)).collect()
    }

    /// The values of every column; `None` where one is missing.
    pub(super) fn columns(&self, matrix: &Matrix) -> Option<Vec<Vec<f64>>> {
        let column = |&t: &usize| {
            self.sources.iter().filter(|&&s| s != t).map(|&s| matrix.get(s, t)).collect::<Option<Vec<_>>>()
        };
        self.targets.iter().map(column).collect()
    }

    /// `values`, one for each cell, row by row, in their places; 0 on the diagonal.
    pub(super) fn dense(&self, values: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut values = values.into_iter();
        self.cells().map(|cell| cell.and_then(|_| values.next()).unwrap_or(0.0)).collect()
    }

    /// The same of columns of values.
    pub(super) fn dense_of_columns(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let mut cells = vec![0.0; self.sources.len() * self.targets.len()];
        for (column, values) in columns.iter().enumerate() {
            let places = (0..self.sources.len()).filter(|&row| self.sources[row] != self.targets[column]);
            places.zip(values).for_each(|(row, &value)| cells[row * self.targets.len() + column] = value);
        }
        cells
    }

    /// Writes a dense matrix in `order` to `out`, which is as large.
    pub(super) fn gather(&self, cells: &[f64], order: &[usize], out: &mut [f64]) {
        let width = self.targets.len();
        if width == 0 {
            return;
        }
        let columns: Vec<usize> = self.targets.iter().map(|&t| self.column[order[t]]).collect();
        for (row, &source) in out.chunks_exact_mut(width).zip(&self.sources) {
            let from = &cells[self.row[order[source]] * width..][..width];
            row.iter_mut().zip(&columns).for_each(|(cell, &column)| *cell = from[column]);
        }
    }
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
        let square = (Exchange::Tasks(4), vec![2, 0, 3, 1]);
        let sides = Exchange::Sides { tasks: 6, sources: vec![0, 2, 5], targets: vec![1, 4] };
        for (exchange, order) in [square, (sides, vec![2, 4, 5, 3, 1, 0])] {
            let layout = Layout::of(&exchange);
            let places: Vec<(usize, usize)> = layout.cells().flatten().collect();
            let matrix = |f: fn(usize, usize) -> usize| {
                let cell = |s, t| places.contains(&(s, t)).then(|| f(s, t) as f64);
                Matrix::from_fn(exchange.tasks(), cell).unwrap()
            };
            let (a, b) = (matrix(|s, t| 7 * s + t * t + 1), matrix(|s, t| s * s * s + 5 * t + 2));
            let (x, y) = a.paired(&order, &b);
            assert_eq!(x.len(), exchange.possible());
            let expected: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
            let [a, b] = [a, b].map(|m| {
                let dense = layout.dense(layout.values(&m).unwrap());
                assert_eq!(dense, layout.dense_of_columns(&layout.columns(&m).unwrap()));
                dense
            });
            let (mut inverse, mut moved) = (vec![0; exchange.tasks()], vec![0.0; b.len()]);
            invert(&order, &mut inverse);
            layout.gather(&b, &inverse, &mut moved);
            assert_eq!(dot(&a, &moved), expected);
        }
    }
}
