//! The command line: one file per subcommand. Results go to stdout, messages to stderr.
//!
//! Exit codes: 0 good, 1 the work failed, 2 the request was wrong.

mod analyze;
mod check;
mod demo;
mod export;
mod fetch;
mod import;
mod init;
mod parity;
mod pretrain;
mod process;
mod recommend;
mod report;
mod report_file;
mod run;
mod score;
mod serve;
mod status;
mod study_file;
mod throughput;
mod worker;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::atomic::FileError;
use crate::error::{Wrong, chain};

/// Which text-classification task helps which: trains every pair and measures the transfer.
#[derive(Debug, Parser)]
#[command(name = "transfermap", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Run the embedded study, start to report
    Demo(demo::Demo),
    /// Write a commented study file by looking at data files
    Init(init::Init),
    /// Validate a study's data and labels; print sizes, lengths, overlaps and the number of runs
    Check(check::Check),
    /// Train what is missing of a study and write its report
    Run(run::Run),
    /// Show what is done, running, failed and missing
    Status(status::Status),
    /// Test a report: verdicts, correlations, choice of sources
    Analyze(analyze::Analyze),
    /// Rank the sources for a target, measured and predicted
    Recommend(recommend::Recommend),
    /// Rank a finished study's sources for a data set that it has never seen
    Score(score::Score),
    /// Write reports as a page: a site for any static host, or one HTML file
    Report(report::WriteReport),
    /// Serve a folder on this machine; of a running study, its report as it grows
    Serve(serve::Serve),
    /// Write a report's tables as CSV files, its charts as SVG and PNG, or a run's weights as a transformers folder
    Export(export::Export),
    /// Make a report of other people's results, given as CSV files
    Import(import::ImportFiles),
    /// Bring models and data sets of the HuggingFace hub into its cache
    Fetch(fetch::Fetch),
    /// Make the encoder of the demo, which ships in this program
    #[command(hide = true)]
    PretrainDemoEncoder(pretrain::Pretrain),
    /// Compare the encoder with PyTorch's numbers
    #[command(hide = true)]
    Parity(parity::Parity),
    /// Measure training speed on ALBERT-base with random weights
    #[command(hide = true)]
    Throughput(throughput::Throughput),
    /// Train runs for `run`, which starts this
    #[command(hide = true)]
    Worker(worker::WorkerProcess),
}

/// Reads the arguments, does what they ask, and answers with the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = std::io::stdout().lock();
    let result = match &cli.command {
        Subcommands::Demo(demo) => demo.execute(&mut out),
        Subcommands::Init(init) => init.execute(&mut out).map(|()| true),
        Subcommands::Check(check) => check.execute(&mut out).map(|()| true),
        Subcommands::Run(run) => run.execute(&mut out),
        Subcommands::Status(status) => status.execute(&mut out).map(|()| true),
        Subcommands::Analyze(analyze) => analyze.execute(&mut out).map(|()| true),
        Subcommands::Recommend(recommend) => recommend.execute(&mut out).map(|()| true),
        Subcommands::Score(score) => score.execute(&mut out).map(|()| true),
        Subcommands::Report(report) => report.execute(&mut out).map(|()| true),
        Subcommands::Serve(serve) => serve.execute(&mut out).map(|()| true),
        Subcommands::Export(export) => export.execute(&mut out).map(|()| true),
        Subcommands::Import(import) => import.execute(&mut out).map(|()| true),
        Subcommands::Fetch(fetch) => fetch.execute(&mut out).map(|()| true),
        Subcommands::PretrainDemoEncoder(pretrain) => pretrain.execute(&mut out).map(|()| true),
        Subcommands::Parity(parity) => parity.execute(&mut out),
        Subcommands::Throughput(throughput) => throughput.execute(&mut out).map(|()| true),
        Subcommands::Worker(worker) => {
            // It writes its events itself, line by line.
            drop(out);
            return code(worker.execute());
        }
    };
    code(result.and_then(|good| out.flush().map(|()| good).map_err(Into::into)))
}

fn code(result: anyhow::Result<bool>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // The reader of a pipe had enough.
        Err(e) if e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", chain(error.as_ref()));
            // An output folder that is full or read-only is the request's fault: another one mends it.
            let wrong = error.chain().any(|e| e.is::<Wrong>() || e.is::<FileError>());
            ExitCode::from(if wrong { 2 } else { 1 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
