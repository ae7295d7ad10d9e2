//! What takes time: permutations of tasks, and bootstraps over seeds and test examples.

use std::collections::HashMap;
use std::ops::Range;

use super::context::{Context, Predictions};
use super::{Analysis, FamilyKey, Interval, PairAnalysis, PairOutcome, correlation, prediction};
use crate::metric::{Confusion, Metric};
use crate::statistics::correlation::Coefficient;
use crate::statistics::dyadic::{BOOTSTRAP_RESAMPLES, BOOTSTRAP_TASKS, Counts, Exchange, Permutations, Statistic};
use crate::statistics::{self, Predicted, Resampling};
use crate::transfer::{Pair, SeedPredictions};

/// Resamples behind every bootstrap interval.
const RESAMPLES: usize = 2_000;

/// Up to so many pairs Kendall's coefficient is permuted and resampled: it is counted anew every time, which takes minutes
/// where there are thousands.
const KENDALL_PAIRS: usize = 2_500;

/// Cells that are compared in a part of a page's work: some 50 ms in a browser.
const CELLS_A_PART: usize = 200_000;

/// Pairs that are bootstrapped between two words about how far the work is.
const PAIRS_A_PART: usize = 200;

/// A part of the work that can be done by itself, after those before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// Permutations for one statistic of all measures of a family with one outcome.
    Permutations(FamilyKey, PairOutcome, Statistic, Range<usize>),
    /// Intervals of one coefficient over resampled tasks, of these measures.
    Intervals(FamilyKey, PairOutcome, Coefficient, Range<usize>),
    /// Measures beside others.
    Controls(FamilyKey, PairOutcome),
    /// Permutations for a statistic of a row of a family's table of predictors.
    Predictor(FamilyKey, usize, Statistic, Range<usize>),
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
        let of_family = || analysis.correlations.iter().filter(|c| c.family == *key);
        let mut outcomes: Vec<PairOutcome> = of_family().map(|c| c.outcome).collect();
        outcomes.dedup();
        for outcome in outcomes {
            let exchange = exchange(analysis, key, outcome);
            let permutations = Permutations::count_for(&exchange);
            let cells: Vec<usize> = of_family().filter(|c| c.outcome == outcome && c.n > 0).map(|c| c.n).collect();
            let of_all = cells.iter().sum();
            let most = cells.iter().copied().max().unwrap_or(0);
            for statistic in Statistic::all().filter(|s| counted(*s, most)) {
                let part = |range| Stage::Permutations(key.clone(), outcome, statistic, range);
                stages.extend(parts.of(permutations, of_all).into_iter().map(part));
                let Statistic::Pairs(which) = statistic else { continue };
                let part = |range| Stage::Intervals(key.clone(), outcome, which, range);
                // With fewer tasks there are none.
                let measures = if smallest_side(&exchange) < BOOTSTRAP_TASKS { 0 } else { cells.len() };
                stages.extend(parts.of(measures, most * BOOTSTRAP_RESAMPLES).into_iter().map(part));
            }
            if !analysis.options.controls.is_empty() {
                stages.push(Stage::Controls(key.clone(), outcome));
            }
        }
        let permutations = Permutations::count_for(&exchange(analysis, key, PairOutcome::Gain));
        for of in analysis.predictors.iter().filter(|p| p.family == *key) {
            for row in prediction::own(&analysis.correlations, of) {
                let cells = of.table.get(row).map_or(0, |r| r.n);
                for statistic in [Statistic::Pairs(Coefficient::Spearman), Statistic::WithinTargets] {
                    let part = |range| Stage::Predictor(key.clone(), row, statistic, range);
                    stages.extend(parts.of(permutations, cells).into_iter().map(part));
                }
            }
            stages.push(Stage::Predictors(key.clone()));
        }
    }
    let pairs = analysis.pairs.len();
    // In a browser one pair's bootstraps take a noticeable part of a second.
    let at_once = if parts == Parts::Small { 1 } else { PAIRS_A_PART };
    let starts = (0..pairs).step_by(at_once);
    stages.extend(starts.map(|from| Stage::Pairs(from..pairs.min(from + at_once))));
    stages
}

fn counted(statistic: Statistic, pairs: usize) -> bool {
    statistic != Statistic::Pairs(Coefficient::KendallTauB) || pairs <= KENDALL_PAIRS
}

/// What changes places among the tasks of a family, by the pairs that have the outcome.
fn exchange(analysis: &Analysis, key: &FamilyKey, outcome: PairOutcome) -> Exchange {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut cells = Vec::new();
    for pair in analysis.pairs_of(key) {
        let mut place = |name| {
            let next = places.len();
            *places.entry(name).or_insert(next)
        };
        let cell = (place(pair.key.source.as_str()), place(pair.key.target.as_str()));
        if outcome.of(pair).is_some_and(f64::is_finite) {
            cells.push(cell);
        }
    }
    Exchange::of_cells(places.len(), cells.into_iter())
}

/// How many tasks are resampled at least.
fn smallest_side(exchange: &Exchange) -> usize {
    match exchange {
        Exchange::Tasks(tasks) => *tasks,
        Exchange::Sides { sources, targets, .. } => sources.len().min(targets.len()),
    }
}

/// Does all of it; `watch` is told how many parts of how many are done, after each.
pub(super) fn all(context: &Context<'_>, analysis: &mut Analysis, watch: &mut dyn FnMut(usize, usize)) {
    let (stages, mut counts) = (stages(analysis, Parts::Whole), Counts::default());
    let parts = stages.len();
    for (done, stage) in stages.into_iter().enumerate() {
        fill(context, analysis, &mut counts, stage);
        watch(done + 1, parts);
    }
}

/// Does one part; `counts` are those of a permutation test that is divided over several.
pub(super) fn fill(context: &Context<'_>, analysis: &mut Analysis, counts: &mut Counts, stage: Stage) {
    let of = |analysis: &Analysis, key: &FamilyKey| -> Vec<PairAnalysis> { analysis.pairs_of(key).cloned().collect() };
    match stage {
        Stage::Permutations(key, outcome, statistic, range) => {
            let pairs = of(analysis, &key);
            let correlations = &mut analysis.correlations;
            correlation::permute((context, &key, &pairs), (outcome, statistic), range, counts, correlations);
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
        Stage::Predictor(key, row, statistic, range) => {
            let pairs = of(analysis, &key);
            for of in analysis.predictors.iter_mut().filter(|p| p.family == key) {
                prediction::permute((context, &pairs), (of, row), statistic, range.clone(), counts);
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
    if metric == Metric::Accuracy {
        // A mean over examples, of which the interval has a closed form.
        let change = |p: &SeedPredictions<'_>| -> Vec<f64> {
            let [before, after] = [p.single, p.transfer].map(|classes| predictions.right(classes));
            before.iter().zip(after).map(|(&before, after)| f64::from(after) - f64::from(before)).collect()
        };
        let rows: Vec<Vec<f64>> = predictions.seeds.iter().map(change).collect();
        return statistics::two_way_interval(&rows, resampling.level);
    }
    let seeds: Vec<Predicted<'_>> = predictions.seeds.iter().map(|p| (p.single, p.transfer)).collect();
    // A metric of probabilities cannot be had from classes.
    metric.of_confusion(&Confusion::from_counts(vec![vec![1, 0], vec![0, 1]]).ok()?)?;
    let score = |counts: &[u32]| {
        let rows = counts.chunks(classes.max(1)).map(|row| row.iter().map(|&n| u64::from(n)).collect()).collect();
        let score = Confusion::from_counts(rows).ok().and_then(|c| metric.of_confusion(&c));
        score.map_or(f64::NAN, |s| metric.gain(s, 0.0))
    };
    statistics::population(&seeds, predictions.labels, classes, &score, resampling).ok()
}
