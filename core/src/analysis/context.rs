//! What every part of an analysis looks up: the options in force for a task, its leaks, the predictions of a run.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::{AnalysisError, Options, PairAnalysis, SeedExamples};
use crate::metric::Metric;
use crate::report::Report;
use crate::statistics;
use crate::study::Task;
use crate::transfer::{self, Pair, Runs, SeedPredictions, TransferMap};

/// A report with the options and the map that follow from it.
pub(super) struct Context<'a> {
    pub report: &'a Report,
    pub options: &'a Options,
    pub runs: Runs<'a>,
    pub map: TransferMap,
    /// The study's seeds, ascending: the order in which runs count in a race.
    pub seeds: Vec<u64>,
    choices: IndexMap<String, (Metric, f64)>,
    /// (source, target) whose training and test sets share texts.
    leaks: HashSet<(&'a str, &'a str)>,
    on_training_rows: HashSet<&'a str>,
    /// Labels of the test set, by task.
    labels: HashMap<&'a str, &'a [u8]>,
    /// By encoder, variant, source and target.
    relevance: HashMap<(&'a str, &'a str, &'a str, &'a str), f64>,
}

/// The predictions of a pair, and which are right.
pub(super) struct Predictions<'a> {
    pub labels: &'a [u8],
    pub seeds: Vec<SeedPredictions<'a>>,
}

impl Predictions<'_> {
    /// Which examples a run got right.
    pub(super) fn right(&self, classes: &[u8]) -> Vec<bool> {
        classes.iter().zip(self.labels).map(|(class, label)| class == label).collect()
    }
}

impl<'a> Context<'a> {
    pub(super) fn new(report: &'a Report, options: &'a Options) -> Result<Self, AnalysisError> {
        options.check()?;
        check_controls(report, options)?;
        let choices = choices(report, options);
        let metrics = choices.iter().map(|(task, &(metric, _))| (task.clone(), metric)).collect();
        let runs = Runs::new(&report.runs)?;
        let map = TransferMap::new(&metrics, &runs)?;
        if let Some(metric) = options.metric {
            check_metric(report, metric, &map)?;
        }
        let mut leaks = HashSet::new();
        let mut labels = HashMap::new();
        for task in &report.tasks {
            let shared = task.overlaps.iter().filter(|o| o.test_examples > 0);
            leaks.extend(shared.map(|o| (o.source.as_str(), task.name.as_str())));
            if let Some(sequence) = task.splits.get("test").and_then(|s| s.label_sequence.as_ref()) {
                labels.insert(task.name.as_str(), sequence.indices());
            }
        }
        let on_training_rows =
            report.study.task.iter().filter(|t| t.test.is_training()).map(|t| t.name.as_str()).collect();
        let relevance =
            report.relevance.iter().map(|r| ((&*r.encoder, &*r.variant, &*r.source, &*r.target), r.value)).collect();
        let seeds = report.study.seeds_ascending();
        Ok(Self { report, options, runs, map, seeds, choices, leaks, on_training_rows, labels, relevance })
    }

    /// Runs of an arm at each planned look, where the pairs of the study race.
    pub(super) fn looks(&self) -> Option<&'a [usize]> {
        self.report.study.race.as_ref().map(|race| race.looks.as_slice())
    }

    /// Number of classes of a task.
    pub(super) fn classes(&self, task: &str) -> usize {
        self.report.tasks.iter().find(|t| t.name == task).map_or(0, |t| t.labels.len())
    }

    /// Metric and margin of a task.
    pub(super) fn choice(&self, task: &str) -> (Metric, f64) {
        let fallback = (Metric::Accuracy, Metric::Accuracy.default_margin());
        self.choices.get(task).copied().unwrap_or(fallback)
    }

    /// Smallest gain worth having on a task.
    pub(super) fn margin(&self, task: &str) -> f64 {
        self.choice(task).1
    }

    /// The pair with the runs that count.
    pub(super) fn counted<'p>(&self, pair: &'p Pair) -> Cow<'p, Pair> {
        if self.options.without_collapsed { Cow::Owned(pair.without_collapsed()) } else { Cow::Borrowed(pair) }
    }

    /// Whether test texts of `target` stand in the training set of `source`.
    pub(super) fn leaks(&self, source: &str, target: &str) -> bool {
        self.leaks.contains(&(source, target))
    }

    /// Whether a task is evaluated on its training rows.
    pub(super) fn evaluated_on_training_rows(&self, task: &str) -> bool {
        self.on_training_rows.contains(task)
    }

    /// Whether sources are ranked by a judgement of their own instead of by score.
    pub(super) fn has_relevance(&self) -> bool {
        !self.relevance.is_empty()
    }

    /// That judgement.
    pub(super) fn relevance(&self, pair: &PairAnalysis) -> Option<f64> {
        let key = &pair.key;
        self.relevance.get(&(&*key.encoder, &*key.variant, &*key.source, &*key.target)).copied()
    }

    /// The predictions of a pair's counted seeds that have a gain, where the report has them.
    pub(super) fn predictions<'s>(&'s self, pair: &'s Pair) -> Option<Predictions<'s>> {
        let labels = *self.labels.get(pair.key.target.as_str())?;
        let has_gain = |seed| pair.seeds().any(|s| s.seed == seed && s.gain.is_some());
        let counts = |p: &SeedPredictions<'_>| !(self.options.without_collapsed && p.collapsed) && has_gain(p.seed);
        let all = transfer::predictions(&self.runs, &pair.key, labels);
        Some(Predictions { labels, seeds: all.into_iter().filter(counts).collect() })
    }

    /// McNemar's test of every paired seed of which the report has the predictions.
    pub(super) fn examples(&self, pair: &Pair) -> Vec<SeedExamples> {
        let Some(predictions) = self.predictions(pair) else { return Vec::new() };
        let of_seed = |p: &SeedPredictions<'_>| {
            let [before, after] = [p.single, p.transfer].map(|classes| predictions.right(classes));
            let (only_single_right, only_transfer_right) = statistics::discordant(&before, &after)?;
            Some(SeedExamples {
                seed: p.seed,
                only_single_right,
                only_transfer_right,
                p_mcnemar: statistics::mcnemar_p(only_single_right, only_transfer_right),
                accuracy_gain_ci: None,
            })
        };
        predictions.seeds.iter().filter_map(of_seed).collect()
    }
}

/// Metric and margin of every task, in the study's order.
fn choices(report: &Report, options: &Options) -> IndexMap<String, (Metric, f64)> {
    let choice = |task: &Task| {
        let metric = options.metric.unwrap_or(task.metric);
        let own = task.margin.filter(|_| metric == task.metric);
        (metric, options.margin.or(own).unwrap_or_else(|| metric.default_margin()))
    };
    report.study.task.iter().map(|t| (t.name.clone(), choice(t))).collect()
}

/// Refuses a measure that is not there: nothing would be controlled for, without a word.
fn check_controls(report: &Report, options: &Options) -> Result<(), AnalysisError> {
    let known = || report.measures.iter().map(|m| &m.name);
    match options.controls.iter().find(|control| known().all(|name| name != *control)) {
        Some(control) => Err(AnalysisError::Control { measure: control.clone(), known: known().cloned().collect() }),
        None => Ok(()),
    }
}

/// Refuses a metric that no run has: every cell would be empty without a word.
fn check_metric(report: &Report, metric: Metric, map: &TransferMap) -> Result<(), AnalysisError> {
    let arms = map.baselines.iter().map(|b| &b.arm).chain(map.pairs.iter().map(|p| &p.transfer));
    let scored = arms.into_iter().any(|arm| !arm.scores().is_empty());
    if scored || report.runs.is_empty() {
        return Ok(());
    }
    let evaluations = report.runs.iter().flat_map(|r| r.evaluations.values()).flat_map(IndexMap::values);
    let mut known: Vec<String> = Vec::new();
    for name in evaluations.flat_map(|e| e.scores.keys()) {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
    Err(AnalysisError::Metric { metric: metric.name(), known })
}
