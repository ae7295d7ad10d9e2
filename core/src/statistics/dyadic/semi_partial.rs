//! Does a measure say anything beyond other measures?
//!
//! Double semi-partialling: Dekker, Krackhardt and Snijders, *Sensitivity of MRQAP tests to collinearity and
//! autocorrelation conditions*, Psychometrika 72, 2007.

use serde::Serialize;

use super::cross_product::dot;
use super::{Matrix, MatrixError, Permutations, Untested};

/// Below this share of its length a vector counts as a combination of the others.
const COLLINEAR: f64 = 1e-8;

/// The weight of a measure beside controls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SemiPartial {
    /// t of the measure in the least-squares fit of the outcome on 1, measure and controls.
    pub t: Option<f64>,
    /// Two-sided p of t by permutations of the tasks.
    pub p_qap: Option<f64>,
    /// Why p is absent.
    pub untested: Option<Untested>,
}

/// Tests `measure` beside `controls`.
///
/// The measure's residual on 1 and the controls is permuted, rows and columns together, and the outcome is fitted on
/// 1, the permuted residual and the controls; the statistic is the residual's t. Its value for the data is that of the
/// measure itself. Cells that are missing anywhere after the permutation are left out; below 60 % of the cells there is
/// no p. An undefined t (fewer cells than coefficients, a measure that the controls explain, a perfect fit) counts as
/// 0, as in [`super::QapTest`]. Collinear controls count once.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn semi_partial(
    measure: &Matrix,
    controls: &[Matrix],
    outcome: &Matrix,
    permutations: &Permutations,
) -> Result<SemiPartial, MatrixError> {
    let size = outcome.size();
    for found in controls.iter().chain([measure]).map(Matrix::size).chain([permutations.tasks()]) {
        if found != size {
            return Err(MatrixError::Size { expected: size, found });
        }
    }
    let (places, columns) = complete_cells(measure, controls, outcome);
    let [y, x, controls_there @ ..] = &columns[..] else {
        return Ok(SemiPartial { t: None, p_qap: None, untested: Some(Untested::Undefined) });
    };
    let basis = basis(controls_there, places.len());
    let t = Fit::of(y, x, &basis).and_then(|f| f.t());
    let untested = Untested::check(t, places.len(), permutations.exchange().possible());
    let mut p_qap = None;
    if let Some(observed) = t.filter(|_| untested.is_none()) {
        let mut residual = vec![None; size * size];
        let left = without(x, &basis);
        places.iter().zip(left).for_each(|(&(s, d), value)| residual[s * size + d] = Some(value));
        let complete = places.len() == permutations.exchange().possible();
        p_qap = Some(permutations.two_sided(observed, |order| {
            let moved: Vec<Option<f64>> = places.iter().map(|&(s, d)| residual[order[s] * size + order[d]]).collect();
            if complete {
                let x: Vec<f64> = moved.into_iter().flatten().collect();
                return Fit::of(y, &x, &basis)?.t();
            }
            let there = |column: &Vec<f64>| -> Vec<f64> {
                column.iter().zip(&moved).filter_map(|(&value, there)| there.map(|_| value)).collect()
            };
            let controls: Vec<Vec<f64>> = controls_there.iter().map(there).collect();
            let (y, x): (_, Vec<f64>) = (there(y), moved.iter().copied().flatten().collect());
            Fit::of(&y, &x, &self::basis(&controls, x.len()))?.t()
        }));
    }
    Ok(SemiPartial { t, p_qap, untested })
}

/// Places of the cells that all have, and outcome, measure and controls there.
fn complete_cells(measure: &Matrix, controls: &[Matrix], outcome: &Matrix) -> (Vec<(usize, usize)>, Vec<Vec<f64>>) {
    let mut places = Vec::new();
    let mut columns = vec![Vec::new(); controls.len() + 2];
    for (s, t, _) in outcome.present() {
        let row: Option<Vec<f64>> = [outcome, measure].into_iter().chain(controls).map(|m| m.get(s, t)).collect();
        if let Some(row) = row {
            places.push((s, t));
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    (places, columns)
}

/// An orthonormal basis of 1 and the controls.
fn basis(controls: &[Vec<f64>], cells: usize) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(controls.len() + 1);
    for column in std::iter::once(&vec![1.0; cells]).chain(controls) {
        let left = without(column, &basis);
        let (length, before) = (dot(&left, &left).sqrt(), dot(column, column).sqrt());
        if length > COLLINEAR * before {
            basis.push(left.into_iter().map(|v| v / length).collect());
        }
    }
    basis
}

/// What is left of `column` without its projection on `basis`. Twice, so that rounding of the first leaves nothing.
fn without(column: &[f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let mut left = column.to_vec();
    for direction in basis.iter().chain(basis) {
        let share = dot(&left, direction);
        left.iter_mut().zip(direction).for_each(|(v, d)| *v -= share * d);
    }
    left
}

/// Least squares of the outcome on one column beside a basis, by Frisch, Waugh and Lovell.
#[derive(Debug, Clone, Copy)]
struct Fit {
    partial: f64,
    degrees: f64,
}

impl Fit {
    fn of(y: &[f64], x: &[f64], basis: &[Vec<f64>]) -> Option<Self> {
        let (y_left, x_left) = (without(y, basis), without(x, basis));
        let lengths =
            [(&y_left[..], y), (&x_left[..], x)].map(|(left, all)| (dot(left, left).sqrt(), dot(all, all).sqrt()));
        if lengths.iter().any(|&(left, all)| left.is_nan() || left <= COLLINEAR * all) || y.len() < basis.len() + 2 {
            return None;
        }
        let partial = (dot(&y_left, &x_left) / lengths[0].0 / lengths[1].0).clamp(-1.0, 1.0);
        partial.is_finite().then_some(Self { partial, degrees: (y.len() - basis.len() - 1) as f64 })
    }

    /// t = ρ √(df / (1 − ρ²)) of the partial correlation ρ.
    fn t(self) -> Option<f64> {
        let remaining = (1.0 - self.partial) * (1.0 + self.partial);
        (remaining > 1e-14).then(|| self.partial * (self.degrees / remaining).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Exchange;
    use super::super::reference::{assert_close, semi_partialling};
    use super::*;

    #[test]
    fn equals_numpy() {
        let (x, z, y, t, p) = semi_partialling();
        let all = Permutations::new(Exchange::Tasks(5), 0);
        let ours = semi_partial(&x, std::slice::from_ref(&z), &y, &all).unwrap();
        assert_close(ours.t, t);
        assert_close(ours.p_qap, p);
        assert_eq!(ours.untested, None);
        // A control counts once, whatever its scale and however often it is named.
        let scaled = Matrix::from_fn(5, |s, d| z.get(s, d).map(|v| 3.0 * v - 1e3)).unwrap();
        let twice = semi_partial(&x, &[z, scaled], &y, &all).unwrap();
        assert_close(twice.t, t);
        assert_close(twice.p_qap, p);
    }

    #[test]
    fn two_controls_and_a_missing_cell_equal_numpy() {
        let (x, z, y, ..) = semi_partialling();
        let w = Matrix::from_fn(5, |s, d| Some((s * s * d + d * d) as f64 / 7.0)).unwrap();
        let gap = |m: &Matrix| Matrix::from_fn(5, |s, d| m.get(s, d).filter(|_| (s, d) != (1, 3))).unwrap();
        let all = Permutations::new(Exchange::Tasks(5), 0);
        let ours = semi_partial(&x, &[z.clone(), w.clone()], &y, &all).unwrap();
        assert_close(ours.t, TWO_T);
        assert_close(ours.p_qap, TWO_P);
        let ours = semi_partial(&gap(&x), &[z.clone(), w.clone()], &y, &all).unwrap();
        assert_close(ours.t, GAP_T);
        assert_close(ours.p_qap, GAP_P);
        // The same with w as the measure beside x and z, whose p is not the smallest possible.
        let controls = [x, z];
        for (measure, t, extreme) in
            [(&w, -0.413_532_734_011_996_51, 102.0), (&gap(&w), -0.290_841_455_524_774_2, 107.0)]
        {
            let ours = semi_partial(measure, &controls, &y, &all).unwrap();
            assert_close(ours.t, t);
            assert_close(ours.p_qap, extreme / 120.0);
        }
    }

    // extra.json "double_semi_partialling", w[s, d] = (s*s*d + d*d) / 7, keep = off with (1, 3) False for the gap:
    // def ols_t(yy, xx, zs):
    //     X = np.column_stack([np.ones(len(yy)), xx, *zs]); beta, res, *_ = np.linalg.lstsq(X, yy, rcond=None)
    //     return beta[1] / np.sqrt(res[0] / (len(yy) - X.shape[1]) * np.linalg.inv(X.T @ X)[1, 1])
    // Z = np.column_stack([np.ones(keep.sum()), z[keep], w[keep]]); rx = np.full((5, 5), np.nan)
    // rx[keep] = x[keep] - Z @ np.linalg.lstsq(Z, x[keep], rcond=None)[0]
    // def stat(q): m = rx[np.ix_(q, q)]; u = keep & ~np.isnan(m); return ols_t(y[u], m[u], [z[u], w[u]])
    // obs, null = stat(range(5)), [stat(q) for q in itertools.permutations(range(5))]; (abs(null) >= abs(obs) - 1e-12).mean()
    const TWO_T: f64 = 4.647881425386594;
    const TWO_P: f64 = 1.0 / 120.0;
    const GAP_T: f64 = 4.8431178744124175;
    const GAP_P: f64 = 1.0 / 120.0;

    #[test]
    fn a_measure_that_the_controls_explain_is_not_tested() {
        let (x, z, y, ..) = semi_partialling();
        let all = Permutations::new(Exchange::Tasks(5), 0);
        let sum = Matrix::from_fn(5, |s, d| Some(x.get(s, d)? * 0.3 - z.get(s, d)?)).unwrap();
        let ours = semi_partial(&sum, &[x.clone(), z.clone()], &y, &all).unwrap();
        assert_eq!((ours.t, ours.p_qap, ours.untested), (None, None, Some(Untested::Undefined)));
        assert_eq!(semi_partial(&x, std::slice::from_ref(&z), &x, &all).unwrap().t, None);
        assert!(semi_partial(&x, &[z], &y, &Permutations::new(Exchange::Tasks(4), 0)).is_err());
    }
}
