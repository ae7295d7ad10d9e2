//! [`Normalise`] on the CPU: a row stays in the cache while its mean, its variance and its result are worked out.

use burn::tensor::Tensor;
use burn_flex::Flex;
use transfermap::study::Precision;

use super::{Affine, Before, Kept, NormGradients, Normalise, Normalised, Two, reference};
use crate::cpu::rows::{for_pieces, for_pieces_summing, sum, sum_of_two};
use crate::cpu::{Numbers, are_wide, tensor};
use crate::mask::Mask;

impl Normalise for Flex {
    fn add_norm_forward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        residual: Tensor<Self, 2>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
    ) -> (Normalised<Self>, Kept<Self>) {
        if !are_wide(&[x.dtype(), residual.dtype()]) {
            return reference::add_norm(x, bias, residual, affine, dropout);
        }
        let shape @ [_, columns] = x.dims();
        let (x, bias, residual) = (Numbers::of(x), Numbers::of(bias), Numbers::of(residual));
        let (x, bias, residual) = (x.all(), bias.all(), residual.all());
        let mut z = vec![0.0; x.len()];
        for_pieces(&mut z, columns, |first, z| {
            let from = first * columns;
            let (x, residual) = (&x[from..from + z.len()], &residual[from..from + z.len()]);
            let mut factors = vec![1.0; if dropout.is_some() { columns } else { 0 }];
            let rows = z.chunks_exact_mut(columns).zip(x.chunks_exact(columns)).zip(residual.chunks_exact(columns));
            for (row, ((z, x), residual)) in rows.enumerate() {
                for (((z, x), residual), bias) in z.iter_mut().zip(x).zip(residual).zip(bias) {
                    *z = x + bias;
                    if dropout.is_none() {
                        *z += residual;
                    }
                }
                if let Some(mask) = dropout {
                    mask.fill(from + row * columns, &mut factors);
                    for ((z, residual), factor) in z.iter_mut().zip(residual).zip(&factors) {
                        *z = *z * factor + residual;
                    }
                }
            }
        });
        normalised(z, shape, affine, None, Precision::F32)
    }

    fn add_norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Before<Self>,
    ) -> NormGradients<Self> {
        if kept.precision != Precision::F32 || !are_wide(&[gradient.dtype()]) {
            return reference::add_norm_backward(kept, affine, dropout, gradient, before);
        }
        let shape @ [_, columns] = kept.z.dims();
        let before = [before.weight, before.shift, before.bias];
        let (of_z, [weight, shift, of_bias]) = gradients(kept, affine, None, dropout, gradient, before);
        let x = match dropout {
            None => tensor(of_z.clone(), shape),
            Some(mask) => {
                let mut x = of_z.clone();
                for_pieces(&mut x, columns, |first, x| {
                    let mut factors = vec![0.0; x.len()];
                    mask.fill(first * columns, &mut factors);
                    for (x, factor) in x.iter_mut().zip(&factors) {
                        *x *= factor;
                    }
                });
                tensor(x, shape)
            }
        };
        NormGradients { x, bias: of_bias, residual: tensor(of_z, shape), weight, shift }
    }

    fn norm_forward(
        z: Tensor<Self, 2>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        precision: Precision,
    ) -> (Normalised<Self>, Kept<Self>) {
        if !are_wide(&[z.dtype()]) {
            return reference::norm(z, affine, after, precision);
        }
        let shape = z.dims();
        normalised(Numbers::of(z).all().to_vec(), shape, affine, after, precision)
    }

    fn norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Two<Self>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>, Tensor<Self, 1>) {
        if !are_wide(&[gradient.dtype()]) {
            return reference::norm_backward(kept, affine, after, gradient, before);
        }
        let shape = kept.z.dims();
        let (of_z, [weight, shift, _]) = gradients(kept, affine, after, None, gradient, [before.0, before.1, None]);
        (tensor(of_z, shape), weight, shift)
    }
}

/// Mean and 1/√(variance + ε) of a row.
#[inline(always)]
fn moments(row: &[f32], epsilon: f32) -> (f32, f32) {
    let n = row.len() as f32;
    let mean = sum(row, |x| x) / n;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / n;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

fn normalised(
    z: Vec<f32>,
    shape: [usize; 2],
    affine: &Affine<Flex>,
    after: Option<Mask>,
    precision: Precision,
) -> (Normalised<Flex>, Kept<Flex>) {
    let [_, columns] = shape;
    let (weight, bias) = (Numbers::of(affine.weight.clone()), Numbers::of(affine.bias.clone()));
    let (weight, bias, epsilon) = (weight.all(), bias.all(), affine.epsilon as f32);
    let mut y = vec![0.0; z.len()];
    for_pieces(&mut y, columns, |first, y| {
        let from = first * columns;
        let z = &z[from..from + y.len()];
        let mut factors = vec![1.0; if after.is_some() { columns } else { 0 }];
        for (row, (y, z)) in y.chunks_exact_mut(columns).zip(z.chunks_exact(columns)).enumerate() {
            let (mean, inverse) = moments(z, epsilon);
            for (((y, z), weight), bias) in y.iter_mut().zip(z).zip(weight).zip(bias) {
                *y = (z - mean) * inverse * weight + bias;
            }
            if let Some(mask) = after {
                mask.fill(from + row * columns, &mut factors);
                for (y, factor) in y.iter_mut().zip(&factors) {
                    *y *= factor;
                }
            }
        }
    });
    let y = tensor(y, shape);
    let operand = super::super::linear::reference::narrow(y.clone(), precision);
    (Normalised { y, operand }, Kept { z: tensor(z, shape), rows: None, precision })
}

/// The gradient of `z`, and those of the weight, of LayerNorm's bias and of the product's bias, whose `dropout` stands
/// between.
fn gradients(
    kept: Kept<Flex>,
    affine: &Affine<Flex>,
    after: Option<Mask>,
    dropout: Option<Mask>,
    gradient: Tensor<Flex, 2>,
    before: [Option<Tensor<Flex, 1>>; 3],
) -> (Vec<f32>, [Tensor<Flex, 1>; 3]) {
    let [_, columns] = kept.z.dims();
    let (z, gradient, weight) = (Numbers::of(kept.z), Numbers::of(gradient), Numbers::of(affine.weight.clone()));
    let (z, gradient, weight, epsilon) = (z.all(), gradient.all(), weight.all(), affine.epsilon as f32);
    let before = before.map(|b| b.map(Numbers::of));
    let before = [0, 1, 2].map(|i| before[i].as_ref().map(Numbers::all));
    let mut of_z = vec![0.0; z.len()];
    let sums = for_pieces_summing(&mut of_z, columns, 3 * columns, &before, |first, out, sums| {
        let from = first * columns;
        let (z, gradient) = (&z[from..from + out.len()], &gradient[from..from + out.len()]);
        let (of_weight, rest) = sums.split_at_mut(columns);
        let (of_shift, of_bias) = rest.split_at_mut(columns);
        let mut factors = vec![1.0; columns];
        let mut g = vec![0.0; columns];
        let rows = out.chunks_exact_mut(columns).zip(z.chunks_exact(columns)).zip(gradient.chunks_exact(columns));
        for (row, ((out, z), gradient)) in rows.enumerate() {
            let (mean, inverse) = moments(z, epsilon);
            g.copy_from_slice(gradient);
            if let Some(mask) = after {
                mask.fill(from + row * columns, &mut factors);
                for (g, factor) in g.iter_mut().zip(&factors) {
                    *g *= factor;
                }
            }
            // In `out` the row with mean 0 and variance 1.
            for ((((out, z), g), of_weight), of_shift) in
                out.iter_mut().zip(z).zip(&g).zip(&mut *of_weight).zip(&mut *of_shift)
            {
                *out = (z - mean) * inverse;
                *of_weight += g * *out;
                *of_shift += g;
            }
            for (g, weight) in g.iter_mut().zip(weight) {
                *g *= weight;
            }
            let n = columns as f32;
            let level = sum(&g, |g| g) / n;
            let along = sum_of_two(&g, out, |g, unit| g * unit) / n;
            for (out, g) in out.iter_mut().zip(&g) {
                *out = (g - level - *out * along) * inverse;
            }
            match dropout {
                None => super::super::cpu::rows::add(of_bias, out),
                Some(mask) => {
                    mask.fill(from + row * columns, &mut factors);
                    for ((sum, out), factor) in of_bias.iter_mut().zip(&*out).zip(&factors) {
                        *sum += out * factor;
                    }
                }
            }
        }
    });
    let part = |i: usize| tensor(sums[i * columns..(i + 1) * columns].to_vec(), [columns]);
    (of_z, [part(0), part(1), part(2)])
}
