//! Multi-head self-attention between its input and output maps: the same in every architecture here.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;

use super::Mode;
use super::layers::{Linear, matmul};

/// The three input maps of an attention layer, by whatever names the architecture gives them.
pub struct Maps<'a, B: Backend> {
    /// What a token asks for.
    pub query: &'a Linear<B>,
    /// What it answers to.
    pub key: &'a Linear<B>,
    /// What it tells.
    pub value: &'a Linear<B>,
    /// Attention heads; divides the width.
    pub heads: usize,
    /// Dropout on the attention probabilities.
    pub dropout: f64,
}

/// What is added to the scores, `[batch, 1, 1, sequence]`: nothing for tokens, a large negative number for padding.
pub fn padding_bias<B: Backend>(attention_mask: &Tensor<B, 2>) -> Tensor<B, 4> {
    let [batch, sequence] = attention_mask.dims();
    // Finite, so that a row without a single token stays finite too.
    (attention_mask.clone() - 1.0).mul_scalar(1e30).reshape([batch, 1, 1, sequence])
}

impl<B: Backend> Maps<'_, B> {
    /// `softmax(Q Kᵀ / √size + bias) V` per head: `[batch * sequence, hidden]` → the same.
    pub fn attend(&self, x: &Tensor<B, 2>, bias: &Tensor<B, 4>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let [batch, _, _, sequence] = bias.dims();
        let [rows, hidden] = x.dims();
        let size = hidden / self.heads;
        let precision = mode.precision;
        let split = |t: Tensor<B, 2>| t.reshape([batch, sequence, self.heads, size]).swap_dims(1, 2);
        let query = split(self.query.forward(x.clone(), precision)) * (1.0 / (size as f64).sqrt());
        let key = split(self.key.forward(x.clone(), precision));
        let value = split(self.value.forward(x.clone(), precision));
        let scores = matmul(query, key.transpose(), precision) + bias.clone();
        let probabilities = mode.drop(softmax(scores, 3), self.dropout);
        matmul(probabilities, value, precision).swap_dims(1, 2).reshape([rows, hidden])
    }
}
