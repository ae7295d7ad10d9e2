//! One pair for whoever will not believe it: every seed, every test, the curves, the errors.

mod curves;
mod errors;
#[cfg(test)]
mod tests;
mod words;

pub(super) use curves::{curve, loss_chart};

use transfermap::analysis::PairAnalysis;
use transfermap::metric::Metric;
use transfermap::number;
use transfermap::report::Report;
use transfermap::transfer::{Runs, SeedRuns};

use super::{Context, Page, select};
use crate::chart::intervals::{Named, intervals};
use crate::chart::paired_seeds::{PairedSeeds, Seed};
use crate::choices::change;
use crate::node::{Element, Node, el};
use crate::runs;

/// A pair with the runs behind it.
struct Subject<'a> {
    report: &'a Report,
    pair: &'a PairAnalysis,
    runs: Runs<'a>,
    seeds: Vec<SeedRuns<'a>>,
    without_collapsed: bool,
}

impl<'a> Subject<'a> {
    fn target(&self) -> &'a str {
        &self.pair.key.target
    }

    fn metric(&self) -> Metric {
        self.pair.metric
    }

    /// The seeds that count: those with both runs, where any has both; without collapsed ones if so chosen.
    fn counted(&self) -> Vec<SeedRuns<'a>> {
        let paired = self.seeds.iter().any(|s| s.both().is_some());
        let keep = |s: &&SeedRuns<'a>| {
            (!paired || s.both().is_some()) && !(self.without_collapsed && runs::collapsed(s, self.target()))
        };
        self.seeds.iter().filter(keep).copied().collect()
    }
}

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let pairs = context.pairs();
    let Some((source, target)) = chosen(context, &pairs) else {
        page.paragraph("This report has no pair of tasks.");
        return page;
    };
    page.add(chooser(context, &pairs, source, target));
    let Some(pair) = context.pair(source, target) else {
        let why = if source == target { "A task is not transferred to itself." } else { "This pair was not run." };
        page.paragraph(format!("{source} → {target}: {why} Choose another source or target."));
        return page;
    };
    let runs = match Runs::new(&context.report.runs) {
        Ok(runs) => runs,
        Err(error) => {
            page.paragraph(error.to_string());
            return page;
        }
    };
    let subject = Subject {
        report: context.report,
        pair,
        seeds: runs::of_pair(&runs, &pair.key),
        runs,
        without_collapsed: context.analysis.options.without_collapsed,
    };
    page.add(words::answer(pair));
    page.add(words::sentences(pair, context.analysis.options.alpha));
    if let Some(flags) = words::flags(context, pair) {
        page.add(flags);
    }
    let mut first = vec![seeds_chart(context, &subject)];
    if let Some(gain) = pair.gain.filter(|_| pair.gain_ci.is_some()) {
        first.push(intervals(pair.metric, gain, pair.margin, &interval_rows(context, pair)));
    }
    page.beside(first);
    let tests = words::tests(pair);
    if !tests.rows.is_empty() {
        page.table(tests);
    }
    page.table(words::sizes(pair));
    curves::add(&mut page, context, &subject);
    errors::add(&mut page, context, &subject);
    page
}

/// Source and target of the address; without them the pair with the largest gain or loss.
fn chosen<'a>(context: &'a Context<'_>, pairs: &[&'a PairAnalysis]) -> Option<(&'a str, &'a str)> {
    let mut largest: Option<&PairAnalysis> = None;
    for pair in pairs {
        let size = |p: &PairAnalysis| p.gain.map_or(-1.0, f64::abs);
        if largest.is_none_or(|l| size(pair) > size(l)) {
            largest = Some(pair);
        }
    }
    let largest = largest?;
    let source = context.choices.get("source").filter(|name| pairs.iter().any(|p| p.key.source == *name));
    let target = context.choices.get("target").filter(|name| pairs.iter().any(|p| p.key.target == *name));
    Some(match (source, target) {
        (Some(source), Some(target)) => (source, target),
        (Some(source), None) => (source, &pairs.iter().find(|p| p.key.source == source)?.key.target),
        (None, Some(target)) => (&pairs.iter().find(|p| p.key.target == target)?.key.source, target),
        (None, None) => (&largest.key.source, &largest.key.target),
    })
}

fn chooser(context: &Context<'_>, pairs: &[&PairAnalysis], source: &str, target: &str) -> Element {
    let names = |has: &dyn Fn(&PairAnalysis, &str) -> bool| -> Vec<(String, String)> {
        let names = context.task_names().into_iter().filter(|name| pairs.iter().any(|p| has(p, name)));
        names.map(|n| (n.to_owned(), n.to_owned())).collect()
    };
    let choices = context.choices.with(&change(&[("source", source), ("target", target)]));
    let reverse = context.pair(target, source).map(|back| {
        let gain = number::or_missing(back.gain, |g| number::gain(back.metric, g));
        el("button")
            .attr("type", "button")
            .class("link")
            .attr("data-set", change(&[("source", target), ("target", source)]))
            .text(format!("The other way round: {target} → {source}, {gain}"))
    });
    el("div")
        .class("controls")
        .child(select("Source", "source", &names(&|p, n| p.key.source == n), &choices))
        .child(select("Target", "target", &names(&|p, n| p.key.target == n), &choices))
        .maybe(reverse)
}

fn seeds_chart(context: &Context<'_>, subject: &Subject<'_>) -> crate::chart::Chart {
    let (pair, target, metric) = (subject.pair, subject.target(), subject.metric());
    let score = |run: Option<&transfermap::record::RunRecord>| run.and_then(|r| runs::score(r, target, metric));
    let seeds = subject.seeds.iter().map(|s| Seed {
        name: runs::seed_name(s.seed),
        single: score(s.single),
        transfer: score(s.transfer),
        collapsed: runs::collapsed(s, target),
    });
    let task =
        context.analysis.tasks.iter().find(|t| t.name == target && t.encoder.as_ref() == Some(&pair.key.encoder));
    PairedSeeds {
        source: pair.key.source.clone(),
        target: target.to_owned(),
        metric,
        seeds: seeds.collect(),
        means: [pair.single, pair.transfer],
        chance: task.and_then(|t| t.chance),
    }
    .chart()
}

fn interval_rows(context: &Context<'_>, pair: &PairAnalysis) -> Vec<Named> {
    let row = |name: &str, ends| (name.to_owned(), ends);
    let mut rows = vec![
        row("this pair alone", pair.gain_ci),
        row(&format!("all {} pairs together", pair.family_size), pair.gain_ci_simultaneous),
    ];
    if pair.gain_ci_population.is_some() || !context.resampled {
        rows.push(row("other seeds and other examples", pair.gain_ci_population));
    }
    rows
}

/// A paragraph of small print.
fn note(words: impl Into<String>) -> Node {
    el("p").class("reading").text(words.into()).into()
}
