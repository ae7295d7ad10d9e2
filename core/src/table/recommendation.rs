//! Ranked sources for a target.

use super::{Medium, Show, Table, Value};
use crate::analysis::Recommendation;

/// One row per source, best first.
pub fn recommendation(r: &Recommendation) -> Table {
    // Where all is predicted no source has a reason of its own.
    let reasons: &'static [Medium] =
        if r.sources.iter().all(|s| s.reason.is_empty()) { &[Medium::Csv] } else { Medium::ALL };
    Table::of(&r.sources, "ranking", format!("Every source for {}, best first", r.target))
        .numbers("rank", |s| s.rank)
        .words("source", |s| &s.source)
        .words("basis", |s| s.basis.name())
        .defined("recommendation")
        .numbers("gain", |s| Value::number(s.gain, Show::Gain(r.metric)))
        .defined("gain")
        .intervals("gain", |s| s.interval, |_| Show::Gain(r.metric))
        .head("interval")
        .words("verdict", |s| s.verdict.map_or(Value::Missing, |v| Value::Named(v.name(), v.signed())))
        .defined("verdict")
        .prose("reason", |s| &s.reason)
        .head("why")
        .on(reasons)
        .noted("Gain in points.")
}
