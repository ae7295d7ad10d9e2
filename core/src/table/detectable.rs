//! What a study can find on each target.

use super::{Show, Table, Value};
use crate::analysis::Detectable;

/// One row per target.
pub fn detectable(targets: &[Detectable]) -> Table {
    Table::of(targets, "detectable", "Smallest detectable gain")
        .words("target", |d| &d.target)
        .words("metric", |d| d.metric.label())
        .numbers("test examples", |d| d.examples)
        .numbers("seeds", |d| d.seeds)
        .numbers("spread over seeds", |d| Value::number(d.spread, Show::Score(d.metric)))
        .numbers("smallest gain", |d| Value::number(d.gain, Show::Score(d.metric)))
        .noted("In points, with 80 % power at the first step of Holm\u{2019}s correction over all pairs.")
}
