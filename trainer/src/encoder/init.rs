//! Random weights as transformers draws them, from keyed streams.

use rand_distr::{Distribution, Normal};
use transfermap::random::stream;

use super::error::ParameterError;

/// The weights of a parameter by its HuggingFace name, as `PreTrainedModel._init_weights` sets them: linear and
/// embedding weights normal with standard deviation `initializer_range`, padding rows and all biases 0, LayerNorm
/// weights 1. Every parameter has a stream of its own, so the order of use changes nothing.
///
/// # Errors
/// A negative or non-finite `initializer_range`.
pub fn parameter(
    name: &str,
    shape: &[usize],
    initializer_range: f64,
    pad_token_id: usize,
    seed: u64,
    task: &str,
) -> Result<Vec<f32>, ParameterError> {
    let size = shape.iter().product();
    if name.ends_with("bias") {
        return Ok(vec![0.0; size]);
    }
    if is_layer_norm(name) {
        return Ok(vec![1.0; size]);
    }
    let normal = Normal::new(0.0, initializer_range)
        .map_err(|fault| ParameterError::InitializerRange { initializer_range, fault })?;
    let mut rng = stream(seed, task, &format!("weights/{name}"));
    let mut values: Vec<f32> = (0..size).map(|_| normal.sample(&mut rng) as f32).collect();
    if let (true, [_, width]) = (has_padding_row(name), shape) {
        values.iter_mut().skip(pad_token_id * width).take(*width).for_each(|v| *v = 0.0);
    }
    Ok(values)
}

/// Whether a parameter is a table with a row for padding, which stays 0 and gets no gradient: `padding_idx` in
/// transformers. That of the positions too in RoBERTa, where padding has a position of its own.
pub fn has_padding_row(name: &str) -> bool {
    name.ends_with("word_embeddings.weight") || name == "roberta.embeddings.position_embeddings.weight"
}

/// Whether a parameter belongs to a LayerNorm, by its HuggingFace name.
pub fn is_layer_norm(name: &str) -> bool {
    name.contains("LayerNorm.") || name.contains("layer_norm.")
}
