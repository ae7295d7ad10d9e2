//! How far, and in which direction, training on each task moved the encoder.

/// Inner products of weight changes (fine-tuned − pretrained, shared parameters only). Per encoder and seed.
///
/// A Gram matrix and not the changes themselves, because a cosine needs no more: the trainer reads one tensor of every
/// model at a time, adds its products in double precision and drops it, so that no two whole models are in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightChanges {
    /// Seed of the runs.
    pub seed: u64,
    /// The tasks whose models are there.
    pub tasks: Vec<String>,
    /// ⟨Δᵢ, Δⱼ⟩, row-major, `tasks.len()` × `tasks.len()`.
    pub gram: Vec<f64>,
    /// Seconds of wall time.
    pub seconds: f64,
}

impl WeightChanges {
    /// ⟨Δᵢ, Δⱼ⟩ by position in `tasks`.
    pub(crate) fn product(&self, i: usize, j: usize) -> Option<f64> {
        let n = self.tasks.len();
        (i < n && j < n).then(|| self.gram.get(i * n + j).copied()).flatten()
    }
}
