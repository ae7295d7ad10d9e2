//! Good sources and easy targets: how much of a matrix is a source's merit plus a target's, and what is left for pairs.

use serde::Serialize;

use super::Matrix;

/// Least squares of cell = intercept + source effect + target effect over the cells that are there.
///
/// Source effects add up to 0, target effects, too. A task without any cell as a source (target) has no such effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdditiveFit {
    /// What a source and a target of effect 0 make; the grand mean where no cell is missing.
    pub intercept: f64,
    /// Mean of the cells.
    pub grand_mean: f64,
    /// Each task's effect as a source.
    pub sources: Vec<Option<f64>>,
    /// Each task's effect as a target.
    pub targets: Vec<Option<f64>>,
    /// Cell − fit.
    pub residuals: Matrix,
    /// 1 − residual over total sum of squares, from 0 to 1; absent where all cells are equal.
    pub r_squared: Option<f64>,
}

/// Why effects cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdditiveError {
    /// No cell at all.
    #[error("the matrix is empty")]
    Empty,
    /// Two groups of cells that share no source and no target: effects cannot be compared between them.
    #[error("the cells fall into groups that share neither a source nor a target")]
    Disconnected,
    /// Sums overflow.
    #[error("the values are too large")]
    Overflow,
}

/// Pivots of a connected design are at least 1 / (number of tasks, twice): they are the inverse of a resistance between
/// two nodes of a graph whose edges have resistance 1. Below this a pivot is rounding.
const LEAST_PIVOT: f64 = 1e-7;

impl AdditiveFit {
    /// Fits the effects.
    ///
    /// # Errors
    /// [`AdditiveError`].
    pub fn of(matrix: &Matrix) -> Result<Self, AdditiveError> {
        let size = matrix.size();
        let mut columns = vec![None; 2 * size];
        for (source, target, _) in matrix.present() {
            columns[source] = Some(0);
            columns[size + target] = Some(0);
        }
        columns.iter_mut().flatten().enumerate().for_each(|(i, column)| *column = i);
        // One effect less than columns: the last target is held at 0 until the effects are centred.
        let unknown = columns.iter().flatten().count().checked_sub(1).ok_or(AdditiveError::Empty)?;
        let (mut normal, mut right) = (vec![vec![0.0; unknown]; unknown], vec![0.0; unknown]);
        for (source, target, value) in matrix.present() {
            let of_cell = [columns[source], columns[size + target]];
            for i in of_cell.into_iter().flatten().filter(|&i| i < unknown) {
                right[i] += value;
                for j in of_cell.into_iter().flatten().filter(|&j| j < unknown) {
                    normal[i][j] += 1.0;
                }
            }
        }
        let solution = solve(normal, right).ok_or(AdditiveError::Disconnected)?;
        let effect = |column: &Option<usize>| column.map(|c| solution.get(c).copied().unwrap_or(0.0));
        let (mut sources, mut targets): (Vec<_>, Vec<_>) =
            (columns[..size].iter().map(effect).collect(), columns[size..].iter().map(effect).collect());
        let intercept = centre(&mut sources) + centre(&mut targets);
        let fitted = |s: usize, t: usize| Some(intercept + sources[s]? + targets[t]?);
        let residuals = Matrix::from_fn(size, |s, t| Some(matrix.get(s, t)? - fitted(s, t)?))
            .map_err(|_| AdditiveError::Overflow)?;
        let grand_mean = matrix.present().map(|(_, _, v)| v).sum::<f64>() / matrix.present().count() as f64;
        let total: f64 = matrix.present().map(|(_, _, v)| (v - grand_mean).powi(2)).sum();
        let left: f64 = residuals.present().map(|(_, _, v)| v * v).sum();
        let varies = matrix.present().any(|(_, _, v)| matrix.present().next().is_some_and(|first| first.2 != v));
        let r_squared = (varies && total > 0.0).then(|| (1.0 - left / total).clamp(0.0, 1.0));
        Ok(Self { intercept, grand_mean, sources, targets, residuals, r_squared })
    }
}

/// Subtracts the mean of the effects that are there, and returns it.
fn centre(effects: &mut [Option<f64>]) -> f64 {
    let mean = effects.iter().flatten().sum::<f64>() / effects.iter().flatten().count() as f64;
    effects.iter_mut().flatten().for_each(|e| *e -= mean);
    mean
}

/// Solves a symmetric positive definite system by elimination, which needs no exchange of rows; `None` where it is
/// singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        let row = matrix[i].clone();
        if row[i] < LEAST_PIVOT {
            return None;
        }
        for below in i + 1..n {
            let factor = matrix[below][i] / row[i];
            if factor != 0.0 {
                matrix[below].iter_mut().zip(&row).skip(i).for_each(|(v, r)| *v -= factor * r);
                right[below] -= factor * right[i];
            }
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, matrix_cases};
    use super::*;

    #[test]
    fn equals_numpy() {
        for case in matrix_cases() {
            let fit = AdditiveFit::of(&case.b).unwrap();
            assert_close(Some(fit.grand_mean), case.grand_mean);
            assert_close(Some(fit.intercept), case.grand_mean);
            assert_eq!(fit.residuals.present().count(), case.residuals.len());
            for ((_, _, ours), theirs) in fit.residuals.present().zip(case.residuals) {
                assert_close(Some(ours), theirs);
            }
        }
    }

    #[test]
    fn effects_come_back_from_cells_that_are_missing_in_part() {
        let (sources, targets) = ([1.0, -3.0, 2.0, 0.0, 9.0], [0.5, 4.0, -6.0, 1.5, 9.0]);
        let there = |s, t| s != 4 && t != 4 && (s, t) != (0, 1);
        let matrix = Matrix::from_fn(5, |s, t| there(s, t).then(|| 10.0 + sources[s] + targets[t])).unwrap();
        let fit = AdditiveFit::of(&matrix).unwrap();
        assert_close(Some(fit.intercept), 10.0);
        assert_close(fit.r_squared, 1.0);
        for task in 0..4 {
            assert_close(fit.sources[task], sources[task]);
            assert_close(fit.targets[task], targets[task]);
        }
        assert_eq!((fit.sources[4], fit.targets[4]), (None, None));
        assert!((fit.grand_mean - fit.intercept).abs() > 0.1);
    }

    #[test]
    fn rejects_cells_whose_effects_cannot_be_compared() {
        let apart = Matrix::from_fn(4, |s, t| matches!((s, t), (0, 1) | (2, 3)).then_some(1.0)).unwrap();
        assert_eq!(AdditiveFit::of(&apart), Err(AdditiveError::Disconnected));
        assert_eq!(AdditiveFit::of(&Matrix::from_fn(3, |_, _| None).unwrap()), Err(AdditiveError::Empty));
        let constant = AdditiveFit::of(&Matrix::from_fn(3, |_, _| Some(0.1)).unwrap()).unwrap();
        assert_eq!(constant.r_squared, None);
    }
}
