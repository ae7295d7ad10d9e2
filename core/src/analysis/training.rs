//! Gain over training: does more of it heal negative transfer, or deepen it?

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Context, FamilyKey, Interval};
use crate::metric::Metric;
use crate::record::RunRecord;
use crate::statistics;
use crate::statistics::variance::{self, Course};
use crate::transfer::{Pair, PairKey};

/// The gain of one pair after every epoch, on the test set; nothing was chosen by it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrainingAnalysis {
    /// Which transfer.
    #[serde(flatten)]
    pub key: PairKey,
    /// What the gains are of.
    pub metric: Metric,
    /// By ascending epoch.
    pub epochs: Vec<EpochGain>,
    /// From the first epoch to the last.
    pub change: Option<ChangeAnalysis>,
}

/// The gain after one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EpochGain {
    /// Passes over the target's training set.
    pub epoch: f64,
    /// Mean gain over seeds.
    pub gain: f64,
    /// t interval over seeds at level 1 − α, of this epoch alone.
    pub ci: Option<Interval>,
    /// Number of seeds.
    pub n: usize,
}

/// Gain after the last epoch minus gain after the first, paired over seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeAnalysis {
    /// Mean change.
    pub gain: f64,
    /// t interval over seeds at level 1 − α.
    pub ci: Option<Interval>,
    /// Two-sided p of the paired t test.
    pub p: Option<f64>,
    /// The same after Holm over the family.
    pub p_holm: Option<f64>,
    /// Number of seeds.
    pub n: usize,
    /// What it is called: `unclear` unless p after Holm is below α.
    pub course: Course,
}

/// The pairs of one family whose runs were evaluated after more than one epoch.
pub(super) fn family(context: &Context<'_>, pairs: &[&Pair]) -> Vec<TrainingAnalysis> {
    let courses: Vec<_> =
        pairs.iter().map(|pair| variance::training(&gains(context, pair), 1.0 - context.options.alpha)).collect();
    let tested: Vec<usize> = (0..pairs.len()).filter(|&i| courses[i].change.is_some_and(|c| c.n >= 2)).collect();
    let p: Vec<Option<f64>> = tested.iter().map(|&i| courses[i].change.and_then(|c| c.p)).collect();
    let mut adjusted = vec![None; pairs.len()];
    tested.iter().zip(statistics::holm(&p)).for_each(|(&i, p)| adjusted[i] = p);
    let analysis = |(i, training): (usize, variance::Training)| {
        let pair = pairs[i];
        let p_holm = adjusted[i];
        let epoch = |e: &variance::Epoch| EpochGain { epoch: e.epoch, gain: e.mean, ci: e.interval, n: e.n };
        let change = training.change.map(|c| ChangeAnalysis {
            gain: c.mean,
            ci: c.interval,
            p: c.p,
            p_holm,
            n: c.n,
            course: c.course(p_holm, context.options.alpha),
        });
        let epochs: Vec<EpochGain> = training.epochs.iter().map(epoch).collect();
        (epochs.len() > 1).then(|| TrainingAnalysis { key: pair.key.clone(), metric: pair.metric, epochs, change })
    };
    courses.into_iter().enumerate().filter_map(analysis).collect()
}

/// Oriented gain by epoch and seed, where both runs were evaluated at the same one.
fn gains(context: &Context<'_>, pair: &Pair) -> Vec<(f64, BTreeMap<u64, f64>)> {
    let mut epochs: Vec<(f64, BTreeMap<u64, f64>)> = Vec::new();
    let counted: BTreeSet<Option<u64>> = context.counted(pair).seeds().map(|s| s.seed).collect();
    for seed in context.runs.of_pair(&pair.key).iter().filter(|s| counted.contains(&s.seed)) {
        let evaluated_often = |run: &&RunRecord| run.is_ok() && run.epochs.len() > 1;
        let single = seed.single.filter(evaluated_often);
        let Some((single, transfer)) = single.zip(seed.transfer.filter(evaluated_often)) else { continue };
        for (epoch, after) in scores(transfer, pair) {
            let Some((_, before)) = scores(single, pair).find(|(e, _)| *e == epoch) else { continue };
            let gain = pair.metric.gain(after, before);
            let at = epochs.iter().position(|(e, _)| *e == epoch).unwrap_or_else(|| {
                epochs.push((epoch, BTreeMap::new()));
                epochs.len() - 1
            });
            epochs[at].1.insert(seed.seed.unwrap_or(0), gain);
        }
    }
    epochs
}

/// Test score after every epoch.
fn scores<'a>(run: &'a RunRecord, pair: &'a Pair) -> impl Iterator<Item = (f64, f64)> + 'a {
    run.epochs.iter().filter_map(|epoch| {
        let test = epoch.tasks.get(&pair.key.target)?.get("test")?;
        Some((epoch.epoch, *test.scores.get(pair.metric.name())?))
    })
}

impl TrainingAnalysis {
    /// The family of the pair.
    pub fn family(&self) -> FamilyKey {
        FamilyKey::from(&self.key)
    }
}
