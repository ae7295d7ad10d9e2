//! [`Multiply`](super::Multiply) in tensor code.

use burn::tensor::backend::Backend;
use burn::tensor::{FloatDType, Tensor};
use transfermap::study::Precision;

use super::{plus, wide};

pub fn multiply<B: Backend>(x: Tensor<B, 2>, w: Tensor<B, 2>) -> Tensor<B, 2> {
    x.matmul(w)
}

pub fn multiply_backward_x<B: Backend>(g: Tensor<B, 2>, w: Tensor<B, 2>) -> Tensor<B, 2> {
    g.matmul(w.transpose())
}

pub fn multiply_backward_w<B: Backend>(x: Tensor<B, 2>, g: Tensor<B, 2>, before: Option<Tensor<B, 2>>) -> Tensor<B, 2> {
    plus(before, wide(x.transpose().matmul(g)))
}

pub fn narrow<B: Backend>(x: Tensor<B, 2>, precision: Precision) -> Tensor<B, 2> {
    match precision {
        Precision::F32 => x,
        Precision::Bf16 => x.cast(FloatDType::BF16),
    }
}

pub fn column_sums<B: Backend>(x: Tensor<B, 2>) -> Tensor<B, 1> {
    wide(x).sum_dim(0).squeeze_dim(0)
}
