//! What a finished study prints: baselines, the transfer map as a coloured table, time, files. Results go to stdout.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use transfermap::metric::Metric;
use transfermap::plan::DEFAULT_VARIANT;
use transfermap::report::{Report, TaskSummary};
use transfermap::study::{Protocol, Study};
use transfermap::transfer::TransferMap;

use super::prepare::Inputs;
use super::select::Selection;
use super::supervise::Ending;
use super::survey::{Survey, listed};
use crate::train::schedule::total_steps;

/// A gain of so many points has the full colour.
const FULL_COLOUR: f64 = 10.0;

/// Prints the summary of a study.
///
/// # Errors
/// stdout is closed.
pub fn finished(
    out: &mut dyn Write,
    report: &Report,
    map: &TransferMap,
    ending: &Ending,
    seconds: f64,
    files: &[PathBuf],
) -> io::Result<()> {
    warnings(out, &report.warnings)?;
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    for encoder in &report.study.encoder {
        if report.study.encoder.len() > 1 {
            writeln!(out, "\n{}", encoder.name)?;
        }
        baselines(out, report, map, &encoder.name)?;
        transfer_map(out, report, map, &encoder.name, colour)?;
    }
    let runs = ending.done + ending.failed;
    if runs > 0 {
        let minutes = seconds / 60.0;
        let rate = runs as f64 / minutes.max(1e-9);
        writeln!(out, "\n{runs} runs in {minutes:.1} minutes ({rate:.1} runs/min)")?;
    } else {
        writeln!(out, "\nnothing to train: every run asked for has a record")?;
    }
    for file in files {
        writeln!(out, "{}", file.display())?;
    }
    Ok(())
}

/// Says on stderr which runs failed, why, and how to try again.
pub fn failures(found: &Survey) {
    for record in &found.failed {
        eprintln!("failed {}: {}", record.id, record.reason.as_deref().unwrap_or("no reason given"));
    }
    if !found.failed.is_empty() {
        eprintln!("failed runs are not trained again unless --retry-failed is given");
    }
}

/// One line per task: classes, test set, majority share, score over seeds, and what is suspicious about it.
fn baselines(out: &mut dyn Write, report: &Report, map: &TransferMap, encoder: &str) -> io::Result<()> {
    let mut rows = vec![["task", "classes", "test n", "majority", "score", "metric", ""].map(str::to_owned).to_vec()];
    for task in &report.tasks {
        let Some(baseline) = map.baseline(encoder, DEFAULT_VARIANT, &task.name) else { continue };
        let count = |n: usize, name: &str| (n > 0).then(|| format!("{n} of {} runs {name}", baseline.seeds.len()));
        let flags = [
            count(baseline.constant_runs, "constant"),
            count(baseline.at_chance_runs, "at chance"),
            count(baseline.failed_runs, "failed"),
        ];
        let scale = points(baseline.metric);
        let score = match (baseline.mean, baseline.sd) {
            (None, _) => "—".into(),
            (Some(mean), None) => format!("{:.1}", scale * mean),
            (Some(mean), Some(sd)) => format!("{:.1} ± {:.1}", scale * mean, scale * sd),
        };
        rows.push(vec![
            task.name.clone(),
            task.labels.len().to_string(),
            task.splits.get("test").map_or(0, |s| s.examples).to_string(),
            baseline.majority_accuracy.map_or_else(|| "—".into(), |m| format!("{:.1}", 100.0 * m)),
            score,
            baseline.metric.label().to_owned(),
            flags.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]);
    }
    writeln!(
        out,
        "\nBaselines: test score in points, mean ± standard deviation over seeds; majority share in per cent"
    )?;
    print_table(out, &rows, &|_, _| None)
}

/// Mean gains in points by source and target.
fn transfer_map(
    out: &mut dyn Write,
    report: &Report,
    map: &TransferMap,
    encoder: &str,
    colour: bool,
) -> io::Result<()> {
    let gain = |source: &str, target: &str| {
        let pair = map.pairs.iter().find(|p| {
            let key = &p.key;
            key.encoder == encoder
                && key.protocol == Protocol::Sequential
                && key.source == source
                && key.target == target
        })?;
        Some(points(pair.metric) * pair.mean?)
    };
    let names: Vec<&str> = report.tasks.iter().map(|t| t.name.as_str()).collect();
    let mut values = vec![vec![None]];
    let mut rows = vec![std::iter::once("source ╲ target").chain(names.iter().copied()).map(str::to_owned).collect()];
    for source in &names {
        let of_row: Vec<Option<f64>> = names.iter().map(|target| gain(source, target)).collect();
        let cells = of_row.iter().map(|g| g.map_or_else(|| "·".to_owned(), signed));
        rows.push(std::iter::once((*source).to_owned()).chain(cells).collect());
        values.push(std::iter::once(None).chain(of_row).collect());
    }
    if values.iter().flatten().all(Option::is_none) {
        return Ok(());
    }
    let seeds = report.study.seeds.len();
    let plural = if seeds == 1 { "" } else { "s" };
    writeln!(out, "\nTransfer: mean gain in points of the target's metric over {seeds} seed{plural}")?;
    print_table(out, &rows, &|row, column| {
        let value = *values.get(row)?.get(column)?;
        value.filter(|_| colour).map(colour_of)
    })?;
    writeln!(out, "These are means over seeds, not verdicts: small ones may well be chance.")
}

/// What a score is multiplied with for people: fractions become points, losses stay.
fn points(metric: Metric) -> f64 {
    if metric.range().1.is_finite() { 100.0 } else { 1.0 }
}

/// Prints what `--dry-run` found.
///
/// # Errors
/// stdout is closed.
pub fn dry_run(
    out: &mut dyn Write,
    study: &Study,
    inputs: &Inputs,
    selection: &Selection,
    found: &Survey,
    keeps_models: bool,
) -> io::Result<()> {
    tasks(out, &inputs.tasks)?;
    writeln!(out, "\nRuns")?;
    let mut by_protocol: BTreeMap<Protocol, usize> = BTreeMap::new();
    let mut steps = 0;
    for run in &selection.runs {
        *by_protocol.entry(run.protocol).or_default() += 1;
        let task = run.targets.first().and_then(|t| inputs.tasks.iter().find(|s| s.name == *t));
        let examples = task.and_then(|t| t.splits.get("train")).map_or(0, |s| s.examples);
        steps += total_steps(&run.recipe, examples);
    }
    for (protocol, count) in by_protocol {
        writeln!(out, "  {:<12}{count}", protocol.name())?;
    }
    writeln!(out, "  {:<12}{} runs, about {steps} optimizer steps", "in all", selection.runs.len())?;
    if !selection.added.is_empty() {
        writeln!(out, "  of these, others start from: {}", listed(&selection.added))?;
    }
    writeln!(
        out,
        "  on disk: {} done, {} failed, {} stale, {} corrupt",
        found.done.len(),
        found.failed.len(),
        found.stale.len(),
        found.corrupt.len()
    )?;
    if !found.stale.is_empty() {
        writeln!(out, "  stale (need --retrain-stale): {}", listed(&found.stale))?;
    }
    let bytes: u64 = selection
        .runs
        .iter()
        .filter(|r| r.is_source || keeps_models)
        .filter_map(|r| inputs.encoders.iter().find(|e| e.name == r.encoder))
        .map(|e| 4 * e.parameters)
        .sum();
    writeln!(out, "  weights on disk: about {:.1} MB", bytes as f64 / 1e6)?;
    writeln!(out, "  seeds: {}", study.seeds.len())?;
    warnings(out, &inputs.warnings)
}

/// Prints the tasks with their sizes, label shares and lengths.
///
/// # Errors
/// stdout is closed.
pub fn tasks(out: &mut dyn Write, tasks: &[TaskSummary]) -> io::Result<()> {
    let head = ["task", "split", "examples", "labels", "tokens p50", "p95", "max", "truncated"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for task in tasks {
        for (name, split) in &task.splits {
            let labels = task.labels.iter().zip(&split.label_counts);
            let labels: Vec<String> = labels.map(|(l, n)| format!("{l} {n}")).collect();
            rows.push(vec![
                task.name.clone(),
                name.clone(),
                split.examples.to_string(),
                labels.join(", "),
                split.token_lengths.p50.to_string(),
                split.token_lengths.p95.to_string(),
                split.token_lengths.max.to_string(),
                split.truncated.to_string(),
            ]);
        }
    }
    print_table(out, &rows, &|_, _| None)
}

/// Prints warnings.
///
/// # Errors
/// stdout is closed.
pub fn warnings(out: &mut dyn Write, warnings: &[String]) -> io::Result<()> {
    if !warnings.is_empty() {
        writeln!(out, "\nWarnings")?;
    }
    warnings.iter().try_for_each(|w| writeln!(out, "  {w}"))
}

/// With a sign, and a real minus.
fn signed(points: f64) -> String {
    let text = format!("{:.1}", points.abs());
    match text.as_str() {
        "0.0" => text,
        _ if points < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

/// Blue for gains, orange for losses: told apart by every kind of eye.
fn colour_of(points: f64) -> u8 {
    let strong = points.abs() >= FULL_COLOUR / 2.0;
    match (points.abs() < 0.05, points > 0.0) {
        (true, _) => 245,
        (false, true) => [75, 33][usize::from(strong)],
        (false, false) => [215, 208][usize::from(strong)],
    }
}

/// Columns aligned: the first to the left, the others to the right where they hold numbers.
fn print_table(
    out: &mut dyn Write,
    rows: &[Vec<String>],
    colour: &dyn Fn(usize, usize) -> Option<u8>,
) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max().unwrap_or(0);
    let numeric = |c: usize| {
        let starts = |s: &String| s.starts_with(|ch: char| ch.is_ascii_digit() || "+−·—".contains(ch));
        c > 0 && rows.iter().skip(1).filter_map(|r| r.get(c)).all(starts)
    };
    for (r, row) in rows.iter().enumerate() {
        let mut line = String::from(" ");
        for (c, cell) in row.iter().enumerate().take(columns) {
            let pad = " ".repeat(width(c).saturating_sub(cell.chars().count()));
            let painted = colour(r, c).map_or_else(|| cell.clone(), |n| format!("\x1b[38;5;{n}m{cell}\x1b[0m"));
            line += &if numeric(c) { format!(" {pad}{painted} ") } else { format!(" {painted}{pad} ") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
