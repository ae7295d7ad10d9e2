//! Who made a report, with what, and by which command.

use transfermap::report::EncoderSummary;

use crate::page::Context;
use crate::page::overview::{distinct, hours};
use crate::table::{Cell, Show, Table, Value};

/// Versions, machine, times and hashes; what runs differ in is listed.
pub(super) fn made(context: &Context<'_>) -> Table {
    let report = context.report;
    let mut table = Table::new("provenance", "Provenance").words("what").prose("value");
    let mut row = |name: &str, values: Vec<&str>| {
        if !values.is_empty() {
            table.row([name.into(), values.join(", ").into()]);
        }
    };
    let runs = || report.runs.iter().map(|r| &r.provenance);
    row("transfermap", distinct(runs().map(|p| p.transfermap.as_str())));
    row("git", distinct(runs().map(|p| p.git.as_str())));
    row("backend", distinct(runs().map(|p| p.backend.as_str())));
    row("device", distinct(runs().map(|p| p.device.as_str())));
    let cores: Vec<String> = runs().map(|p| p.host_cores).filter(|n| *n > 0).map(|n| n.to_string()).collect();
    row("cores of the host", distinct(cores.iter().map(String::as_str)));
    let started = || runs().map(|p| p.started.as_str()).filter(|s| !s.is_empty());
    row("first run started", started().min().into_iter().collect());
    row("last run started", started().max().into_iter().collect());
    let seconds: f64 = report.runs.iter().map(|r| r.cost.seconds).filter(|s| s.is_finite()).sum();
    let time = hours(seconds);
    row("training time", if seconds > 0.0 { vec![&time] } else { Vec::new() });
    let runs = report.runs.len().to_string();
    row("runs in this family, with baselines", vec![&runs]);
    row("schema", vec![&report.schema]);
    for task in &report.tasks {
        row(
            &format!("rows of {}", task.name),
            vec![task.fingerprint.as_str()].into_iter().filter(|f| !f.is_empty()).collect(),
        );
    }
    table
}

/// The encoders as they were loaded.
pub(super) fn encoders(context: &Context<'_>) -> Table {
    let known = |e: &EncoderSummary| e.parameters > 0;
    Table::of(&context.report.encoders, "encoders", "Encoders")
        .words("name", |e| &e.name)
        .words("architecture", |e| &e.architecture)
        .numbers("million parameters", |e| Value::number(known(e).then_some(e.parameters as f64 / 1e6), Show::Plain(1)))
        .words("weights", |e| match (known(e), e.pretrained) {
            (false, _) => Value::Missing,
            (_, true) => "pretrained".into(),
            (_, false) => "random, drawn anew for every seed".into(),
        })
        .words("hash", |e| match e.fingerprint.as_str() {
            "" => Value::Missing.into(),
            hash => Cell::from(hash.chars().take(16).collect::<String>()).note(hash),
        })
        .noted("")
}

/// What was typed, and what gives these numbers again.
pub(super) fn command(context: &Context<'_>) -> String {
    let imported = context.report.runs.iter().all(|r| r.provenance.backend == "imported");
    let made = if imported {
        "transfermap import …        # the warnings name the files and their hashes"
    } else {
        "transfermap run study.toml --out out        # study.toml as below"
    };
    let options = &context.analysis.options;
    let mut analyse = "transfermap analyze report.json --json".to_owned();
    if let Some(metric) = options.metric {
        analyse.push_str(" --metric ");
        analyse.push_str(metric.name());
    }
    analyse.push_str(&format!(" --alpha {}", options.alpha));
    if let Some(margin) = options.margin {
        analyse.push_str(&format!(" --margin {margin}"));
    }
    if options.without_collapsed {
        analyse.push_str(" --without-collapsed");
    }
    format!("{made}\n{analyse}        # the numbers of these pages")
}

/// One paragraph to paste.
pub(super) fn cite(context: &Context<'_>) -> String {
    let runs = || context.report.runs.iter().map(|r| &r.provenance);
    let versions = distinct(runs().map(|p| p.transfermap.as_str())).join(", ");
    let commits = distinct(runs().map(|p| p.git.as_str())).join(", ");
    let commit = if commits.is_empty() { String::new() } else { format!(" (commit {commits})") };
    let day = runs().filter_map(|p| p.started.get(..10)).max().map(|d| format!(", {d}")).unwrap_or_default();
    format!(
        "transfermap {versions}{commit}: study “{}”, {} runs{day}. Verdicts by t tests with the target’s pooled variance and \
         Holm’s correction (1979) at α = {}; report.json holds every number.",
        context.report.study.name,
        context.report.runs.len(),
        context.analysis.options.alpha
    )
}
