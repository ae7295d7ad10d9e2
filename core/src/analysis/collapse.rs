//! How often runs collapse to one class, by the task they end on and by the task they come from: where the rates differ,
//! so do the means, whatever the sources teach.

use std::collections::BTreeMap;
use std::fmt;

use super::Context;

/// Runs of a kind: those that collapsed, and all that have scores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rate {
    collapsed: usize,
    runs: usize,
}

impl Rate {
    fn add(&mut self, constant: bool) {
        self.collapsed += usize::from(constant);
        self.runs += 1;
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.collapsed, self.runs)
    }
}

/// The rate of every target and of every source, in the study's order:
/// `Collapsed runs by target: rte 3 of 5 alone and 7 of 20 after a source, none of the others; by source: paws 4 of 20, none
/// of the others.`
pub(super) fn sentence(context: &Context<'_>) -> String {
    let (mut alone, mut targets, mut sources) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for baseline in &context.map.baselines {
        let rate: &mut Rate = alone.entry(baseline.task.as_str()).or_default();
        baseline.arm.runs().filter(|(_, run)| !run.failed()).for_each(|(_, run)| rate.add(run.constant));
    }
    for pair in &context.map.pairs {
        for (_, run) in pair.transfer.runs().filter(|(_, run)| !run.failed()) {
            targets.entry(pair.key.target.as_str()).or_insert_with(Rate::default).add(run.constant);
            sources.entry(pair.key.source.as_str()).or_insert_with(Rate::default).add(run.constant);
        }
    }
    let rate = |rates: &BTreeMap<&str, Rate>, task: &str| rates.get(task).copied().unwrap_or_default();
    let tasks = || context.report.study.task.iter().map(|t| t.name.as_str());
    let on = |task: &str| {
        let (alone, after) = (rate(&alone, task), rate(&targets, task));
        (alone.collapsed + after.collapsed > 0).then(|| format!("{task} {alone} alone and {after} after a source"))
    };
    let after = |task: &str| {
        let rate = rate(&sources, task);
        (rate.collapsed > 0).then(|| format!("{task} {rate}"))
    };
    let is_target = |task: &&str| alone.contains_key(task) || targets.contains_key(task);
    let is_source = |task: &&str| sources.contains_key(task);
    format!(
        "Collapsed runs by target: {}; by source: {}.",
        rates(tasks().filter(is_target).map(on)),
        rates(tasks().filter(is_source).map(after))
    )
}

/// The rates that are there, and that the others have none.
fn rates(of_tasks: impl Iterator<Item = Option<String>>) -> String {
    let all: Vec<Option<String>> = of_tasks.collect();
    let mut words: Vec<&str> = all.iter().flatten().map(String::as_str).collect();
    if words.is_empty() {
        return "none".to_owned();
    }
    if words.len() < all.len() {
        words.push("none of the others");
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::analysis::{Analysis, Options};
    use crate::report::Report;

    /// Counted with Python's json: the runs whose test evaluation has `constant`.
    #[test]
    fn a_warning_of_its_own_gives_the_rates() {
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        let warnings = Analysis::tests(&report, &Options::default()).unwrap().warnings;
        let rates: Vec<&String> = warnings.iter().filter(|w| w.starts_with("Collapsed runs")).collect();
        assert_eq!(
            rates,
            [
                "Collapsed runs by target: yelp_reviews 0 of 3 alone and 3 of 12 after a source, rte 0 of 3 alone and 1 of 12 \
              after a source, paws 0 of 3 alone and 1 of 12 after a source, none of the others; by source: ag_news 2 of \
              12, rte 1 of 12, paws 2 of 12, none of the others."
            ],
            "{warnings:?}"
        );
    }

    #[test]
    fn every_task_with_a_rate_is_named_and_the_others_are_said_to_have_none() {
        let of = |rates: &[Option<&str>]| super::rates(rates.iter().map(|rate| rate.map(str::to_owned)));
        assert_eq!(of(&[None, Some("rte 3 of 5"), None]), "rte 3 of 5, none of the others");
        assert_eq!(
            (of(&[Some("a 1 of 2"), Some("b 1 of 2")]), of(&[None])),
            ("a 1 of 2, b 1 of 2".into(), "none".into())
        );
    }
}
