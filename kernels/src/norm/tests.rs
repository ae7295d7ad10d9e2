use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use transfermap::study::Precision;

use super::Affine;
use crate::Trains;
use crate::mask::{Dropout, Mask};
use crate::testing::{Plain, assert_close, on_all, parameter, values, weighed};

const EPSILON: f64 = 1e-12;

struct Parts<B: AutodiffBackend> {
    x: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    residual: Tensor<B, 2>,
    affine: Affine<B>,
}

impl<B: AutodiffBackend> Parts<B> {
    fn new(shape: [usize; 2]) -> Self {
        let vector = |name| parameter::<B, 1>(name, [shape[1]]);
        Self {
            x: parameter("x", shape),
            bias: vector("bias"),
            residual: parameter("residual", shape),
            affine: Affine { weight: vector("weight"), bias: vector("shift"), epsilon: EPSILON },
        }
    }

    /// The value of `y` and the gradients of everything that it depends on. `y` is used twice, as a residual is.
    fn gradients(&self, y: Tensor<B, 2>) -> Vec<Vec<f32>> {
        let grads = weighed(y.clone() + y.clone() * y.clone()).backward();
        let mut all = vec![values(&y)];
        all.extend([&self.x, &self.residual].into_iter().filter_map(|t| t.grad(&grads)).map(|g| values(&g)));
        let vectors = [&self.bias, &self.affine.weight, &self.affine.bias];
        all.extend(vectors.into_iter().filter_map(|t| t.grad(&grads)).map(|g| values(&g)));
        all
    }
}

fn dropped<B: AutodiffBackend>(x: Tensor<B, 2>, mask: Option<Mask>) -> Tensor<B, 2> {
    match mask {
        Some(mask) => {
            let factors = mask.tensor(x.shape(), &x.device());
            x * factors
        }
        None => x,
    }
}

/// The formula in Burn's own operations.
fn composed(parts: &Parts<Plain>, z: Tensor<Plain, 2>) -> Tensor<Plain, 2> {
    let centred = z.clone() - z.mean_dim(1);
    let unit = centred.clone() / (centred.square().mean_dim(1) + EPSILON).sqrt();
    unit * parts.affine.weight.clone().unsqueeze() + parts.affine.bias.clone().unsqueeze()
}

fn masks() -> [Option<Mask>; 2] {
    [None, Dropout::new(1, "t", 0, 0).next(0.3)]
}

const SHAPES: [[usize; 2]; 4] = [[1, 8], [3, 17], [70, 300], [129, 128]];

#[track_caller]
fn assert_same(what: &str, ours: &[Vec<f32>], expected: &[Vec<f32>], number: usize) {
    assert_eq!((ours.len(), expected.len()), (number, number), "{what}: a gradient is missing");
    for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
        assert_close(&format!("{what}, part {i}"), ours, expected, 2e-5);
    }
}

#[test]
fn with_bias_dropout_and_residual_it_equals_burns_operations() {
    fn fused<B: Trains>(shape: [usize; 2], mask: Option<Mask>) -> Vec<Vec<f32>> {
        let parts = Parts::<B>::new(shape);
        let made = B::add_norm(parts.x.clone(), parts.bias.clone(), parts.residual.clone(), &parts.affine, mask);
        parts.gradients(made.operand)
    }
    for shape in SHAPES {
        for mask in masks() {
            let parts = Parts::<Plain>::new(shape);
            let x = parts.x.clone() + parts.bias.clone().unsqueeze();
            let y = composed(&parts, dropped(x, mask) + parts.residual.clone());
            let expected = parts.gradients(y);
            for (way, ours) in on_all!(fused(shape, mask)) {
                assert_same(&format!("{way} {shape:?} {mask:?}"), &ours, &expected, 6);
            }
        }
    }
}

#[test]
fn by_itself_with_dropout_after_it_equals_burns_operations() {
    fn fused<B: Trains>(shape: [usize; 2], mask: Option<Mask>) -> Vec<Vec<f32>> {
        let parts = Parts::<B>::new(shape);
        let made = B::norm(parts.x.clone(), &parts.affine, mask, Precision::F32);
        parts.gradients(made.y)
    }
    for shape in SHAPES {
        for mask in masks() {
            let parts = Parts::<Plain>::new(shape);
            let expected = parts.gradients(dropped(composed(&parts, parts.x.clone()), mask));
            for (way, ours) in on_all!(fused(shape, mask)) {
                assert_same(&format!("{way} {shape:?} {mask:?}"), &ours, &expected, 4);
            }
        }
    }
}
