//! From runs to the map of transfers: joined by key, so that the order of records changes nothing.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Arm, ArmKey, Baseline, BySeed, Outcome, Pair, PairKey, Runs, TransferError};
use crate::metric::Metric;
use crate::record::RunRecord;
use crate::study::{Protocol, Study};

/// Baselines and pairs of a study; what was not run is not there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransferMap {
    /// By encoder, variant, and the study's order of tasks.
    pub baselines: Vec<Baseline>,
    /// By encoder, variant, protocol, and the study's order of sources, then targets.
    pub pairs: Vec<Pair>,
}

impl TransferMap {
    /// The map of `runs` in the primary metric of every task of `study`.
    ///
    /// # Errors
    /// A record of an unknown task, or two records of one run.
    pub fn of_study(study: &Study, runs: &[RunRecord]) -> Result<Self, TransferError> {
        let metrics = study.task.iter().map(|t| (t.name.clone(), t.metric)).collect();
        Self::new(&metrics, &Runs::new(runs)?)
    }

    /// The map of `runs` in the metric that `metrics` gives for each task; its order is that of the map.
    ///
    /// A missing run, a failed one and one without the metric leave their seed unpaired: missing stays missing. Only a
    /// pair whose two sides have no seed in common is compared by means ([`Pair::paired`]).
    ///
    /// # Errors
    /// A record of a task that `metrics` does not have.
    pub fn new(metrics: &IndexMap<String, Metric>, runs: &Runs<'_>) -> Result<Self, TransferError> {
        for run in runs.records() {
            if let Some(task) = run.sources.iter().chain(&run.targets).find(|t| !metrics.contains_key(*t)) {
                return Err(TransferError::UnknownTask { run: run.id.clone(), task: task.clone() });
            }
        }
        let labels = label_counts(runs);
        let position = |task: &str| metrics.get_index_of(task);
        let mut arms: Vec<(&ArmKey<'_>, &BySeed<'_>)> = runs.arms().collect();
        arms.sort_by_key(|(k, _)| {
            (k.encoder, k.variant, k.protocol, k.block, k.source.map(position), position(k.target))
        });

        let mut map = Self::default();
        for (key, by_seed) in arms {
            let Some(&metric) = metrics.get(key.target) else { continue };
            let arm = scores(by_seed, key.target, metric);
            let counts = labels.get(key.target).map(Vec::as_slice);
            match (key.protocol, key.source) {
                (Protocol::Single, None) => map.baselines.push(Baseline {
                    encoder: key.encoder.to_owned(),
                    variant: key.variant.to_owned(),
                    task: key.target.to_owned(),
                    metric,
                    arm,
                    majority_accuracy: counts.and_then(|counts| Metric::Accuracy.chance(counts)),
                    chance: counts.and_then(|counts| metric.chance(counts)),
                }),
                (protocol, Some(source)) => {
                    let pair_key = PairKey {
                        encoder: key.encoder.to_owned(),
                        variant: key.variant.to_owned(),
                        protocol,
                        block: key.block.map(str::to_owned),
                        source: source.to_owned(),
                        target: key.target.to_owned(),
                    };
                    let alone = ArmKey { protocol: Protocol::Single, block: None, source: None, ..*key };
                    let single = runs.arm(&alone).map(|runs| scores(runs, key.target, metric)).unwrap_or_default();
                    let chance = counts.and_then(|counts| metric.chance(counts)).filter(|_| !single.is_empty());
                    let source_collapsed_runs = source_collapsed_runs(runs, key, by_seed);
                    let pair = Pair::new(pair_key, metric, single, arm);
                    map.pairs.push(Pair { chance, source_collapsed_runs, ..pair });
                }
                // Sources with a recipe of their own start other runs and are compared with nothing.
                _ => {}
            }
        }
        Ok(map)
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

fn scores(runs: &BySeed<'_>, task: &str, metric: Metric) -> Arm {
    runs.iter().map(|(&seed, run)| (seed, Outcome::of(run, task, metric))).collect()
}

/// Test examples by label and task: any run's confusion matrix tells them.
fn label_counts<'a>(runs: &Runs<'a>) -> BTreeMap<&'a str, Vec<usize>> {
    let mut labels = BTreeMap::new();
    for run in runs.records() {
        for target in run.targets.iter().filter(|_| !ArmKey::of(run).is_empty()) {
            if labels.contains_key(target.as_str()) {
                continue;
            }
            let Some(test) = run.evaluation(target, "test") else { continue };
            let counts: Vec<usize> = test.confusion.iter().map(|row| row.iter().sum::<u64>() as usize).collect();
            if counts.iter().any(|&count| count > 0) {
                labels.insert(target.as_str(), counts);
            }
        }
    }
    labels
}

/// Of the source's models from which the runs of a transfer arm started, those that had collapsed.
fn source_collapsed_runs(runs: &Runs<'_>, key: &ArmKey<'_>, transfers: &BySeed<'_>) -> usize {
    // A partner's model is the run itself.
    let Some(source) = key.source.filter(|_| key.protocol != Protocol::Joint) else { return 0 };
    let model = |protocol| runs.arm(&ArmKey { protocol, block: None, source: None, target: source, ..*key });
    let Some(models) = model(Protocol::Source).or_else(|| model(Protocol::Single)) else { return 0 };
    let constant = |run: &&&RunRecord| run.evaluation(source, "test").is_some_and(|e| e.constant);
    transfers.keys().filter_map(|seed| models.get(seed)).filter(constant).count()
}
