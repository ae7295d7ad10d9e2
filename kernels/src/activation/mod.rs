//! A bias and a non-linearity after a product.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod node;
mod reference;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use burn_ndarray::NdArray;

use super::linear::Multiply;

/// A pointwise non-linearity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `x`.
    Identity,
    /// `x Φ(x)`, with the error function.
    Gelu,
    /// `x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    GeluNew,
    /// `max(0, x)`.
    Relu,
    /// `x sigmoid(x)`.
    Silu,
    /// `tanh x`.
    Tanh,
}

/// √(2/π), of [`Activation::GeluNew`].
pub(super) const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;

/// Of [`Activation::GeluNew`].
pub(super) const CUBIC: f64 = 0.044_715;

/// `f(x + bias)`.
pub trait Activate: Multiply {
    /// `[rows, columns]` and `[columns]` → `[rows, columns]` in the format of `x`.
    fn activate(x: Tensor<Self, 2>, bias: Tensor<Self, 1>, f: Activation) -> Tensor<Self, 2> {
        reference::activate(x, bias, f)
    }

    /// The gradients of `x`, in its format, and of `bias`, added to `before` where there is one.
    fn activate_backward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        f: Activation,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        reference::activate_backward(x, bias, f, gradient, before)
    }
}

impl Activate for NdArray {}
