//! Who made a report, with what, and by which command.

use transfermap::number;

use crate::page::Context;
use crate::page::overview::{distinct, hours};
use crate::table::{Cell, Table};

/// Versions, machine, times and hashes; what runs differ in is listed.
pub(super) fn made(context: &Context<'_>) -> Table {
    let report = context.report;
    let mut table = Table::new("provenance", "Provenance").words("what").words("value");
    let mut row = |name: &str, values: Vec<&str>| {
        if !values.is_empty() {
            table.row([name.into(), Cell::from(values.join(", ")).class("wrap")]);
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
    let mut table = Table::new("encoders", "Encoders")
        .words("name")
        .words("architecture")
        .numbers("million parameters")
        .words("weights")
        .words("hash");
    for encoder in &context.report.encoders {
        let known = encoder.parameters > 0;
        let millions =
            if known { number::plain(encoder.parameters as f64 / 1e6, 1) } else { number::MISSING.to_owned() };
        let weights = match (known, encoder.pretrained) {
            (false, _) => number::MISSING,
            (_, true) => "pretrained",
            (_, false) => "random, drawn anew for every seed",
        };
        let hash = if encoder.fingerprint.is_empty() { number::MISSING } else { &encoder.fingerprint };
        table.row([
            encoder.name.as_str().into(),
            encoder.architecture.as_str().into(),
            millions.into(),
            weights.into(),
            Cell::from(hash.chars().take(16).collect::<String>()).tip(hash),
        ]);
    }
    table
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
        "transfermap {versions}{commit}: study “{}”, {} runs{day}. Verdicts by moderated paired t tests (Smyth 2004) with \
         Holm’s correction (1979) at α = {}; report.json holds every number.",
        context.report.study.name,
        context.report.runs.len(),
        context.analysis.options.alpha
    )
}
