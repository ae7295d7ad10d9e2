//! `transfermap verify`: what of an output folder is not what was written.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::verify::verify;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Output folder of a `run`
    dir: PathBuf,
}

impl Verify {
    /// Answers whether all is well.
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let found = verify(&self.dir)?;
        for line in &found.damage {
            writeln!(out, "{line}")?;
        }
        let wrong = match found.damage.len() {
            0 => "all that is read again is as it was written".to_owned(),
            1 => "1 thing is wrong; `transfermap run` with this --out makes it again".to_owned(),
            n => format!("{n} things are wrong; `transfermap run` with this --out makes them again"),
        };
        writeln!(out, "{} runs, {} probes, {} tokenised tasks: {wrong}", found.runs, found.probes, found.caches)?;
        if found.unverified > 0 {
            writeln!(
                out,
                "{} of them are of an earlier version and have no hash to be held against; `transfermap run` gives them one",
                found.unverified
            )?;
        }
        Ok(found.damage.is_empty())
    }
}
