//! [`Lookup`] as a step of backpropagation.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::tensor::Tensor;

use super::{Ids, Lookup, Takers};
use crate::Kernels;
use crate::linear::wide;
use crate::node::{Place, numbers, record};
use crate::primitive::{primitive, tensor};

impl<B: Kernels, C: CheckpointStrategy> Lookup for Autodiff<B, C> {
    fn lookup<const N: usize>(tables: [Tensor<Self, 2>; N], ids: [&Ids<Self>; N]) -> Tensor<Self, 2> {
        let rows = tables.each_ref().map(|table| table.dims()[0]);
        let tables = tables.map(primitive);
        let ids: [Ids<B>; N] = ids.map(inner);
        let y = B::lookup(tables.each_ref().map(numbers), ids.each_ref());
        let state = || (tables.each_ref().map(|table| Place::of(table, &y)), rows, ids);
        record(LookupStep, tables.each_ref(), state, y.clone())
    }
}

/// The same ids: integers ask for no gradient.
fn inner<B: Kernels, C: CheckpointStrategy>(ids: &Ids<Autodiff<B, C>>) -> Ids<B> {
    let inner = |t: &Tensor<Autodiff<B, C>, 1, burn::tensor::Int>| t.clone().inner();
    let takers = ids.takers.as_ref().map(|takers| Takers {
        tokens: inner(&takers.tokens),
        stretches: inner(&takers.stretches),
        ids: inner(&takers.ids),
    });
    Ids { ids: inner(&ids.ids), padding: ids.padding, takers }
}

#[derive(Debug)]
struct LookupStep;

impl<B: Kernels, const N: usize> Backward<B, N> for LookupStep {
    type State = ([Place<B>; N], [usize; N], [Ids<B>; N]);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (places, rows, ids) = ops.state;
        // What follows may be a copy for products, whose gradient has their format.
        let gradient: Tensor<B, 2> = wide(tensor(grads.consume::<B>(&ops.node)));
        for ((place, rows), ids) in places.into_iter().zip(rows).zip(ids) {
            if place.is_wanted() {
                let before = place.take(grads);
                place.put(grads, B::lookup_backward(rows, &ids, gradient.clone(), before));
            }
        }
    }
}
