//! What `run` was asked to do.

use std::path::PathBuf;

use super::select::Shard;
use crate::store::records::KeepModels;
use crate::store::survey::Permission;

/// A study file, an output folder, and how to train.
#[derive(Debug, Clone)]
pub struct Request {
    /// The study file's text.
    pub study: String,
    /// Its name in messages.
    pub name: String,
    /// What its paths are relative to.
    pub base: PathBuf,
    /// The output folder.
    pub out: PathBuf,
    /// `auto`, `cpu`, `ndarray`, `cuda` or `cuda:N`.
    pub device: String,
    /// Number of worker processes; chosen where absent.
    pub workers: Option<usize>,
    /// A share of the plan.
    pub shard: Option<Shard>,
    /// A pattern on run ids.
    pub only: Option<String>,
    /// What may be moved out of the way.
    pub permission: Permission,
    /// Which weights stay.
    pub keep_models: KeepModels,
    /// Seconds between mid-run checkpoints.
    pub checkpoint_every: u64,
    /// No progress.
    pub quiet: bool,
    /// Never touch the network.
    pub offline: bool,
}

impl Request {
    /// A request with defaults for everything but the study and the output folder.
    pub fn new(study: String, name: String, base: PathBuf, out: PathBuf) -> Self {
        Self {
            study,
            name,
            base,
            out,
            device: "auto".into(),
            workers: None,
            shard: None,
            only: None,
            permission: Permission::default(),
            keep_models: KeepModels::default(),
            checkpoint_every: 120,
            quiet: false,
            offline: false,
        }
    }

    /// What to do about work that ended early.
    pub fn how_to_resume(&self) -> String {
        format!("run the same command (--out {}) again to resume", self.out.display())
    }
}
