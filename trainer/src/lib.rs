//! Trains the runs of a transfermap study and keeps their results.
//!
//! The modules, from the bottom up. A module calls those of the lines above its own, and of its own line only itself;
//! `./x test` checks it against this list.
//!
//! ```text
//! layer error
//! layer atomic
//! layer backend
//! layer encoder
//! layer pretrained
//! layer data
//! layer hub
//! layer train
//! layer pretrain parity throughput
//! layer store
//! layer probes
//! layer run
//! layer score
//! layer site
//! layer terminal
//! layer cli
//! ```
//!
//! [`error`] tells a wrong request from work that failed, [`atomic`] writes files whole or not at all, [`backend`] is the
//! only place that names a Burn backend. [`encoder`] holds the models, [`pretrained`] reads and writes HuggingFace
//! folders, [`data`] turns text files into tokenised tasks, [`hub`] fetches both. [`train`] runs one training, of one task or
//! of several together, [`pretrain`] makes the demo's encoder, [`parity`] and [`throughput`] hold it against
//! PyTorch. [`store`] is the output folder, [`probes`] looks at tasks and models, [`run`] runs a whole study so that it
//! survives any crash, [`score`] ranks a finished one's sources for a new task. [`site`] turns a report into pages and
//! pictures, [`terminal`] into text; [`cli`] is the command line.

pub mod atomic;
pub mod backend;
pub mod cli;
pub mod data;
pub mod encoder;
pub mod error;
pub mod hub;
pub mod parity;
pub mod pretrain;
pub mod pretrained;
pub mod probes;
pub mod run;
pub mod score;
pub mod site;
pub mod store;
pub mod terminal;
pub mod throughput;
pub mod train;
