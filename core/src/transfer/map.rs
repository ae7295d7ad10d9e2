//! From records to the map of transfers: joined by key, so that the order of records changes nothing.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use super::{Baseline, Outcome, Pair, PairKey, TransferError};
use crate::metric::Metric;
use crate::record::RunRecord;
use crate::study::{Protocol, Study};

/// Baselines and pairs of a study; what was not run is not there.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TransferMap {
    /// By encoder, variant, and the study's order of tasks.
    pub baselines: Vec<Baseline>,
    /// By encoder, variant, protocol, and the study's order of sources, then targets.
    pub pairs: Vec<Pair>,
    /// Records that belong to no ordered pair: joint runs, and chains of several sources.
    pub unpaired_runs: usize,
}

impl TransferMap {
    /// The map of `runs` in the primary metric of every task of `study`.
    ///
    /// # Errors
    /// A record of an unknown task, or two records of one run.
    pub fn of_study(study: &Study, runs: &[RunRecord]) -> Result<Self, TransferError> {
        let metrics = study.task.iter().map(|t| (t.name.clone(), t.metric)).collect();
        Self::new(&metrics, runs)
    }

    /// The map of `runs` in the metric that `metrics` gives for each task; its order is that of the map.
    ///
    /// A missing run, a failed one and one without the metric leave their seed unpaired: missing stays missing. Only a
    /// pair whose two sides have no seed in common is compared by means ([`Pair::design`]).
    ///
    /// # Errors
    /// A record of a task that `metrics` does not have, or two records of one run.
    pub fn new(metrics: &IndexMap<String, Metric>, runs: &[RunRecord]) -> Result<Self, TransferError> {
        let joined = Joined::new(metrics, runs)?;
        let baselines = joined.baselines();
        let pairs = joined.pairs(&baselines);
        Ok(Self { baselines: baselines.into_values().collect(), pairs, unpaired_runs: joined.unpaired_runs })
    }

    /// The baseline of a task.
    pub fn baseline(&self, encoder: &str, variant: &str, task: &str) -> Option<&Baseline> {
        self.baselines.iter().find(|b| b.encoder == encoder && b.variant == variant && b.task == task)
    }

    /// The pair of this key.
    pub fn pair(&self, key: &PairKey) -> Option<&Pair> {
        self.pairs.iter().find(|p| p.key == *key)
    }
}

/// Encoder, variant, and position of a task.
type TaskKey<'a> = (&'a str, &'a str, usize);

/// Encoder, variant, protocol, and positions of source and target.
type TransferKey<'a> = (&'a str, &'a str, Protocol, usize, usize);

/// Runs by what they measure, then by seed.
struct Joined<'a> {
    metrics: &'a IndexMap<String, Metric>,
    singles: BTreeMap<TaskKey<'a>, BTreeMap<Option<u64>, &'a RunRecord>>,
    /// Runs of `[recipe.source]`, where the study has one.
    sources: BTreeMap<TaskKey<'a>, BTreeMap<Option<u64>, &'a RunRecord>>,
    transfers: BTreeMap<TransferKey<'a>, BTreeMap<Option<u64>, &'a RunRecord>>,
    /// Test examples by label, by position of the task.
    label_counts: BTreeMap<usize, Vec<usize>>,
    unpaired_runs: usize,
}

impl<'a> Joined<'a> {
    fn new(metrics: &'a IndexMap<String, Metric>, runs: &'a [RunRecord]) -> Result<Self, TransferError> {
        let mut joined = Self {
            metrics,
            singles: BTreeMap::new(),
            sources: BTreeMap::new(),
            transfers: BTreeMap::new(),
            label_counts: BTreeMap::new(),
            unpaired_runs: 0,
        };
        for run in runs {
            joined.add(run)?;
        }
        Ok(joined)
    }

    fn add(&mut self, run: &'a RunRecord) -> Result<(), TransferError> {
        for task in run.sources.iter().chain(&run.targets) {
            self.position(run, task)?;
        }
        let (encoder, variant) = (run.encoder.as_str(), run.variant.as_str());
        let seeds = match (run.protocol, run.sources.as_slice(), run.targets.as_slice()) {
            (Protocol::Single, [], [task]) => {
                let key = (encoder, variant, self.position(run, task)?);
                self.singles.entry(key).or_default()
            }
            (Protocol::Source, [], [task]) => {
                let key = (encoder, variant, self.position(run, task)?);
                self.sources.entry(key).or_default()
            }
            // A task trained on itself is no transfer: the diagonal is absent.
            (protocol, [source], [target]) if source != target => {
                let key = (encoder, variant, protocol, self.position(run, source)?, self.position(run, target)?);
                self.transfers.entry(key).or_default()
            }
            _ => {
                self.unpaired_runs += 1;
                return Ok(());
            }
        };
        if let Some(first) = seeds.insert(run.seed, run) {
            return Err(TransferError::Duplicate { first: first.id.clone(), second: run.id.clone() });
        }
        self.count_labels(run);
        Ok(())
    }

    fn position(&self, run: &RunRecord, task: &str) -> Result<usize, TransferError> {
        let unknown = || TransferError::UnknownTask { run: run.id.clone(), task: task.to_owned() };
        self.metrics.get_index_of(task).ok_or_else(unknown)
    }

    /// Any run's confusion matrix tells the labels of the test set.
    fn count_labels(&mut self, run: &RunRecord) {
        for target in &run.targets {
            let (Some(task), Some(test)) = (self.metrics.get_index_of(target), run.evaluation(target, "test")) else {
                continue;
            };
            let counts: Vec<usize> = test.confusion.iter().map(|row| row.iter().sum::<u64>() as usize).collect();
            if counts.iter().any(|&c| c > 0) {
                self.label_counts.entry(task).or_insert(counts);
            }
        }
    }

    fn baselines(&self) -> BTreeMap<TaskKey<'a>, Baseline> {
        let mut baselines = BTreeMap::new();
        for (&(encoder, variant, position), runs) in &self.singles {
            let Some((task, &metric)) = self.metrics.get_index(position) else { continue };
            let seeds = outcomes(runs, task, metric);
            let counts = self.label_counts.get(&position).map(Vec::as_slice);
            let baseline = Baseline::new((encoder, variant, task), metric, seeds, counts);
            baselines.insert((encoder, variant, position), baseline);
        }
        baselines
    }

    fn pairs(&self, baselines: &BTreeMap<TaskKey<'a>, Baseline>) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for (&(encoder, variant, protocol, source, target), runs) in &self.transfers {
            let (Some((source_name, _)), Some((target_name, &metric))) =
                (self.metrics.get_index(source), self.metrics.get_index(target))
            else {
                continue;
            };
            let key = PairKey {
                encoder: encoder.to_owned(),
                variant: variant.to_owned(),
                protocol,
                source: source_name.clone(),
                target: target_name.clone(),
            };
            let collapsed = self.source_collapsed_runs((encoder, variant, source), source_name, runs);
            let baseline = baselines.get(&(encoder, variant, target));
            pairs.push(Pair::new(key, metric, outcomes(runs, target_name, metric), baseline, collapsed));
        }
        pairs
    }

    /// Of the source models that `transfers` started from, those that had collapsed.
    fn source_collapsed_runs(
        &self,
        key: TaskKey<'a>,
        task: &str,
        transfers: &BTreeMap<Option<u64>, &RunRecord>,
    ) -> usize {
        let Some(models) = self.sources.get(&key).or_else(|| self.singles.get(&key)) else { return 0 };
        let constant = |run: &&&RunRecord| run.evaluation(task, "test").is_some_and(|e| e.constant);
        transfers.keys().filter_map(|seed| models.get(seed)).filter(constant).count()
    }
}

fn outcomes(runs: &BTreeMap<Option<u64>, &RunRecord>, task: &str, metric: Metric) -> BTreeMap<Option<u64>, Outcome> {
    runs.iter().map(|(&seed, run)| (seed, Outcome::of(run, task, metric))).collect()
}
