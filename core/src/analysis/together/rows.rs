//! Every arm with what it came to and what it was trained on: a row of "alone, after, together".

use serde::Serialize;

use super::arms::{Arm, ArmKey, Arms, How, flags};
use super::comparison::{Comparison, Question};
use crate::analysis::context::Context;
use crate::analysis::{Flag, PairAnalysis, Verdict};
use crate::metric::Metric;
use crate::statistics::{Interval, contrast, mean, rounded};
use crate::study::Protocol;

/// One arm of a target, with what it was trained on. Scores are in the metric's units; gains over training alone are
/// oriented, positive is better.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmAnalysis {
    /// Encoder.
    pub encoder: String,
    /// Measured.
    pub target: String,
    /// How its models came to the target.
    pub how: How,
    /// Block of joint training.
    pub block: Option<String>,
    /// The source, or the other tasks of the set.
    pub others: Vec<String>,
    /// What the scores are of.
    pub metric: Metric,
    /// Runs with a score.
    pub n: usize,
    /// Mean test score.
    pub score: Option<f64>,
    /// Mean validation score.
    pub validation: Option<f64>,
    /// Mean gain over training alone.
    pub gain: Option<f64>,
    /// Its interval, level 1 − α, this arm alone.
    pub gain_ci: Option<Interval>,
    /// The verdict of its family; absent for the target alone and for longer.
    pub verdict: Option<Verdict>,
    /// What limits it.
    pub flags: Vec<Flag>,
    /// Batches of the target, each an optimizer step's examples.
    pub target_batches: Option<u64>,
    /// Optimizer steps of the body, those of the source among them.
    pub body_steps: Option<u64>,
    /// Batches of all tasks.
    pub batches: Option<u64>,
}

/// The arms in the order of targets and kinds, with the verdicts of their families.
pub(super) fn rows(
    context: &Context<'_>,
    arms: &Arms<'_>,
    pairs: &[PairAnalysis],
    comparisons: &[Comparison],
) -> Vec<ArmAnalysis> {
    let one = |(key, arm)| Asked { context, arms, pairs, comparisons }.row(key, arm);
    arms.all().map(one).collect()
}

/// What a row is made from.
struct Asked<'g, 'a> {
    context: &'g Context<'a>,
    arms: &'g Arms<'a>,
    pairs: &'g [PairAnalysis],
    comparisons: &'g [Comparison],
}

impl<'a> Asked<'_, 'a> {
    fn row(&self, key: &ArmKey<'a>, arm: &Arm<'a>) -> ArmAnalysis {
        let Self { context, arms, pairs, comparisons } = *self;
        let (metric, _) = context.choice(key.target);
        let mut found = ArmAnalysis {
            encoder: key.encoder.to_owned(),
            target: key.target.to_owned(),
            how: key.how,
            block: key.block.map(str::to_owned),
            others: key.others.iter().map(|o| (*o).to_owned()).collect(),
            metric,
            n: arm.scores.len(),
            score: mean(&arm.scores).map(|m| metric.gain(m, 0.0)).map(rounded),
            validation: mean(&arm.validation).map(|m| metric.gain(m, 0.0)).map(rounded),
            gain: None,
            gain_ci: None,
            verdict: None,
            flags: flags(context, key.target, &arm.records),
            target_batches: None,
            body_steps: None,
            batches: None,
        };
        self.budget(key, arm, &mut found);
        let pair = pairs.iter().find(|p| {
            let other = key.others.first().is_some_and(|o| *o == p.key.source) && key.others.len() == 1;
            let how = match key.how {
                How::After => p.key.protocol == Protocol::Sequential,
                How::Together => p.key.protocol == Protocol::Joint && p.key.block.as_deref() == key.block,
                How::Alone | How::Longer => false,
            };
            other && how && (p.key.encoder.as_str(), p.key.target.as_str()) == (key.encoder, key.target)
        });
        let of_set = comparisons.iter().find(|c| {
            c.question == Question::JointVsSingle && c.is_of(key.encoder, key.target, key.block, &key.others)
        });
        if let Some(pair) = pair {
            (found.gain, found.gain_ci, found.verdict) = (pair.gain, pair.gain_ci, Some(pair.verdict));
            found.flags.clone_from(&pair.flags);
        } else if let Some(set) = of_set {
            (found.gain, found.gain_ci, found.verdict) = (set.gain, set.gain_ci, Some(set.verdict));
        } else if key.how != How::Alone
            && let (Some(alone), Some(common)) = (arms.alone(key), arms.common(key))
        {
            let test = contrast((&arm.scores, common), (&alone.scores, common));
            found.gain = test.as_ref().map(|t| rounded(t.gain));
            found.gain_ci = test.and_then(|t| t.interval(1.0 - context.options.alpha));
        }
        found
    }

    /// What an arm was trained on, by the record of its first run that has one.
    fn budget(&self, key: &ArmKey<'a>, arm: &Arm<'a>, found: &mut ArmAnalysis) {
        let Some(run) = arm.records.iter().find(|r| r.is_ok() && r.budget.steps > 0) else { return };
        let own = run.budget.steps;
        let (target, body, all) = match key.how {
            How::Alone | How::Longer => (own, own, own),
            How::After => {
                let source = key.others.first().and_then(|source| {
                    let of_source = |(k, _): &(&ArmKey<'a>, &Arm<'a>)| {
                        k.how == How::Alone && (k.encoder, k.target) == (key.encoder, source)
                    };
                    let (_, arm) = self.arms.all().find(of_source)?;
                    arm.records.iter().map(|r| r.budget.steps).find(|steps| *steps > 0)
                });
                let Some(before) = source else { return };
                (own, before + own, before + own)
            }
            How::Together => {
                let of = |task: &str| run.budget.by_task.get(task).map_or(0, |b| b.batches);
                (of(key.target), own, run.budget.by_task.values().map(|b| b.batches).sum())
            }
        };
        (found.target_batches, found.body_steps, found.batches) = (Some(target), Some(body), Some(all));
    }
}
