//! What training tasks together does to each of them, beside training alone, after a source, and for longer.
//!
//! A joint pair (partner, target) is a pair like any other: its gain over training alone and its verdict stand among the
//! pairs, in a family of its block. Here stand all arms of a target side by side with what each was trained on, the
//! questions that compare two arms other than alone and a pair, what validation would have chosen, and how the gradients
//! agreed.

mod arms;
mod choice;
mod comparison;
mod conflict;
mod rows;
mod sentence;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use arms::How;
pub use choice::Choice;
pub use comparison::{Comparison, Question};
pub use conflict::{ConflictAnalysis, ConflictPair};
pub use rows::ArmAnalysis;

use super::context::Context;
use super::{Flag, PairAnalysis};
use crate::study::Protocol;
use crate::transfer::PairKey;
use arms::Arms;

/// What a report says of joint training.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TogetherAnalysis {
    /// The answer.
    pub sentence: String,
    /// Every arm of every target: alone, for longer, after each source, together.
    pub arms: Vec<ArmAnalysis>,
    /// Arms against each other, by question.
    pub comparisons: Vec<Comparison>,
    /// What validation chooses for each target, and what that is worth on test.
    pub choices: Vec<Choice>,
    /// How the gradients of tasks agreed, by set.
    pub conflicts: Vec<ConflictAnalysis>,
}

/// `None` for a report without joint runs.
pub(super) fn together(context: &Context<'_>, pairs: &[PairAnalysis]) -> Option<TogetherAnalysis> {
    let gathered = Arms::of(context);
    gathered.together().next()?;
    let comparisons = comparison::comparisons(context, &gathered);
    let arms = rows::rows(context, &gathered, pairs, &comparisons);
    Some(TogetherAnalysis {
        sentence: sentence::sentence(pairs, &comparisons),
        choices: choice::choices(context, &gathered),
        conflicts: conflict::conflicts(context),
        arms,
        comparisons,
    })
}

/// What limits the verdict on a joint pair, beside what limits that of any pair.
pub(super) fn flags(context: &Context<'_>, key: &PairKey) -> Vec<Flag> {
    if key.protocol != Protocol::Joint {
        return Vec::new();
    }
    let runs = context.runs.arm(&key.transfer());
    let records: Vec<_> = runs.into_iter().flat_map(|runs| runs.values().copied()).collect();
    arms::flags(context, &key.target, &records)
}
