//! What a finished study prints: baselines, the transfer map with verdicts, time, files. Results go to stdout.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use transfermap::analysis::{Options, detectable as detectable_gains};
use transfermap::multitask::quotas::total;
use transfermap::plan::PlannedRun;
use transfermap::race::Course;
use transfermap::report::{Report, TaskSummary};
use transfermap::study::Protocol;
use transfermap::table::{self, Table};

use super::analysis::warnings;
use crate::plain::plain;
use crate::probes;
use crate::probes::plan::Layout;
use crate::run::planned::Outlook;
use crate::run::request::Request;
use crate::run::start::Outcome;
use crate::store::survey::listed;

/// Seconds, or minutes where there are several.
fn time(seconds: f64) -> String {
    if seconds < 120.0 { format!("{seconds:.0} s") } else { format!("{:.1} minutes", seconds / 60.0) }
}

/// Prints the summary of a study, with the files that were written.
///
/// # Errors
/// stdout is closed.
pub fn finished(out: &mut dyn Write, outcome: &Outcome, files: &[PathBuf]) -> io::Result<()> {
    let Outcome { analysis, ending, observed, .. } = outcome;
    warnings(out, &analysis.warnings)?;
    super::analysis::overview(out, analysis, super::colours())?;
    let runs = ending.done + ending.failed;
    if runs > 0 {
        writeln!(out, "\n{runs} runs in {}", time(outcome.seconds))?;
    } else {
        writeln!(out, "\nnothing to train: every run asked for has a record")?;
    }
    if !observed.measures.is_empty() {
        let count = observed.measures.len();
        writeln!(out, "{count} measures of similarity and transferability in {}", time(observed.seconds))?;
    }
    for file in files {
        writeln!(out, "{}", file.display())?;
    }
    Ok(())
}

/// Says on stderr which runs failed or are missing, why, and how to try again.
pub fn failures(outcome: &Outcome, request: &Request) {
    for record in &outcome.found.failed {
        eprintln!("failed {}: {}", record.id, plain(record.reason.as_deref().unwrap_or("no reason given")));
    }
    if !outcome.found.failed.is_empty() {
        eprintln!("failed runs are not trained again unless --retry-failed is given");
    }
    if outcome.missing > 0 {
        let resume = request.how_to_resume();
        eprintln!("{} runs are missing because their workers ended early; {resume}", outcome.missing);
    }
}

/// Prints the smallest gain that the study finds on each target: with the spread over seeds of an earlier report, or what is
/// typical.
///
/// # Errors
/// stdout is closed, or runs of `like` do not go together.
pub fn detectable(out: &mut dyn Write, outlook: &Outlook, like: Option<&Report>) -> anyhow::Result<()> {
    let Outlook { study, inputs, .. } = outlook;
    let found = detectable_gains(study, &inputs.tasks, like, &Options::default())?;
    if found.is_empty() {
        return Ok(());
    }
    super::print(out, &table::detectable(&found), super::colours())?;
    let from = match like {
        Some(report) => format!("The spread is that of the runs of {}.", report.study.name),
        None => "The spread is what is typical of a pretrained encoder on so many test examples, where the metric has a \
                 scale; models from random weights scatter several times as much. --like REPORT takes that of an earlier \
                 report."
            .to_owned(),
    };
    Ok(writeln!(out, "  {from}")?)
}

/// The batches of a run, of all its tasks.
fn batches(outlook: &Outlook, run: &PlannedRun) -> u64 {
    let Outlook { study, inputs, .. } = outlook;
    let examples = |task: &str| {
        let summary = inputs.tasks.iter().find(|s| s.name == task);
        summary.and_then(|t| t.splits.get("train")).map_or(0, |s| s.examples)
    };
    match &run.joint {
        Some(plan) => {
            let own = |task: &String| study.task(task).map(|t| study.recipe_for(t, run.protocol));
            let alone = |task: &String| own(task).map(|recipe| recipe.total_steps(examples(task)));
            total(&run.targets.iter().filter_map(alone).collect::<Vec<u64>>(), plan.share)
        }
        None => run.targets.first().map_or(0, |task| run.recipe.total_steps(examples(task))),
    }
}

/// Prints what `--dry-run` found.
///
/// # Errors
/// stdout is closed.
pub fn dry_run(out: &mut dyn Write, outlook: &Outlook, keeps_models: bool) -> io::Result<()> {
    let Outlook { study, plan, inputs, selection, found } = outlook;
    tasks(out, &inputs.tasks)?;
    writeln!(out, "\nRuns")?;
    let mut by_protocol: BTreeMap<Protocol, usize> = BTreeMap::new();
    let mut steps = 0;
    for run in &selection.runs {
        *by_protocol.entry(run.protocol).or_default() += 1;
        steps += batches(outlook, run);
    }
    for (protocol, count) in by_protocol {
        writeln!(out, "  {:<12}{count}", protocol.name())?;
    }
    let all = if study.race.is_some() { "all seeds" } else { "in all" };
    writeln!(out, "  {all:<12}{} runs, about {steps} batches", selection.runs.len())?;
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
    if let Some(race) = Course::new(study, plan).zip(study.race.as_ref()) {
        let (course, race) = race;
        let (first, looks) = (course.first().runs.len(), &race.looks);
        writeln!(out, "  race: looks at {looks:?} seeds; {first} runs for the first, {} at most", race.budget)?;
    }
    if let Some(cost) = probes::state::cost(Layout { study, plan, inputs }) {
        writeln!(out, "  measures: {cost}")?;
    }
    warnings(out, &inputs.warnings)
}

/// Prints what the rows of the tasks are like.
///
/// # Errors
/// stdout is closed.
pub fn findings(out: &mut dyn Write, findings: &[String]) -> io::Result<()> {
    if !findings.is_empty() {
        writeln!(out, "\nRows")?;
    }
    findings.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// Prints the tasks with their sizes, label shares and lengths.
///
/// # Errors
/// stdout is closed.
pub fn tasks(out: &mut dyn Write, tasks: &[TaskSummary]) -> io::Result<()> {
    let rows: Vec<_> = tasks.iter().flat_map(|t| t.splits.iter().map(move |(name, split)| (t, name, split))).collect();
    let table = Table::of(&rows, "tasks", "")
        .words("task", |(task, ..)| &task.name)
        .words("split", |(_, name, _)| *name)
        .numbers("examples", |(.., split)| split.examples)
        .words("labels", |(task, _, split)| {
            let labels = task.labels.iter().zip(&split.label_counts);
            labels.map(|(label, n)| format!("{label} {n}")).collect::<Vec<_>>().join(", ")
        })
        .numbers("tokens p50", |(.., split)| split.token_lengths.p50)
        .numbers("p95", |(.., split)| split.token_lengths.p95)
        .numbers("max", |(.., split)| split.token_lengths.max)
        .numbers("truncated", |(.., split)| split.truncated)
        .noted("");
    super::print(out, &table, false)
}
