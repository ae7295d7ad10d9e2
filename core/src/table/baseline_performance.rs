//! `baseline_performance.csv`: what each task reaches alone, in the student notebook's form.

use super::notebook::{HEADER, Row, row};
use crate::record::RunRecord;
use crate::study::{Protocol, Study};

/// The table with header `,Accuracy,F1-Score` and a row per task in the study's order, for example `rte,0.75,0.749998`:
/// means over seeds of test accuracy and weighted F1 of the single-task runs of the default variant.
///
/// With several encoders, rows are named `<encoder>: <task>`, one encoder after the other. A task without a result has
/// empty fields; failed runs are left out of the means, collapsed ones are not.
pub fn baseline_performance(study: &Study, runs: &[RunRecord]) -> String {
    let mut table = HEADER.to_owned();
    for encoder in &study.encoder {
        for task in &study.task {
            let of = Row { encoder: &encoder.name, protocol: Protocol::Single, source: None, target: &task.name };
            table += &row(study, runs, &of, &task.name);
        }
    }
    table
}
