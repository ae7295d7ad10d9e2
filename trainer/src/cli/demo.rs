//! `transfermap demo`: the embedded study. Nothing but the program is read.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::run::{How, train};
use crate::run::request::Request;

/// The study that comes with the program.
const STUDY: &str = include_str!("../../../studies/demo.toml");

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Output folder
    #[arg(long, value_name = "DIR", default_value = "transfermap-demo")]
    out: PathBuf,
    #[command(flatten)]
    how: How,
}

impl Demo {
    /// Answers whether every run has been trained to its end.
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let mut request = Request::new(STUDY.to_owned(), "the embedded study".into(), ".".into(), self.out.clone());
        self.how.apply(&mut request);
        train(&request, out)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_embedded_study_is_one() {
        transfermap::study::Study::from_toml(super::STUDY).unwrap();
    }
}
