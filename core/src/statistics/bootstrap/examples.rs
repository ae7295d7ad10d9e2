//! Two classifiers on one test set, examples resampled.

use super::{Resampling, bound, index};
use crate::statistics::Interval;

/// The percentile interval of accuracy(second) − accuracy(first) on the same test examples when these are resampled
/// with replacement (Koehn 2004; Berg-Kirkpatrick et al. 2012). It speaks of these two trained models.
///
/// `None` for unequal lengths, no examples, no resamples, or a level outside (0, 1).
pub fn paired_bootstrap(first: &[bool], second: &[bool], resampling: &Resampling) -> Option<Interval> {
    if first.len() != second.len() {
        return None;
    }
    let n = bound(first.len())?;
    // Examples of equal outcome are exchangeable, so in order: the interval depends on the counts alone.
    let mut differences: Vec<i8> = first.iter().zip(second).map(|(&a, &b)| i8::from(b) - i8::from(a)).collect();
    differences.sort_unstable();
    let share = |sum: i64| sum as f64 / f64::from(n);
    let mut rng = resampling.stream("examples");
    let mut resampled = || share((0..n).map(|_| i64::from(differences[index(&mut rng, n)])).sum());
    resampling.interval((0..resampling.resamples).map(|_| resampled()).collect())
}
