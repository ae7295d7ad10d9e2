//! What the gradient of each task weighs in a step of the shared body.
//!
//! A method is one file here, with a type that implements [`Weights`] and a [`MethodInfo`], and one line of
//! [`registry`].

mod equal;

use serde_json::Value;

/// A way of weighing tasks.
#[derive(Debug)]
pub struct MethodInfo {
    /// Its name in a study file.
    pub name: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// Makes it for a set of so many tasks.
    pub build: fn(tasks: usize) -> Box<dyn Weights>,
}

/// Every method, in the order of tables.
pub fn registry() -> &'static [&'static MethodInfo] {
    &[&equal::INFO]
}

/// The method of this name.
pub fn info(name: &str) -> Option<&'static MethodInfo> {
    registry().iter().copied().find(|m| m.name == name)
}

/// The method that weighs every task alike: what others are compared with, and how a single task is trained.
pub const EQUAL: &MethodInfo = &equal::INFO;

/// Why a method cannot go on from a state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for method in registry() {
            assert!(std::ptr::eq(info(method.name).unwrap(), *method), "{}", method.name);
            assert!(!method.citation.is_empty(), "{}", method.name);
        }
        assert!(info("unheard-of").is_none());
    }
}
