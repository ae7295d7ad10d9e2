//! The mean gain when seeds and test examples are resampled: what the result says of other runs on other test sets.

use super::{Resampling, bound, index};
use crate::statistics::Interval;

/// The classes that both runs of one seed predict, one an example in the order of the labels: (single, transfer).
pub type Predicted<'a> = (&'a [u8], &'a [u8]);

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
/// are both resampled with replacement. A gain that is a mean over examples has a closed form:
/// [`crate::statistics::two_way_interval`].
///
/// `score` is the oriented score of a run, positive is better, from the confusion counts of a resample, classes ×
/// classes, label-major: `counts[label * classes + prediction]`.
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
    score: &dyn Fn(&[u32]) -> f64,
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

/// What a resample is scored from: per seed and example the cells of the two confusion matrices.
struct Gains<'a> {
    cells: Vec<Vec<[u16; 2]>>,
    size: usize,
    score: &'a dyn Fn(&[u32]) -> f64,
}

impl<'a> Gains<'a> {
    fn new(seeds: &[Predicted<'_>], labels: &[u8], classes: usize, score: &'a dyn Fn(&[u32]) -> f64) -> Self {
        // Classes are below 256, so a cell fits 16 bits.
        let cell = |label: u8, class: u8| (usize::from(label) * classes + usize::from(class)) as u16;
        let of_seed = |&(single, transfer): &Predicted<'_>| -> Vec<[u16; 2]> {
            let runs = labels.iter().zip(single).zip(transfer);
            runs.map(|((&label, &a), &b)| [cell(label, a), cell(label, b)]).collect()
        };
        Self { cells: seeds.iter().map(of_seed).collect(), size: classes * classes, score }
    }

    /// Mean gain over seeds counted `seed_weights` times on examples counted `example_weights` times.
    fn mean(&self, seed_weights: &[u32], example_weights: &[u32]) -> f64 {
        let (mut single, mut transfer) = (vec![0_u32; self.size], vec![0_u32; self.size]);
        let mut sum = 0.0;
        for (cells, &weight) in self.cells.iter().zip(seed_weights).filter(|&(_, &weight)| weight > 0) {
            single.fill(0);
            transfer.fill(0);
            for (&[a, b], &count) in cells.iter().zip(example_weights) {
                single[usize::from(a)] += count;
                transfer[usize::from(b)] += count;
            }
            sum += f64::from(weight) * ((self.score)(&transfer) - (self.score)(&single));
        }
        sum / f64::from(seed_weights.iter().sum::<u32>())
    }
}
