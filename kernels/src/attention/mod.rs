//! Multi-head self-attention (Vaswani et al. 2017, arXiv:1706.03762) between its input and its output map.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod node;
mod reference;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_ndarray::NdArray;

use super::linear::Multiply;
use super::mask::Mask;

/// How rows of tokens attend to each other.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Inputs.
    pub batch: usize,
    /// Tokens of each, padding included.
    pub sequence: usize,
    /// Attention heads; divides the width.
    pub heads: usize,
    /// Dropout on the probabilities `[batch, heads, sequence, sequence]`.
    pub dropout: Option<Mask>,
}

/// What attention's backward pass reads.
#[derive(Debug, Clone)]
pub struct Kept<B: Backend> {
    /// Query, key and value of every token, biases added: `[batch * sequence, 3 hidden]`.
    pub qkv: Tensor<B, 2>,
    /// Probabilities before dropout, `[batch, heads, sequence, sequence]`.
    pub probabilities: Tensor<B, 4>,
    /// Probabilities after dropout, of backends that keep them.
    pub dropped: Option<Tensor<B, 4>>,
}

/// `softmax(Q Kᵀ / √size + padding) V` for every head.
pub trait Attend: Multiply {
    /// `qkv` is a product's result, `[batch * sequence, 3 hidden]`: all queries, then all keys, then all values; `bias`
    /// `[3 hidden]`; `mask` `[batch, sequence]`, 1 for tokens and 0 for padding, which nobody attends to. In an input of
    /// nothing but padding everybody attends to everything.
    ///
    /// Gives `[batch * sequence, hidden]` in the format of `qkv`.
    fn attend(qkv: Tensor<Self, 2>, bias: Tensor<Self, 1>, mask: Tensor<Self, 2>, shape: Shape) -> Tensor<Self, 2> {
        Self::attend_forward(qkv, bias, mask, shape).0
    }

    /// As [`Self::attend`], with what the backward pass reads.
    fn attend_forward(
        qkv: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        mask: Tensor<Self, 2>,
        shape: Shape,
    ) -> (Tensor<Self, 2>, Kept<Self>) {
        reference::attend(qkv, bias, mask, shape)
    }

    /// The gradients of `qkv`, in its format, and of its bias, added to `before` where there is one.
    fn attend_backward(
        kept: Kept<Self>,
        shape: Shape,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        reference::attend_backward(kept, shape, gradient, before)
    }
}

impl Attend for NdArray {}

/// 1/√size of a head, of queries, keys and values `[_, 3 hidden]` wide.
fn scale(width: usize, shape: Shape) -> f64 {
    1.0 / ((width / 3 / shape.heads.max(1)) as f64).sqrt()
}
