//! [`AdamW`] on the CPU: one pass over memory.

use burn::tensor::{Tensor, TensorData};
use burn_flex::Flex;
use rayon::prelude::*;

use super::{AdamW, Clip, Moved, Moving, Rule};
use crate::cpu::{Numbers, tensor};

/// Numbers of one piece of work.
const PIECE: usize = 1 << 14;

impl AdamW for Flex {
    fn norm(gradients: &[Tensor<Self, 1>]) -> Tensor<Self, 1> {
        let mut sum = 0.0;
        for gradient in gradients {
            let numbers = Numbers::of(gradient.clone());
            let arch = pulp::Arch::new();
            let of_piece = |piece: &[f32]| arch.dispatch(|| square_sum(piece));
            let pieces: Vec<f64> = numbers.all().par_chunks(PIECE).map(of_piece).collect();
            sum += pieces.iter().sum::<f64>();
        }
        tensor(vec![sum.sqrt() as f32], [1])
    }

    fn moved(parameters: Vec<Moving<Self>>, clip: Option<&Clip<Self>>) -> Vec<Moved<Self>> {
        let factor = clip.map_or(1.0, |clip| {
            let norm = Numbers::of(clip.norm.clone()).all().first().copied().unwrap_or_default();
            (clip.most / (f64::from(norm) + 1e-6)).min(1.0)
        });
        parameters.into_iter().map(|parameter| move_one(parameter, factor as f32)).collect()
    }
}

#[inline(always)]
fn square_sum(piece: &[f32]) -> f64 {
    let mut sums = [0.0_f64; 8];
    let whole = piece.chunks_exact(8);
    let rest = whole.remainder();
    for chunk in whole {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(*x) * f64::from(*x);
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += f64::from(*x) * f64::from(*x);
    }
    sums.iter().sum()
}

fn move_one(parameter: Moving<Flex>, factor: f32) -> Moved<Flex> {
    let [n] = parameter.value.dims();
    let gradient = Numbers::of(parameter.gradient);
    let mut value = numbers(parameter.value);
    let [mut first, mut second] = match parameter.moments {
        Some(moments) => moments.map(numbers),
        None => [vec![0.0; n], vec![0.0; n]],
    };
    let arch = pulp::Arch::new();
    value
        .par_chunks_mut(PIECE)
        .zip(first.par_chunks_mut(PIECE))
        .zip(second.par_chunks_mut(PIECE))
        .zip(gradient.all().par_chunks(PIECE))
        .for_each(|(((value, first), second), gradient)| {
            arch.dispatch(|| step(parameter.rule, factor, value, first, second, gradient));
        });
    Moved { value: tensor(value, [n]), moments: [tensor(first, [n]), tensor(second, [n])] }
}

#[inline(always)]
fn step(rule: Rule, factor: f32, value: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
    let (beta1, rest1) = (rule.beta1 as f32, (1.0 - rule.beta1) as f32);
    let (beta2, rest2) = (rule.beta2 as f32, (1.0 - rule.beta2) as f32);
    let (correction2, epsilon) = (rule.correction2 as f32, rule.epsilon as f32);
    let (rate, keep) = (rule.rate as f32, rule.keep as f32);
    for (((p, m), v), g) in value.iter_mut().zip(first).zip(second).zip(gradient) {
        let g = g * factor;
        *m = *m * beta1 + g * rest1;
        *v = *v * beta2 + g * g * rest2;
        *p = *p * keep - *m / (v.sqrt() / correction2 + epsilon) * rate;
    }
}

/// Out of the tensor, without a copy where nobody else holds it.
fn numbers(tensor: Tensor<Flex, 1>) -> Vec<f32> {
    let data: TensorData = tensor.into_data();
    data.into_vec().unwrap_or_else(|_| unreachable!("parameters and their moments are of 32 bits"))
}
