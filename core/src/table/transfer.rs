//! `transfer.csv`: every transfer run beside its baseline, one row each, for whoever wants to compute on.

use super::csv;
use crate::record::Status;
use crate::transfer::{Pair, SeedGain, TransferMap, relative_gain};

const HEADER: [&str; 13] = [
    "encoder",
    "variant",
    "protocol",
    "source",
    "target",
    "seed",
    "metric",
    "single",
    "transfer",
    "gain",
    "relative_gain",
    "collapsed",
    "status",
];

/// One row per pair and seed that has a record of its transfer run, in the map's order.
///
/// `single` and `transfer` are test scores in `metric`'s units (fractions), `gain` is oriented so that positive is
/// better, `relative_gain` is of this seed alone, `collapsed` says whether the transfer run predicts one class
/// (`true`, `false`; empty when it failed), `status` is the transfer run's (`ok`, `failed`). Missing numbers are empty:
/// an empty `single` beside `ok` means that the baseline of this seed failed or was not run.
pub fn transfer(map: &TransferMap) -> String {
    let rows = map.pairs.iter().flat_map(|pair| pair.seeds.iter().map(move |seed| row(pair, seed)));
    std::iter::once(csv::line(HEADER)).chain(rows).collect()
}

fn row(pair: &Pair, seed: &SeedGain) -> String {
    let relative = seed.scores().and_then(|(single, transfer)| relative_gain(pair.metric, transfer, single));
    let (collapsed, status) = match seed.transfer.status {
        Status::Ok => (seed.transfer.constant.to_string(), "ok"),
        Status::Failed => (String::new(), "failed"),
    };
    csv::line([
        pair.key.encoder.as_str(),
        &pair.key.variant,
        pair.key.protocol.name(),
        &pair.key.source,
        &pair.key.target,
        &seed.seed.map_or_else(String::new, |s| s.to_string()),
        pair.metric.name(),
        &csv::number(seed.single.and_then(|s| s.score)),
        &csv::number(seed.transfer.score),
        &csv::number(seed.gain),
        &csv::number(relative),
        &collapsed,
        status,
    ])
}
