//! The statistic of permuted measures, as fast as it can be had.

use super::cross_product::{Layout, dot, invert};
use super::{Exchange, Matrix, Statistic};
use crate::statistics::correlation::{Coefficient, average_ranks, unit_deviations};

/// Statistics of permuted measures.
pub(super) struct Null<'a> {
    statistic: Statistic,
    outcome: &'a Matrix,
    layout: Layout,
    measures: Vec<Side<'a>>,
    /// The outcome, where it is complete and the statistic a product sum.
    standard: Option<Standard>,
    inverse: Vec<usize>,
    moved: Vec<f64>,
}

/// A measure, as fast as it can be compared.
enum Side<'a> {
    Standard(Standard),
    Cells(&'a Matrix),
}

/// Cells whose product sum with another's is the statistic but for a factor that no permutation changes.
struct Standard {
    cells: Vec<f64>,
    /// How many columns vary; 1 where the statistic is of all cells together.
    varying: usize,
}

impl<'a> Null<'a> {
    pub(super) fn new(
        statistic: Statistic,
        measures: impl Iterator<Item = &'a Matrix>,
        outcome: &'a Matrix,
        exchange: &Exchange,
    ) -> Self {
        let layout = Layout::of(exchange);
        let standard = Standard::of(statistic, outcome, &layout).filter(|of_outcome| of_outcome.varying > 0);
        let side = |measure: &'a Matrix| match Standard::of(statistic, measure, &layout) {
            Some(cells) if standard.is_some() => Side::Standard(cells),
            _ => Side::Cells(measure),
        };
        let measures = measures.map(side).collect();
        let cells = standard.as_ref().map_or(0, |s| s.cells.len());
        Self {
            statistic,
            outcome,
            layout,
            measures,
            standard,
            inverse: vec![0; exchange.tasks()],
            moved: vec![0.0; cells],
        }
    }

    /// Writes the statistic of every measure in `order`; 0 where there is none.
    pub(super) fn statistics(&mut self, order: &[usize], out: &mut [f64]) {
        let mut factor = 1.0;
        if let Some(outcome) = &self.standard {
            invert(order, &mut self.inverse);
            self.layout.gather(&outcome.cells, &self.inverse, &mut self.moved);
            factor = 1.0 / outcome.varying as f64;
        }
        for (measure, r) in self.measures.iter().zip(out) {
            *r = match measure {
                Side::Standard(measure) => factor * dot(&measure.cells, &self.moved),
                Side::Cells(measure) => self.statistic.of_permuted(measure, order, self.outcome).unwrap_or(0.0),
            };
        }
    }
}

impl Standard {
    /// Cells or their ranks as unit deviations, of all cells or of every column by itself; `None` when cells are
    /// missing, and for Kendall's coefficient, which is no product sum of cells.
    ///
    /// A permutation moves whole columns and reorders them, so ranks inside columns stay what they are. A column that
    /// does not vary is 0, which is what it counts as.
    fn of(statistic: Statistic, matrix: &Matrix, layout: &Layout) -> Option<Self> {
        match statistic {
            Statistic::Pairs(coefficient) => {
                let values = layout.values(matrix)?;
                let values = match coefficient {
                    Coefficient::Pearson => values,
                    Coefficient::Spearman => average_ranks(&values)?,
                    Coefficient::KendallTauB => return None,
                };
                Some(Self { cells: layout.dense(unit_deviations(&values)?), varying: 1 })
            }
            Statistic::WithinTargets => {
                let columns = layout.columns(matrix)?;
                if columns.iter().any(|column| column.len() < 3) {
                    return None;
                }
                let ranks: Option<Vec<Vec<f64>>> = columns.iter().map(|column| average_ranks(column)).collect();
                let unit: Vec<Option<Vec<f64>>> = ranks?.iter().map(|ranks| unit_deviations(ranks)).collect();
                let varying = unit.iter().flatten().count();
                let columns: Vec<Vec<f64>> = unit.into_iter().map(Option::unwrap_or_default).collect();
                Some(Self { cells: layout.dense_of_columns(&columns), varying })
            }
        }
    }
}
