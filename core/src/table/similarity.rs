//! Every value of every measure, as a report has them.

use super::{Table, Value};
use crate::report::Measure;

/// One row per value.
pub fn similarity(measures: &[Measure]) -> Table {
    let rows: Vec<_> = measures.iter().flat_map(|m| m.values.iter().map(move |value| (m, value))).collect();
    Table::of(&rows, "similarity", "Measures of two tasks")
        .words("measure", |(m, _)| &m.name)
        .words("encoder", |(m, _)| &m.encoder)
        .words("source", |(_, v)| &v.source)
        .words("target", |(_, v)| &v.target)
        .numbers("seed", |(_, v)| v.seed.map_or(Value::Missing, Value::from))
        .numbers("value", |(_, v)| v.value)
        .noted("Every value as it was measured.")
}
