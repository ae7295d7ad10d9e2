//! Cross-entropy, in 32 bits whatever the format of the products.

#[cfg(feature = "gpu")]
mod gpu;
mod node;
#[cfg(test)]
mod tests;

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use burn_flex::Flex;
use burn_ndarray::NdArray;

use super::linear::wide;

/// `−mean_i ln softmax(logits_i)[label_i]`.
pub trait CrossEntropy: Backend {
    /// Mean cross-entropy in nats of logits `[batch, classes]` against class indices `[batch]`: one number.
    fn cross_entropy(logits: Tensor<Self, 2>, labels: Tensor<Self, 1, Int>) -> Tensor<Self, 1> {
        Self::cross_entropy_forward(logits, labels).0
    }

    /// As [`Self::cross_entropy`], with its gradient `[batch, classes]`.
    fn cross_entropy_forward(
        logits: Tensor<Self, 2>,
        labels: Tensor<Self, 1, Int>,
    ) -> (Tensor<Self, 1>, Tensor<Self, 2>) {
        let [rows, classes] = logits.dims();
        let log = log_softmax(wide(logits), 1);
        let loss = log.clone().gather(1, labels.clone().reshape([rows, 1])).mean().neg();
        let hot: Tensor<Self, 2> = labels.one_hot(classes).float();
        let gradient = (log.exp() - hot) * (1.0 / rows.max(1) as f64);
        (loss, gradient)
    }
}

// A few numbers an example.
impl CrossEntropy for Flex {}
impl CrossEntropy for NdArray {}
