//! Ranked sources for a target.

use super::{Show, Table, Value};
use crate::analysis::Recommendation;

/// One row per source, best first.
pub fn recommendation(r: &Recommendation) -> Table {
    Table::of(&r.sources, "ranking", format!("Every source for {}, best first", r.target))
        .numbers("rank", |s| s.rank)
        .words("source", |s| &s.source)
        .words("basis", |s| Value::Named(s.basis.name(), s.basis.words()))
        .defined("recommendation")
        .numbers("gain", |s| Value::number(s.gain, Show::Gain(r.metric)))
        .defined("gain")
        .intervals("gain", |s| s.interval, |_| Show::Gain(r.metric))
        .head("interval")
        .words("verdict", |s| s.verdict.map_or(Value::Missing, |v| Value::Named(v.name(), v.signed())))
        .defined("verdict")
        .prose("reason", |s| &s.reason)
        .head("why")
        .noted("Gain in points.")
}
