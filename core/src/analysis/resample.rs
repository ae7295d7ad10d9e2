//! What takes time: permutations of tasks, and bootstraps over seeds and test examples.

use std::collections::HashSet;
use std::ops::Range;

use super::context::{Context, Predictions};
use super::{Analysis, FamilyKey, Interval, PairAnalysis, PairOutcome, correlation, prediction};
use crate::metric::{Confusion, Metric};
use crate::statistics::correlation::Coefficient;
use crate::statistics::dyadic::{BOOTSTRAP_RESAMPLES, BOOTSTRAP_TASKS, Permutations};
use crate::statistics::{self, Predicted, Resampling, Score};
use crate::transfer::Pair;

/// Resamples behind every bootstrap interval.
const RESAMPLES: usize = 2_000;

/// Cells that are compared in a part of a page's work: some 50 ms in a browser.
const CELLS_A_PART: usize = 200_000;

/// A part of the work that can be done by itself, after those before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// Permutations for one coefficient of all measures of a family with one outcome.
    Permutations(FamilyKey, PairOutcome, Coefficient, Range<usize>),
    /// Permutations for the coefficients within targets.
    Within(FamilyKey, PairOutcome, Range<usize>),
    /// Intervals of one coefficient over resampled tasks, of these measures.
    Intervals(FamilyKey, PairOutcome, Coefficient, Range<usize>),
    /// Measures beside others.
    Controls(FamilyKey, PairOutcome),
    /// Permutations for a row of a family's table of predictors, over all pairs or within targets.
    Predictor(FamilyKey, usize, bool, Range<usize>),
    /// The answer that rests on them.
    Predictors(FamilyKey),
    /// Bootstraps of these pairs.
    Pairs(Range<usize>),
}

/// How finely the work is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// So that a page can answer its reader in between.
    Small,
    /// As few as there can be.
    Whole,
}

impl Parts {
    /// Stretches of `count` pieces of work, of which each compares so many cells.
    fn of(self, count: usize, cells: usize) -> Vec<Range<usize>> {
        let size = match self {
            Self::Small => (CELLS_A_PART / cells.max(1)).clamp(1, count.max(1)),
            Self::Whole => count.max(1),
        };
        (0..count).step_by(size).map(|from| from..count.min(from + size)).collect()
    }
}

/// The parts of what [`Analysis::tests`] left absent, in the order of what a reader asks for first.
pub(super) fn stages(analysis: &Analysis, parts: Parts) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for family in &analysis.families {
        let key = &family.key;
        let names = analysis.pairs_of(key).flat_map(|p| [p.key.source.as_str(), p.key.target.as_str()]);
        let tasks = names.collect::<HashSet<&str>>().len();
        let permutations = Permutations::count_for(tasks);
        let of_family = || analysis.correlations.iter().filter(|c| c.family == *key);
        let mut outcomes: Vec<PairOutcome> = of_family().map(|c| c.outcome).collect();
        outcomes.dedup();
        for outcome in outcomes {
            let cells: Vec<usize> = of_family().filter(|c| c.outcome == outcome).map(|c| c.n).collect();
            let of_all = cells.iter().sum();
            for &which in Coefficient::ALL {
                let part = |range| Stage::Permutations(key.clone(), outcome, which, range);
                stages.extend(parts.of(permutations, of_all).into_iter().map(part));
                let most = cells.iter().copied().max().unwrap_or(0);
                let part = |range| Stage::Intervals(key.clone(), outcome, which, range);
                // With fewer tasks there are none.
                let measures = if tasks < BOOTSTRAP_TASKS { 0 } else { cells.len() };
                stages.extend(parts.of(measures, most * BOOTSTRAP_RESAMPLES).into_iter().map(part));
            }
            let part = |range| Stage::Within(key.clone(), outcome, range);
            stages.extend(parts.of(permutations, of_all).into_iter().map(part));
            if !analysis.options.controls.is_empty() {
                stages.push(Stage::Controls(key.clone(), outcome));
            }
        }
        for of in analysis.predictors.iter().filter(|p| p.family == *key) {
            for row in prediction::own(&analysis.correlations, of) {
                let cells = of.table.get(row).map_or(0, |r| r.n);
                for within in [false, true] {
                    let part = |range| Stage::Predictor(key.clone(), row, within, range);
                    stages.extend(parts.of(permutations, cells).into_iter().map(part));
                }
            }
            stages.push(Stage::Predictors(key.clone()));
        }
    }
    let pairs = analysis.pairs.len();
    // In a browser one pair's bootstraps take a noticeable part of a second.
    stages.extend(parts.of(pairs, CELLS_A_PART).into_iter().map(Stage::Pairs));
    stages
}

/// Does one part.
pub(super) fn fill(context: &Context<'_>, analysis: &mut Analysis, stage: Stage) {
    let of = |analysis: &Analysis, key: &FamilyKey| -> Vec<PairAnalysis> { analysis.pairs_of(key).cloned().collect() };
    match stage {
        Stage::Permutations(key, outcome, which, range) => {
            let pairs = of(analysis, &key);
            let Analysis { correlations, counts, .. } = analysis;
            correlation::permute((context, &key, &pairs), (outcome, which), range, counts, correlations);
        }
        Stage::Within(key, outcome, range) => {
            let pairs = of(analysis, &key);
            let Analysis { correlations, counts, .. } = analysis;
            correlation::permute_within((context, &key, &pairs), outcome, range, counts, correlations);
        }
        Stage::Intervals(key, outcome, which, measures) => {
            let pairs = of(analysis, &key);
            let correlations = &mut analysis.correlations;
            correlation::resample((context, &key, &pairs), (outcome, which), measures, correlations);
        }
        Stage::Controls(key, outcome) => {
            let pairs = of(analysis, &key);
            correlation::control((context, &key, &pairs), outcome, &mut analysis.correlations);
        }
        Stage::Predictor(key, row, within, range) => {
            let pairs = of(analysis, &key);
            let Analysis { predictors, counts, .. } = analysis;
            for of in predictors.iter_mut().filter(|p| p.family == key) {
                prediction::permute((context, &pairs), (of, row), within, range.clone(), counts);
            }
        }
        Stage::Predictors(key) => {
            for of in analysis.predictors.iter_mut().filter(|p| p.family == key) {
                prediction::conclude(context, &analysis.correlations, of);
            }
        }
        Stage::Pairs(range) => {
            // The analysis has its pairs in the order of the map.
            let pairs = context.map.pairs.get(range.clone()).unwrap_or_default();
            for (pair, into) in pairs.iter().zip(analysis.pairs.get_mut(range).unwrap_or_default()) {
                self::pair(context, pair, into);
            }
        }
    }
}

fn pair(context: &Context<'_>, pair: &Pair, into: &mut PairAnalysis) {
    let level = 1.0 - context.options.alpha;
    let resampling = Resampling { resamples: RESAMPLES, level, seed: context.options.seed };
    let (singles, transfers) = context.counted(pair).oriented_scores();
    into.probability_of_improvement_ci = statistics::probability_of_improvement(&singles, &transfers, &resampling);

    let Some(predictions) = context.predictions(pair) else { return };
    // All runs or none: the interval is of the same mean as the gain beside it.
    if [into.n, into.n_single, into.n_transfer].iter().all(|&n| n == predictions.seeds.len()) {
        into.gain_ci_population = population(pair.metric, &predictions, context.classes(&pair.key.target), &resampling);
    }
    for (examples, p) in into.examples.iter_mut().zip(&predictions.seeds) {
        let [before, after] = [p.single, p.transfer].map(|classes| predictions.right(classes));
        examples.accuracy_gain_ci = statistics::paired_bootstrap(&before, &after, &resampling);
    }
}

/// The interval of the mean gain over seeds and examples; of metrics of predicted classes only.
fn population(
    metric: Metric,
    predictions: &Predictions<'_>,
    classes: usize,
    resampling: &Resampling,
) -> Option<Interval> {
    let seeds: Vec<Predicted<'_>> = predictions.seeds.iter().map(|p| (p.single, p.transfer)).collect();
    // A metric of probabilities cannot be had from classes.
    metric.of_confusion(&Confusion::from_counts(vec![vec![1, 0], vec![0, 1]]).ok()?)?;
    let of_counts = |counts: &[u32]| {
        let rows = counts.chunks(classes.max(1)).map(|row| row.iter().map(|&n| u64::from(n)).collect()).collect();
        let score = Confusion::from_counts(rows).ok().and_then(|c| metric.of_confusion(&c));
        score.map_or(f64::NAN, |s| metric.gain(s, 0.0))
    };
    let score = if metric == Metric::Accuracy { Score::Accuracy } else { Score::Counts(&of_counts) };
    statistics::population(&seeds, predictions.labels, classes, score, resampling).ok()
}
