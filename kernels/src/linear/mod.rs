//! Matrix products with weights, and what goes with them: bfloat16 copies, several weights side by side in one.

mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod node;
pub mod reference;
#[cfg(test)]
mod tests;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, FloatDType, Tensor};
use burn_ndarray::NdArray;
use transfermap::study::Precision;

pub use node::narrowed;

/// Products of rows with weights. A bias is added by what reads the result: [`Activate`](super::activation::Activate),
/// [`Attend`](super::attention::Attend), [`Normalise`](super::norm::Normalise).
pub trait Multiply: Backend {
    /// `x w`: `[rows, in]`, `[in, out]` → `[rows, out]`, in the format of `x`, which is that of `w`.
    fn multiply(x: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        reference::multiply(x, w)
    }

    /// The gradient of `x`: `g wᵀ`, in the format of `g`, which is that of `w`.
    fn multiply_backward_x(g: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        reference::multiply_backward_x(g, w)
    }

    /// The gradient of `w`: `xᵀ g` in 32 bits, added to `before` where there is one.
    fn multiply_backward_w(x: Tensor<Self, 2>, g: Tensor<Self, 2>, before: Option<Tensor<Self, 2>>) -> Tensor<Self, 2> {
        reference::multiply_backward_w(x, g, before)
    }

    /// A copy for products in `precision`: the tensor itself, or in bfloat16.
    fn narrow(x: Tensor<Self, 2>, precision: Precision) -> Tensor<Self, 2> {
        reference::narrow(x, precision)
    }

    /// Three matrices of equal shape side by side, `[rows, columns]` each → `[rows, 3 columns]`, for products in
    /// `precision`.
    fn side_by_side(parts: [Tensor<Self, 2>; 3], precision: Precision) -> Tensor<Self, 2> {
        Self::narrow(Tensor::cat(parts.to_vec(), 1), precision)
    }

    /// The three parts of [`Self::side_by_side`].
    fn apart(x: Tensor<Self, 2>) -> [Tensor<Self, 2>; 3] {
        let [rows, columns] = x.dims();
        let part = columns / 3;
        [0, 1, 2].map(|i| x.clone().slice([0..rows, i * part..(i + 1) * part]))
    }

    /// The sum of two tensors, in 32 bits if their formats differ.
    fn add_mixed<const D: usize>(a: Tensor<Self, D>, b: Tensor<Self, D>) -> Tensor<Self, D> {
        if a.dtype() == b.dtype() { a + b } else { wide(a) + wide(b) }
    }

    /// Sums over rows, `[rows, columns]` → `[columns]`, in 32 bits.
    fn column_sums(x: Tensor<Self, 2>) -> Tensor<Self, 1> {
        reference::column_sums(x)
    }
}

impl Multiply for NdArray {}

/// In 32 bits.
pub fn wide<B: Backend, const D: usize>(x: Tensor<B, D>) -> Tensor<B, D> {
    if x.dtype() == DType::F32 { x } else { x.cast(FloatDType::F32) }
}

/// In the format of another tensor.
pub fn like<B: Backend, const D: usize, const E: usize>(x: Tensor<B, D>, other: &Tensor<B, E>) -> Tensor<B, D> {
    match other.dtype() {
        DType::BF16 if x.dtype() != DType::BF16 => x.cast(FloatDType::BF16),
        DType::F32 => wide(x),
        _ => x,
    }
}

/// `new`, added to `before` where there is one.
pub fn plus<B: Backend, const D: usize>(before: Option<Tensor<B, D>>, new: Tensor<B, D>) -> Tensor<B, D> {
    match before {
        Some(before) => before + new,
        None => new,
    }
}
