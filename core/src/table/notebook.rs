//! The student notebook's two tables: mean accuracy and mean weighted F1 of every task alone, and of every target after
//! every source.

use super::{Table, Value};
use crate::metric::Metric;
use crate::plan::DEFAULT_VARIANT;
use crate::record::RunRecord;
use crate::statistics;
use crate::study::{Protocol, Study};
use crate::transfer::{ArmKey, Runs};

/// `baseline_performance.csv`, with header `,Accuracy,F1-Score` and a row per task in the study's order, for example
/// `rte,0.75,0.749998`: means over seeds of test accuracy and weighted F1 of the single-task runs of the default variant.
///
/// With several encoders, rows are named `<encoder>: <task>`, one encoder after the other. A task without a result has
/// empty fields; failed runs are left out of the means, collapsed ones are not.
pub fn baseline_performance(study: &Study, runs: &Runs<'_>) -> Table {
    let tasks: Vec<_> = study.task.iter().map(|t| (None, t.name.as_str(), t.name.clone())).collect();
    table(study, runs, "baseline_performance", Protocol::Single, &tasks)
}

/// `fine_tune_performance.csv`, with header `,Accuracy,F1-Score` and a row per pair in the study's order, for example
/// `rte pretrained on yelp_reviews,0.5035,0.339216`: means over seeds of test accuracy and weighted F1 of the
/// sequential runs of the default variant. A study without sequential runs has no rows.
///
/// With several encoders, rows are named `<encoder>: <target> pretrained on <source>`. A pair without a result has
/// empty fields; failed runs are left out of the means, collapsed ones are not.
pub fn fine_tune_performance(study: &Study, runs: &Runs<'_>) -> Table {
    let pairs = if study.protocols.contains(&Protocol::Sequential) { study.pairs() } else { Vec::new() };
    let rows: Vec<_> = pairs
        .iter()
        .map(|(source, target)| (Some(&**source), &**target, format!("{target} pretrained on {source}")))
        .collect();
    table(study, runs, "fine_tune_performance", Protocol::Sequential, &rows)
}

/// Rows of source, target and name for every encoder.
fn table(study: &Study, runs: &Runs<'_>, id: &str, protocol: Protocol, rows: &[(Option<&str>, &str, String)]) -> Table {
    let rows: Vec<_> = study.encoder.iter().flat_map(|e| rows.iter().map(move |row| (e.name.as_str(), row))).collect();
    let mean = |encoder, (source, target, _): &(Option<&str>, &str, String), metric| {
        let key = ArmKey { encoder, variant: DEFAULT_VARIANT, protocol, block: None, source: *source, target };
        Value::from(mean_over_seeds(runs, &key, metric))
    };
    Table::of(&rows, id, "")
        // pandas' header for a table whose index has no name.
        .words("", |(encoder, (.., name))| match study.encoder.len() {
            0 | 1 => name.clone(),
            _ => format!("{encoder}: {name}"),
        })
        .numbers("Accuracy", |(encoder, row)| mean(encoder, row, Metric::Accuracy))
        .numbers("F1-Score", |(encoder, row)| mean(encoder, row, Metric::F1Weighted))
        .noted("")
}

/// Mean test score over the seeds that have one.
fn mean_over_seeds(runs: &Runs<'_>, key: &ArmKey<'_>, metric: Metric) -> Option<f64> {
    let score = |run: &&RunRecord| {
        let score = run.evaluation(key.target, "test").filter(|_| run.is_ok())?.scores.get(metric.name())?;
        score.is_finite().then_some(*score)
    };
    let scores: Vec<f64> = runs.arm(key)?.values().filter_map(score).collect();
    statistics::mean(&scores)
}
