//! Popularity of a source: one of the plain predictors that every other must beat.
//!
//! The others need no computation: the size of a source's training set and its single-task score are the same for every
//! target, and a random order is [`super::Candidates::in_random_order`].

/// Mean gain of each source on the *other* targets, from `gains`\[source\]\[target\] in the metric's units; the same
/// shape. Higher predicts a better source.
///
/// Means are rounded to 1e-12, so that equal ones are ties. The target's own cell is left out, because it is what is predicted; missing cells are left out, not counted as 0.
/// `None` where nothing is left, or where a gain that counts is not finite. The diagonal of a task as source and target
/// is to be missing in `gains`.
///
/// ```
/// use transfermap::selection::popularity;
///
/// let gains = [vec![None, Some(0.5), Some(0.25)], vec![Some(0.125), None, None]];
/// let expected = vec![vec![Some(0.375), Some(0.25), Some(0.5)], vec![None, Some(0.125), Some(0.125)]];
/// assert_eq!(popularity(&gains), expected);
/// ```
pub fn popularity(gains: &[Vec<Option<f64>>]) -> Vec<Vec<Option<f64>>> {
    gains.iter().map(|of_source| (0..of_source.len()).map(|target| without(of_source, target)).collect()).collect()
}

fn without(of_source: &[Option<f64>], target: usize) -> Option<f64> {
    let others = of_source.iter().enumerate().filter(|&(t, _)| t != target).filter_map(|(_, &gain)| gain);
    crate::statistics::mean(&others.collect::<Vec<f64>>())
        .filter(|mean| mean.is_finite())
        .map(crate::statistics::rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_that_is_not_finite_counts_for_its_own_target_only() {
        let gains = [vec![Some(0.5), Some(f64::NAN), Some(0.25)]];
        assert_eq!(popularity(&gains), [[None, Some(0.375), None]]);
    }

    #[test]
    fn a_source_without_other_targets_has_none() {
        assert_eq!(popularity(&[vec![None, Some(0.5)], Vec::new()]), [vec![Some(0.5), None], Vec::new()]);
    }
}
