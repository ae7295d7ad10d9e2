//! What a study observes of its tasks and models, and the measures that come of it.
//!
//! [`plan`] lays out which probes a study asks for, each under a key; [`observe`] makes one; [`worker`] is the loop of a
//! worker process, which claims jobs as it claims runs; [`collect`] feeds what is on disk to core's measures. A probe is
//! a file, written whole, so that a kill loses the one in flight. [`state`] says how many there are and how many are done.

pub mod collect;
pub mod note;
pub mod observe;
pub mod plan;
pub mod start;
pub mod state;
pub mod worker;
