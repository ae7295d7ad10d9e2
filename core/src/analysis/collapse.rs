//! How often runs collapse to one class, by the task they end on and by the task they come from: where the rates differ,
//! so do the means, whatever the sources teach.

use std::collections::BTreeMap;

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

/// The tasks of which a run collapsed, in the study's order, with their rates:
/// `on rte 3 of 5 alone and 7 of 20 after a source; after paws 4 of 20`.
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
    let on = tasks().filter_map(|task| {
        let (alone, after) = (rate(&alone, task), rate(&targets, task));
        (alone.collapsed + after.collapsed > 0).then(|| {
            format!(
                "on {task} {} of {} alone and {} of {} after a source",
                alone.collapsed, alone.runs, after.collapsed, after.runs
            )
        })
    });
    let after = tasks().filter_map(|task| {
        let rate = rate(&sources, task);
        (rate.collapsed > 0).then(|| format!("after {task} {} of {}", rate.collapsed, rate.runs))
    });
    on.chain(after).collect::<Vec<_>>().join("; ")
}
