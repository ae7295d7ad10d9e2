//! What the notebook's two tables share: a header, and a row of mean accuracy and mean weighted F1.

use std::collections::BTreeMap;

use super::csv;
use crate::metric::Metric;
use crate::plan::DEFAULT_VARIANT;
use crate::record::RunRecord;
use crate::stats;
use crate::study::{Protocol, Study};

/// pandas' header for a table whose index has no name.
pub(super) const HEADER: &str = ",Accuracy,F1-Score\n";

/// The runs that a row averages.
pub(super) struct Row<'a> {
    pub encoder: &'a str,
    pub protocol: Protocol,
    pub source: Option<&'a str>,
    pub target: &'a str,
}

/// One row named `name`, with the encoder before it where the study has several.
pub(super) fn row(study: &Study, runs: &[RunRecord], row: &Row<'_>, name: &str) -> String {
    let name = if study.encoder.len() > 1 { format!("{}: {name}", row.encoder) } else { name.to_owned() };
    let mean = |metric| csv::number(mean_over_seeds(runs, row, metric));
    csv::line([name, mean(Metric::Accuracy), mean(Metric::F1Weighted)])
}

/// Mean test score over the seeds of the default variant that have one.
fn mean_over_seeds(runs: &[RunRecord], row: &Row<'_>, metric: Metric) -> Option<f64> {
    let wanted = |run: &&RunRecord| {
        run.is_ok()
            && run.encoder == row.encoder
            && run.variant == DEFAULT_VARIANT
            && run.protocol == row.protocol
            && run.sources.iter().map(String::as_str).eq(row.source)
            && run.targets.iter().map(String::as_str).eq([row.target])
    };
    let score = |run: &RunRecord| {
        let score = run.evaluation(row.target, "test")?.scores.get(metric.name())?;
        score.is_finite().then_some((run.seed, *score))
    };
    // By seed, so that the order of records does not reach the last digit.
    let scores: BTreeMap<Option<u64>, f64> = runs.iter().filter(wanted).filter_map(score).collect();
    stats::mean(&scores.into_values().collect::<Vec<_>>())
}
