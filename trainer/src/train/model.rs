//! From planned run and encoder to a model with its first weights.

use burn::module::Module;
use burn::tensor::backend::Backend;
use transfermap::study::{Head, Recipe};

pub use crate::encoder::Classifier;
use crate::encoder::architecture::DropoutRates;
use crate::encoder::{Config, SequenceClassifier, init, is_head, named};
use crate::pretrained::{Checkpoint, LoadedEncoder, Tensors};

/// The encoder's configuration with the recipe's dropout.
pub fn configured(encoder: &LoadedEncoder, recipe: &Recipe) -> Config {
    let mut config = encoder.config.clone();
    config.set_dropout(DropoutRates {
        hidden: recipe.hidden_dropout_prob,
        attention: recipe.attention_probs_dropout_prob,
        classifier: recipe.classifier_dropout_prob,
    });
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
pub fn start<B: Backend>(start: &Start<'_>, config: &Config, device: &B::Device) -> Result<Classifier<B>, String> {
    let sizes = config.sizes();
    let model = Classifier::zeros(config, start.classes, device)?;
    let open = |bytes| Checkpoint::new(bytes).map_err(|e| e.to_string());
    let source = start.source.map(open).transpose()?;
    let pretrained = start.encoder.weights.as_deref().map(open).transpose()?;
    let draw = |name: &str, shape: &[usize], task: &str| {
        init::parameter(name, shape, sizes.initializer_range, sizes.pad_token_id, start.seed, task)
    };
    named::fill(model, &mut |name, shape| {
        let is_head = is_head(name);
        match (&source, &pretrained) {
            (Some(source), _) if !is_head || start.head == Head::Keep => {
                source.require(name, shape).map_err(|e| e.to_string())
            }
            (None, Some(pretrained)) if !is_head => pretrained.require(name, shape).map_err(|e| e.to_string()),
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
