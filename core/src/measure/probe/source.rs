//! A target as the model of a source sees it.

use super::Features;

/// The single-task model of `source` on the probe set of `target`. Per encoder, seed, source and target.
///
/// `source == target` is asked for too, features only: the target's own model is what CKA and RSA compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceProbe {
    /// Seed of the source's run.
    pub seed: u64,
    /// The task that the model was trained on.
    pub source: String,
    /// The task whose probe set it read.
    pub target: String,
    /// Pooled features of the source's model: the target's probe examples × hidden size, in the order of the target's
    /// [`super::TaskProbe::labels`].
    pub pooled: Option<Features>,
    /// Logits of the source's own classifier on the same examples: examples × classes of the *source*.
    pub logits: Option<Features>,
    /// Score on held-out probe examples of the target after a few training steps from the source's model, oriented so
    /// that higher is better. Same steps, examples and order for every source of a target.
    pub few_step_score: Option<f64>,
    /// What it took.
    pub cost: SourceCost,
}

/// Seconds of wall time behind a [`SourceProbe`]. The training of the source is not among them: the study has it
/// anyway, and [`crate::measure::MeasureInfo::trained`] says which measures rest on it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SourceCost {
    /// Loading the model and the forward pass that gives features and logits.
    pub forward: f64,
    /// The few training steps and their evaluation.
    pub few_steps: f64,
}

/// The notebook's picture of a task: one sentence through the task's single-task model. Per encoder, seed and task.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceProbe {
    /// Seed of the task's run.
    pub seed: u64,
    /// The task.
    pub task: String,
    /// Last hidden state of [`super::NOTEBOOK_SENTENCE`] averaged over all tokens, special ones included and nothing
    /// padded. Length: hidden size. As it comes: the measure takes |x| / Σ|x| itself.
    pub embedding: Vec<f32>,
    /// Seconds of wall time.
    pub seconds: f64,
}
