//! From planned run and encoder to a model with its first weights.

use burn::module::Module;
use burn::tensor::backend::Backend;
use transfermap::study::{Head, Recipe};

use crate::encoder::albert::{AlbertConfig, AlbertForSequenceClassification};
use crate::encoder::{init, named};
use crate::pretrained::{Checkpoint, LoadedEncoder, Tensors};

/// The classifier that a run trains.
pub type Classifier<B> = AlbertForSequenceClassification<B>;

/// The encoder's configuration with the recipe's dropout.
pub fn configured(encoder: &LoadedEncoder, recipe: &Recipe) -> AlbertConfig {
    let mut config = encoder.config.clone();
    config.hidden_dropout_prob = recipe.hidden_dropout_prob.unwrap_or(config.hidden_dropout_prob);
    config.attention_probs_dropout_prob =
        recipe.attention_probs_dropout_prob.unwrap_or(config.attention_probs_dropout_prob);
    config.classifier_dropout_prob = recipe.classifier_dropout_prob.or(config.classifier_dropout_prob);
    config
}

/// Where a model's first weights come from.
pub struct Start<'a> {
    /// The encoder.
    pub encoder: &'a LoadedEncoder,
    /// The source run's model.safetensors.
    pub source: Option<&'a [u8]>,
    /// What becomes of the source's head.
    pub head: Head,
    /// The run's seed.
    pub seed: u64,
    /// The target task, whose stream the head is drawn from.
    pub task: &'a str,
    /// Number of classes of the target.
    pub classes: usize,
}

/// Builds the model: the body from the source run, else from the checkpoint, else drawn for the seed (the same for
/// every task); the head kept from the source where asked for, else drawn for the task and the seed.
///
/// # Errors
/// Weights that do not fit the configuration.
pub fn start<B: Backend>(
    start: &Start<'_>,
    config: &AlbertConfig,
    device: &B::Device,
) -> Result<Classifier<B>, String> {
    let model = Classifier::zeros(config, start.classes, device)?;
    let source = start.source.map(Checkpoint::new).transpose()?;
    let pretrained = start.encoder.weights.as_deref().map(Checkpoint::new).transpose()?;
    let draw = |name: &str, shape: &[usize], task: &str| {
        init::parameter(name, shape, config.initializer_range, config.pad_token_id, start.seed, task)
    };
    named::fill(model, &mut |name, shape| {
        let is_head = name.starts_with("classifier.");
        match (&source, &pretrained) {
            (Some(source), _) if !is_head || start.head == Head::Keep => source.require(name, shape),
            (None, Some(pretrained)) if !is_head => pretrained.require(name, shape),
            _ if is_head => draw(name, shape, start.task),
            _ => draw(name, shape, ""),
        }
    })
}

/// Sets the model's weights to these.
///
/// # Errors
/// A tensor is missing or has another shape.
pub fn set<B: Backend, M: Module<B>>(model: M, mut tensors: Tensors) -> Result<M, String> {
    named::fill(model, &mut |name, shape| match tensors.remove(name) {
        Some(values) if values.shape == shape => Ok(values.data),
        Some(values) => Err(format!("tensor `{name}` has the shape {:?}, not {shape:?}", values.shape)),
        None => Err(format!("tensor `{name}` is missing")),
    })
}
