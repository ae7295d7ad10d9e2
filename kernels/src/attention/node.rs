//! [`Attend`] as a step of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;

use super::{Attend, Kept, Shape};
use crate::Kernels;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Attend for Autodiff<B, C> {
    fn attend(qkv: Tensor<Self, 2>, bias: Tensor<Self, 1>, mask: Tensor<Self, 2>, shape: Shape) -> Tensor<Self, 2> {
        let (qkv, bias, mask) = (primitive(qkv), primitive(bias), primitive(mask));
        let light = numbers::<B, 1>(&bias);
        let (context, kept) = B::attend_forward(numbers(&qkv), light.clone(), numbers(&mask), shape);
        let state = || AttendState { to_qkv: Place::of(&qkv, &light), to_bias: Place::of(&bias, &light), kept, shape };
        record(AttendStep, [&qkv, &bias], state, context)
    }
}

#[derive(Debug)]
struct AttendStep;

#[derive(Debug, Clone)]
struct AttendState<B: Kernels> {
    to_qkv: Place<B>,
    to_bias: Place<B>,
    kept: Kept<B>,
    shape: Shape,
}

impl<B: Kernels> Backward<B, 2> for AttendStep {
    type State = AttendState<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let AttendState { to_qkv, to_bias, kept, shape } = ops.state;
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let before = to_bias.take(grads);
        let (of_qkv, of_bias) = B::attend_backward(kept, shape, gradient, before);
        to_bias.put(grads, of_bias);
        to_qkv.add(grads, of_qkv);
    }
}
