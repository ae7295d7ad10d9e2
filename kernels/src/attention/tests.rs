use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};

use super::Shape;
use crate::Trains;
use crate::mask::{Dropout, Mask};
use crate::testing::{Plain, assert_close, on_all, parameter, values, weighed};

/// Inputs of different lengths, the last one without a single token.
fn mask<B: AutodiffBackend>(batch: usize, sequence: usize) -> Tensor<B, 2> {
    let row = |input: usize| {
        let tokens = if input + 1 == batch && batch > 1 { 0 } else { sequence - (input * 3) % sequence };
        (0..sequence).map(move |i| if i < tokens { 1.0_f32 } else { 0.0 })
    };
    let mask: Vec<f32> = (0..batch).flat_map(row).collect();
    Tensor::from_data(TensorData::new(mask, [batch, sequence]), &Default::default())
}

fn of<B: AutodiffBackend>(
    shape: Shape,
    size: usize,
    attend: impl Fn(Tensor<B, 2>, Tensor<B, 1>, Tensor<B, 2>, Shape) -> Tensor<B, 2>,
) -> [Vec<f32>; 3] {
    let width = 3 * shape.heads * size;
    let qkv = parameter::<B, 2>("qkv", [shape.batch * shape.sequence, width]);
    let bias = parameter::<B, 1>("bias", [width]);
    let y = attend(qkv.clone(), bias.clone(), mask(shape.batch, shape.sequence), shape);
    let grads = weighed(y.clone()).backward();
    [values(&y), values(&qkv.grad(&grads).unwrap()), values(&bias.grad(&grads).unwrap())]
}

/// The formula in Burn's own operations.
fn composed(qkv: Tensor<Plain, 2>, bias: Tensor<Plain, 1>, mask: Tensor<Plain, 2>, shape: Shape) -> Tensor<Plain, 2> {
    let Shape { batch, sequence, heads, dropout } = shape;
    let qkv = qkv + bias.unsqueeze();
    let [rows, width] = qkv.dims();
    let (hidden, size) = (width / 3, width / 3 / heads);
    let [query, key, value] = [0, 1, 2].map(|i| {
        let part = qkv.clone().slice([0..rows, i * hidden..(i + 1) * hidden]);
        part.reshape([batch, sequence, heads, size]).swap_dims(1, 2)
    });
    let padding = ((mask - 1.0) * 1e30).reshape([batch, 1, 1, sequence]);
    let p = softmax(query.matmul(key.transpose()) / (size as f64).sqrt() + padding, 3);
    let p = match dropout {
        Some(dropout) => {
            let factors = dropout.tensor(p.shape(), &p.device());
            p * factors
        }
        None => p,
    };
    p.matmul(value).swap_dims(1, 2).reshape([rows, hidden])
}

#[test]
fn it_equals_burns_operations() {
    fn fused<B: Trains>(shape: Shape, size: usize) -> [Vec<f32>; 3] {
        of::<B>(shape, size, B::attend)
    }
    let masks: [Option<Mask>; 2] = [None, Dropout::new(1, "t", 0, 0).next(0.2)];
    for (batch, sequence, heads, size) in [(1, 1, 1, 1), (2, 5, 3, 4), (3, 24, 2, 16), (4, 33, 4, 8), (1, 160, 2, 8)] {
        for dropout in masks {
            let shape = Shape { batch, sequence, heads, dropout };
            let expected = of::<Plain>(shape, size, composed);
            for (way, ours) in on_all!(fused(shape, size)) {
                for (i, what) in ["context", "gradient of qkv", "gradient of bias"].into_iter().enumerate() {
                    assert_close(&format!("{way} {shape:?} {what}"), &ours[i], &expected[i], 2e-5);
                }
            }
        }
    }
}
