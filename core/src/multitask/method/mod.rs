//! What the gradient of each task weighs in a step of the shared body.
//!
//! A method is one file here, with a type that implements [`Weights`] (it looks at losses) or [`Aggregate`] (it looks at
//! the inner products of the gradients), a [`MethodInfo`], and one line of [`registry`].

mod choice;
mod equal;
mod gradvac;
mod pcgrad;
mod static_weights;
mod step;

use serde_json::Value;

pub use choice::{By, Method, MethodError};
pub use step::{Aggregated, aggregate};

use super::gram::Gram;

/// A way of weighing tasks.
#[derive(Debug)]
pub struct MethodInfo {
    /// Its name in a study file.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// The keys that it takes beside its name.
    pub keys: &'static [&'static str],
    /// Whether it needs the gradient of every task by itself.
    pub needs_gradients: bool,
    /// Makes it for a set of tasks.
    pub build: fn(&Method, &[&str]) -> Rule,
}

/// A method at work on a set.
pub enum Rule {
    /// By the losses.
    Weights(Box<dyn Weights>),
    /// By the gradients.
    Aggregate(Box<dyn Aggregate>),
}

impl Rule {
    /// What must be in a checkpoint for the method to go on as it would have.
    pub fn state(&self) -> Value {
        match self {
            Self::Weights(weights) => weights.state(),
            Self::Aggregate(aggregate) => aggregate.state(),
        }
    }

    /// Takes up a state that [`Self::state`] gave.
    ///
    /// # Errors
    /// A state of another method, or of another set.
    pub fn restore(&mut self, state: Value) -> Result<(), StateError> {
        match self {
            Self::Weights(weights) => weights.restore(state),
            Self::Aggregate(aggregate) => aggregate.restore(state),
        }
    }
}

/// Every method, in the order of tables.
pub fn registry() -> &'static [&'static MethodInfo] {
    static METHODS: [&MethodInfo; 4] = [&equal::INFO, &static_weights::INFO, &pcgrad::INFO, &gradvac::INFO];
    &METHODS
}

/// The method of this name.
pub fn info(name: &str) -> Option<&'static MethodInfo> {
    registry().iter().copied().find(|m| m.name == name)
}

/// Why a method cannot go on from a state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is no such state.
    #[error("not a state of this weighting method: {0}")]
    Json(#[from] serde_json::Error),
}

/// Weights from what was seen of the losses so far. Tasks go by their number in the set.
pub trait Weights {
    /// The weights of the tasks that take part in the next step, in the order of `tasks`. The body moves by the mean over
    /// them of weight × gradient, a head by weight × gradient, so that 1 leaves a task as it is.
    fn weights(&mut self, tasks: &[usize]) -> Vec<f64>;

    /// Told the losses of that step, in the same order.
    fn observe(&mut self, _tasks: &[usize], _losses: &[f64]) {}

    /// What must be in a checkpoint for the weights to go on as they would have.
    fn state(&self) -> Value {
        Value::Null
    }

    /// Takes up a state that [`Self::state`] gave.
    ///
    /// # Errors
    /// A state of another method, or of another set.
    fn restore(&mut self, _state: Value) -> Result<(), StateError> {
        Ok(())
    }
}

/// Weights from the inner products of the gradients of a step. Heads move by their own gradients.
pub trait Aggregate {
    /// What treats the parameters apart: the whole body, or its groups.
    fn by(&self) -> By {
        By::Model
    }

    /// The weights of the tasks that take part in a step, in the order of `tasks`, their numbers in the set; the body moves
    /// by the sum over them of weight × gradient, divided by how many they are. `gram` is of these tasks, in the block of
    /// parameters with this number. Row i of `orders` holds the positions of the others in the order in which gradient i
    /// meets them. `None` where there is no answer.
    fn weights(&mut self, tasks: &[usize], gram: &Gram, block: usize, orders: &[Vec<usize>]) -> Option<Vec<f64>>;

    /// As [`Weights::state`].
    fn state(&self) -> Value {
        Value::Null
    }

    /// As [`Weights::restore`].
    ///
    /// # Errors
    /// A state of another method, or of another set.
    fn restore(&mut self, _state: Value) -> Result<(), StateError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for method in registry() {
            assert!(std::ptr::eq(info(method.name).unwrap(), *method), "{}", method.name);
            assert!(!method.citation.is_empty() && !method.summary.is_empty(), "{}", method.name);
            let choice = Method { name: method.name.into(), ..Method::default() };
            assert_eq!(matches!((method.build)(&choice, &["a", "b"]), Rule::Aggregate(_)), method.needs_gradients);
        }
        assert!(info("unheard-of").is_none());
    }
}
