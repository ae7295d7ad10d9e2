//! From records to the map of transfers: joined by key, so that the order of records changes nothing.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Baseline, Outcome, Pair, PairKey, TransferError};
use crate::metric::Metric;
use crate::record::RunRecord;
use crate::sort;
use crate::sorted::SortedMap;
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
        let baselines = baselines.into_iter().map(|(_, baseline)| baseline).collect();
        Ok(Self { baselines, pairs, unpaired_runs: joined.unpaired_runs })
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

/// A run under what it measures.
type Keyed<'a, K> = (K, &'a RunRecord);

/// Runs by what they measure, then by seed.
struct Joined<'a> {
    metrics: &'a IndexMap<String, Metric>,
    singles: Vec<Keyed<'a, TaskKey<'a>>>,
    /// Runs of `[recipe.source]`, where the study has one.
    sources: Vec<Keyed<'a, TaskKey<'a>>>,
    transfers: Vec<Keyed<'a, TransferKey<'a>>>,
    /// Test examples by label, by position of the task; empty where no run tells.
    label_counts: Vec<Vec<usize>>,
    unpaired_runs: usize,
}

impl<'a> Joined<'a> {
    fn new(metrics: &'a IndexMap<String, Metric>, runs: &'a [RunRecord]) -> Result<Self, TransferError> {
        let mut joined = Self {
            metrics,
            singles: Vec::new(),
            sources: Vec::new(),
            transfers: Vec::new(),
            label_counts: vec![Vec::new(); metrics.len()],
            unpaired_runs: 0,
        };
        for run in runs {
            joined.add(run)?;
        }
        arrange(&mut joined.singles)?;
        arrange(&mut joined.sources)?;
        arrange(&mut joined.transfers)?;
        Ok(joined)
    }

    fn add(&mut self, run: &'a RunRecord) -> Result<(), TransferError> {
        for task in run.sources.iter().chain(&run.targets) {
            self.position(run, task)?;
        }
        let (encoder, variant) = (run.encoder.as_str(), run.variant.as_str());
        match (run.protocol, run.sources.as_slice(), run.targets.as_slice()) {
            (Protocol::Single, [], [task]) => {
                let key = (encoder, variant, self.position(run, task)?);
                self.singles.push((key, run));
            }
            (Protocol::Source, [], [task]) => {
                let key = (encoder, variant, self.position(run, task)?);
                self.sources.push((key, run));
            }
            // A task trained on itself is no transfer: the diagonal is absent.
            (protocol, [source], [target]) if source != target => {
                let key = (encoder, variant, protocol, self.position(run, source)?, self.position(run, target)?);
                self.transfers.push((key, run));
            }
            _ => {
                self.unpaired_runs += 1;
                return Ok(());
            }
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
            if let Some(counts) = self.label_counts.get_mut(task).filter(|counts| counts.is_empty()) {
                let of_run = test.confusion.iter().map(|row| row.iter().sum::<u64>() as usize);
                *counts = of_run.collect();
                if counts.iter().all(|&c| c == 0) {
                    counts.clear();
                }
            }
        }
    }

    fn baselines(&self) -> Vec<(TaskKey<'a>, Baseline)> {
        let mut baselines = Vec::new();
        for runs in self.singles.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(key, _)) = runs.first() else { continue };
            let (encoder, variant, position) = key;
            let Some((task, &metric)) = self.metrics.get_index(position) else { continue };
            let counts = self.label_counts.get(position).filter(|counts| !counts.is_empty()).map(Vec::as_slice);
            baselines
                .push((key, Baseline::new((encoder, variant, task), metric, outcomes(runs, task, metric), counts)));
        }
        baselines
    }

    fn pairs(&self, baselines: &[(TaskKey<'a>, Baseline)]) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for runs in self.transfers.chunk_by(|a, b| a.0 == b.0) {
            let Some(&((encoder, variant, protocol, source, target), _)) = runs.first() else { continue };
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
            let of_target = (encoder, variant, target);
            let place = baselines.binary_search_by(|(key, _)| key.cmp(&of_target)).ok();
            let baseline = place.and_then(|at| baselines.get(at)).map(|(_, baseline)| baseline);
            pairs.push(Pair::new(key, metric, outcomes(runs, target_name, metric), baseline, collapsed));
        }
        pairs
    }

    /// Of the source models that `transfers` started from, those that had collapsed.
    fn source_collapsed_runs<K>(&self, key: TaskKey<'a>, task: &str, transfers: &[Keyed<'a, K>]) -> usize {
        let of = |runs: &[Keyed<'a, TaskKey<'a>>], seed| -> Option<&'a RunRecord> {
            let place = runs.binary_search_by(|(k, run)| (*k, run.seed).cmp(&(key, seed))).ok()?;
            Some(runs.get(place)?.1)
        };
        let has_own = self.sources.binary_search_by(|(k, _)| k.cmp(&key)).is_ok();
        let models = if has_own { &self.sources } else { &self.singles };
        let constant = |run: &&RunRecord| run.evaluation(task, "test").is_some_and(|e| e.constant);
        transfers.iter().filter_map(|(_, run)| of(models, run.seed)).filter(constant).count()
    }
}

/// Sorts runs by what they measure, then by seed.
fn arrange<K: Ord>(runs: &mut [Keyed<'_, K>]) -> Result<(), TransferError> {
    sort::by(runs, |a, b| a.0.cmp(&b.0).then(a.1.seed.cmp(&b.1.seed)));
    for two in runs.windows(2) {
        if let [(key, first), (next, second)] = two
            && key == next
            && first.seed == second.seed
        {
            return Err(TransferError::Duplicate { first: first.id.clone(), second: second.id.clone() });
        }
    }
    Ok(())
}

fn outcomes<K>(runs: &[Keyed<'_, K>], task: &str, metric: Metric) -> SortedMap<Option<u64>, Outcome> {
    runs.iter().map(|(_, run)| (run.seed, Outcome::of(run, task, metric))).collect()
}
