//! Donors and receivers: how much more a source gives, and a target takes, than the average.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::interval::over_seeds;
use super::projection::LeastSquares;
use super::{Gains, means};
use crate::statistics::Interval;

/// Row and column effects of a map of gains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// μ: mean gain of an average source on an average target. The mean of the cells, when none is missing.
    pub mean: f64,
    /// How much more than average every source gives, by its position.
    pub sources: BTreeMap<usize, Effect>,
    /// How much more than average every target takes, by its position.
    pub targets: BTreeMap<usize, Effect>,
}

/// One task's effect, in the units of the gain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Least-squares effect on the means over seeds.
    pub estimate: f64,
    /// t interval over the effects at each complete seed, that is at each at which every cell has a gain. `None` with
    /// fewer than two of them, or when all give the same effect. It speaks of other seeds on these same tasks.
    pub over_seeds: Option<Interval>,
}

/// Fits g\[s, t\] = μ + source\[s\] + target\[t\] with Σ source = Σ target = 0 by least squares on the means over
/// seeds, missing cells left out, and again at each complete seed for the t intervals of the given level (not simultaneous).
///
/// Row and column means would mislead here: the row of a task lacks its own column, so a generous target lowers the
/// row mean of the very task that cannot have itself as a target.
///
/// `None` when fewer than two sources or two targets were measured, or when the cells fall into parts that no source
/// and no target connects: effects in different parts cannot be compared.
pub fn effects(gains: &Gains, level: f64) -> Option<Effects> {
    let design = Additive::new(gains)?;
    let fit = design.solve(&means(gains).into_values().collect::<Vec<f64>>())?;
    let at_seed = |seed: u64| {
        let gains: Option<Vec<f64>> = gains.values().map(|seeds| seeds.get(&seed).copied()).collect();
        design.solve(&gains?)
    };
    let fits: Vec<Fit> = complete_seeds(gains).into_iter().map(at_seed).collect::<Option<_>>()?;
    let effects = |of: fn(&Fit) -> &BTreeMap<usize, f64>| {
        let interval = |task: usize| {
            let at_seeds: Vec<f64> = fits.iter().filter_map(|f| of(f).get(&task).copied()).collect();
            over_seeds(&at_seeds).and_then(|e| e.interval(level))
        };
        of(&fit).iter().map(|(&task, &estimate)| (task, Effect { estimate, over_seeds: interval(task) })).collect()
    };
    Some(Effects { mean: fit.mean, sources: effects(|f| &f.sources), targets: effects(|f| &f.targets) })
}

/// Seeds that all cells have.
fn complete_seeds(gains: &Gains) -> BTreeSet<u64> {
    let mut seeds: BTreeSet<u64> = gains.values().flat_map(|seeds| seeds.keys().copied()).collect();
    seeds.retain(|seed| gains.values().all(|seeds| seeds.contains_key(seed)));
    seeds
}

/// The additive model of one set of cells.
struct Additive {
    sources: Vec<usize>,
    targets: Vec<usize>,
    least_squares: LeastSquares,
}

struct Fit {
    mean: f64,
    sources: BTreeMap<usize, f64>,
    targets: BTreeMap<usize, f64>,
}

impl Additive {
    fn new(gains: &Gains) -> Option<Self> {
        let cells: Vec<(usize, usize)> = gains.keys().copied().collect();
        let levels = |of: fn(&(usize, usize)) -> usize| cells.iter().map(of).collect::<BTreeSet<usize>>();
        let (sources, targets): (Vec<usize>, Vec<usize>) =
            (levels(|c| c.0).into_iter().collect(), levels(|c| c.1).into_iter().collect());
        let ((last_source, free_sources), (last_target, free_targets)) = (sources.split_last()?, targets.split_last()?);
        if free_sources.is_empty() || free_targets.is_empty() {
            return None;
        }
        // Sum to zero: the last level is minus the sum of the others.
        let contrast = |of: fn(&(usize, usize)) -> usize, level: usize, last: usize| {
            let code = |c: &(usize, usize)| f64::from(i8::from(of(c) == level) - i8::from(of(c) == last));
            cells.iter().map(code).collect::<Vec<f64>>()
        };
        let mut columns = vec![vec![1.0; cells.len()]];
        columns.extend(free_sources.iter().map(|&s| contrast(|c| c.0, s, *last_source)));
        columns.extend(free_targets.iter().map(|&t| contrast(|c| c.1, t, *last_target)));
        let least_squares = LeastSquares::new(columns)?;
        Some(Self { sources, targets, least_squares })
    }

    /// `None` when the gains are too large to compute with.
    fn solve(&self, gains: &[f64]) -> Option<Fit> {
        let coefficients = self.least_squares.solve(gains);
        let (&mean, rest) = coefficients.split_first().filter(|_| coefficients.iter().all(|c| c.is_finite()))?;
        let (sources, targets) = rest.split_at_checked(self.sources.len() - 1)?;
        let by_task = |levels: &[usize], free: &[f64]| {
            levels.iter().copied().zip(free.iter().copied().chain([-free.iter().sum::<f64>()])).collect()
        };
        Some(Fit { mean, sources: by_task(&self.sources, sources), targets: by_task(&self.targets, targets) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_near, cases, gains_of};
    use super::*;

    #[test]
    fn equal_numpy_least_squares_and_scipy_t_intervals() {
        for case in cases() {
            let ours = effects(&case.gains(), 0.95).unwrap();
            let theirs = &case.effects;
            assert_near(ours.mean, theirs.mean);
            assert_eq!(complete_seeds(&case.gains()).len(), theirs.complete_seeds, "{}", case.name);
            for (ours, theirs) in [(ours.sources, &theirs.sources), (ours.targets, &theirs.targets)] {
                assert!(ours.keys().copied().eq(0..theirs.len()), "{}", case.name);
                for (ours, theirs) in ours.values().zip(theirs) {
                    assert_near(ours.estimate, theirs.estimate);
                    assert_eq!(ours.over_seeds.is_some(), theirs.interval.is_some());
                    if let (Some(ours), Some([_, _, low, high])) = (ours.over_seeds, theirs.interval) {
                        assert_near(ours.low, low);
                        assert_near(ours.high, high);
                    }
                }
            }
        }
    }

    #[test]
    fn absent_when_no_cell_connects_the_parts() {
        // {0, 1} and {2, 3} teach within themselves alone.
        let parts = [(0, 1), (1, 0), (2, 3), (3, 2)].map(|(s, t)| (s, t, 1, 0.5));
        assert_eq!(effects(&gains_of(&parts), 0.95), None);
        assert_eq!(effects(&gains_of(&[(0, 1, 1, 0.5), (0, 2, 1, 0.25)]), 0.95), None);
        assert_eq!(effects(&Gains::new(), 0.95), None);
    }

    #[test]
    fn a_task_without_a_role_has_no_effect_in_it() {
        // Task 3 is a target alone; an exactly additive table: sources −1, 0, 1 and targets 0, 0, 0, 3 up to their mean.
        let mut rows = Vec::new();
        for (s, source) in [-1.0, 0.0, 1.0].into_iter().enumerate() {
            for (t, target) in [0.0, 0.0, 0.0, 3.0].into_iter().enumerate() {
                rows.extend((s != t).then_some((s, t, 1, source + target)));
            }
        }
        let fit = effects(&gains_of(&rows), 0.95).unwrap();
        assert_near(fit.mean, 0.75);
        assert_near(fit.sources[&0].estimate, -1.0);
        assert_near(fit.sources[&2].estimate, 1.0);
        assert!(!fit.sources.contains_key(&3));
        assert_near(fit.targets[&3].estimate, 2.25);
        assert!(fit.targets.values().all(|e| e.over_seeds.is_none()), "one seed has no interval");
    }
}
