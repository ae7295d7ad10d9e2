//! [`Attend`](super::Attend) in tensor code.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;

use super::{Kept, Shape, scale};
use crate::linear::{Multiply, like, plus, wide};
use crate::mask::Mask;

pub fn attend<B: Multiply>(
    qkv: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    mask: Tensor<B, 2>,
    shape: Shape,
) -> (Tensor<B, 2>, Kept<B>) {
    let qkv = like(wide(qkv.clone()) + bias.unsqueeze(), &qkv);
    let [_, width] = qkv.dims();
    let [query, key, value] = split(&qkv, shape);
    // Finite, so that an input without a single token stays finite too.
    let padding = (mask - 1.0).mul_scalar(1e30).reshape([shape.batch, 1, 1, shape.sequence]);
    let scores = wide(query.matmul(key.transpose())) * scale(width, shape) + padding;
    let probabilities = softmax(scores, 3);
    let dropped = like(dropped(probabilities.clone(), shape.dropout), &qkv);
    let context = merged(dropped.matmul(value));
    (context, Kept { probabilities: like(probabilities, &qkv), dropped: None, qkv })
}

pub fn attend_backward<B: Multiply>(
    kept: Kept<B>,
    shape: Shape,
    gradient: Tensor<B, 2>,
    before: Option<Tensor<B, 1>>,
) -> (Tensor<B, 2>, Tensor<B, 1>) {
    let Kept { qkv, probabilities, .. } = kept;
    let [query, key, value] = split(&qkv, shape);
    let [rows, width] = qkv.dims();
    let [gradient] = split(&like(gradient, &qkv), shape);
    let factors = like(dropped(wide(probabilities.clone()), shape.dropout), &qkv);
    let of_value = factors.transpose().matmul(gradient.clone());
    let of_dropped = dropped(wide(gradient.matmul(value.transpose())), shape.dropout);
    let probabilities = wide(probabilities);
    let along = (of_dropped.clone() * probabilities.clone()).sum_dim(3);
    let of_scores = like(probabilities * (of_dropped - along) * scale(width, shape), &qkv);
    let of_query = of_scores.clone().matmul(key);
    let of_key = of_scores.transpose().matmul(query);
    let parts = [of_query, of_key, of_value].map(merged);
    let gradient = Tensor::cat(parts.to_vec(), 1).reshape([rows, width]);
    let bias = plus(before, B::column_sums(gradient.clone()));
    (gradient, bias)
}

/// `[batch * sequence, N hidden]` → N times `[batch, heads, sequence, size]`.
fn split<B: Backend, const N: usize>(x: &Tensor<B, 2>, shape: Shape) -> [Tensor<B, 4>; N] {
    let Shape { batch, sequence, heads, .. } = shape;
    let [rows, width] = x.dims();
    let hidden = width / N;
    std::array::from_fn(|i| {
        let part = x.clone().slice([0..rows, i * hidden..(i + 1) * hidden]);
        part.reshape([batch, sequence, heads, hidden / heads.max(1)]).swap_dims(1, 2)
    })
}

/// `[batch, heads, sequence, size]` → `[batch * sequence, hidden]`.
fn merged<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 2> {
    let [batch, heads, sequence, size] = x.dims();
    x.swap_dims(1, 2).reshape([batch * sequence, heads * size])
}

fn dropped<B: Backend>(x: Tensor<B, 4>, mask: Option<Mask>) -> Tensor<B, 4> {
    match mask {
        Some(mask) => {
            let factors = mask.tensor(x.shape(), &x.device());
            x * factors
        }
        None => x,
    }
}
