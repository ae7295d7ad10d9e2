//! Products, copies and packing as steps of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;
use transfermap::study::Precision;

use super::{Multiply, like};
use crate::Kernels;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Multiply for Autodiff<B, C> {
    fn multiply(x: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        let (x, w) = (primitive(x), primitive(w));
        let (a, b) = (numbers::<B, 2>(&x), numbers::<B, 2>(&w));
        let y = B::multiply(a.clone(), b.clone());
        let state = || Product { to_x: Place::of(&x, &b), to_w: Place::of(&w, &b), x: a, w: b };
        record(MultiplyStep, [&x, &w], state, y)
    }

    fn narrow(x: Tensor<Self, 2>, precision: Precision) -> Tensor<Self, 2> {
        if precision == Precision::F32 {
            return x;
        }
        let y = B::narrow(numbers(&primitive(x.clone())), precision);
        narrowed(&x, y)
    }

    fn side_by_side(parts: [Tensor<Self, 2>; 3], precision: Precision) -> Tensor<Self, 2> {
        let [a, b, c] = parts.map(primitive);
        let y = B::side_by_side([numbers(&a), numbers(&b), numbers(&c)], precision);
        let state = || [&a, &b, &c].map(|part| Place::of(part, &y));
        record(SideBySideStep, [&a, &b, &c], state, y.clone())
    }
}

/// `copy`, made of the numbers of `x`, as a step after `x`; `x` itself where it is no other format.
pub fn narrowed<B: Kernels, C: CheckpointStrategy>(
    x: &Tensor<Autodiff<B, C>, 2>,
    copy: Tensor<B, 2>,
) -> Tensor<Autodiff<B, C>, 2> {
    if copy.dtype() == x.dtype() {
        return x.clone();
    }
    let x = primitive(x.clone());
    record(NarrowStep, [&x], || Place::of(&x, &copy), copy.clone())
}

#[derive(Debug)]
struct MultiplyStep;

#[derive(Debug, Clone)]
struct Product<B: Kernels> {
    to_x: Place<B>,
    to_w: Place<B>,
    x: Tensor<B, 2>,
    w: Tensor<B, 2>,
}

impl<B: Kernels> Backward<B, 2> for MultiplyStep {
    type State = Product<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Product { to_x, to_w, x, w } = ops.state;
        let gradient = like(tensor(grads.consume::<B>(&ops.node)), &w);
        if to_w.is_wanted() {
            let before = to_w.take(grads);
            to_w.put(grads, B::multiply_backward_w(x, gradient.clone(), before));
        }
        if to_x.is_wanted() {
            to_x.add(grads, B::multiply_backward_x(gradient, w));
        }
    }
}

#[derive(Debug)]
struct NarrowStep;

impl<B: Kernels> Backward<B, 1> for NarrowStep {
    type State = Place<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient: Tensor<B, 2> = tensor(grads.consume::<B>(&ops.node));
        ops.state.add(grads, gradient);
    }
}

#[derive(Debug)]
struct SideBySideStep;

impl<B: Kernels> Backward<B, 3> for SideBySideStep {
    type State = [Place<B>; 3];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let parts = B::apart(tensor(grads.consume::<B>(&ops.node)));
        for (place, part) in ops.state.into_iter().zip(parts) {
            place.add(grads, part);
        }
    }
}

impl<B: Multiply> Place<B> {
    /// Hands over a gradient, beside what other steps handed over before.
    pub fn add<const D: usize>(self, grads: &mut Gradients, gradient: Tensor<B, D>) {
        if self.is_wanted() {
            let sum = match self.take(grads) {
                Some(before) => B::add_mixed(before, gradient),
                None => gradient,
            };
            self.put(grads, sum);
        }
    }
}
