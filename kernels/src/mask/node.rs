//! [`Drop`] as a step of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;

use super::{Drop, Mask};
use crate::Kernels;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Drop for Autodiff<B, C> {
    fn drop(x: Tensor<Self, 2>, mask: Mask) -> Tensor<Self, 2> {
        let x = primitive(x);
        let y = B::drop(numbers(&x), mask);
        record(DropStep, [&x], || (Place::of(&x, &y), mask), y.clone())
    }
}

#[derive(Debug)]
struct DropStep;

impl<B: Kernels> Backward<B, 1> for DropStep {
    type State = (Place<B>, Mask);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (to_x, mask) = ops.state;
        let gradient = B::drop(tensor(grads.consume::<B>(&ops.node)), mask);
        to_x.add(grads, gradient);
    }
}
