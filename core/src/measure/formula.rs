//! The shapes that a measure's formula can have: what it is given for one ordered pair.

use super::Undefined;
use crate::measure::probe::{SentenceProbe, SourceProbe, TaskProbe};

type Outcome = Result<f64, Undefined>;

/// How a measure of a pair is computed from probes. Not part of [`super::MeasureInfo`], so that a page that only shows
/// definitions does not carry the linear algebra.
#[derive(Clone, Copy)]
pub(crate) enum Formula {
    /// Of the source's and the target's probe, both by the pretrained encoder.
    Tasks(fn(&TaskProbe, &TaskProbe) -> Outcome),
    /// Of the source's model on the target, and the target.
    Source(fn(&SourceProbe, &TaskProbe) -> Outcome),
    /// Of the source's and the target's own model on the target.
    Models(fn(&SourceProbe, &SourceProbe) -> Outcome),
    /// Of the notebook's sentence in the source's and in the target's model.
    Sentences(fn(&SentenceProbe, &SentenceProbe) -> Outcome),
    /// Of ⟨Δs, Δt⟩, ⟨Δs, Δs⟩ and ⟨Δt, Δt⟩, the inner products of weight changes.
    Weights(fn(f64, f64, f64) -> Outcome),
}

/// A part of a probe that a formula reads, or the word that it is not there.
pub(crate) fn part<'a, T>(part: &'a Option<T>, what: &'static str) -> Result<&'a T, Undefined> {
    part.as_ref().ok_or(Undefined::Absent(what))
}
