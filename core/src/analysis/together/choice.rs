//! Alone, after a source or together: what validation chooses for each target, and what the choice is worth on test. The
//! largest of the test means would be chosen by its own noise.

use serde::Serialize;

use super::arms::{Arm, ArmKey, Arms, How};
use super::comparison::holm;
use crate::analysis::context::Context;
use crate::analysis::{Flag, Verdict};
use crate::metric::Metric;
use crate::statistics::{Interval, PooledT, contrast, mean, rounded};

/// What validation chooses for one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Choice {
    /// Encoder.
    pub encoder: String,
    /// Target.
    pub target: String,
    /// What the scores are of.
    pub metric: Metric,
    /// Arms that there were to choose from.
    pub candidates: usize,
    /// How the chosen arm's models came to the target; absent where nothing could be chosen.
    pub how: Option<How>,
    /// Its block of joint training.
    pub block: Option<String>,
    /// Its source, or the other tasks of its set.
    pub others: Vec<String>,
    /// Its mean validation score.
    pub validation: Option<f64>,
    /// Its mean gain over training alone on test; 0 where training alone was chosen.
    pub gain: Option<f64>,
    /// The interval of that gain, level 1 − α.
    pub gain_ci: Option<Interval>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// `p` after Holm over the targets where something else than training alone was chosen.
    pub p_holm: Option<f64>,
    /// The verdict on that gain; absent where training alone was chosen.
    pub verdict: Option<Verdict>,
    /// What limits it.
    pub flags: Vec<Flag>,
    /// Why nothing was chosen.
    pub reason: Option<String>,
}

/// The choices, by encoder and target in the study's order.
pub(super) fn choices(context: &Context<'_>, arms: &Arms<'_>) -> Vec<Choice> {
    let mut found: Vec<(Choice, Option<PooledT>, bool)> = Vec::new();
    for (alone, arm) in arms.all().filter(|(key, _)| key.how == How::Alone) {
        found.push(choose(context, arms, alone, arm));
    }
    let p: Vec<Option<f64>> = found.iter().map(|(_, test, _)| test.as_ref().map(|t| t.p)).collect();
    let equivalence = found.iter().map(|(c, test, _)| test.as_ref()?.equivalence_p(context.margin(&c.target)));
    let (p_holm, equivalence) = (holm(&p), holm(&equivalence.collect::<Vec<_>>()));
    let with_p = |(i, (mut choice, test, two_each)): (usize, (Choice, Option<PooledT>, bool))| {
        let at = |p: &[Option<f64>]| p.get(i).copied().flatten();
        (choice.p, choice.p_holm) = (at(&p), at(&p_holm));
        if test.is_some() {
            let alpha = context.options.alpha;
            choice.verdict = Some(Verdict::of(two_each, choice.gain, at(&p_holm), at(&equivalence), alpha));
        }
        choice
    };
    found.into_iter().enumerate().map(with_p).collect()
}

/// The choice, its test against training alone, and whether both arms have two runs.
fn choose(
    context: &Context<'_>,
    arms: &Arms<'_>,
    alone: &ArmKey<'_>,
    single: &Arm<'_>,
) -> (Choice, Option<PooledT>, bool) {
    let (metric, _) = context.choice(alone.target);
    let validated =
        |arm: &Arm<'_>| mean(&arm.validation).map(rounded).filter(|_| arm.validation.len() == arm.scores.len());
    let candidates: Vec<(&ArmKey<'_>, &Arm<'_>, f64)> = arms
        .all()
        .filter(|(key, _)| key.how != How::Longer && (key.encoder, key.target) == (alone.encoder, alone.target))
        .filter_map(|(key, arm)| Some((key, arm, validated(arm)?)))
        .collect();
    let mut choice = Choice {
        encoder: alone.encoder.to_owned(),
        target: alone.target.to_owned(),
        metric,
        candidates: candidates.len(),
        how: None,
        block: None,
        others: Vec::new(),
        validation: None,
        gain: None,
        gain_ci: None,
        p: None,
        p_holm: None,
        verdict: None,
        flags: Vec::new(),
        reason: None,
    };
    if validated(single).is_none() {
        choice.reason = Some("there is no validation score, and choosing on test would choose noise".to_owned());
        return (choice, None, false);
    }
    // The first of equal ones: alone stands before all others.
    let best = candidates.iter().reduce(|best, other| if other.2 > best.2 { other } else { best });
    let Some(&(key, arm, validation)) = best else { return (choice, None, false) };
    choice.how = Some(key.how);
    choice.block = key.block.map(str::to_owned);
    choice.others = key.others.iter().map(|o| (*o).to_owned()).collect();
    choice.validation = Some(rounded(metric.gain(validation, 0.0)));
    if key.how == How::Alone {
        choice.gain = Some(0.0);
        return (choice, None, false);
    }
    choice.flags.push(Flag::ChosenOnValidation);
    let common = arms.common(key);
    let test = common.and_then(|common| contrast((&arm.scores, common), (&single.scores, common)));
    choice.gain = test.as_ref().map(|t| rounded(t.gain));
    choice.gain_ci = test.as_ref().and_then(|t| t.interval(1.0 - context.options.alpha));
    (choice, test, arm.scores.len() >= 2 && single.scores.len() >= 2)
}
