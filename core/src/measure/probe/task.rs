//! A task as the pretrained encoder sees it.

use std::collections::BTreeMap;

use super::Features;

/// What one pass over a task's probe set through the *pretrained* encoder shows. Per encoder and task.
///
/// The probe set is a seeded sample of the training set, the same for every encoder, seed and measure; row i of every
/// [`Features`] and entry i of `labels` are its example i.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskProbe {
    /// The task's name in the study.
    pub task: String,
    /// The seed of the encoder's weights where they are drawn anew for every seed; `None` for a pretrained encoder.
    pub seed: Option<u64>,
    /// Number of classes of the task, whether or not all are in the probe set.
    pub classes: usize,
    /// Class index of every probe example, below `classes`.
    pub labels: Vec<usize>,
    /// Output of the encoder's pooler: examples × hidden size.
    pub pooled: Option<Features>,
    /// Last hidden state averaged over the tokens that are no padding, special ones included: examples × hidden size.
    pub mean_pooled: Option<Features>,
    /// How often every token id stands in the probe set, special tokens and padding left out.
    pub token_counts: Option<BTreeMap<u32, u64>>,
    /// Diagonal of the empirical Fisher information of the shared (encoder) parameters at the pretrained weights under
    /// a classifier fitted to the probe set: mean over examples of the squared gradient of the log-likelihood of the
    /// label. One number per parameter, in an order that is the same for all tasks of the encoder.
    pub fisher: Option<Vec<f32>>,
    /// Mean over examples of the gradient of the loss at the same weights with the same classifier, in the same order.
    pub gradient: Option<Vec<f32>>,
    /// What it took.
    pub cost: TaskCost,
}

/// Seconds of wall time behind a [`TaskProbe`], by what they were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TaskCost {
    /// Tokenising and counting.
    pub tokens: f64,
    /// The forward pass that gives the features.
    pub features: f64,
    /// Fitting the classifier, and the backward passes that give Fisher information and gradient (one pass gives both).
    pub gradients: f64,
}
