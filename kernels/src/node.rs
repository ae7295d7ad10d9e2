//! What every fused operation needs to be a step of backpropagation.

use std::fmt::Debug;
use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, OpsKind};
use burn::tensor::Tensor;
use burn::tensor::backend::{Backend, BackendTypes};

use super::primitive::{primitive, tensor};

/// A tensor that may ask for a gradient.
pub type Tracked<B> = <Autodiff<B> as BackendTypes>::FloatTensorPrimitive;

/// The numbers of a tensor that may ask for a gradient.
pub fn numbers<B: Backend, const D: usize>(tracked: &Tracked<B>) -> Tensor<B, D> {
    tensor(tracked.primitive.clone())
}

/// Makes `output` the result of a step with these parents. The state is kept only where a gradient is asked for.
pub fn record<B, C, S, const N: usize, const D: usize>(
    step: S,
    parents: [&Tracked<B>; N],
    state: impl FnOnce() -> S::State,
    output: Tensor<B, D>,
) -> Tensor<Autodiff<B, C>, D>
where
    B: Backend,
    C: CheckpointStrategy,
    S: Backward<B, N>,
{
    let output = primitive(output);
    let recorded = match step.prepare::<C>(parents.map(|p| p.node.clone())).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish(state(), output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    };
    tensor(recorded)
}

/// Where a gradient goes: a parent of a step, without its numbers.
#[derive(Debug, Clone)]
pub struct Place<B: Backend>(Option<Tracked<B>>);

impl<B: Backend> Place<B> {
    /// Of a parent; `light` is a tensor that the step keeps anyway.
    pub fn of<const D: usize>(parent: &Tracked<B>, light: &Tensor<B, D>) -> Self {
        Self(parent.is_tracked().then(|| {
            let mut place = parent.clone();
            place.primitive = primitive(light.clone());
            // Not the parent's own count, which says whether somebody still wants the graph.
            place.rc = Arc::new(place.node.id);
            place
        }))
    }

    /// Whether anybody waits for it.
    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// What other steps handed over before, to add to; [`Self::put`] must follow.
    pub fn take<const D: usize>(&self, grads: &mut Gradients) -> Option<Tensor<B, D>> {
        self.0.as_ref().and_then(|place| grads.remove::<B>(place)).map(tensor)
    }

    /// Hands over a gradient that has in it what [`Self::take`] gave.
    pub fn put<const D: usize>(self, grads: &mut Gradients, gradient: Tensor<B, D>) {
        if let Some(place) = self.0 {
            grads.register::<B>(place.node.id, primitive(gradient));
        }
    }
}
