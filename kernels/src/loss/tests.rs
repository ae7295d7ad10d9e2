use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

use crate::Trains;
use crate::testing::{Plain, assert_close, on_all, parameter, values};

fn labels<B: burn::tensor::backend::Backend>(rows: usize, classes: usize) -> Tensor<B, 1, Int> {
    let labels: Vec<i32> = (0..rows).map(|i| (i * 5 % classes) as i32).collect();
    Tensor::from_data(labels.as_slice(), &Default::default())
}

#[test]
fn it_equals_burns_operations() {
    fn fused<B: Trains>(rows: usize, classes: usize) -> [Vec<f32>; 2] {
        let logits = parameter::<B, 2>("logits", [rows, classes]);
        let loss = B::cross_entropy(logits.clone(), labels(rows, classes));
        let grads = (loss.clone() * 3.0).backward();
        [values(&loss), values(&logits.grad(&grads).unwrap())]
    }
    for (rows, classes) in [(1, 2), (7, 5), (32, 77)] {
        let logits = parameter::<Plain, 2>("logits", [rows, classes]);
        let of_label = log_softmax(logits.clone(), 1).gather(1, labels(rows, classes).reshape([rows, 1]));
        let loss = of_label.mean().neg();
        let grads = (loss.clone() * 3.0).backward();
        let expected = [values(&loss), values(&logits.grad(&grads).unwrap())];
        for (way, ours) in on_all!(fused(rows, classes)) {
            assert_close(&format!("{way}, loss"), &ours[0], &expected[0], 1e-6);
            assert_close(&format!("{way}, gradient"), &ours[1], &expected[1], 1e-6);
        }
    }
}
