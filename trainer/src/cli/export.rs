//! `transfermap export`: a report's tables as CSV or LaTeX, or a run's weights as a folder that transformers loads.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use transfermap::analysis::{Analysis, Options};
use transfermap::transfer::TransferMap;

use crate::execute::export::export_model;
use crate::execute::report::{write_csv, write_latex};
use crate::execute::wrong::Wrong;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// report.json, for tables
    #[arg(required_unless_present = "model", conflicts_with = "model")]
    report: Option<PathBuf>,
    /// Folder of a run, OUT/runs/<id>, for its weights
    #[arg(long, value_name = "RUN")]
    model: Option<PathBuf>,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write the CSV files (also what is done when nothing is asked for)
    #[arg(long, conflicts_with = "model")]
    csv: bool,
    /// Write the tables for a paper
    #[arg(long, conflicts_with = "model")]
    latex: bool,
}

impl Export {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let written = match (&self.model, &self.report) {
            (Some(run), _) => export_model(run, &self.out)?,
            (None, Some(path)) => {
                let report = super::report_file::read(path)?;
                let map =
                    TransferMap::of_study(&report.study, &report.runs).map_err(|e| Wrong::at(path.display(), &e))?;
                let analysis =
                    Analysis::new(&report, &Options::default()).map_err(|e| Wrong::at(path.display(), &e))?;
                let mut written = Vec::new();
                if self.csv || !self.latex {
                    written.extend(write_csv(&self.out, &report, &map, &analysis)?);
                }
                if self.latex {
                    written.extend(write_latex(&self.out, &analysis)?);
                }
                written
            }
            (None, None) => return Err(Wrong("give a report.json, or --model RUN".into()).into()),
        };
        for file in written {
            writeln!(out, "{}", file.display())?;
        }
        Ok(())
    }
}
