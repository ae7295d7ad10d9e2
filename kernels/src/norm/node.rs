//! [`Normalise`] as steps of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;
use transfermap::study::Precision;

use super::{Affine, Before, Kept, Normalise, Normalised};
use crate::Kernels;
use crate::linear::narrowed;
use crate::mask::Mask;
use crate::node::{Place, Tracked, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Normalise for Autodiff<B, C> {
    fn add_norm(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        residual: Tensor<Self, 2>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
    ) -> Normalised<Self> {
        let [x, residual] = [x, residual].map(primitive);
        let bias = primitive(bias);
        let (weight, shift) = parameters(affine);
        let inner = inner(affine);
        let (made, kept) = B::add_norm_forward(numbers(&x), numbers(&bias), numbers(&residual), &inner, dropout);
        let light = &inner.weight;
        let state = || AddNorm {
            to_x: Place::of(&x, light),
            to_bias: Place::of(&bias, light),
            to_residual: Place::of(&residual, light),
            to_weight: Place::of(&weight, light),
            to_shift: Place::of(&shift, light),
            kept,
            affine: inner.clone(),
            dropout,
        };
        let y = record(AddNormStep, [&x, &bias, &residual, &weight, &shift], state, made.y.clone());
        finished(y, made)
    }

    fn norm(z: Tensor<Self, 2>, affine: &Affine<Self>, after: Option<Mask>, precision: Precision) -> Normalised<Self> {
        let z = primitive(z);
        let (weight, shift) = parameters(affine);
        let inner = inner(affine);
        let (made, kept) = B::norm_forward(numbers(&z), &inner, after, precision);
        let light = &inner.weight;
        let state = || Norm {
            to_z: Place::of(&z, light),
            to_weight: Place::of(&weight, light),
            to_shift: Place::of(&shift, light),
            kept,
            affine: inner.clone(),
            after,
        };
        let y = record(NormStep, [&z, &weight, &shift], state, made.y.clone());
        finished(y, made)
    }
}

fn parameters<B: Kernels, C: CheckpointStrategy>(affine: &Affine<Autodiff<B, C>>) -> (Tracked<B>, Tracked<B>) {
    (primitive(affine.weight.clone()), primitive(affine.bias.clone()))
}

fn inner<B: Kernels, C: CheckpointStrategy>(affine: &Affine<Autodiff<B, C>>) -> Affine<B> {
    let (weight, bias) = parameters(affine);
    Affine { weight: numbers(&weight), bias: numbers(&bias), epsilon: affine.epsilon }
}

/// The operand is a step of its own, whose gradient goes to `y`.
fn finished<B: Kernels, C: CheckpointStrategy>(
    y: Tensor<Autodiff<B, C>, 2>,
    made: Normalised<B>,
) -> Normalised<Autodiff<B, C>> {
    let operand = narrowed(&y, made.operand);
    Normalised { y, operand }
}

#[derive(Debug)]
struct AddNormStep;

#[derive(Debug, Clone)]
struct AddNorm<B: Kernels> {
    to_x: Place<B>,
    to_bias: Place<B>,
    to_residual: Place<B>,
    to_weight: Place<B>,
    to_shift: Place<B>,
    kept: Kept<B>,
    affine: Affine<B>,
    dropout: Option<Mask>,
}

impl<B: Kernels> Backward<B, 5> for AddNormStep {
    type State = AddNorm<B>;

    fn backward(self, ops: Ops<Self::State, 5>, grads: &mut Gradients, _: &mut Checkpointer) {
        let AddNorm { to_x, to_bias, to_residual, to_weight, to_shift, kept, affine, dropout } = ops.state;
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let before = Before { bias: to_bias.take(grads), weight: to_weight.take(grads), shift: to_shift.take(grads) };
        let gradients = B::add_norm_backward(kept, &affine, dropout, gradient, before);
        to_bias.put(grads, gradients.bias);
        to_weight.put(grads, gradients.weight);
        to_shift.put(grads, gradients.shift);
        to_x.add(grads, gradients.x);
        to_residual.add(grads, gradients.residual);
    }
}

#[derive(Debug)]
struct NormStep;

#[derive(Debug, Clone)]
struct Norm<B: Kernels> {
    to_z: Place<B>,
    to_weight: Place<B>,
    to_shift: Place<B>,
    kept: Kept<B>,
    affine: Affine<B>,
    after: Option<Mask>,
}

impl<B: Kernels> Backward<B, 3> for NormStep {
    type State = Norm<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Norm { to_z, to_weight, to_shift, kept, affine, after } = ops.state;
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let before = (to_weight.take(grads), to_shift.take(grads));
        let (z, weight, shift) = B::norm_backward(kept, &affine, after, gradient, before);
        to_weight.put(grads, weight);
        to_shift.put(grads, shift);
        to_z.add(grads, z);
    }
}
