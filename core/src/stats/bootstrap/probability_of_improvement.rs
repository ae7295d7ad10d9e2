//! The probability that a run of one arm beats a run of the other, over many tasks.

use super::{BootstrapInterval, Resampling, ascending, bound, index};
use crate::sort;
use crate::stats::effect_size::win;
use crate::stats::{mean, probability_of_superiority};

/// The runs of two arms on one task, one oriented score a seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arms<'a> {
    /// Scores without transfer.
    pub single: &'a [f64],
    /// Scores with transfer.
    pub transfer: &'a [f64],
}

/// Mean over tasks of P(transfer > single) + ½ P(equal), from 0 to 1, with the percentile interval of the stratified
/// bootstrap: within every task the runs of each arm are resampled with replacement, the tasks are kept (Agarwal et al.,
/// *Deep RL at the edge of the statistical precipice*, NeurIPS 2021).
///
/// `None` without tasks, for an arm without runs, NaN, no resamples, or a level outside (0, 1).
pub fn probability_of_improvement(tasks: &[Arms<'_>], resampling: &Resampling) -> Option<BootstrapInterval> {
    let mut tables: Vec<Wins> = tasks.iter().map(Wins::new).collect::<Option<_>>()?;
    // One stream for all tasks, whose draws must be independent; sorted, so that the order of the tasks does not matter.
    sort::by(&mut tables, |a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let mut rng = resampling.stream("runs of two arms");
    let observed: Vec<f64> =
        tasks.iter().map(|t| probability_of_superiority(t.single, t.transfer)).collect::<Option<_>>()?;
    let mut sums = vec![0.0; resampling.resamples];
    for table in &tables {
        let (mut rows, mut columns) = (vec![0; table.singles as usize], vec![0; table.transfers as usize]);
        for sum in &mut sums {
            rows.fill_with(|| index(&mut rng, table.singles) * columns.len());
            columns.fill_with(|| index(&mut rng, table.transfers));
            *sum += table.mean_at(&rows, &columns);
        }
    }
    let values = sums.into_iter().map(|sum| sum / tasks.len() as f64).collect();
    resampling.interval(mean(&observed)?, values)
}

/// Which run beats which, 1, ½ or 0, row by row of the single runs.
#[derive(PartialEq, PartialOrd)]
struct Wins {
    singles: u32,
    transfers: u32,
    table: Vec<f64>,
}

impl Wins {
    fn new(arms: &Arms<'_>) -> Option<Self> {
        let (singles, transfers) = (bound(arms.single.len())?, bound(arms.transfer.len())?);
        let transfer = ascending(arms.transfer);
        let table = ascending(arms.single).iter().flat_map(|a| transfer.iter().map(|b| win(*a, *b))).collect();
        Some(Self { singles, transfers, table })
    }

    /// The mean over all pairs of the drawn runs; rows are given by where they begin.
    fn mean_at(&self, rows: &[usize], columns: &[usize]) -> f64 {
        let wins: f64 = rows.iter().flat_map(|row| columns.iter().map(move |column| self.table[row + column])).sum();
        wins / (rows.len() * columns.len()) as f64
    }
}
