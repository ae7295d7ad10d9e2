//! Gains after the first epoch and the last.

use super::{Medium, Show, Table, Value};
use crate::analysis::TrainingAnalysis;

/// One row per pair that was evaluated after every epoch, in the order given.
pub fn training(training: &[&TrainingAnalysis]) -> Table {
    let gain = |t: &TrainingAnalysis, gain| Value::number(gain, Show::Gain(t.metric));
    Table::of(training, "changes", "Change of the gain from the first epoch to the last")
        .words("pair", |t| format!("{} → {}", t.key.source, t.key.target))
        .numbers("first", |t| gain(t, t.epochs.first().map(|e| e.gain)))
        .head("first epoch")
        .numbers("last", |t| gain(t, t.epochs.last().map(|e| e.gain)))
        .head("last epoch")
        .numbers("change", |t| gain(t, t.change.map(|c| c.gain)))
        .intervals("change", |t| t.change?.ci, |t| Show::Gain(t.metric))
        .head("interval")
        .numbers("p", |t| Value::number(t.change.and_then(|c| c.p), Show::P))
        .on(&[Medium::Csv, Medium::Page])
        .numbers("p_holm", |t| Value::number(t.change.and_then(|c| c.p_holm), Show::P))
        .head("Holm p")
        .words("course", |t| match t.change.map(|c| c.course) {
            Some(course) => Value::Named(course.name(), course.signed()),
            None => Value::Missing,
        })
        .defined("gain-over-training")
        .noted("Gain in points.")
}
