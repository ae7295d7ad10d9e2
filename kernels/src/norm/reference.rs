//! [`Normalise`](super::Normalise) in tensor code.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use transfermap::study::Precision;

use super::{Affine, Before, Kept, NormGradients, Normalised, Two};
use crate::linear::{Multiply, plus, wide};
use crate::mask::Mask;

pub fn add_norm<B: Multiply>(
    x: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    residual: Tensor<B, 2>,
    affine: &Affine<B>,
    dropout: Option<Mask>,
) -> (Normalised<B>, Kept<B>) {
    let precision = if x.dtype() == DType::BF16 { Precision::Bf16 } else { Precision::F32 };
    let z = dropped(wide(x) + bias.unsqueeze(), dropout) + residual;
    norm(z, affine, None, precision)
}

pub fn add_norm_backward<B: Multiply>(
    kept: Kept<B>,
    affine: &Affine<B>,
    dropout: Option<Mask>,
    gradient: Tensor<B, 2>,
    before: Before<B>,
) -> NormGradients<B> {
    let precision = kept.precision;
    let (residual, weight, shift) = norm_backward(kept, affine, None, gradient, (before.weight, before.shift));
    let x = dropped(residual.clone(), dropout);
    let bias = plus(before.bias, B::column_sums(x.clone()));
    NormGradients { x: B::narrow(x, precision), bias, residual, weight, shift }
}

pub fn norm<B: Multiply>(
    z: Tensor<B, 2>,
    affine: &Affine<B>,
    after: Option<Mask>,
    precision: Precision,
) -> (Normalised<B>, Kept<B>) {
    let y = unit(&z, affine.epsilon).0 * affine.weight.clone().unsqueeze() + affine.bias.clone().unsqueeze();
    let y = dropped(y, after);
    (Normalised { operand: B::narrow(y.clone(), precision), y }, Kept { z, rows: None, precision })
}

pub fn norm_backward<B: Multiply>(
    kept: Kept<B>,
    affine: &Affine<B>,
    after: Option<Mask>,
    gradient: Tensor<B, 2>,
    before: Two<B>,
) -> (Tensor<B, 2>, Tensor<B, 1>, Tensor<B, 1>) {
    let gradient = dropped(wide(gradient), after);
    let (unit, deviation) = unit(&kept.z, affine.epsilon);
    let weight = plus(before.0, B::column_sums(gradient.clone() * unit.clone()));
    let shift = plus(before.1, B::column_sums(gradient.clone()));
    let g = gradient * affine.weight.clone().unsqueeze();
    let along = (g.clone() * unit.clone()).mean_dim(1);
    let z = (g.clone() - g.mean_dim(1) - unit * along) / deviation;
    (z, weight, shift)
}

/// Rows with mean 0 and variance 1, and their deviations `[rows, 1]`.
fn unit<B: Backend>(z: &Tensor<B, 2>, epsilon: f64) -> (Tensor<B, 2>, Tensor<B, 2>) {
    let centred = z.clone() - z.clone().mean_dim(1);
    let deviation = (centred.clone().square().mean_dim(1) + epsilon).sqrt();
    (centred / deviation.clone(), deviation)
}

fn dropped<B: Backend>(x: Tensor<B, 2>, mask: Option<Mask>) -> Tensor<B, 2> {
    match mask {
        Some(mask) => {
            let factors = mask.tensor(x.shape(), &x.device());
            x * factors
        }
        None => x,
    }
}
