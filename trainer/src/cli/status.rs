//! `transfermap status`: how far a study is.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// Output folder of a `run`
    dir: PathBuf,
}

impl Status {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        crate::terminal::status::print(&self.dir, out)
    }
}
