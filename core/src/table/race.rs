//! Where the seeds of a race went.

use super::{Table, Value};
use crate::analysis::PairAnalysis;

/// One row per pair that raced, in the order given.
pub fn race(pairs: &[&PairAnalysis]) -> Table {
    let raced: Vec<&&PairAnalysis> = pairs.iter().filter(|p| p.test == crate::analysis::Test::Raced).collect();
    Table::of(&raced, "race", "Where the seeds went")
        .words("source", |p| &p.key.source)
        .words("target", |p| &p.key.target)
        .words("verdict", |p| p.verdict.signed())
        .numbers("seeds", |p| p.seeds_spent)
        .numbers("seeds alone", |p| p.n_single)
        .numbers("seeds needed", |p| match p.verdict.is_decided() {
            true => Value::Nothing,
            false => p.seeds_needed.into(),
        })
        .noted(
            "Seeds after the source and alone at the last look; of pairs that were given up, the seeds in each arm at which a \
             gain as large as theirs, or as the margin, would be detected with 80 % power (— more than 200).",
        )
}
