//! Sources by targets.

use super::{Cell, Show, Table, Value};
use crate::analysis::{Analysis, EncoderDifference, FamilyKey};
use crate::metric::Metric;

/// What stands where a source meets a target.
type Meeting<'a> = (&'a str, &'a str, Metric, Option<f64>, &'static str);

/// The mean gains of a family with the signs of their verdicts: sources down, targets across.
pub fn transfer_map(analysis: &Analysis, family: &FamilyKey) -> Table {
    let pairs = analysis.pairs_of(family);
    let cells = pairs.map(|p| (p.key.source.as_str(), p.key.target.as_str(), p.metric, p.gain, p.verdict.sign()));
    let table = map(&analysis.task_names(), &cells.collect::<Vec<_>>());
    Table {
        id: "transfer".to_owned(),
        title: "Transfer".to_owned(),
        note: "Mean gain in points of the target's metric. ▲ helps, ▼ harms, = equivalent (Holm over the family), ? \
               undecided, – untested."
            .to_owned(),
        ..table
    }
}

/// By how much the gains with one encoder differ from those with another, with the signs of what is found.
pub fn difference_map(analysis: &Analysis, difference: &EncoderDifference) -> Table {
    let cells = difference.pairs.iter().map(|p| {
        let sign = p.finding.sign();
        (p.source.as_str(), p.target.as_str(), p.metric, p.difference, sign)
    });
    let table = map(&analysis.task_names(), &cells.collect::<Vec<_>>());
    Table {
        id: "difference".to_owned(),
        title: "Difference of gains".to_owned(),
        note: format!("In points; ▲ more with {}, ▼ less, ? undecided, – untested.", difference.encoder),
        ..table
    }
}

/// A column for every target that has a cell and a row for every source, in the order of `names`.
fn map(names: &[&str], cells: &[Meeting<'_>]) -> Table {
    let sources: Vec<&str> = names.iter().copied().filter(|n| cells.iter().any(|c| c.0 == *n)).collect();
    let targets: Vec<&str> = names.iter().copied().filter(|n| cells.iter().any(|c| c.1 == *n)).collect();
    let mut table = targets.iter().fold(Table::new("map", "").words("source"), |table, name| table.numbers(*name));
    for source in sources {
        let cell = |target: &&str| match cells.iter().find(|c| c.0 == source && c.1 == *target) {
            Some((.., metric, Some(value), sign)) => Value::Marked(*value, Show::Gain(*metric), sign),
            Some(_) => Value::Missing,
            None => Value::Nothing,
        };
        table.row(std::iter::once(Cell::from(source)).chain(targets.iter().map(|t| cell(t).into())));
    }
    table
}
