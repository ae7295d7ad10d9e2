use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use transfermap::study::Precision;

use super::Multiply;
use crate::Trains;
use crate::testing::{Fast, Plain, assert_close, on_all, parameter, values, weighed};

/// Value and gradients of x and w, where w is used twice, as layers that share weights do.
fn of<B: AutodiffBackend>(
    [rows, inner, columns]: [usize; 3],
    product: impl Fn(Tensor<B, 2>, Tensor<B, 2>) -> Tensor<B, 2>,
) -> [Vec<f32>; 3] {
    let x = parameter::<B, 2>("x", [rows, inner]);
    let w = parameter::<B, 2>("w", [inner, columns]);
    let y = product(x.clone(), w.clone()) + product(x.clone() * 2.0, w.clone());
    let grads = weighed(y.clone()).backward();
    [values(&y), values(&x.grad(&grads).unwrap()), values(&w.grad(&grads).unwrap())]
}

#[test]
fn products_and_gradients_equal_burns() {
    fn fused<B: Trains>(shape: [usize; 3]) -> [Vec<f32>; 3] {
        of::<B>(shape, B::multiply)
    }
    for shape in [[1, 1, 1], [3, 5, 7], [65, 33, 130], [200, 128, 384], [130, 512, 96]] {
        let expected = of::<Plain>(shape, |x, w| x.matmul(w));
        for (way, ours) in on_all!(fused(shape)) {
            for i in 0..3 {
                assert_close(&format!("{way} {shape:?} {i}"), &ours[i], &expected[i], 1e-5);
            }
        }
    }
}

#[test]
fn three_weights_side_by_side_are_three_products() {
    fn of<B: Trains>() -> Vec<Vec<f32>> {
        let parts = ["q", "k", "v"].map(|name| parameter::<B, 2>(name, [6, 4]));
        let x = parameter::<B, 2>("x", [5, 6]);
        let y = B::multiply(x.clone(), B::side_by_side(parts.clone(), Precision::F32));
        let grads = weighed(y.clone()).backward();
        let mut all = vec![values(&y), values(&x.grad(&grads).unwrap())];
        all.extend(parts.iter().map(|part| values(&part.grad(&grads).unwrap())));
        all
    }
    let x = parameter::<Plain, 2>("x", [5, 6]);
    let parts = ["q", "k", "v"].map(|name| parameter::<Plain, 2>(name, [6, 4]));
    let y = Tensor::cat(parts.iter().map(|part| x.clone().matmul(part.clone())).collect(), 1);
    let grads = weighed(y.clone()).backward();
    let mut expected = vec![values(&y), values(&x.grad(&grads).unwrap())];
    expected.extend(parts.iter().map(|part| values(&part.grad(&grads).unwrap())));
    for (way, ours) in on_all!(of()) {
        for (i, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
            assert_close(&format!("{way} {i}"), ours, expected, 1e-5);
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let of_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            of::<Fast>([200, 128, 384], Fast::multiply).map(|v| v.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        })
    };
    let one = of_threads(1);
    for threads in [2, 16] {
        assert!(one == of_threads(threads), "{threads} threads");
    }
}
