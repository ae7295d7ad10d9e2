//! The answer in one sentence, for whoever has ten seconds.

use super::{Analysis, FamilyAnalysis, PairAnalysis};
use crate::number;

/// What a family shows, in words that claim no more than its seeds allow.
pub(super) fn sentence(family: &FamilyAnalysis, pairs: &[PairAnalysis]) -> String {
    let counts = family.verdicts;
    let total = counts.total();
    if counts.untested == total {
        let why = "none can be tested: a verdict needs two runs alone and two after the source";
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
    let power = family.smallest_detectable_gain.zip(pairs.first()).map(|(gain, pair)| {
        let (low, high) = pair.metric.range();
        if gain > high - low {
            return format!(" With {} this study cannot detect any gain that there can be.", runs(pairs));
        }
        let size = number::plain(number::scale(pair.metric) * gain, number::decimals(pair.metric));
        format!(
            " With {} this study has 80 % power to detect a gain of {} or more (median over pairs).",
            runs(pairs),
            join(&size, number::unit(pair.metric))
        )
    });
    format!(
        "On these test rows, of {} {} and {undecided}.{}",
        count(total, "ordered pair"),
        parts.join(", "),
        power.unwrap_or_default()
    )
}

impl Analysis {
    /// Which verdicts are others than those of the moderated paired t test alone, by which `transfermap.analysis/1`
    /// decided; `None` where none is.
    pub fn changed_verdicts(&self) -> Option<String> {
        let changed: Vec<String> = self
            .pairs
            .iter()
            .filter(|p| p.test == super::Test::Pooled && p.verdict != p.verdict_moderated)
            .map(|p| {
                let (before, now) = (p.verdict_moderated.name(), p.verdict.name());
                format!("{} → {} {now} (was {before})", p.key.source, p.key.target)
            })
            .collect();
        (!changed.is_empty()).then(|| {
            format!(
                "{} of {} verdicts differ from those of transfermap.analysis/1, which tested each pair’s differences by seed: \
                 the noise is now that of all runs on the target, and runs need not share seeds. {}.",
                changed.len(),
                self.pairs.len(),
                changed.join("; ")
            )
        })
    }
}

/// `8 seeds`, or `3 to 8 seeds`: of the runs after a source.
fn runs(pairs: &[PairAnalysis]) -> String {
    let low = pairs.iter().map(|p| p.n_transfer).min().unwrap_or(0);
    let high = pairs.iter().map(|p| p.n_transfer).max().unwrap_or(0);
    if low == high { count(high, "seed") } else { format!("{low} to {high} seeds") }
}

/// A count with its noun: `5 seeds`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// `3, 5 and 8`.
pub(super) fn list(numbers: &[usize]) -> String {
    let words: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn verb<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

fn join(number: &str, unit: &str) -> String {
    format!("{number} {unit}").trim_end().to_owned()
}
