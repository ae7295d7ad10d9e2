//! LayerNorm (Ba et al. 2016, arXiv:1607.06450), with what stands before it in a transformer: the bias of a product,
//! dropout, the residual.

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
use transfermap::study::Precision;

use super::linear::Multiply;
use super::mask::Mask;

/// LayerNorm's parameters.
#[derive(Debug, Clone)]
pub struct Affine<B: Backend> {
    /// `[columns]`.
    pub weight: Tensor<B, 1>,
    /// `[columns]`.
    pub bias: Tensor<B, 1>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// What LayerNorm made.
#[derive(Debug, Clone)]
pub struct Normalised<B: Backend> {
    /// `[rows, columns]`, in 32 bits.
    pub y: Tensor<B, 2>,
    /// The same for products: `y` itself, or in bfloat16.
    pub operand: Tensor<B, 2>,
}

/// What LayerNorm's backward pass reads.
#[derive(Debug, Clone)]
pub struct Kept<B: Backend> {
    /// What was normalised, `[rows, columns]`, in 32 bits.
    pub z: Tensor<B, 2>,
    /// Mean and 1/σ of every row, `[rows, 2]`, of backends that keep them; others work them out again.
    pub rows: Option<Tensor<B, 2>>,
    /// Format of the product's result that went in.
    pub precision: Precision,
}

/// The gradients of [`Normalise::add_norm`].
#[derive(Debug, Clone)]
pub struct NormGradients<B: Backend> {
    /// Of the product, in the format that was asked for.
    pub x: Tensor<B, 2>,
    /// Of its bias.
    pub bias: Tensor<B, 1>,
    /// Of the residual, in 32 bits.
    pub residual: Tensor<B, 2>,
    /// Of LayerNorm's weight.
    pub weight: Tensor<B, 1>,
    /// Of LayerNorm's bias.
    pub shift: Tensor<B, 1>,
}

/// What a gradient is added to, where other layers with the same weights gave theirs before.
#[derive(Debug, Clone)]
pub struct Before<B: Backend> {
    /// Of the product's bias.
    pub bias: Option<Tensor<B, 1>>,
    /// Of LayerNorm's weight.
    pub weight: Option<Tensor<B, 1>>,
    /// Of LayerNorm's bias.
    pub shift: Option<Tensor<B, 1>>,
}

/// Where a gradient of two parameters is added to what other layers with the same ones gave before.
pub type Two<B> = (Option<Tensor<B, 1>>, Option<Tensor<B, 1>>);

/// `LayerNorm(z) = (z − mean) / √(variance + ε) · weight + bias`, row by row.
pub trait Normalise: Multiply {
    /// LayerNorm of `residual + dropout(x + bias)`: `x` a product's result `[rows, columns]`, the residual in 32 bits. The
    /// operand has the format of `x`.
    fn add_norm(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        residual: Tensor<Self, 2>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
    ) -> Normalised<Self> {
        Self::add_norm_forward(x, bias, residual, affine, dropout).0
    }

    /// As [`Self::add_norm`], with what the backward pass reads.
    fn add_norm_forward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        residual: Tensor<Self, 2>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
    ) -> (Normalised<Self>, Kept<Self>) {
        reference::add_norm(x, bias, residual, affine, dropout)
    }

    /// The gradients of [`Self::add_norm`] from that of `y`.
    fn add_norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Before<Self>,
    ) -> NormGradients<Self> {
        reference::add_norm_backward(kept, affine, dropout, gradient, before)
    }

    /// LayerNorm of `z`, `[rows, columns]` in 32 bits, with dropout after it; the operand for products in `precision`.
    fn norm(z: Tensor<Self, 2>, affine: &Affine<Self>, after: Option<Mask>, precision: Precision) -> Normalised<Self> {
        Self::norm_forward(z, affine, after, precision).0
    }

    /// As [`Self::norm`], with what the backward pass reads.
    fn norm_forward(
        z: Tensor<Self, 2>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        precision: Precision,
    ) -> (Normalised<Self>, Kept<Self>) {
        reference::norm(z, affine, after, precision)
    }

    /// The gradients of `z`, of the weight and of the bias; to the last two `before` is added.
    fn norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Two<Self>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>, Tensor<Self, 1>) {
        reference::norm_backward(kept, affine, after, gradient, before)
    }
}

impl Normalise for NdArray {}
