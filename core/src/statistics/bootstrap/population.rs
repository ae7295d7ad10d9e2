//! The mean gain when seeds and test examples are resampled: what the result says of other runs on other test sets.

use super::{Resampling, bound, index};
use crate::statistics::Interval;

/// The classes that both runs of one seed predict, one an example in the order of the labels: (single, transfer).
pub type Predicted<'a> = (&'a [u8], &'a [u8]);

/// The oriented score of a run, positive is better.
#[derive(Clone, Copy)]
pub enum Score<'a> {
    /// The share of right predictions; several times faster than the same score from counts.
    Accuracy,
    /// A function of the confusion counts of a resample, classes × classes, label-major: `counts[label * classes +
    /// prediction]`.
    Counts(&'a dyn Fn(&[u32]) -> f64),
}

impl std::fmt::Debug for Score<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Accuracy => "Accuracy",
            Self::Counts(_) => "Counts(…)",
        })
    }
}

/// Why a population interval cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PopulationError {
    /// Too little to resample.
    #[error("an interval over seeds and examples needs 2 seeds and 1 example, got {seeds} and {examples}")]
    TooFew {
        /// Seeds given.
        seeds: usize,
        /// Examples given.
        examples: usize,
    },
    /// Predictions and labels do not go together.
    #[error("seed {seed} (counted from 0) has {predictions} predictions for {labels} labels")]
    Lengths {
        /// Which of the seeds, from 0.
        seed: usize,
        /// Predictions of one of its runs.
        predictions: usize,
        /// Labels given.
        labels: usize,
    },
    /// A label or prediction that is no class.
    #[error("class {class} where there are {classes}")]
    Class {
        /// The class.
        class: u8,
        /// Number of classes.
        classes: usize,
    },
    /// More classes than predictions can name.
    #[error("{0} classes, but at most 256 can be told apart")]
    Classes(usize),
    /// The score of a resample is not finite.
    #[error("the score is not finite")]
    Score,
    /// No resamples, or a level outside (0, 1).
    #[error("{resamples} resamples at level {level} give no interval")]
    Resampling {
        /// Resamples asked for.
        resamples: usize,
        /// Level asked for.
        level: f64,
    },
}

/// Percentile bootstrap interval of the mean over seeds of score(transfer) − score(single), when seeds and test examples
/// are both resampled with replacement.
///
/// Seeds and examples are crossed: one draw of examples is shared by all seeds of a resample, and both arms of a seed
/// stay together (the pigeonhole bootstrap of Owen 2007). The interval is for new seeds and new test examples of the
/// same kind, whatever the order in which the seeds are listed; it is somewhat wide for few examples and, over seeds, narrow by √((n − 1) / n).
///
/// # Errors
/// Fewer than two seeds, no examples, unequal lengths, more than 256 classes, a class of `classes` or above, a score that is not finite, no
/// resamples, or a level outside (0, 1).
pub fn population(
    seeds: &[Predicted<'_>],
    labels: &[u8],
    classes: usize,
    score: Score<'_>,
    resampling: &Resampling,
) -> Result<Interval, PopulationError> {
    let too_few = PopulationError::TooFew { seeds: seeds.len(), examples: labels.len() };
    let (Some(seed_bound), Some(examples)) = (bound(seeds.len()).filter(|&n| n >= 2), bound(labels.len())) else {
        return Err(too_few);
    };
    check(seeds, labels, classes)?;
    let mut seeds = seeds.to_vec();
    seeds.sort_unstable();
    let gains = Gains::new(&seeds, labels, classes, score);
    let mut rng = resampling.stream("seeds and examples");
    let mut example_weights = vec![0_u32; labels.len()];
    let mut seed_weights = vec![0_u32; seeds.len()];
    let mut values = Vec::with_capacity(resampling.resamples);
    for _ in 0..resampling.resamples {
        example_weights.fill(0);
        seed_weights.fill(0);
        (0..seed_bound).for_each(|_| seed_weights[index(&mut rng, seed_bound)] += 1);
        (0..examples).for_each(|_| example_weights[index(&mut rng, examples)] += 1);
        values.push(gains.mean(&seed_weights, &example_weights));
    }
    if values.iter().any(|v| !v.is_finite()) {
        return Err(PopulationError::Score);
    }
    let Resampling { resamples, level, .. } = *resampling;
    resampling.interval(values).ok_or(PopulationError::Resampling { resamples, level })
}

fn check(seeds: &[Predicted<'_>], labels: &[u8], classes: usize) -> Result<(), PopulationError> {
    if classes > 256 {
        return Err(PopulationError::Classes(classes));
    }
    let valid = |run: &[u8]| match run.iter().find(|&&class| usize::from(class) >= classes) {
        Some(&class) => Err(PopulationError::Class { class, classes }),
        None => Ok(()),
    };
    valid(labels)?;
    for (seed, &(single, transfer)) in seeds.iter().enumerate() {
        for run in [single, transfer] {
            if run.len() != labels.len() {
                return Err(PopulationError::Lengths { seed, predictions: run.len(), labels: labels.len() });
            }
            valid(run)?;
        }
    }
    Ok(())
}

/// What a resample is scored from.
enum Gains<'a> {
    /// Per seed and example: right after transfer minus right before, −1, 0 or 1.
    Accuracy(Vec<Vec<i32>>),
    /// Per seed and example: the cells of the two confusion matrices.
    Counts { cells: Vec<Vec<[u16; 2]>>, size: usize, score: &'a dyn Fn(&[u32]) -> f64 },
}

impl<'a> Gains<'a> {
    fn new(seeds: &[Predicted<'_>], labels: &[u8], classes: usize, score: Score<'a>) -> Self {
        let runs = |&(single, transfer): &Predicted<'_>| -> Vec<(u8, u8, u8)> {
            labels.iter().zip(single).zip(transfer).map(|((&label, &a), &b)| (label, a, b)).collect()
        };
        // Classes are below 256, so a cell fits 16 bits.
        let cell = |label: u8, class: u8| (usize::from(label) * classes + usize::from(class)) as u16;
        match score {
            Score::Accuracy => {
                let change = |(label, a, b): (u8, u8, u8)| i32::from(b == label) - i32::from(a == label);
                Self::Accuracy(seeds.iter().map(|s| runs(s).into_iter().map(change).collect()).collect())
            }
            Score::Counts(score) => {
                let cells = |(label, a, b): (u8, u8, u8)| [cell(label, a), cell(label, b)];
                let cells = seeds.iter().map(|s| runs(s).into_iter().map(cells).collect()).collect();
                Self::Counts { cells, size: classes * classes, score }
            }
        }
    }

    /// Mean gain over seeds counted `seed_weights` times on examples counted `example_weights` times.
    fn mean(&self, seed_weights: &[u32], example_weights: &[u32]) -> f64 {
        let drawn = f64::from(seed_weights.iter().sum::<u32>());
        match self {
            Self::Accuracy(changes) => {
                let change = |changes: &[i32]| -> i64 {
                    changes.iter().zip(example_weights).map(|(&c, &w)| i64::from(c) * i64::from(w)).sum()
                };
                let seeds = changes.iter().zip(seed_weights).filter(|&(_, &weight)| weight > 0);
                let sum: i64 = seeds.map(|(changes, &weight)| i64::from(weight) * change(changes)).sum();
                sum as f64 / (drawn * f64::from(example_weights.iter().sum::<u32>()))
            }
            Self::Counts { cells, size, score } => {
                let (mut single, mut transfer) = (vec![0_u32; *size], vec![0_u32; *size]);
                let mut sum = 0.0;
                for (cells, &weight) in cells.iter().zip(seed_weights).filter(|&(_, &weight)| weight > 0) {
                    single.fill(0);
                    transfer.fill(0);
                    for (&[a, b], &count) in cells.iter().zip(example_weights) {
                        single[usize::from(a)] += count;
                        transfer[usize::from(b)] += count;
                    }
                    sum += f64::from(weight) * (score(&transfer) - score(&single));
                }
                sum / drawn
            }
        }
    }
}
