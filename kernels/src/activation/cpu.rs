//! [`Activate`] on the CPU: one pass forward, one back.

use burn::tensor::Tensor;
use burn_flex::Flex;

use super::{Activate, Activation, CUBIC, SQRT_2_OVER_PI, reference};
use crate::cpu::functions::{erf, exp, sigmoid, tanh};
use crate::cpu::rows::{for_pieces, for_pieces_summing};
use crate::cpu::{Numbers, are_wide, tensor};

const SQRT_2_OVER_PI_32: f32 = SQRT_2_OVER_PI as f32;
const CUBIC_32: f32 = CUBIC as f32;
const HALF_ROOT: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// 1/√(2π).
const DENSITY: f32 = 0.398_942_3;

impl Activate for Flex {
    fn activate(x: Tensor<Self, 2>, bias: Tensor<Self, 1>, f: Activation) -> Tensor<Self, 2> {
        if !are_wide(&[x.dtype()]) {
            return reference::activate(x, bias, f);
        }
        let shape = x.dims();
        let (x, bias) = (Numbers::of(x), Numbers::of(bias));
        let (x, bias) = (x.all(), bias.all());
        let mut y = vec![0.0; x.len()];
        // A loop for each, so that each becomes vectors.
        match f {
            Activation::Identity => forward(&mut y, x, bias, |x| x),
            Activation::Gelu => forward(&mut y, x, bias, |x| 0.5 * x * (1.0 + erf(x * HALF_ROOT))),
            Activation::GeluNew => forward(&mut y, x, bias, |x| x * sigmoid(twice_inner(x))),
            Activation::Relu => forward(&mut y, x, bias, |x| if x > 0.0 { x } else { x * 0.0 }),
            Activation::Silu => forward(&mut y, x, bias, |x| x * sigmoid(x)),
            Activation::Tanh => forward(&mut y, x, bias, tanh),
        }
        tensor(y, shape)
    }

    fn activate_backward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        f: Activation,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        if !are_wide(&[x.dtype(), gradient.dtype()]) {
            return reference::activate_backward(x, bias, f, gradient, before);
        }
        let shape = x.dims();
        let (x, bias, gradient, before) =
            (Numbers::of(x), Numbers::of(bias), Numbers::of(gradient), before.map(Numbers::of));
        let load = Backward {
            x: x.all(),
            bias: bias.all(),
            gradient: gradient.all(),
            before: before.as_ref().map(Numbers::all),
        };
        let mut out = vec![0.0; load.x.len()];
        let sums = match f {
            Activation::Identity => load.run(&mut out, |_| 1.0),
            Activation::Gelu => {
                load.run(&mut out, |x| 0.5 * (1.0 + erf(x * HALF_ROOT)) + x * DENSITY * exp(-0.5 * x * x))
            }
            Activation::GeluNew => load.run(&mut out, |x| {
                let s = sigmoid(twice_inner(x));
                s + x * s * (1.0 - s) * 2.0 * SQRT_2_OVER_PI_32 * (1.0 + 3.0 * CUBIC_32 * x * x)
            }),
            Activation::Relu => load.run(&mut out, |x| if x > 0.0 { 1.0 } else { 0.0 }),
            Activation::Silu => load.run(&mut out, |x| {
                let s = sigmoid(x);
                s * (1.0 + x * (1.0 - s))
            }),
            Activation::Tanh => load.run(&mut out, |x| {
                let t = tanh(x);
                1.0 - t * t
            }),
        };
        let columns = sums.len();
        (tensor(out, shape), tensor(sums, [columns]))
    }
}

/// Twice what stands in the tanh of [`Activation::GeluNew`].
#[inline(always)]
fn twice_inner(x: f32) -> f32 {
    2.0 * SQRT_2_OVER_PI_32 * (x + CUBIC_32 * x * x * x)
}

fn forward(y: &mut [f32], x: &[f32], bias: &[f32], f: impl Fn(f32) -> f32 + Sync) {
    let columns = bias.len();
    for_pieces(y, columns, |first, y| {
        let x = &x[first * columns..first * columns + y.len()];
        for (y, x) in y.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
            for ((y, x), bias) in y.iter_mut().zip(x).zip(bias) {
                *y = f(x + bias);
            }
        }
    });
}

struct Backward<'a> {
    x: &'a [f32],
    bias: &'a [f32],
    gradient: &'a [f32],
    before: Option<&'a [f32]>,
}

impl Backward<'_> {
    /// Writes the gradient of `x`, and gives that of the bias.
    fn run(&self, out: &mut [f32], slope: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
        let columns = self.bias.len();
        for_pieces_summing(out, columns, columns, &[self.before], |first, out, sums| {
            let here = first * columns..first * columns + out.len();
            let (x, gradient) = (&self.x[here.clone()], &self.gradient[here]);
            let rows = out.chunks_exact_mut(columns).zip(x.chunks_exact(columns)).zip(gradient.chunks_exact(columns));
            for ((out, x), gradient) in rows {
                for ((((out, x), gradient), bias), sum) in
                    out.iter_mut().zip(x).zip(gradient).zip(self.bias).zip(&mut *sums)
                {
                    *out = gradient * slope(x + bias);
                    *sum += *out;
                }
            }
        })
    }
}
