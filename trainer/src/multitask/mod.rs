//! How tasks that are trained together share steps and gradients. A single run is a set of one.
//!
//! [`turns`] says which tasks take part in which step, [`method`] what the gradient of each weighs. No tensor is known
//! here.

pub mod method;
pub mod turns;
