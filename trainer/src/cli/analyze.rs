//! `transfermap analyze`: verdicts, correlations and selection of a report, as tables or as JSON.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use transfermap::analysis::{Analysis, Options, Ties};
use transfermap::metric::Metric;

use super::report_file;
use crate::error::Wrong;
use crate::terminal;
use crate::terminal::working::Working;

/// Arguments of `analyze`.
#[derive(Debug, Args)]
pub(super) struct Analyze {
    /// report.json
    report: PathBuf,
    #[command(flatten)]
    choices: Choices,
    /// How sources of equal relevance are ranked when selection is judged
    #[arg(long, value_enum, default_value = "average")]
    ties: TieRule,
    /// Control every measure's regression for this one; repeatable
    #[arg(long, value_name = "MEASURE")]
    control: Vec<String>,
    /// Print everything as JSON (schema: docs/analysis.schema.json)
    #[arg(long)]
    json: bool,
}

/// Choices that change verdicts; shared with `recommend`.
#[derive(Debug, Args)]
pub(super) struct Choices {
    /// Metric of every task; default: each task's own
    #[arg(long, value_name = "M")]
    metric: Option<Metric>,
    /// Family-wise error rate of the verdicts
    #[arg(long, default_value_t = 0.05, value_name = "A")]
    alpha: f64,
    /// Smallest gain worth having, in the metric's units; default: each task's own
    #[arg(long, value_name = "D")]
    margin: Option<f64>,
    /// Leave out seeds at which a run collapsed to one class
    #[arg(long)]
    without_collapsed: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TieRule {
    /// Average rank
    Average,
    /// The report's order of tasks
    AsGiven,
}

impl Choices {
    pub(super) fn options(&self) -> Options {
        Options {
            metric: self.metric,
            alpha: self.alpha,
            margin: self.margin,
            without_collapsed: self.without_collapsed,
            ..Options::default()
        }
    }
}

impl Analyze {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let report = report_file::read(&self.report)?;
        let ties = match self.ties {
            TieRule::Average => Ties::Average,
            TieRule::AsGiven => Ties::AsGiven,
        };
        let options = Options { ties, controls: self.control.clone(), ..self.choices.options() };
        let working = Working::analysing(report.runs.len());
        let analysis = Analysis::watched(&report, &options, &mut |done, of| working.at(done, of))
            .map_err(|e| Wrong::at(self.report.display(), &e))?;
        drop(working);
        if self.json {
            serde_json::to_writer(&mut *out, &analysis)?;
            writeln!(out)?;
        } else {
            terminal::analysis::full(out, &analysis, terminal::colours())?;
        }
        Ok(())
    }
}
