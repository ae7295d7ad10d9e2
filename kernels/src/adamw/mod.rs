//! The norm of a whole gradient, and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) on many parameters at once.
//!
//! Nothing here waits for the numbers: clipping takes the norm where it is, so that a GPU has its next step queued before
//! anybody looks at the loss.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod reference;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_ndarray::NdArray;

/// The numbers of one step of a parameter: `p ← keep p − rate m / (√v / correction2 + epsilon)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Decay of the mean of gradients.
    pub beta1: f64,
    /// Decay of the mean of their squares.
    pub beta2: f64,
    /// Added to the root.
    pub epsilon: f64,
    /// √(1 − β₂ᵗ).
    pub correction2: f64,
    /// Learning rate / (1 − β₁ᵗ).
    pub rate: f64,
    /// 1 − learning rate · weight decay.
    pub keep: f64,
}

/// A parameter in its step; all tensors flat and of equal length.
#[derive(Debug, Clone)]
pub struct Moving<B: Backend> {
    /// Its values.
    pub value: Tensor<B, 1>,
    /// Its gradient.
    pub gradient: Tensor<B, 1>,
    /// Means of its gradients and of their squares; none before its first step.
    pub moments: Option<[Tensor<B, 1>; 2]>,
    /// This step.
    pub rule: Rule,
}

/// A parameter after its step.
#[derive(Debug, Clone)]
pub struct Moved<B: Backend> {
    /// Its values.
    pub value: Tensor<B, 1>,
    /// Means of its gradients and of their squares.
    pub moments: [Tensor<B, 1>; 2],
}

/// How a gradient is clipped: `torch.nn.utils.clip_grad_norm_`.
#[derive(Debug, Clone)]
pub struct Clip<B: Backend> {
    /// The Euclidean norm of the whole gradient: one number.
    pub norm: Tensor<B, 1>,
    /// The largest norm that is left alone.
    pub most: f64,
}

/// The optimizer's part of a step.
pub trait AdamW: Backend {
    /// The Euclidean norm over flat gradients of 32 bits: one number.
    fn norm(gradients: &[Tensor<Self, 1>]) -> Tensor<Self, 1> {
        reference::norm(gradients)
    }

    /// Moves parameters, in place where nobody else holds them; gradients that are clipped are scaled by
    /// `min(1, most / (norm + 1e-6))` first.
    fn moved(parameters: Vec<Moving<Self>>, clip: Option<&Clip<Self>>) -> Vec<Moved<Self>> {
        reference::moved(parameters, clip)
    }
}

impl AdamW for NdArray {}
