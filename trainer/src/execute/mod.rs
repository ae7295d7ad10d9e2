//! Runs a whole study so that it survives any crash: the store, claims, workers, resume.
//!
//! [`start`] plans and supervises; each worker is a process of its own ([`child`]) that claims runs ([`claim`]), trains
//! them ([`worker`]) and puts whole results on disk ([`store`]). [`prepare`] is the way to the data and the encoders.

pub mod child;
pub mod claim;
pub mod device;
pub mod event;
pub mod export;
#[cfg(test)]
pub(crate) mod fake;
pub mod prepare;
pub mod probes;
pub mod process;
pub mod progress;
pub mod report;
pub mod score;
pub mod select;
pub mod start;
pub mod status;
pub mod store;
pub mod summary;
pub mod supervise;
pub mod survey;
pub mod whole;
pub mod worker;
pub mod wrong;

#[cfg(test)]
mod tests;
