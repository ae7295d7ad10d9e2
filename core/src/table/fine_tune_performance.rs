//! `fine_tune_performance.csv`: what each target reaches after each source, in the student notebook's form.

use super::notebook::{HEADER, Row, row};
use crate::record::RunRecord;
use crate::study::{Protocol, Study};

/// The table with header `,Accuracy,F1-Score` and a row per pair in the study's order, for example
/// `rte pretrained on yelp_reviews,0.5035,0.339216`: means over seeds of test accuracy and weighted F1 of the
/// sequential runs of the default variant. A study without sequential runs has no rows.
///
/// With several encoders, rows are named `<encoder>: <target> pretrained on <source>`. A pair without a result has
/// empty fields; failed runs are left out of the means, collapsed ones are not.
pub fn fine_tune_performance(study: &Study, runs: &[RunRecord]) -> String {
    let mut table = HEADER.to_owned();
    if !study.protocols.contains(&Protocol::Sequential) {
        return table;
    }
    let pairs = study.pairs();
    for encoder in &study.encoder {
        for (source, target) in &pairs {
            let of = Row { encoder: &encoder.name, protocol: Protocol::Sequential, source: Some(source), target };
            table += &row(study, runs, &of, &format!("{target} pretrained on {source}"));
        }
    }
    table
}
