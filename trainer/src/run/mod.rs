//! Runs a whole study so that it survives any crash.
//!
//! The parent: [`start`] plans, [`prepare`] reads the data and the encoders, [`select`] picks this call's share,
//! [`supervise`] keeps the workers at work, [`measures`] has them look at tasks and models. The child: [`child`] is the
//! life of a worker process, [`worker`] its loop over runs, [`probe_worker`] its loop over probes. [`event`] is what they
//! say to each other.

pub mod child;
pub mod event;
#[cfg(test)]
pub(crate) mod fake;
pub mod measures;
pub mod prepare;
pub mod probe_worker;
pub mod select;
pub mod start;
pub mod supervise;
#[cfg(test)]
mod tests;
pub mod worker;
