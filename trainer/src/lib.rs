//! Trains the runs of a transfermap study and keeps their results.
//!
//! [`data`] turns text files into tokenised tasks, [`encoder`] holds the models, [`pretrained`] reads and writes
//! HuggingFace folders, [`hub`] fetches them and data sets, [`train`] runs one training, [`probe`] looks at tasks and
//! models, [`execute`] runs a whole study so that it survives any crash, [`site`] turns its report into pages and
//! pictures.
//! [`cli`] is the command line, [`backend`] the only place that names a Burn backend.

pub mod backend;
pub mod cli;
pub mod data;
pub mod encoder;
pub mod execute;
pub mod hub;
pub mod parity;
pub mod pretrain;
pub mod pretrained;
pub mod probe;
pub mod site;
pub mod terminal;
pub mod throughput;
pub mod train;
