//! A confusion matrix: what was labelled against what was predicted.

use transfermap::metric::Confusion;
use transfermap::number;

use super::legend::legend;
use super::matrix::{Cell, Matrix};
use super::{Chart, Drawing};
use crate::table::Table;
use crate::tokens;

/// Classes that can be drawn; more would be a wall of cells.
pub const MOST: usize = 40;

/// The matrix of `counts`; colours are shares of the label's row.
pub fn confusion(id: &str, title: String, reading: &str, labels: &[String], counts: &Confusion) -> Chart {
    let name = |i: usize| labels.get(i).cloned().unwrap_or_else(|| format!("class {i}"));
    let names: Vec<String> = (0..counts.classes()).map(name).collect();
    let support = counts.support();
    let mut data = Table::new(id, title.clone()).words("label").words("predicted").numbers("count");
    let mut cells = Vec::new();
    for (row, total) in counts.counts().iter().zip(&support) {
        let label = names.get(cells.len()).cloned().unwrap_or_default();
        let mut drawn = Vec::new();
        for (count, predicted) in row.iter().zip(&names) {
            data.row([(&label).into(), predicted.into(), (*count).into()]);
            let share = if *total == 0 { f64::NAN } else { *count as f64 / *total as f64 };
            let (fill, ink) = tokens::sequential(if share.is_finite() { share } else { 0.0 }, [0.0, 1.0]);
            let tip =
                format!("labelled {label}, predicted {predicted}: {count} of {total}, {}", number::percent(share));
            drawn.push(Some(Cell {
                fill,
                ink,
                main: count.to_string(),
                below: number::percent(share),
                tip,
                ..Cell::default()
            }));
        }
        cells.push(drawn);
    }
    let steps: Vec<String> = (0..=tokens::SEQUENTIAL_STEPS)
        .map(|s| tokens::sequential(f64::from(s), [0.0, f64::from(tokens::SEQUENTIAL_STEPS)]).0)
        .collect();
    let ends = ["0", "50", "100\u{a0}%"].map(str::to_owned);
    let matrix = Matrix {
        row_title: "label".to_owned(),
        column_title: "predicted".to_owned(),
        rows: names.clone(),
        columns: names,
        cells,
        legend: Some(legend(&steps, ends, &[])),
        ..Matrix::default()
    };
    Chart {
        id: id.to_owned(),
        title,
        reading: Some(reading.to_owned()),
        definition: "confusion",
        drawing: Drawing::Matrix(matrix.parts()),
        data,
    }
}
