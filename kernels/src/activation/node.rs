//! [`Activate`] as a step of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;

use super::{Activate, Activation};
use crate::Kernels;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Activate for Autodiff<B, C> {
    fn activate(x: Tensor<Self, 2>, bias: Tensor<Self, 1>, f: Activation) -> Tensor<Self, 2> {
        let (x, bias) = (primitive(x), primitive(bias));
        let (a, b) = (numbers::<B, 2>(&x), numbers::<B, 1>(&bias));
        let y = B::activate(a.clone(), b.clone(), f);
        let state = || Activated { to_x: Place::of(&x, &b), to_bias: Place::of(&bias, &b), x: a, bias: b, f };
        record(ActivateStep, [&x, &bias], state, y)
    }
}

#[derive(Debug)]
struct ActivateStep;

#[derive(Debug, Clone)]
struct Activated<B: Kernels> {
    to_x: Place<B>,
    to_bias: Place<B>,
    x: Tensor<B, 2>,
    bias: Tensor<B, 1>,
    f: Activation,
}

impl<B: Kernels> Backward<B, 2> for ActivateStep {
    type State = Activated<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Activated { to_x, to_bias, x, bias, f } = ops.state;
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let before = to_bias.take(grads);
        let (of_x, of_bias) = B::activate_backward(x, bias, f, gradient, before);
        to_bias.put(grads, of_bias);
        to_x.add(grads, of_x);
    }
}
