//! [`CrossEntropy`] as a step of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::{Int, Tensor};

use super::CrossEntropy;
use crate::Kernels;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> CrossEntropy for Autodiff<B, C> {
    fn cross_entropy(logits: Tensor<Self, 2>, labels: Tensor<Self, 1, Int>) -> Tensor<Self, 1> {
        let logits = primitive(logits);
        let (loss, gradient) = B::cross_entropy_forward(numbers(&logits), labels.inner());
        record(CrossEntropyStep, [&logits], || (Place::of(&logits, &loss), gradient), loss.clone())
    }
}

#[derive(Debug)]
struct CrossEntropyStep;

impl<B: Kernels> Backward<B, 1> for CrossEntropyStep {
    type State = (Place<B>, Tensor<B, 2>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (to_logits, gradient) = ops.state;
        let along: Tensor<B, 1> = tensor(grads.consume::<B>(&ops.node));
        to_logits.add(grads, gradient * along.unsqueeze());
    }
}
