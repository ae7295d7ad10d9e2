//! Two arms of one target against each other, decided as a pair is.

use serde::Serialize;

use super::arms::{Arm, ArmKey, Arms, How, flags};
use crate::analysis::context::Context;
use crate::analysis::options::POWER;
use crate::analysis::{Flag, Verdict};
use crate::metric::Metric;
use crate::statistics::{self, Interval, PooledT, contrast, mean, rounded};

/// What is asked of two arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A set of three and more against its target alone: the same target data. Pairs stand among the pairs.
    JointVsSingle,
    /// A joint pair against its target alone for as many batches: the same compute.
    JointVsLonger,
    /// A joint pair against its target after its partner: the same data and the same compute.
    JointVsSequential,
    /// A method against equal weights on the same set.
    MethodVsEqual,
}

impl Question {
    /// Every question, in the order of tables.
    pub const ALL: [Self; 4] = [Self::JointVsSingle, Self::JointVsLonger, Self::JointVsSequential, Self::MethodVsEqual];

    /// The word in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::JointVsSingle => "joint_vs_single",
            Self::JointVsLonger => "joint_vs_longer",
            Self::JointVsSequential => "joint_vs_sequential",
            Self::MethodVsEqual => "method_vs_equal",
        }
    }

    /// The question in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::JointVsSingle => "Larger sets against each target alone: the same target data",
            Self::JointVsLonger => "Joint pairs against the target alone for as many batches: the same compute",
            Self::JointVsSequential => "Joint pairs against the target after its partner: the same data and compute",
            Self::MethodVsEqual => "Methods against equal weights on the same set",
        }
    }
}

/// One arm of a target against another. Gains are oriented, in the metric's units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// What is asked.
    pub question: Question,
    /// Encoder.
    pub encoder: String,
    /// Block of the joint runs.
    pub block: String,
    /// Measured.
    pub target: String,
    /// The other tasks of the set.
    pub others: Vec<String>,
    /// What the scores are of.
    pub metric: Metric,
    /// Smallest gain worth having.
    pub margin: f64,
    /// Joint runs with a score.
    pub n: usize,
    /// Runs of the other arm with a score.
    pub n_reference: usize,
    /// Mean score of the joint runs.
    pub score: Option<f64>,
    /// Mean score of the other arm.
    pub reference: Option<f64>,
    /// Mean gain of the joint runs over the other arm.
    pub gain: Option<f64>,
    /// Its interval, level 1 − α.
    pub gain_ci: Option<Interval>,
    /// Interval that holds for all of the family together.
    pub gain_ci_simultaneous: Option<Interval>,
    /// P(gain > 0).
    pub probability_positive: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// `p` after Holm over the family: encoder, question and block; of methods, all methods and targets.
    pub p_holm: Option<f64>,
    /// The larger of the two one-sided p values against ± margin, after Holm.
    pub p_equivalence_holm: Option<f64>,
    /// Comparisons with a test: what Holm corrects for.
    pub family_size: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// What limits it.
    pub flags: Vec<Flag>,
    /// The gain that this design detects with 80 % power at α / family size.
    pub smallest_detectable_gain: Option<f64>,
}

impl Comparison {
    /// Whether it is of this arm.
    pub(super) fn is_of(&self, encoder: &str, target: &str, block: Option<&str>, others: &[&str]) -> bool {
        let same = self.encoder == encoder && self.target == target && block == Some(&self.block);
        same && self.others.iter().map(String::as_str).eq(others.iter().copied())
    }
}

/// An arm, and what it is held against.
struct Asked<'g, 'a> {
    question: Question,
    key: &'g ArmKey<'a>,
    arm: &'g Arm<'a>,
    reference_key: ArmKey<'a>,
    reference: &'g Arm<'a>,
}

/// Every comparison, by question, then in the order of the arms.
pub(super) fn comparisons(context: &Context<'_>, arms: &Arms<'_>) -> Vec<Comparison> {
    let mut all = Vec::new();
    for question in Question::ALL {
        let mut families: Vec<(String, Vec<Asked<'_, '_>>)> = Vec::new();
        for asked in arms.together().filter_map(|(key, arm)| asked(arms, question, key, arm)) {
            let block = if question == Question::MethodVsEqual { None } else { asked.key.block };
            let name = format!("{}\n{}", asked.key.encoder, block.unwrap_or_default());
            match families.iter_mut().find(|(known, _)| *known == name) {
                Some((_, family)) => family.push(asked),
                None => families.push((name, vec![asked])),
            }
        }
        all.extend(families.into_iter().flat_map(|(_, family)| decided(context, arms, &family)));
    }
    all
}

/// What an arm is held against under a question, if it is asked of it.
fn asked<'g, 'a>(
    arms: &'g Arms<'a>,
    question: Question,
    key: &'g ArmKey<'a>,
    arm: &'g Arm<'a>,
) -> Option<Asked<'g, 'a>> {
    let pair = key.others.len() == 1;
    let plain = ArmKey { block: None, others: Vec::new(), ..key.clone() };
    let reference_key = match question {
        Question::JointVsSingle if !pair => ArmKey { how: How::Alone, ..plain },
        Question::JointVsLonger if pair => {
            let joint = arm.records.iter().find_map(|run| run.joint.as_ref())?;
            ArmKey { how: How::Longer, steps: Some(joint.alone.values().sum()), ..plain }
        }
        Question::JointVsSequential if pair => ArmKey { how: How::After, others: key.others.clone(), ..plain },
        Question::MethodVsEqual => {
            let method = |run: &&crate::record::RunRecord| run.joint.as_ref().map(|j| j.plan.method.name.clone());
            let of = |arm: &Arm<'_>| arm.records.iter().find_map(method);
            if of(arm)? == "equal" {
                return None;
            }
            let alike = |(k, a): &(&ArmKey<'a>, &Arm<'a>)| {
                let same = (k.encoder, k.target, &k.others) == (key.encoder, key.target, &key.others);
                same && of(a).is_some_and(|name| name == "equal")
            };
            arms.together().find(alike)?.0.clone()
        }
        _ => return None,
    };
    let reference = arms.get(&reference_key)?;
    Some(Asked { question, key, arm, reference_key, reference })
}

/// The tests of a family, and what Holm makes of them.
fn decided(context: &Context<'_>, arms: &Arms<'_>, family: &[Asked<'_, '_>]) -> Vec<Comparison> {
    let alpha = context.options.alpha;
    let test = |asked: &Asked<'_, '_>| {
        let own = arms.common(asked.key)?;
        // The target alone stands in every pool.
        let alone = asked.reference_key.how == How::Alone;
        let other = if alone { own } else { arms.common(&asked.reference_key)? };
        contrast((&asked.arm.scores, own), (&asked.reference.scores, other))
    };
    let tests: Vec<Option<PooledT>> = family.iter().map(test).collect();
    let margin = |asked: &Asked<'_, '_>| context.margin(asked.key.target);
    let p: Vec<Option<f64>> = tests.iter().map(|t| t.as_ref().map(|t| t.p)).collect();
    let equivalence: Vec<Option<f64>> =
        tests.iter().zip(family).map(|(t, asked)| t.as_ref()?.equivalence_p(margin(asked))).collect();
    let (p_holm, p_equivalence_holm) = (holm(&p), holm(&equivalence));
    let size = tests.iter().flatten().count();
    let family_alpha = alpha / size.max(1) as f64;
    family
        .iter()
        .enumerate()
        .map(|(i, asked)| {
            let (metric, margin) = context.choice(asked.key.target);
            let test = tests.get(i).and_then(Option::as_ref);
            let at = |p: &[Option<f64>]| p.get(i).copied().flatten();
            let (n, n_reference) = (asked.arm.scores.len(), asked.reference.scores.len());
            let two_each = n >= 2 && n_reference >= 2;
            let gain = test.map(|t| rounded(t.gain));
            let verdict = Verdict::of(two_each, gain, at(&p_holm), at(&p_equivalence_holm), alpha);
            let shown = |scores: &[f64]| mean(scores).map(|m| rounded(metric.gain(m, 0.0)));
            let ci = test.and_then(|t| t.interval(1.0 - alpha));
            let mut flags = flags(context, asked.key.target, &asked.arm.records);
            let significant = matches!(verdict, Verdict::Helps | Verdict::Harms);
            if significant && ci.is_some_and(|ci| ci.inside(margin)) {
                flags.push(Flag::Negligible);
            }
            if !two_each && test.is_some() {
                flags.push(Flag::OneRun);
            }
            Comparison {
                question: asked.question,
                encoder: asked.key.encoder.to_owned(),
                block: asked.key.block.unwrap_or_default().to_owned(),
                target: asked.key.target.to_owned(),
                others: asked.key.others.iter().map(|o| (*o).to_owned()).collect(),
                metric,
                margin,
                n,
                n_reference,
                score: shown(&asked.arm.scores),
                reference: shown(&asked.reference.scores),
                gain,
                gain_ci: ci,
                gain_ci_simultaneous: test.and_then(|t| t.interval(1.0 - family_alpha)),
                probability_positive: test.and_then(PooledT::probability_positive),
                p: at(&p),
                p_holm: at(&p_holm),
                p_equivalence_holm: at(&p_equivalence_holm),
                family_size: size,
                verdict,
                flags,
                smallest_detectable_gain: test
                    .and_then(|t| statistics::smallest_detectable(t.standard_error, t.df, family_alpha, POWER)),
            }
        })
        .collect()
}

/// Holm over those that there are, back in their places.
pub(super) fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let there: Vec<usize> = (0..p.len()).filter(|&i| p.get(i).is_some_and(Option::is_some)).collect();
    let of_there: Vec<Option<f64>> = there.iter().filter_map(|&i| p.get(i).copied()).collect();
    let mut all = vec![None; p.len()];
    for (&i, value) in there.iter().zip(statistics::holm(&of_there)) {
        if let Some(place) = all.get_mut(i) {
            *place = value;
        }
    }
    all
}
