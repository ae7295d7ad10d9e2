//! Scores of a model on a split: probabilities on the host in 64 bits, metrics by core.

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData, Transaction};
use transfermap::metric::{MetricError, evaluate};
use transfermap::record::Evaluation;
use transfermap::study::Precision;

use super::job::Prediction;
use crate::data::TokenisedSplit;
use crate::data::batch::{Batch, collate, eval_batches};
use crate::encoder::{AnyBody, AnyHead, Body, Head, Inputs, Mode};
use crate::pretrained::Padding;
use transfermap_kernels::Kernels;

/// How inputs become batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batching {
    /// How they are brought to one width.
    pub padding: Padding,
    /// Examples per forward pass in evaluation.
    pub eval_batch_size: usize,
    /// Number format of the matrix products.
    pub precision: Precision,
}

/// A batch on the device, with its labels.
pub fn to_device<B: Backend>(batch: &Batch, device: &B::Device) -> (Inputs<B>, Tensor<B, 1, Int>) {
    let mask = TensorData::new(batch.attention_mask.clone(), [batch.rows, batch.width]);
    let inputs = Inputs {
        input_ids: batch.input_ids.clone(),
        token_type_ids: batch.token_type_ids.clone(),
        attention_mask: Tensor::from_data(mask, device),
    };
    (inputs, Tensor::from_data(TensorData::new(batch.labels.clone(), [batch.rows]), device))
}

/// Predictions for every example of a split, in data-set order.
pub fn predict<B: Kernels>(
    (body, head): (&AnyBody<B>, &AnyHead<B>),
    split: &TokenisedSplit,
    batching: Batching,
    device: &B::Device,
) -> Vec<Prediction> {
    let batches = eval_batches(split, batching.eval_batch_size);
    // Everything is queued before anything is waited for.
    let mut queued = Transaction::default();
    let mut classes = 1;
    for indices in &batches {
        let (inputs, _) = to_device::<B>(&collate(split, indices, batching.padding), device);
        let mut mode = Mode::evaluation(batching.precision);
        let logits = head.forward(body.encode(&inputs, &mut mode).pooler_output, &mut mode);
        [_, classes] = logits.dims();
        queued = queued.register(logits);
    }
    let mut predictions = Vec::with_capacity(split.labels.len());
    for (indices, logits) in batches.iter().zip(queued.execute()) {
        let logits: Vec<f32> = logits.convert::<f32>().into_vec().unwrap_or_default();
        for (row, &example) in logits.chunks_exact(classes).zip(indices) {
            predictions.push(Prediction { example, label: split.labels[example], probabilities: softmax(row) });
        }
    }
    predictions.sort_by_key(|p| p.example);
    predictions
}

/// Softmax in 64 bits.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exp: Vec<f64> = logits.iter().map(|x| f64::from(x - max).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.into_iter().map(|x| x / sum).collect()
}

/// Scores of predictions.
///
/// # Errors
/// A probability that is no number.
pub fn score(predictions: &[Prediction], classes: usize) -> Result<Evaluation, MetricError> {
    let labels: Vec<usize> = predictions.iter().map(|p| p.label).collect();
    let probabilities: Vec<Vec<f64>> = predictions.iter().map(|p| p.probabilities.clone()).collect();
    evaluate(&labels, &probabilities, classes)
}
