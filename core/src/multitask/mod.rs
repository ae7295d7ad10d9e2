//! How tasks that are trained together share steps and gradients. A single run is a set of one.
//!
//! [`quotas`] says how many batches each task gives, [`turns`] in which steps, [`method`] what the gradient of each
//! weighs, and [`gram`] what the gradients of a step have to do with each other. No tensor is known here: gradients are
//! their K × K inner products.

pub mod diagnostics;
pub mod gram;
pub mod method;
pub mod quotas;
pub mod turns;

#[cfg(test)]
mod reference;
