//! How far the examples of a table lie apart.

use super::Undefined;
use super::probe::Features;
use crate::statistics::correlation::unit_deviations;

/// 1 − Pearson's r of every pair i < j of rows, row by row.
///
/// # Errors
/// A row whose features are all equal.
pub(crate) fn row_distances<T: Copy + Into<f64>>(x: &Features<T>) -> Result<Vec<f64>, Undefined> {
    let unit = |i| unit_deviations(&x.row(i).iter().map(|&v| v.into()).collect::<Vec<f64>>());
    let rows: Option<Vec<Vec<f64>>> = (0..x.rows()).map(unit).collect();
    let rows = rows.ok_or(Undefined::Constant("features of an example"))?;
    let mut distances = Vec::with_capacity(rows.len() * rows.len().saturating_sub(1) / 2);
    for (i, a) in rows.iter().enumerate() {
        let r = |b: &Vec<f64>| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        distances.extend(rows.iter().skip(i + 1).map(|b| 1.0 - r(b)));
    }
    Ok(distances)
}
