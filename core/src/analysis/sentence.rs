//! The answer in one sentence, for whoever has ten seconds.

use super::{FamilyAnalysis, PairAnalysis};
use crate::number;

/// What a family shows, in words that claim no more than its seeds allow.
pub(super) fn sentence(family: &FamilyAnalysis, pairs: &[PairAnalysis]) -> String {
    let counts = family.verdicts;
    let total = counts.total();
    let seeds = seeds(pairs);
    if counts.untested == total {
        let why = "none can be tested: a verdict needs two seeds with both a single-task and a transfer run";
        return format!("Of {} {why}.", count(total, "ordered pair"));
    }
    let mut parts = vec![
        format!("{} {}", counts.helps, verb(counts.helps, "helps", "help")),
        format!("{} {}", counts.harms, verb(counts.harms, "harms", "harm")),
        format!("{} {} equivalent", counts.equivalent, verb(counts.equivalent, "is", "are")),
    ];
    if counts.untested > 0 {
        parts.push(format!("{} {} untested", counts.untested, verb(counts.untested, "is", "are")));
    }
    let undecided = format!("{} {} undecided", counts.undecided, verb(counts.undecided, "is", "are"));
    let smallest = family.smallest_detectable_gain.zip(pairs.first()).map(|(gain, pair)| {
        let size = number::plain(number::scale(pair.metric) * gain, number::decimals(pair.metric));
        let unit = number::unit(pair.metric);
        format!(
            "; the smallest gain that this design finds in four of five cases is {} (median over pairs)",
            join(&size, unit)
        )
    });
    format!(
        "On these test rows, of {} {} and {undecided} at {seeds}{}.",
        count(total, "ordered pair"),
        parts.join(", "),
        smallest.unwrap_or_default()
    )
}

/// `8 seeds`, or `3 to 8 seeds`.
fn seeds(pairs: &[PairAnalysis]) -> String {
    let low = pairs.iter().map(|p| p.n).min().unwrap_or(0);
    let high = pairs.iter().map(|p| p.n).max().unwrap_or(0);
    if low == high { count(high, "seed") } else { format!("{low} to {high} seeds") }
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn verb<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

fn join(number: &str, unit: &str) -> String {
    format!("{number} {unit}").trim_end().to_owned()
}
