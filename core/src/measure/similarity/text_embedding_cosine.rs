//! TextEmb: are the texts of two tasks alike to the pretrained encoder?

use super::vector::{centroid, cosine};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Cosine of the mean features of two tasks.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "text_embedding_cosine",
    definition: "Cosine of two tasks' mean text embeddings: last hidden state averaged over tokens, then over examples",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::MeanPooled],
    citation: "Vu et al., Exploring and Predicting Transferability across NLP Tasks, EMNLP 2020 (TextEmb)",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    cosine_of_means(features(&source.mean_pooled)?, features(&target.mean_pooled)?)
});

/// cos(x̄, ȳ), x̄ and ȳ the means over examples of features x (n × d) and y (m × d). From −1 to 1.
///
/// # Errors
/// No examples, different dimensions, or a mean of length 0.
pub fn cosine_of_means<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    cosine(&centroid(x)?, &centroid(y)?, "mean features")
}
