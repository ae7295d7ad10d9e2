//! [`Activate`](super::Activate) in tensor code.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid, tanh};
use burn::tensor::backend::Backend;

use super::{Activation, CUBIC, SQRT_2_OVER_PI};
use crate::linear::{Multiply, like, plus, wide};

pub fn activate<B: Multiply>(x: Tensor<B, 2>, bias: Tensor<B, 1>, f: Activation) -> Tensor<B, 2> {
    like(f.value(wide(x.clone()) + bias.unsqueeze()), &x)
}

pub fn activate_backward<B: Multiply>(
    x: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    f: Activation,
    gradient: Tensor<B, 2>,
    before: Option<Tensor<B, 1>>,
) -> (Tensor<B, 2>, Tensor<B, 1>) {
    let slope = f.slope(wide(x.clone()) + bias.unsqueeze());
    let gradient = wide(gradient) * slope;
    let sums = plus(before, B::column_sums(gradient.clone()));
    (like(gradient, &x), sums)
}

impl Activation {
    /// Its value at every element, in 32 bits.
    pub fn value<B: Backend, const D: usize>(self, x: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            Self::Identity => x,
            Self::Gelu => x.clone() * ((x * FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
            // x/2 (1 + tanh(u)) = x sigmoid(2u).
            Self::GeluNew => x.clone() * sigmoid(inner(&x) * 2.0),
            Self::Relu => relu(x),
            Self::Silu => x.clone() * sigmoid(x),
            Self::Tanh => tanh(x),
        }
    }

    /// Its derivative at every element, in 32 bits.
    pub fn slope<B: Backend, const D: usize>(self, x: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            Self::Identity => x.ones_like(),
            Self::Gelu => {
                let density = (x.clone().square() * -0.5).exp() * (1.0 / (2.0 * PI).sqrt());
                ((x.clone() * FRAC_1_SQRT_2).erf() + 1.0) * 0.5 + x * density
            }
            Self::GeluNew => {
                let s = sigmoid(inner(&x) * 2.0);
                let inner_slope = (x.clone().square() * (3.0 * CUBIC) + 1.0) * SQRT_2_OVER_PI;
                s.clone() + x * s.clone() * (s.neg() + 1.0) * inner_slope * 2.0
            }
            Self::Relu => x.greater_elem(0.0).float(),
            Self::Silu => {
                let s = sigmoid(x.clone());
                s.clone() * (x * (s.neg() + 1.0) + 1.0)
            }
            Self::Tanh => tanh(x).square().neg() + 1.0,
        }
    }
}

/// What stands in the tanh of [`Activation::GeluNew`].
fn inner<B: Backend, const D: usize>(x: &Tensor<B, D>) -> Tensor<B, D> {
    (x.clone() + x.clone() * x.clone().square() * CUBIC) * SQRT_2_OVER_PI
}
