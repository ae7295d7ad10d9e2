//! Models and data sets of the HuggingFace hub: found in its cache, else fetched into it.
//!
//! The transport is ours, on `ureq`, and not the crate `hf-hub` (1.0.0, its blocking API). Its `download_file` (read in
//! src/repository/download.rs) asks for the whole file again after a broken connection, truncating what was there; it
//! does not look at the status of the answer that it writes, so that an error page becomes the file; it compares neither
//! size nor checksum; a `Retry-After` is not waited for. Six of our tests ask for these. Its only other way reads a file
//! into memory, and what is served by Xet it fetches by another protocol from another place. It would bring 113 crates
//! that this program does not have, a second HTTP client and a C library for TLS among them.
//! `ureq` in its version 2, because only that limits the time of one read: version 3 limits a whole body, and 50 MB may
//! rightly take an hour while a silent minute is a fault.
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
pub mod card;
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
