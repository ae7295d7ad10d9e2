//! A transformer layer (Vaswani et al. 2017, arXiv:1706.03762), LayerNorm after each residual: the same in every
//! architecture here, by whatever names its weights go.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::Mode;
use super::layers::Map;
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::attention::Shape;
use transfermap_kernels::norm::{Affine, Normalised};

/// A layer's weights for one forward pass.
#[derive(Debug, Clone)]
pub struct Block<B: Backend> {
    /// Query, key and value side by side.
    pub qkv: Map<B>,
    /// Attention heads; divides the width.
    pub heads: usize,
    /// Dropout on the attention probabilities.
    pub attention_dropout: f64,
    /// What follows attention.
    pub rest: Rest<B>,
}

/// The part of a layer after attention.
#[derive(Debug, Clone)]
pub struct Rest<B: Backend> {
    /// What attention found.
    pub attention_output: Output<B>,
    /// Into the feed-forward layer.
    pub inner: Map<B>,
    /// Non-linearity of the feed-forward layer.
    pub act: Activation,
    /// Out of it.
    pub output: Output<B>,
}

/// A map back to the layer's width, dropout, residual and LayerNorm.
#[derive(Debug, Clone)]
pub struct Output<B: Backend> {
    /// To the width.
    pub map: Map<B>,
    /// After it; `None` where the architecture has no dropout here.
    pub dropout: Option<f64>,
    /// LayerNorm of the sum.
    pub norm: Affine<B>,
}

impl<B: Kernels> Output<B> {
    fn forward(&self, x: Tensor<B, 2>, residual: Tensor<B, 2>, mode: &mut Mode<'_>) -> Normalised<B> {
        let mask = self.dropout.and_then(|probability| mode.mask(probability));
        B::add_norm(self.map.product(x), self.map.bias.clone(), residual, &self.norm, mask)
    }
}

impl<B: Kernels> Block<B> {
    /// Tokens `[batch * sequence, hidden]` → the same; `attention_mask` is `[batch, sequence]`.
    pub fn forward(&self, x: Normalised<B>, attention_mask: &Tensor<B, 2>, mode: &mut Mode<'_>) -> Normalised<B> {
        let [batch, sequence] = attention_mask.dims();
        let shape = Shape { batch, sequence, heads: self.heads, dropout: mode.mask(self.attention_dropout) };
        let qkv = self.qkv.product(x.operand);
        let context = B::attend(qkv, self.qkv.bias.clone(), attention_mask.clone(), shape);
        self.rest.forward(context, x.y, mode)
    }
}

impl<B: Kernels> Rest<B> {
    /// What attention made of the layer's input `x`, both `[batch * sequence, hidden]`, → the layer's output.
    pub fn forward(&self, context: Tensor<B, 2>, x: Tensor<B, 2>, mode: &mut Mode<'_>) -> Normalised<B> {
        let attended = self.attention_output.forward(context, x, mode);
        let inner = self.inner.forward(attended.operand, self.act);
        self.output.forward(inner, attended.y, mode)
    }
}
