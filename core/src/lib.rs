//! Which task helps which?
//!
//! `transfermap` is the part of the toolkit that computes and never touches a disk, a network or a GPU: the study
//! and the runs that it asks for, the schema of records and reports, metrics, and the transfer between tasks.
//! It builds for native targets and for `wasm32-unknown-unknown`, so the trainer, the command line and the viewer
//! share one definition of every number.
//!
//! Data flows one way: [`study`] → [`plan`] → [`record`] per run → [`report`] → [`transfer`] → [`table`] or view.

#![warn(missing_docs)]

pub mod analysis;
pub mod correlation;
pub mod dyadic;
pub mod fingerprint;
pub mod import;
mod json;
mod linear;
pub mod measure;
pub mod metric;
pub mod number;
pub mod numpy;
pub mod plan;
pub mod probe;
pub mod random;
pub mod record;
pub mod report;
pub mod selection;
pub mod similarity;
pub mod sort;
pub mod sorted;
pub mod stats;
pub mod study;
pub mod table;
pub mod transfer;
pub mod transferability;
pub mod variance;
