//! `transfermap serve`: a folder in the browser of this machine, and a study while it runs.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::site::serve;
use crate::site::viewer::Viewer;

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Any folder. Of the output folder of a `run`, finished or running, the report is shown, and follows the run
    dir: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Use this dist folder instead of the viewer in this program
    #[arg(long, value_name = "DIR")]
    viewer: Option<PathBuf>,
}

impl Serve {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let server = serve::Server::new(&self.dir, || Viewer::choose(self.viewer.as_deref()))?;
        let (listener, address) = serve::listen(self.port)?;
        writeln!(out, "http://{address}/")?;
        out.flush()?;
        Ok(server.answer_all(listener)?)
    }
}
