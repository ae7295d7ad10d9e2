//! One pair for whoever will not believe it: every seed, every test, the curves, the errors.

mod curves;
mod errors;
#[cfg(test)]
mod tests;
mod words;

#[cfg(feature = "app")]
use curves::Curves;
pub(super) use curves::{curve, loss_chart};
#[cfg(feature = "app")]
use errors::Errors;

use transfermap::analysis::{PairAnalysis, Verdict};
use transfermap::metric::Metric;
use transfermap::number;
use transfermap::report::Report;
use transfermap::transfer::{Runs, SeedRuns};

use super::Context;
use crate::chart::Chart;
use crate::chart::intervals::{Named, intervals};
use crate::chart::paired_seeds::{PairedSeeds, Seed};
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::runs;
use crate::table::Table;

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

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub chooser: Option<Chooser>,
    /// Why no pair is shown.
    pub missing: Option<String>,
    pub found: Option<Found>,
}

/// The controls that choose the pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Chooser {
    pub source: Offer,
    pub target: Offer,
    /// The other way round, in words, where it was run.
    pub reverse: Option<(String, Change)>,
}

/// What is shown of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub verdict: Verdict,
    pub answer: String,
    pub sentences: String,
    pub flags: Vec<String>,
    pub seeds: Vec<Chart>,
    pub tests: Option<Table>,
    pub sizes: Table,
    pub curves: curves::Content,
    pub errors: errors::Content,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        let Some(Found { seeds, curves, errors, .. }) = self.found else { return Vec::new() };
        [seeds, curves.charts, errors.charts].concat()
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let pairs = context.pairs();
    let missing = |chooser, words: String| Content { chooser, missing: Some(words), found: None };
    let Some((source, target)) = chosen(context, &pairs) else {
        return missing(None, "This report has no pair of tasks.".to_owned());
    };
    let chooser = Some(chooser(context, &pairs, source, target));
    let Some(pair) = context.pair(source, target) else {
        let why = if source == target { "A task is not transferred to itself." } else { "This pair was not run." };
        return missing(chooser, format!("{source} → {target}: {why} Choose another source or target."));
    };
    let runs = match Runs::new(&context.report.runs) {
        Ok(runs) => runs,
        Err(error) => return missing(chooser, error.to_string()),
    };
    let subject = Subject {
        report: context.report,
        pair,
        seeds: runs::of_pair(&runs, &pair.key),
        runs,
        without_collapsed: context.analysis.options.without_collapsed,
    };
    let mut seeds = vec![seeds_chart(context, &subject)];
    if let Some(gain) = pair.gain.filter(|_| pair.gain_ci.is_some()) {
        seeds.push(intervals(pair.metric, gain, pair.margin, &interval_rows(context, pair)));
    }
    let found = Found {
        verdict: pair.verdict,
        answer: words::answer(pair),
        sentences: words::sentences(pair, context.analysis.options.alpha),
        flags: words::flags(context, pair),
        seeds,
        tests: Some(words::tests(pair)).filter(|tests| !tests.rows.is_empty()),
        sizes: words::sizes(pair),
        curves: curves::content(context, &subject),
        errors: errors::content(context, &subject),
    };
    Content { chooser, missing: None, found: Some(found) }
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
    let source = context.choices.get(Choice::Source).filter(|name| pairs.iter().any(|p| p.key.source == *name));
    let target = context.choices.get(Choice::Target).filter(|name| pairs.iter().any(|p| p.key.target == *name));
    Some(match (source, target) {
        (Some(source), Some(target)) => (source, target),
        (Some(source), None) => (source, &pairs.iter().find(|p| p.key.source == source)?.key.target),
        (None, Some(target)) => (&pairs.iter().find(|p| p.key.target == target)?.key.source, target),
        (None, None) => (&largest.key.source, &largest.key.target),
    })
}

fn chooser(context: &Context<'_>, pairs: &[&PairAnalysis], source: &str, target: &str) -> Chooser {
    let names = |has: &dyn Fn(&PairAnalysis, &str) -> bool| -> Vec<(String, String)> {
        let names = context.task_names().into_iter().filter(|name| pairs.iter().any(|p| has(p, name)));
        names.map(|n| (n.to_owned(), n.to_owned())).collect()
    };
    let choices = context.choices.with(&Change::to(Choice::Source, source).and(Choice::Target, target));
    let reverse = context.pair(target, source).map(|back| {
        let gain = number::or_missing(back.gain, |g| number::gain(back.metric, g));
        let change = Change::to(Choice::Source, target).and(Choice::Target, source);
        (format!("The other way round: {target} → {source}, {gain}"), change)
    });
    Chooser {
        source: Offer::new("Source", Choice::Source, names(&|p, n| p.key.source == n), &choices),
        target: Offer::new("Target", Choice::Target, names(&|p, n| p.key.target == n), &choices),
        reverse,
    }
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

#[cfg(feature = "app")]
#[component]
pub fn Pair(look: Look) -> impl IntoView {
    let Content { chooser, missing, found } = look.see(content);
    let controls = chooser.map(|Chooser { source, target, reverse }| {
        view! {
            <div class="controls">
                <Select offer=source />
                <Select offer=target />
                {reverse.map(|(words, change)| view! { <Link words=words change=change /> })}
            </div>
        }
    });
    let found = found.map(|found| {
        let class = super::overview::tone(found.verdict);
        let flags = (!found.flags.is_empty()).then(|| {
            let flags = found.flags.into_iter().map(|words| view! { <li><span class="warn">"▲ "</span>{words}</li> });
            view! { <ul class="warnings" aria-label="What limits this verdict">{flags.collect::<Vec<_>>()}</ul> }
        });
        view! {
            <p class="answer"><span class=class>{format!("{} ", found.verdict.sign())}</span>{found.answer}</p>
            <p>{found.sentences}</p>
            {flags}
            <Beside charts=found.seeds />
            {found.tests.map(|table| view! { <DataTable sheet=table.into() /> })}
            <DataTable sheet=found.sizes.into() />
            <Curves content=found.curves />
            <Errors content=found.errors />
        }
    });
    view! {
        {controls}
        {missing.map(|words| view! { <p>{words}</p> })}
        {found}
    }
}
