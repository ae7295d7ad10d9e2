//! Donors and receivers: how much more a source gives, and a target takes, than the average.

use serde::{Deserialize, Serialize};

use super::projection::LeastSquares;
use super::{Gains, TInterval};
use crate::sort;

/// Row and column effects of a map of gains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// μ: mean gain of an average source on an average target. The mean of the cells, when none is missing.
    pub mean: f64,
    /// By position of the task: how much more than average it gives. `None` for a task without gains as a source.
    pub sources: Vec<Option<Effect>>,
    /// By position of the task: how much more than average it takes. `None` for a task without gains as a target.
    pub targets: Vec<Option<Effect>>,
    /// Seeds at which every measured cell has a gain: those behind the intervals.
    pub complete_seeds: usize,
    /// Seeds at which some measured cell lacks its gain; they are in the estimates alone.
    pub incomplete_seeds: usize,
}

/// One task's effect, in the units of the gain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Least-squares effect on the means over seeds.
    pub estimate: f64,
    /// Of the effects at each complete seed; its mean is `estimate` when no seed is incomplete. `None` with fewer than
    /// two complete seeds, or when all give the same effect. It speaks of other seeds on these same tasks.
    pub over_seeds: Option<TInterval>,
}

/// Fits g\[s, t\] = μ + source\[s\] + target\[t\] with Σ source = Σ target = 0 by least squares on the means over
/// seeds, missing cells left out, and again at each complete seed for the intervals (95 %, t, not simultaneous).
///
/// Row and column means would mislead here: the row of a task lacks its own column, so a generous target lowers the
/// row mean of the very task that cannot have itself as a target.
///
/// `None` when fewer than two sources or two targets were measured, or when the cells fall into parts that no source
/// and no target connects: effects in different parts cannot be compared.
pub fn effects(gains: &Gains) -> Option<Effects> {
    let design = Additive::new(gains)?;
    let fit = design.solve(&gains.means().values().copied().collect::<Vec<f64>>())?;
    let (complete, seeds) = complete_seeds(gains);
    let at_seed = |&seed: &u64| {
        let gains: Option<Vec<f64>> = gains.cells().values().map(|c| c.get(&seed).copied()).collect();
        design.solve(&gains?)
    };
    let fits: Vec<Fit> = complete.iter().map(at_seed).collect::<Option<_>>()?;
    let effect = |of: fn(&Fit) -> &Vec<Option<f64>>, task: usize| {
        let over_seeds: Vec<f64> = fits.iter().filter_map(|f| of(f).get(task).copied().flatten()).collect();
        let estimate = of(&fit).get(task).copied().flatten()?;
        Some(Effect { estimate, over_seeds: TInterval::new(&over_seeds) })
    };
    Some(Effects {
        mean: fit.mean,
        sources: (0..gains.tasks()).map(|task| effect(|f| &f.sources, task)).collect(),
        targets: (0..gains.tasks()).map(|task| effect(|f| &f.targets, task)).collect(),
        complete_seeds: complete.len(),
        incomplete_seeds: seeds - complete.len(),
    })
}

/// Seeds that all cells have, and the number of all seeds.
fn complete_seeds(gains: &Gains) -> (Vec<u64>, usize) {
    let seeds = sort::distinct(gains.cells().values().flat_map(|c| c.keys().copied()));
    let everywhere = |seed: &u64| gains.cells().values().all(|c| c.contains_key(seed));
    (seeds.iter().copied().filter(everywhere).collect(), seeds.len())
}

/// The additive model of one set of cells.
struct Additive {
    tasks: usize,
    sources: Vec<usize>,
    targets: Vec<usize>,
    least_squares: LeastSquares,
}

struct Fit {
    mean: f64,
    sources: Vec<Option<f64>>,
    targets: Vec<Option<f64>>,
}

impl Additive {
    fn new(gains: &Gains) -> Option<Self> {
        let cells: Vec<(usize, usize)> = gains.cells().keys().copied().collect();
        let levels = |of: fn(&(usize, usize)) -> usize| sort::distinct(cells.iter().map(of));
        let (sources, targets) = (levels(|c| c.0), levels(|c| c.1));
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
        Some(Self { tasks: gains.tasks(), sources, targets, least_squares })
    }

    /// `None` when the gains are too large to compute with.
    fn solve(&self, gains: &[f64]) -> Option<Fit> {
        let coefficients = self.least_squares.solve(gains);
        let (&mean, rest) = coefficients.split_first().filter(|_| coefficients.iter().all(|c| c.is_finite()))?;
        let (sources, targets) = rest.split_at_checked(self.sources.len() - 1)?;
        let by_task = |levels: &[usize], free: &[f64]| {
            let effects = free.iter().copied().chain([-free.iter().sum::<f64>()]);
            let mut all = vec![None; self.tasks];
            for (&level, effect) in levels.iter().zip(effects) {
                if let Some(slot) = all.get_mut(level) {
                    *slot = Some(effect);
                }
            }
            all
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
            let ours = effects(&case.gains()).unwrap();
            let theirs = case.effects;
            assert_near(ours.mean, theirs.mean);
            assert_eq!(ours.complete_seeds, theirs.complete_seeds, "{}", case.name);
            for (ours, theirs) in [(ours.sources, theirs.sources), (ours.targets, theirs.targets)] {
                assert_eq!(ours.len(), theirs.len());
                for (ours, theirs) in ours.into_iter().zip(theirs) {
                    let Some(ours) = ours else { panic!("{}: no effect", case.name) };
                    assert_near(ours.estimate, theirs.estimate);
                    assert_eq!(ours.over_seeds.is_some(), theirs.interval.is_some());
                    if let (Some(ours), Some([mean, standard_error, low, high])) = (ours.over_seeds, theirs.interval) {
                        assert_near(ours.mean, mean);
                        assert_near(ours.standard_error, standard_error);
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
        assert_eq!(effects(&gains_of(4, &parts)), None);
        assert_eq!(effects(&gains_of(4, &[(0, 1, 1, 0.5), (0, 2, 1, 0.25)])), None);
        assert_eq!(effects(&Gains::new(4)), None);
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
        let fit = effects(&gains_of(4, &rows)).unwrap();
        let estimates = |all: &[Option<Effect>]| all.iter().map(|e| e.map(|e| e.estimate)).collect::<Vec<_>>();
        assert_near(fit.mean, 0.75);
        let sources = estimates(&fit.sources);
        assert_near(sources[0].unwrap(), -1.0);
        assert_near(sources[2].unwrap(), 1.0);
        assert_eq!(sources[3], None);
        assert_near(estimates(&fit.targets)[3].unwrap(), 2.25);
        assert!(fit.targets.iter().flatten().all(|e| e.over_seeds.is_none()));
        assert_eq!((fit.complete_seeds, fit.incomplete_seeds), (1, 0));
    }
}
