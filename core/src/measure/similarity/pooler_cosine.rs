//! The same question as TextEmb, asked of the encoder's pooler.

use super::text_embedding_cosine::cosine_of_means;
use crate::measure::{Direction, Formula, MeasureInfo, Part, part};

/// Cosine of the mean pooler features of two tasks.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "pooler_cosine",
    definition: "Cosine of two tasks' mean pooler outputs by the pretrained encoder",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Pooled],
    citation: "Vu et al., Exploring and Predicting Transferability across NLP Tasks, EMNLP 2020, with pooled features",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |p| part(p, "pooled features");
    cosine_of_means(features(&source.pooled)?, features(&target.pooled)?)
});
