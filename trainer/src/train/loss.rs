//! Cross-entropy, in 32 bits whatever the precision of the products.

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};

/// Mean cross-entropy in nats of logits `[batch, classes]` against class indices `[batch]`: one number.
pub fn cross_entropy<B: Backend>(logits: Tensor<B, 2>, labels: Tensor<B, 1, Int>) -> Tensor<B, 1> {
    let rows = labels.dims()[0];
    log_softmax(logits, 1).gather(1, labels.reshape([rows, 1])).mean().neg()
}
