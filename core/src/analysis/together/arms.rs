//! The arms of every target: runs that differ in their seeds only.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::Flag;
use crate::analysis::context::Context;
use crate::metric::Metric;
use crate::plan::{DEFAULT_VARIANT, longer_steps};
use crate::record::RunRecord;
use crate::statistics::CommonVariance;
use crate::study::Protocol;

/// A share of degenerate steps above this one is flagged.
const DEGENERATE: f64 = 0.05;

/// How the models of an arm came to their target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The target alone.
    Alone,
    /// The target alone, for as many batches as a joint pair has.
    Longer,
    /// After a source.
    After,
    /// Together with others.
    Together,
}

impl How {
    /// The word in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Longer => "longer",
            Self::After => "after",
            Self::Together => "together",
        }
    }
}

/// What the runs of an arm have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ArmKey<'a> {
    pub encoder: &'a str,
    /// Place in the study.
    pub place: usize,
    pub target: &'a str,
    pub how: How,
    pub block: Option<&'a str>,
    pub others: Vec<&'a str>,
    /// Of a longer arm.
    pub steps: Option<u64>,
}

/// The runs of an arm, with their scores turned so that larger is better.
#[derive(Debug, Clone, Default)]
pub(super) struct Arm<'a> {
    pub records: Vec<&'a RunRecord>,
    pub scores: Vec<f64>,
    pub validation: Vec<f64>,
}

/// The arms of every encoder that trained tasks together.
pub(super) struct Arms<'a> {
    arms: BTreeMap<ArmKey<'a>, Arm<'a>>,
}

impl<'a> Arms<'a> {
    pub(super) fn of(context: &Context<'a>) -> Self {
        let runs = &context.report.runs;
        let joint: Vec<&str> =
            runs.iter().filter(|r| r.protocol == Protocol::Joint).map(|r| r.encoder.as_str()).collect();
        let mut arms: BTreeMap<ArmKey<'a>, Arm<'a>> = BTreeMap::new();
        for run in runs.iter().filter(|run| joint.contains(&run.encoder.as_str())) {
            for key in keys(context, run) {
                let (metric, _) = context.choice(key.target);
                let target = key.target;
                let arm = arms.entry(key).or_default();
                arm.records.push(run);
                let Some(test) = score(context, run, target, "test", metric) else { continue };
                arm.scores.push(test);
                arm.validation.extend(score(context, run, target, "validation", metric));
            }
        }
        Self { arms }
    }

    /// Every arm of joint training.
    pub(super) fn together(&self) -> impl Iterator<Item = (&ArmKey<'a>, &Arm<'a>)> {
        self.arms.iter().filter(|(key, _)| key.how == How::Together)
    }

    /// Every arm.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ArmKey<'a>, &Arm<'a>)> {
        self.arms.iter()
    }

    /// The target alone.
    pub(super) fn alone(&self, of: &ArmKey<'a>) -> Option<&Arm<'a>> {
        self.arms.get(&ArmKey { how: How::Alone, block: None, others: Vec::new(), steps: None, ..of.clone() })
    }

    /// The arm of this key.
    pub(super) fn get(&self, key: &ArmKey<'a>) -> Option<&Arm<'a>> {
        self.arms.get(key)
    }

    /// The common variance of the arms that an arm is tested with: its target's, trained in the same way and in the same
    /// block, and the target alone.
    pub(super) fn common(&self, of: &ArmKey<'a>) -> Option<CommonVariance> {
        let alike = |key: &ArmKey<'_>| {
            let same = (key.encoder, key.target) == (of.encoder, of.target);
            same && (key.how == How::Alone || (key.how, key.block) == (of.how, of.block))
        };
        let pool: Vec<&[f64]> =
            self.arms.iter().filter(|(key, _)| alike(key)).map(|(_, arm)| arm.scores.as_slice()).collect();
        CommonVariance::of(&pool)
    }
}

/// The arms that a run belongs to.
fn keys<'a>(context: &Context<'_>, run: &'a RunRecord) -> Vec<ArmKey<'a>> {
    let tasks = &context.report.study.task;
    let key = |target: &'a str, how, others: Vec<&'a str>| ArmKey {
        encoder: &run.encoder,
        place: tasks.iter().position(|t| t.name == target).unwrap_or(tasks.len()),
        target,
        how,
        block: run.joint.as_ref().map(|joint| joint.plan.block.as_str()),
        others,
        steps: longer_steps(&run.variant),
    };
    let is_default = run.variant == DEFAULT_VARIANT;
    match (run.protocol, run.sources.as_slice(), run.targets.as_slice()) {
        (Protocol::Single, [], [target]) if is_default => vec![key(target, How::Alone, Vec::new())],
        (Protocol::Single, [], [target]) if longer_steps(&run.variant).is_some() => {
            vec![key(target, How::Longer, Vec::new())]
        }
        (Protocol::Sequential, [source], [target]) if is_default && source != target => {
            vec![key(target, How::After, vec![source])]
        }
        (Protocol::Joint, [], targets) if is_default && targets.len() > 1 => {
            let others = |target: &String| targets.iter().filter(|t| *t != target).map(String::as_str).collect();
            targets.iter().map(|target| key(target, How::Together, others(target))).collect()
        }
        _ => Vec::new(),
    }
}

/// A run's score, turned so that larger is better; none of a collapsed run where those do not count.
fn score(context: &Context<'_>, run: &RunRecord, target: &str, split: &str, metric: Metric) -> Option<f64> {
    let counts = |task: &str| {
        let constant = run.evaluation(task, "test").is_some_and(|e| e.constant);
        !(context.options.without_collapsed && constant)
    };
    let evaluation = run.evaluation(target, split).filter(|_| run.is_ok() && counts(target))?;
    let score = *evaluation.scores.get(metric.name())?;
    score.is_finite().then(|| metric.gain(score, 0.0))
}

/// What limits what may be said of joint runs.
pub(super) fn flags(context: &Context<'_>, target: &str, records: &[&RunRecord]) -> Vec<Flag> {
    let joint = || records.iter().filter_map(|run| Some((run, run.joint.as_ref()?)));
    let own = context.report.study.task(target).map(|t| context.report.study.recipe_for(t, Protocol::Single));
    let differs = own.is_some_and(|own| joint().any(|(_, j)| j.learning_rate != own.learning_rate));
    let degenerate = joint().any(|(run, j)| j.degenerate_steps as f64 > DEGENERATE * run.budget.steps as f64);
    let collapsed = joint().any(|(run, _)| {
        let others = run.targets.iter().filter(|task| *task != target);
        others.filter_map(|task| run.evaluation(task, "test")).any(|e| e.constant)
    });
    [(differs, Flag::RateDiffers), (degenerate, Flag::DegenerateSteps), (collapsed, Flag::MemberCollapsed)]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect()
}
