//! `transfermap export`: a report's tables as CSV or LaTeX and its charts as pictures, or a run's weights as a folder
//! that transformers loads.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use transfermap::analysis::{Analysis, Options};

use crate::error::Wrong;
use crate::site::{Shown, plots};
use crate::store::export::export_model;
use crate::store::report::{write_csv, write_latex};
use crate::terminal::working::Working;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// report.json, for tables and charts
    #[arg(required_unless_present = "model", conflicts_with = "model")]
    report: Option<PathBuf>,
    /// Folder of a run, OUT/runs/<id>, for its weights
    #[arg(long, value_name = "RUN")]
    model: Option<PathBuf>,
    /// The task whose classifier is wanted, for a run of several
    #[arg(long, value_name = "T", requires = "model")]
    task: Option<String>,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write the CSV files (also what is done when nothing is asked for)
    #[arg(long, conflicts_with = "model")]
    csv: bool,
    /// Write the tables for a paper
    #[arg(long, conflicts_with = "model")]
    latex: bool,
    /// Write every chart of every page as SVG and PNG, into DIR/plots
    #[arg(long, conflicts_with = "model")]
    plots: bool,
    /// For --plots: what the pages show, as it stands behind # in the viewer's address
    #[arg(long, value_name = "CHOICES", requires = "plots", default_value = "")]
    choices: String,
}

impl Export {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let written = match (&self.model, &self.report) {
            (Some(run), _) => export_model(run, self.task.as_deref(), &self.out)?,
            (None, Some(path)) => self.report(path)?,
            (None, None) => return Err(Wrong("give a report.json, or --model RUN".into()).into()),
        };
        for file in written {
            writeln!(out, "{}", file.display())?;
        }
        Ok(())
    }

    fn report(&self, path: &PathBuf) -> anyhow::Result<Vec<PathBuf>> {
        let shown = Shown::read(std::slice::from_ref(path))?;
        let mut written = Vec::new();
        for shown in &shown {
            let report = &shown.report;
            let _working = Working::analysing(report.runs.len());
            let csv = self.csv || !(self.plots || self.latex);
            if csv || self.latex {
                let analysis = Analysis::new(report, &Options::default()).map_err(|e| Wrong::at(path.display(), &e))?;
                if csv {
                    written.extend(write_csv(&self.out, report, &analysis)?);
                }
                if self.latex {
                    written.extend(write_latex(&self.out, &analysis)?);
                }
            }
            if self.plots {
                written.extend(plots::write(shown, &self.choices, &self.out.join("plots"))?);
            }
        }
        Ok(written)
    }
}
