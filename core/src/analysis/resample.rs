//! What takes time: permutations of tasks, and bootstraps over seeds and test examples.

use std::ops::Range;

use super::arms::Arms;
use super::context::{Context, Predictions};
use super::{Analysis, FamilyKey, Interval, PairAnalysis, PairOutcome, correlation, prediction};
use crate::metric::{Confusion, Metric};
use crate::stats::{self, Resampling, Score, SeedOutcomes};
use crate::transfer::Pair;

/// Resamples behind every bootstrap interval.
const RESAMPLES: usize = 2_000;

/// Pairs whose bootstraps are one stage: in a browser one takes a noticeable part of a second.
const PAIRS_A_STAGE: usize = 1;

/// A part of the work that can be done by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// Permutations for all measures of a family against one outcome.
    Correlations(FamilyKey, PairOutcome),
    /// Permutations for all predictors of a family; after its correlations, on which they rest.
    Predictors(FamilyKey),
    /// Bootstraps of these pairs.
    Pairs(Range<usize>),
}

/// The parts of what [`Analysis::of`] left absent, in the order of what a reader asks for first.
pub(super) fn stages(analysis: &Analysis) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for correlation in &analysis.correlations {
        let stage = Stage::Correlations(correlation.family.clone(), correlation.outcome);
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
    }
    stages.extend(analysis.predictors.iter().map(|p| Stage::Predictors(p.family.clone())));
    let pairs = analysis.pairs.len();
    stages.extend((0..pairs).step_by(PAIRS_A_STAGE).map(|from| Stage::Pairs(from..pairs.min(from + PAIRS_A_STAGE))));
    stages
}

/// Does one part.
pub(super) fn fill(context: &Context<'_>, analysis: &mut Analysis, stage: Stage) {
    match stage {
        Stage::Correlations(key, outcome) => {
            let of_family: Vec<PairAnalysis> = analysis.pairs_of(&key).cloned().collect();
            correlation::permute(context, &key, &of_family, outcome, &mut analysis.correlations);
        }
        Stage::Predictors(key) => {
            let of_family: Vec<PairAnalysis> = analysis.pairs_of(&key).cloned().collect();
            for predictors in analysis.predictors.iter_mut().filter(|p| p.family == key) {
                prediction::permute(context, &of_family, &analysis.correlations, predictors);
            }
        }
        Stage::Pairs(range) => {
            for into in analysis.pairs.get_mut(range).unwrap_or_default() {
                if let Some(pair) = context.map.pair(&into.key) {
                    self::pair(context, pair, into);
                }
            }
        }
    }
}

fn pair(context: &Context<'_>, pair: &Pair, into: &mut PairAnalysis) {
    let level = 1.0 - context.options.alpha;
    let resampling = Resampling { resamples: RESAMPLES, level, seed: context.options.seed };
    let baseline = context.map.baseline(&pair.key.encoder, &pair.key.variant, &pair.key.target);
    let arms = Arms::new(pair, baseline, context.options.without_collapsed);
    let (singles, transfers) = arms.oriented();
    let of_runs = [stats::Arms { single: &singles, transfer: &transfers }];
    into.probability_of_improvement_ci = stats::probability_of_improvement(&of_runs, &resampling).map(ends);

    let predictions = context.predictions(pair);
    // All seeds or none: the interval is of the same mean as the gain beside it.
    if predictions.len() == into.n {
        into.gain_ci_population = population(pair.metric, &predictions, context.classes(&pair.key.target), &resampling);
    }
    for (examples, p) in into.examples.iter_mut().zip(&predictions) {
        examples.accuracy_gain_ci =
            stats::paired_bootstrap(&p.right(p.single), &p.right(p.transfer), &resampling).map(ends);
    }
}

/// The interval of the mean gain over seeds and examples; of metrics of predicted classes only.
fn population(
    metric: Metric,
    predictions: &[Predictions<'_>],
    classes: usize,
    resampling: &Resampling,
) -> Option<Interval> {
    let labels = predictions.first()?.labels;
    let seeds: Vec<SeedOutcomes<'_>> =
        predictions.iter().map(|p| SeedOutcomes { single: p.single, transfer: p.transfer }).collect();
    // A metric of probabilities cannot be had from classes.
    metric.of_confusion(&Confusion::from_counts(vec![vec![1, 0], vec![0, 1]]).ok()?)?;
    let of_counts = |counts: &[u32]| {
        let rows = counts.chunks(classes.max(1)).map(|row| row.iter().map(|&n| u64::from(n)).collect()).collect();
        let score = Confusion::from_counts(rows).ok().and_then(|c| metric.of_confusion(&c));
        score.map_or(f64::NAN, |s| metric.gain(s, 0.0))
    };
    let score = if metric == Metric::Accuracy { Score::Accuracy } else { Score::Counts(&of_counts) };
    stats::population(&seeds, labels, classes, score, resampling).ok().map(ends)
}

fn ends(interval: stats::BootstrapInterval) -> Interval {
    [interval.low, interval.high]
}
