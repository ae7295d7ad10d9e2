//! [`AdamW`](super::AdamW) in tensor code.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::{Clip, Moved, Moving, Rule};

/// Numbers of a row in [`square_sum`].
const ROW: usize = 1024;

pub fn norm<B: Backend>(gradients: &[Tensor<B, 1>]) -> Tensor<B, 1> {
    let squares: Vec<Tensor<B, 1>> = gradients.iter().map(|g| square_sum(g.clone())).collect();
    if squares.is_empty() {
        return Tensor::zeros([1], &B::Device::default());
    }
    Tensor::cat(squares, 0).sum().sqrt()
}

/// Row by row first: a sum over millions of numbers in 32 bits loses digits.
fn square_sum<B: Backend>(g: Tensor<B, 1>) -> Tensor<B, 1> {
    let [n] = g.dims();
    let squares = g.square();
    let whole = n / ROW * ROW;
    if whole == 0 {
        return squares.sum();
    }
    let body = squares.clone().narrow(0, 0, whole).reshape([n / ROW, ROW]).sum_dim(1).sum();
    if whole == n { body } else { body + squares.narrow(0, whole, n - whole).sum() }
}

/// `min(1, most / (norm + 1e-6))`.
pub fn factor<B: Backend>(clip: &Clip<B>) -> Tensor<B, 1> {
    (clip.norm.clone() + 1e-6).recip().mul_scalar(clip.most).clamp_max(1.0)
}

pub fn moved<B: Backend>(parameters: Vec<Moving<B>>, clip: Option<&Clip<B>>) -> Vec<Moved<B>> {
    let factor = clip.map(factor);
    let one = |mut parameter: Moving<B>| {
        if let Some(factor) = &factor {
            parameter.gradient = parameter.gradient * factor.clone();
        }
        move_one(parameter)
    };
    parameters.into_iter().map(one).collect()
}

fn move_one<B: Backend>(Moving { value, gradient: g, moments, rule }: Moving<B>) -> Moved<B> {
    let Rule { beta1, beta2, epsilon, correction2, rate, keep } = rule;
    let (first, second) = match moments {
        Some([first, second]) => (
            first.mul_scalar(beta1) + g.clone().mul_scalar(1.0 - beta1),
            second.mul_scalar(beta2) + g.square().mul_scalar(1.0 - beta2),
        ),
        None => (g.clone().mul_scalar(1.0 - beta1), g.square().mul_scalar(1.0 - beta2)),
    };
    let denominator = second.clone().sqrt().div_scalar(correction2).add_scalar(epsilon);
    let update = (first.clone() / denominator).mul_scalar(rate);
    let value = if keep < 1.0 { value.mul_scalar(keep) } else { value };
    Moved { value: value - update, moments: [first, second] }
}
