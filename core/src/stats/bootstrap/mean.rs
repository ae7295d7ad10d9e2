//! The mean of differences, seeds resampled.

use super::{BootstrapInterval, Resampling, ascending, bound, index};

/// Percentile bootstrap interval of the mean of differences over seeds (Efron and Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, chapter 13). With n seeds it is too narrow by about √((n − 1) / n): prefer a t interval below ten.
///
/// All calls with one seed and one n draw the same indices, and differences are sorted first, so neither the order of
/// the pairs nor that of the seeds matters. `None` for fewer than two differences, one that is not finite, no resamples,
/// or a level outside (0, 1).
pub fn bootstrap_mean(differences: &[f64], resampling: &Resampling) -> Option<BootstrapInterval> {
    let sorted = ascending(differences);
    let n = bound(sorted.len()).filter(|&n| n >= 2)?;
    let mut rng = resampling.stream("seeds");
    let mut resampled_mean = || {
        let sum: f64 = (0..n).map(|_| sorted[index(&mut rng, n)]).sum();
        sum / f64::from(n)
    };
    let means = (0..resampling.resamples).map(|_| resampled_mean()).collect();
    resampling.interval(sorted.iter().sum::<f64>() / f64::from(n), means)
}
