//! Runs a whole study so that it survives any crash.
//!
//! The parent: [`request`] is what was asked for, [`planned`] the way from there to a study that is ready, by way of
//! [`prepare`], which reads the data and the encoders, and [`select`], which picks this call's share. [`start`] goes from
//! there to the report, in one `call`, or in one for each round where pairs race (`race`): [`hands`] are the workers, [`supervise`] keeps them at work, [`measures`] has them look at tasks
//! and models. The child: [`child`] is the life of a worker process, [`worker`] its loop over runs, which a [`trainer`]
//! trains, [`probe_worker`] its loop over probes. [`event`] is what they say to each other.

mod call;
pub mod child;
pub mod event;
#[cfg(test)]
pub(crate) mod fake;
pub mod hands;
pub mod measures;
pub mod planned;
pub mod prepare;
pub mod probe_worker;
mod race;
pub mod request;
pub mod select;
pub mod start;
pub mod supervise;
#[cfg(test)]
mod tests;
pub mod trainer;
pub mod worker;
