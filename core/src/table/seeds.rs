//! Every transfer run beside its baseline, for whoever wants to compute on.

use super::{Table, Value};
use crate::analysis::FamilyKey;
use crate::record::Status;
use crate::transfer::{Pair, SeedGain, TransferMap, relative_gain};

/// One row per pair and seed that has a record of its transfer run, in the map's order.
///
/// `single` and `transfer` are test scores in `metric`'s units (fractions), `gain` is oriented so that positive is
/// better, `relative_gain` is of this seed alone, `collapsed` says whether the transfer run predicts one class
/// (`true`, `false`; empty when it failed), `status` is the transfer run's (`ok`, `failed`). Missing numbers are empty:
/// an empty `single` beside `ok` means that the baseline of this seed failed or was not run.
pub fn seeds(map: &TransferMap) -> Table {
    let rows: Vec<(&Pair, SeedGain)> =
        map.pairs.iter().flat_map(|pair| pair.seeds().map(move |seed| (pair, seed))).collect();
    Table::of(&rows, "seeds", "Runs after a source, beside those alone")
        .family(|(pair, _)| FamilyKey::from(&pair.key))
        .words("source", |(pair, _)| &pair.key.source)
        .words("target", |(pair, _)| &pair.key.target)
        .numbers("seed", |(_, seed)| seed.seed.map_or(Value::Missing, Value::from))
        .words("metric", |(pair, _)| pair.metric.name())
        .numbers("single", |(_, seed)| seed.single.and_then(|run| run.score))
        .numbers("transfer", |(_, seed)| seed.transfer.score)
        .numbers("gain", |(_, seed)| seed.gain)
        .numbers("relative_gain", |(pair, seed)| {
            seed.scores().and_then(|(single, transfer)| relative_gain(pair.metric, transfer, single))
        })
        .words("collapsed", |(_, seed)| match seed.transfer.status {
            Status::Ok => seed.transfer.constant.into(),
            Status::Failed => Value::Missing,
        })
        .words("status", |(_, seed)| match seed.transfer.status {
            Status::Ok => "ok",
            Status::Failed => "failed",
        })
        .noted("Test scores in the metric's units; the gain is positive where the run after the source is better.")
}
