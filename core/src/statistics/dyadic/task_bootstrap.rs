//! An interval of a coefficient that speaks of other tasks than these.

use rand::Rng;

use super::{Exchange, Matrix, MatrixError, Statistic, observed};
use crate::random::stream;
use crate::statistics::correlation::Coefficient;
use crate::statistics::{Interval, quantile};

/// Smallest number of tasks, or of sources and of targets, that are resampled: with fewer, resamples repeat a handful of
/// matrices.
pub const BOOTSTRAP_TASKS: usize = 8;
/// Number of resamples.
pub const BOOTSTRAP_RESAMPLES: usize = 2_000;

/// Why there is no interval.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoInterval {
    /// Too few tasks to resample.
    #[error("{tasks} tasks; resampling them needs {BOOTSTRAP_TASKS}")]
    TooFewTasks {
        /// Number of tasks.
        tasks: usize,
    },
    /// The data have no coefficient.
    #[error("there are fewer than 3 pairs, or one of the two is constant")]
    Undefined,
    /// In more than a tenth of the resamples there is no coefficient.
    #[error("only {resamples} of {BOOTSTRAP_RESAMPLES} resamples have a coefficient")]
    Unstable {
        /// Resamples with one.
        resamples: usize,
    },
    /// A coverage outside (0, 1).
    #[error("a level of {0} is not between 0 and 1")]
    Level(f64),
    /// The matrices are of different sizes.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

/// Resamples the tasks with replacement and takes the percentiles of the coefficient over the resampled ordered pairs.
///
/// A task drawn twice would be paired with itself: such self-pairs are left out, as the diagonal is. Every draw of a
/// task brings its whole row and column, in both matrices. Where no task is source and target, both are drawn, each from
/// their own. Percentiles are interpolated as `numpy.quantile` does.
/// Snijders and Borgatti, *Non-parametric standard errors and tests for network statistics*, Connections 22, 1999.
///
/// # Errors
/// [`NoInterval`], below [`BOOTSTRAP_TASKS`] tasks above all.
pub fn task_bootstrap(
    coefficient: Coefficient,
    measure: &Matrix,
    outcome: &Matrix,
    level: f64,
    seed: u64,
) -> Result<Interval, NoInterval> {
    let exchange = Exchange::of(outcome);
    let groups = exchange.groups();
    let tasks = groups.iter().map(Vec::len).min().unwrap_or(0);
    let defined = observed(Statistic::Pairs(coefficient), measure, outcome)?.coefficient.is_some();
    if !(level > 0.0 && level < 1.0) {
        return Err(NoInterval::Level(level));
    }
    if tasks < BOOTSTRAP_TASKS {
        return Err(NoInterval::TooFewTasks { tasks });
    }
    if !defined {
        return Err(NoInterval::Undefined);
    }
    let mut random = stream(seed, "dyadic", "task bootstrap");
    let mut resampled = Vec::with_capacity(BOOTSTRAP_RESAMPLES);
    for _ in 0..BOOTSTRAP_RESAMPLES {
        let mut draw = |group: &Vec<usize>| -> Vec<usize> {
            group.iter().map(|_| group[random.random_range(0..group.len() as u32) as usize]).collect()
        };
        let drawn: Vec<Vec<usize>> = groups.iter().map(&mut draw).collect();
        let (x, y) = match drawn.as_slice() {
            [sources, targets] => resample(measure, outcome, sources, targets),
            [tasks, ..] => resample(measure, outcome, tasks, tasks),
            [] => break,
        };
        resampled.extend(coefficient.of(&x, &y));
    }
    let resamples = resampled.len();
    if resamples * 10 < BOOTSTRAP_RESAMPLES * 9 {
        return Err(NoInterval::Unstable { resamples });
    }
    resampled.sort_by(f64::total_cmp);
    let ends = quantile(&resampled, (1.0 - level) / 2.0).zip(quantile(&resampled, (1.0 + level) / 2.0));
    ends.map(|(low, high)| Interval { low, high }).ok_or(NoInterval::Undefined)
}

/// The diagonal is absent from both matrices, so a task beside itself is, too.
fn resample(measure: &Matrix, outcome: &Matrix, sources: &[usize], targets: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let pairs = sources.iter().flat_map(|&s| targets.iter().map(move |&t| (s, t)));
    pairs.filter_map(|(s, t)| Some((measure.get(s, t)?, outcome.get(s, t)?))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::correlation::pearson;

    fn noisy(size: usize) -> (Matrix, Matrix) {
        let wave = |v: usize| (v as f64 * 12.9898).sin();
        let x = Matrix::from_fn(size, |s, t| Some(wave(31 * s + t))).unwrap();
        let y = Matrix::from_fn(size, |s, t| Some(wave(31 * s + t) + wave(7 * s + 131 * t + 5))).unwrap();
        (x, y)
    }

    #[test]
    fn a_resample_holds_each_pair_as_often_as_it_was_drawn_and_no_self_pair() {
        let (x, y) = noisy(8);
        let drawn = [3, 3, 5];
        let (a, b) = resample(&x, &y, &drawn, &drawn);
        let expected = [(3, 5), (3, 5), (5, 3), (5, 3)];
        assert_eq!(a, expected.map(|(s, t)| x.get(s, t).unwrap()));
        assert_eq!(b, expected.map(|(s, t)| y.get(s, t).unwrap()));
    }

    #[test]
    fn the_interval_holds_the_coefficient_and_depends_on_the_seed_only() {
        let (x, y) = noisy(10);
        let ours = |seed, level| task_bootstrap(Coefficient::Pearson, &x, &y, level, seed).unwrap();
        let interval = ours(1, 0.95);
        let (a, b) = x.pairs(&y);
        let r = pearson(&a, &b).unwrap();
        assert!(interval.low < r && r < interval.high, "{interval:?}");
        assert_eq!(interval, ours(1, 0.95));
        assert_ne!(interval, ours(2, 0.95));
        let narrow = ours(1, 0.5);
        assert!(interval.low < narrow.low && narrow.high < interval.high);
    }

    #[test]
    fn sources_and_targets_of_their_own_are_drawn_each_from_their_own() {
        // Sources 0 to 8, targets 9 to 16.
        let cell = |f: fn(usize, usize) -> f64| move |s: usize, t: usize| (s < 9 && t >= 9).then(|| f(s, t));
        let x = Matrix::from_fn(17, cell(|s, t| ((31 * s + t) as f64 * 12.9898).sin())).unwrap();
        let y =
            Matrix::from_fn(17, cell(|s, t| ((31 * s + t) as f64 * 12.9898).sin() + (s as f64 / 3.0).cos())).unwrap();
        let interval = task_bootstrap(Coefficient::Pearson, &x, &y, 0.95, 1).unwrap();
        let (a, b) = x.pairs(&y);
        assert!(interval.low < pearson(&a, &b).unwrap() && pearson(&a, &b).unwrap() < interval.high);
        let few = Matrix::from_fn(17, |s, t| y.get(s, t).filter(|_| t < 16)).unwrap();
        assert_eq!(task_bootstrap(Coefficient::Pearson, &x, &few, 0.95, 1), Err(NoInterval::TooFewTasks { tasks: 7 }));
    }

    #[test]
    fn rejects_few_tasks_constants_and_impossible_levels() {
        let (x, y) = noisy(7);
        let error = task_bootstrap(Coefficient::Spearman, &x, &y, 0.95, 1).unwrap_err();
        assert_eq!(error.to_string(), "7 tasks; resampling them needs 8");
        let (x, y) = noisy(8);
        let constant = Matrix::from_fn(8, |_, _| Some(0.3)).unwrap();
        assert_eq!(task_bootstrap(Coefficient::Pearson, &constant, &y, 0.9, 1), Err(NoInterval::Undefined));
        assert_eq!(task_bootstrap(Coefficient::Pearson, &x, &y, 1.0, 1), Err(NoInterval::Level(1.0)));
        let spike = Matrix::from_fn(8, |s, t| Some(f64::from(u8::from((s, t) == (0, 1))))).unwrap();
        let unstable = task_bootstrap(Coefficient::Pearson, &spike, &y, 0.9, 1);
        assert!(matches!(unstable, Err(NoInterval::Unstable { resamples }) if resamples < 1800), "{unstable:?}");
    }
}
