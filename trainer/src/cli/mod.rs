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
mod verify;
mod worker;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::atomic::FileError;
use crate::error::{Wrong, chain};
use crate::plain::{Plain, plain};
use crate::terminal;

/// Which text-classification task helps which: trains every pair and measures the transfer.
#[derive(Debug, Parser)]
#[command(name = "transfermap", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Run the embedded study, start to report
    #[command(after_help = "Example:\n\
         \x20 transfermap demo --out out/demo")]
    Demo(demo::Demo),
    /// Write a commented study file by looking at data files
    #[command(after_help = "Example:\n\
         \x20 transfermap init study.toml reviews.csv questions.tsv\n\
         \x20 transfermap init study.toml rte/ mood_train.csv mood_test.csv")]
    Init(init::Init),
    /// Validate a study's data and labels; print sizes, lengths, overlaps and the number of runs
    #[command(after_help = "Examples:\n\
         \x20 transfermap check study.toml\n\
         \x20 transfermap check study.toml --like out/report.json    # with the spread of an earlier study")]
    Check(check::Check),
    /// Train what is missing of a study and write its report
    #[command(after_help = "Examples:\n\
         \x20 transfermap run study.toml --out out\n\
         \x20 transfermap run study.toml --out out --only 'sequential/*--rte/*'\n\
         \x20 transfermap run study.toml --out out --device cuda --workers 4")]
    Run(run::Run),
    /// Show what is done, running, failed and missing
    #[command(after_help = "Example:\n\
         \x20 transfermap status out")]
    Status(status::Status),
    /// Check that an output folder holds what was written to it
    #[command(after_help = "Example:\n\
         \x20 transfermap verify out")]
    Verify(verify::Verify),
    /// Test a report: verdicts, correlations, choice of sources
    #[command(after_help = "Examples:\n\
         \x20 transfermap analyze out/report.json\n\
         \x20 transfermap analyze out/report.json --metric f1_macro --margin 0.02\n\
         \x20 transfermap analyze out/report.json --json > analysis.json")]
    Analyze(analyze::Analyze),
    /// Rank the sources for a target, measured and predicted
    #[command(after_help = "Example:\n\
         \x20 transfermap recommend out/report.json --target rte")]
    Recommend(recommend::Recommend),
    /// Rank a finished study's sources for a data set that it has never seen
    #[command(after_help = "Example:\n\
         \x20 transfermap score --target my-task.toml --against out")]
    Score(score::Score),
    /// Write reports as a page: a site for any static host, or one HTML file
    #[command(after_help = "Examples:\n\
         \x20 transfermap report out/report.json --single-file report.html\n\
         \x20 transfermap report out-a out-b --out site    # two studies side by side")]
    Report(report::WriteReport),
    /// Serve a folder on this machine; of a running study, its report as it grows
    #[command(after_help = "Example:\n\
         \x20 transfermap serve out")]
    Serve(serve::Serve),
    /// Write a report's tables as CSV files, its charts as SVG and PNG, or a run's weights as a transformers folder
    #[command(after_help = "Examples:\n\
         \x20 transfermap export out/report.json --out tables --csv --latex\n\
         \x20 transfermap export out/report.json --out figures --plots\n\
         \x20 transfermap export --model out/runs/single/rte/s1 --out folder")]
    Export(export::Export),
    /// Make a report of other people's results, given as CSV files
    #[command(after_help = "Examples:\n\
         \x20 transfermap import --transfers theirs.csv --baselines alone.csv --out report.json\n\
         \x20 transfermap import --transfers t.csv --map score=acc --scale percent --out report.json\n\
         \x20 transfermap import --transfers matrix.csv --wide --out report.json")]
    Import(import::ImportFiles),
    /// Download models and data sets from the HuggingFace hub into its cache
    #[command(after_help = "Examples:\n\
         \x20 transfermap fetch model albert/albert-base-v2\n\
         \x20 transfermap fetch dataset nyu-mll/glue --config rte\n\
         \x20 transfermap fetch study study.toml")]
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
    let mut out = Plain::new(std::io::stdout().lock(), terminal::colours());
    let result = match &cli.command {
        Subcommands::Demo(demo) => demo.execute(&mut out),
        Subcommands::Init(init) => init.execute(&mut out).map(|()| true),
        Subcommands::Check(check) => check.execute(&mut out).map(|()| true),
        Subcommands::Run(run) => run.execute(&mut out),
        Subcommands::Status(status) => status.execute(&mut out).map(|()| true),
        Subcommands::Verify(verify) => verify.execute(&mut out),
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
            let _ = writeln!(std::io::stderr(), "error: {}", plain(&chain(error.as_ref())));
            // An output folder that is full or read-only is the request's fault: another one mends it.
            let wrong = error.chain().any(|e| e.is::<Wrong>() || e.is::<FileError>());
            ExitCode::from(if wrong { 2 } else { 1 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_help_has_an_example_that_is_one() {
        use clap::CommandFactory;
        for command in Cli::command().get_subcommands().filter(|c| !c.is_hide_set()) {
            let help = command.get_after_help().map(|h| h.to_string()).unwrap_or_default();
            let lines: Vec<&str> = help.lines().filter_map(|l| l.trim().split(" #").next()).collect();
            assert!(lines.len() > 1, "{} has no example", command.get_name());
            for line in &lines[1..] {
                let words = line.split_whitespace().map(|w| w.trim_matches('\''));
                let words: Vec<&str> = words.take_while(|w| *w != ">").collect();
                assert_eq!(words[..2], ["transfermap", command.get_name()], "{line}");
                let parsed = Cli::try_parse_from(&words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.err().map(|e| e.to_string()).unwrap_or_default());
            }
        }
    }
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
