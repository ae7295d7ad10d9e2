//! The honest baseline: train a little on the target and look.

use crate::measure::{Direction, Formula, MeasureInfo, Part, part};

/// Score after a few steps of fine-tuning.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "few_step_score",
    definition: "The target's score on held-out probe examples after a few training steps from the source's model \
                 (`few_steps` of the study), oriented so that higher is better",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::FewSteps],
    citation: "Renggli et al., Which Model to Transfer? Finding the Needle in the Growing Haystack, CVPR 2022; Poth et \
               al., What to Pre-Train on?, EMNLP 2021 (few-shot fine-tuning)",
};

/// The trainer has done the work.
pub(crate) const FORMULA: Formula =
    Formula::Source(|source, _| part(&source.few_step_score, "few-step score").copied());
