//! What every part of an analysis looks up: the options in force for a task, its leaks, the predictions of a run.

use std::cell::OnceCell;

use indexmap::IndexMap;

use super::arms::Arms;
use super::{AnalysisError, Options, PairAnalysis, SeedExamples};
use crate::metric::Metric;
use crate::record::{Classes, Evaluation, RunRecord};
use crate::report::Report;
use crate::sort;
use crate::stats;
use crate::study::{Protocol, Task};
use crate::transfer::{Pair, SeedGain, TransferMap};

/// A report with the options and the map that follow from it.
pub(super) struct Context<'a> {
    pub report: &'a Report,
    pub options: &'a Options,
    pub map: TransferMap,
    choices: IndexMap<String, (Metric, f64)>,
    /// (source, target) whose training and test sets share texts.
    leaks: Vec<(&'a str, &'a str)>,
    /// Positions of the report's runs, in the order of [`run_key`].
    runs: OnceCell<Vec<usize>>,
    /// Positions of the report's relevances, in the order of their pairs.
    relevances: OnceCell<Vec<usize>>,
}

/// Encoder, variant, source and target.
type PairName<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Encoder, variant, protocol, source, target, seed.
type RunKey<'a> = (&'a str, &'a str, Protocol, Option<&'a str>, &'a str, Option<u64>);

/// The predictions of both arms at one seed, on the same examples.
pub(super) struct Predictions<'a> {
    pub seed: Option<u64>,
    pub labels: &'a [u8],
    pub single: &'a [u8],
    pub transfer: &'a [u8],
    pub collapsed: bool,
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
        let map = TransferMap::new(&metrics, &report.runs)?;
        if let Some(metric) = options.metric {
            check_metric(report, metric, &map)?;
        }
        let mut leaks = Vec::new();
        for task in &report.tasks {
            let shared = task.overlaps.iter().filter(|o| o.test_examples > 0);
            leaks.extend(shared.map(|o| (o.source.as_str(), task.name.as_str())));
        }
        Ok(Self { report, options, map, choices, leaks, runs: OnceCell::new(), relevances: OnceCell::new() })
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

    /// The scores of a pair that count.
    pub(super) fn arms(&self, pair: &Pair, without_collapsed: bool) -> Arms {
        let baseline = self.map.baseline(&pair.key.encoder, &pair.key.variant, &pair.key.target);
        Arms::new(pair, baseline, without_collapsed)
    }

    /// Whether test texts of `target` stand in the training set of `source`.
    pub(super) fn leaks(&self, source: &str, target: &str) -> bool {
        self.leaks.contains(&(source, target))
    }

    /// Whether a task is evaluated on its training rows.
    pub(super) fn evaluated_on_training_rows(&self, task: &str) -> bool {
        self.report.study.task.iter().any(|t| t.name == task && t.test.same_as.is_some())
    }

    /// Whether sources are ranked by a judgement of their own instead of by score.
    pub(super) fn has_relevance(&self) -> bool {
        !self.report.relevance.is_empty()
    }

    /// That judgement.
    pub(super) fn relevance(&self, pair: &PairAnalysis) -> Option<f64> {
        let all = &self.report.relevance;
        let name = |i: usize| all.get(i).map(|r| (&*r.encoder, &*r.variant, &*r.source, &*r.target));
        let order = self.relevances.get_or_init(|| sort::order(all.len(), &mut |a, b| name(a).cmp(&name(b))));
        let key = &pair.key;
        let wanted: Option<PairName<'_>> = Some((&key.encoder, &key.variant, &key.source, &key.target));
        // Of two for one pair the later one counts.
        let place = order.partition_point(|&i| name(i) <= wanted).checked_sub(1)?;
        order.get(place).filter(|&&i| name(i) == wanted).and_then(|&i| all.get(i)).map(|r| r.value)
    }

    /// The evaluation of a run on its target's test set.
    fn test(&self, key: &RunKey<'_>) -> Option<&Evaluation> {
        let runs = &self.report.runs;
        let of = |i: usize| runs.get(i).and_then(run_key);
        let order = self.runs.get_or_init(|| sort::order(runs.len(), &mut |a, b| of(a).cmp(&of(b))));
        let place = order.binary_search_by(|&i| of(i).as_ref().cmp(&Some(key))).ok()?;
        let run = runs.get(*order.get(place)?)?;
        run.evaluation(run.targets.first()?, "test")
    }

    /// Labels of the test set of a task.
    fn labels(&self, task: &str) -> Option<&[u8]> {
        let task = self.report.tasks.iter().rfind(|t| t.name == task)?;
        task.splits.get("test")?.label_sequence.as_ref().map(Classes::indices)
    }

    /// Predicted classes of the paired seeds of which the report has them.
    pub(super) fn predictions(&self, pair: &Pair) -> Vec<Predictions<'_>> {
        let key = &pair.key;
        let Some(labels) = self.labels(&key.target) else { return Vec::new() };
        let predicted = |protocol, source, seed| {
            let run = (key.encoder.as_str(), key.variant.as_str(), protocol, source, key.target.as_str(), seed);
            let classes = self.test(&run)?.predicted.as_ref()?.indices();
            (classes.len() == labels.len()).then_some(classes)
        };
        let of_seed = |s: &SeedGain| {
            s.gain?;
            Some(Predictions {
                seed: s.seed,
                labels,
                single: predicted(Protocol::Single, None, s.seed)?,
                transfer: predicted(key.protocol, Some(key.source.as_str()), s.seed)?,
                collapsed: s.collapsed(),
            })
        };
        pair.seeds.iter().filter_map(of_seed).filter(|p| !(self.options.without_collapsed && p.collapsed)).collect()
    }

    /// McNemar's test of every paired seed of which the report has the predictions.
    pub(super) fn examples(&self, pair: &Pair) -> Vec<SeedExamples> {
        let of_seed = |p: &Predictions<'_>| {
            let (only_single_right, only_transfer_right) = stats::discordant(&p.right(p.single), &p.right(p.transfer))?;
            Some(SeedExamples {
                seed: p.seed,
                only_single_right,
                only_transfer_right,
                p_mcnemar: stats::mcnemar_p(only_single_right, only_transfer_right),
                accuracy_gain_ci: None,
            })
        };
        self.predictions(pair).iter().filter_map(of_seed).collect()
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
    let scored = map.baselines.iter().any(|b| b.n > 0)
        || map.pairs.iter().flat_map(|p| &p.seeds).any(|s| s.transfer.score.is_some());
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

/// The key of a run of one target and at most one source.
fn run_key(run: &RunRecord) -> Option<RunKey<'_>> {
    let [target] = run.targets.as_slice() else { return None };
    let source = match run.sources.as_slice() {
        [] => None,
        [source] => Some(source.as_str()),
        _ => return None,
    };
    Some((&run.encoder, &run.variant, run.protocol, source, target, run.seed))
}
