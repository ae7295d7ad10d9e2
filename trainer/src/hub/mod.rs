//! Models and data sets of the HuggingFace hub: found in its cache, else fetched into it.
//!
//! The crate `hf-hub` (0.5) checks no checksum, pins nothing once a branch moves, has no offline mode and never asks
//! who receives the token on a redirect, so HTTP is done here, on `ureq`. Its version 2, because only that limits the time
//! of one read: version 3 limits a whole body, and 50 MB may rightly take an hour while a silent minute is a fault.
//!
//! The cache is laid out as HuggingFace's own (`models--org--name/{blobs,refs,snapshots/<commit>}`), so files that
//! Python left there are used and files that we leave there are Python's.
//! Three promises: a file is there whole and checked or not at all; a revision, once in the cache, stays at its commit
//! until `transfermap fetch` asks again; the token goes to the hub and to nobody that the hub points to.
//!
//! [`access`] where the hub and its cache are, [`http`] one request, [`download`] one file, [`repository`] one commit,
//! [`model`] and [`dataset`] which files of it, [`resolve`] all that a study names.

mod access;
mod cache;
mod card;
mod checksum;
mod dataset;
mod download;
mod error;
mod http;
mod model;
mod progress;
mod repository;
pub mod resolve;
mod splits;

pub use access::{Access, Patience, Token};
pub use cache::{Cache, Kind, Repo};
pub use dataset::SplitFiles;
pub use error::HubError;
pub use progress::{FetchProgress, Watch};
pub use repository::{Hub, Snapshot, When};
