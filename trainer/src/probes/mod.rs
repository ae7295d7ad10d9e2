//! What a study observes of its tasks and models, and the measures that come of it.
//!
//! [`look`] is the looking itself. [`plan`] lays out which probes a study asks for, each under a key; [`observe`] makes
//! one; [`file`] is one on disk, written whole, so that a kill loses the one in flight; [`pending`] says which are missing
//! and [`note`] why one could not be made; [`collect`] feeds what is on disk to core's measures; [`state`] says how many
//! there are and how many are done.

pub mod collect;
pub mod file;
pub mod look;
pub mod note;
pub mod observe;
pub mod pending;
pub mod plan;
pub mod state;
