//! Tasks by their effect on the gain, as sources or as targets.

use super::{Show, Table, Value};
use crate::analysis::TaskEffect;
use crate::metric::Metric;

/// One row per task, largest effect first.
pub fn effects(id: &str, title: &str, effects: &[TaskEffect], metric: Metric) -> Table {
    let mut sorted: Vec<&TaskEffect> = effects.iter().collect();
    sorted.sort_by(|a, b| b.effect.total_cmp(&a.effect));
    Table::of(&sorted, id, title)
        .words("task", |e| &e.task)
        .numbers("effect", |e| Value::Number(e.effect, Show::Gain(metric)))
        .head("beside the mean of all pairs")
        .defined("additive-model")
        .intervals("effect", |e| e.ci, |_| Show::Gain(metric))
        .head("interval over seeds")
        .noted("Effect on the gain in points.")
}
