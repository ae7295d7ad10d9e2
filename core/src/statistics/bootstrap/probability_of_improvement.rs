//! The probability that a run of one arm beats a run of the other.

use super::{Resampling, ascending, bound, index};
use crate::statistics::Interval;
use crate::statistics::effect_size::win;

/// The percentile interval of P(transfer > single) + ½ P(equal) over pairs of runs, when the runs of each arm are resampled
/// with replacement (Agarwal et al., *Deep RL at the edge of the statistical precipice*, NeurIPS 2021, for one task). The
/// arms are oriented scores, one a run, in any order.
///
/// `None` for an arm without runs, NaN, no resamples, or a level outside (0, 1).
pub fn probability_of_improvement(single: &[f64], transfer: &[f64], resampling: &Resampling) -> Option<Interval> {
    let (singles, transfers) = (bound(single.len())?, bound(transfer.len())?);
    let (single, transfer) = (ascending(single), ascending(transfer));
    // Which run beats which, 1, ½ or 0, row by row of the single runs.
    let wins: Vec<f64> = single.iter().flat_map(|a| transfer.iter().map(|b| win(*a, *b))).collect();
    let mut rng = resampling.stream("runs of two arms");
    let (mut rows, mut columns) = (vec![0; single.len()], vec![0; transfer.len()]);
    let mut resampled = || {
        rows.fill_with(|| index(&mut rng, singles) * transfer.len());
        columns.fill_with(|| index(&mut rng, transfers));
        let wins: f64 = rows.iter().map(|row| columns.iter().map(|column| wins[row + column]).sum::<f64>()).sum();
        wins / (rows.len() * columns.len()) as f64
    };
    resampling.interval((0..resampling.resamples).map(|_| resampled()).collect())
}
