use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use super::{Activate, Activation};
use crate::Trains;
use crate::testing::{Fast, Plain, assert_close, on_all, parameter, values, weighed};

const ALL: [Activation; 6] =
    [Activation::Identity, Activation::Gelu, Activation::GeluNew, Activation::Relu, Activation::Silu, Activation::Tanh];

/// Value, and the gradients of x and bias.
fn of<B: AutodiffBackend>(shape: [usize; 2], f: impl Fn(Tensor<B, 2>, Tensor<B, 1>) -> Tensor<B, 2>) -> [Vec<f32>; 3] {
    let x = parameter::<B, 2>("x", shape) * 4.0;
    let x = Tensor::<B, 2>::from_inner(x.inner()).require_grad();
    let bias = parameter::<B, 1>("bias", [shape[1]]);
    let y = f(x.clone(), bias.clone());
    let grads = weighed(y.clone()).backward();
    [values(&y), values(&x.grad(&grads).unwrap()), values(&bias.grad(&grads).unwrap())]
}

fn fused<B: Trains>(shape: [usize; 2], f: Activation) -> [Vec<f32>; 3] {
    of::<B>(shape, |x, bias| B::activate(x, bias, f))
}

#[test]
fn both_ways_equal_the_function_and_its_derivative_by_burn() {
    for shape in [[1, 1], [3, 17], [70, 300], [5, 64]] {
        for f in ALL {
            let expected = of::<Plain>(shape, |x, bias| f.value(x + bias.unsqueeze()));
            for (way, ours) in on_all!(fused(shape, f)) {
                for (i, what) in ["value", "gradient of x", "gradient of bias"].into_iter().enumerate() {
                    assert_close(&format!("{way} {f:?} {shape:?} {what}"), &ours[i], &expected[i], 1e-5);
                }
            }
        }
    }
}

/// `F.gelu(x)`, `F.gelu(x, approximate="tanh")` and their gradients at these x, torch 2.15 in float64.
#[test]
fn gelu_equals_pytorch() {
    const X: [f32; 5] = [-3.0, -0.5, 0.0, 1.0, 2.5];
    let cases = [
        (
            Activation::Gelu,
            [-0.004_049_694, -0.154_268_77, 0.0, 0.841_344_8, 2.484_475_8],
            [-0.011_945_647, 0.132_504_87, 0.5, 1.083_315_5, 1.037_611_1],
        ),
        (
            Activation::GeluNew,
            [-0.003_637_392, -0.154_286, 0.0, 0.841_192, 2.484_915_7],
            [-0.011_584_167, 0.132_630_1, 0.5, 1.082_964_1, 1.037_951_6],
        ),
    ];
    for (f, value, slope) in cases {
        let x = Tensor::<Fast, 2>::from_data([X], &Default::default()).require_grad();
        let y = Fast::activate(x.clone(), Tensor::zeros([5], &Default::default()), f);
        let grads = y.clone().sum().backward();
        assert_close("value", &values(&y), &value, 1e-6);
        assert_close("slope", &values(&x.grad(&grads).unwrap()), &slope, 1e-6);
    }
}
