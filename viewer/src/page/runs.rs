//! Every run of the report: how it ended, what it scored, what it cost; a row opens its curve.

use transfermap::metric::Metric;
use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::report::Report;

use super::Context;
use crate::chart::Chart;
use crate::chart::lines::Series;
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::runs::{seed_name, test};
use crate::table::{Cell, Sheet, Show, Sort, Table, Tone, Value};

/// Rows of one page.
const ROWS: usize = 100;

/// What the columns are sorted by, in their order.
const SORTS: [&str; 7] = ["id", "status", "score", "f1", "seconds", "steps", "started"];

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// What stands in the search field.
    pub words: String,
    /// How many runs are found, of how many.
    pub count: String,
    /// None where no run is found.
    pub runs: Option<Sheet>,
    /// The run that is opened, below one of the rows.
    pub opened: Option<(usize, Details)>,
    /// Page and pages, where there are several.
    pub pages: Option<[usize; 2]>,
}

/// What an opened row shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    pub facts: Vec<(&'static str, String)>,
    /// The training loss, or why there is none.
    pub curve: Result<Chart, String>,
    pub scores: Table,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        self.opened.and_then(|(_, details)| details.curve.ok()).into_iter().collect()
    }
}

pub fn content(context: &Context<'_>) -> Content {
    // The context's own report is of the family in view; here all runs are listed.
    let whole = context.loaded.get(context.choices.report()).or_else(|| context.loaded.last());
    let report = whole.map_or(context.report, |(_, report)| *report);
    let list = List { report, context };
    let mut found = list.found();
    list.sort(&mut found);
    let (all, words) = (report.runs.len(), context.choices.get(Choice::RunsFilter).unwrap_or_default().to_owned());
    let count = if found.len() == all { format!("{all} runs") } else { format!("{} of {all} runs", found.len()) };
    if found.is_empty() {
        return Content { words, count, runs: None, opened: None, pages: None };
    }
    let pages = found.len().div_ceil(ROWS);
    let number = context.choices.get(Choice::RunsPage).and_then(|n| n.parse::<usize>().ok());
    let number = number.unwrap_or(1).clamp(1, pages);
    let shown: Vec<&RunRecord> =
        found.iter().skip((number - 1) * ROWS).take(ROWS).filter_map(|i| report.runs.get(*i)).collect();
    let open = context.choices.get(Choice::Run);
    let open = shown.iter().enumerate().find(|(_, run)| Some(run.id.as_str()) == open);
    Content {
        words,
        count,
        runs: Some(list.table(&shown)),
        opened: open.map(|(at, run)| (at, details(run))),
        pages: (pages > 1).then_some([number, pages]),
    }
}

struct List<'a> {
    report: &'a Report,
    context: &'a Context<'a>,
}

impl List<'_> {
    /// Positions of the runs that have every word of the search field.
    fn found(&self) -> Vec<usize> {
        let words = self.context.choices.get(Choice::RunsFilter).unwrap_or_default().to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut found = Vec::new();
        for (i, run) in self.report.runs.iter().enumerate() {
            if words.is_empty() {
                found.push(i);
                continue;
            }
            let mut text = run.id.to_lowercase();
            for part in [status(run), run.reason.as_deref().unwrap_or_default(), collapsed_word(run)] {
                text.push(' ');
                text.push_str(&part.to_lowercase());
            }
            if words.iter().all(|word| text.contains(word)) {
                found.push(i);
            }
        }
        found
    }

    /// The column that is sorted by, and whether downwards.
    fn order(&self) -> Option<(&'static str, bool)> {
        let chosen = self.context.choices.get(Choice::RunsSort)?;
        let (name, down) = chosen.strip_prefix('-').map_or((chosen, false), |name| (name, true));
        SORTS.iter().find(|key| **key == name).map(|key| (*key, down))
    }

    fn sort(&self, found: &mut Vec<usize>) {
        let Some((key, down)) = self.order() else { return };
        let run = |i: usize| self.report.runs.get(i);
        let words = |i: usize| {
            run(i).map_or("", |r| match key {
                "id" => r.id.as_str(),
                "status" => status(r),
                _ => r.provenance.started.as_str(),
            })
        };
        if matches!(key, "id" | "status" | "started") {
            found.sort_by(|a, b| words(*a).cmp(words(*b)));
            if down {
                found.reverse();
            }
            return;
        }
        let numbers: Vec<f64> = found
            .iter()
            .map(|i| {
                run(*i).and_then(|r| match key {
                    "score" => self.score(r).map(|(metric, v)| metric.gain(v, 0.0)),
                    "f1" => self.f1(r),
                    "seconds" => Some(r.cost.seconds),
                    _ => Some(r.budget.steps as f64),
                })
            })
            // Missing numbers come last in either direction.
            .map(|v| v.filter(|v| v.is_finite()).map_or(f64::INFINITY, |v| if down { -v } else { v }))
            .collect();
        let number = |place: usize| numbers.get(place).copied().unwrap_or(f64::INFINITY);
        let mut places: Vec<usize> = (0..found.len()).collect();
        places.sort_by(|&a, &b| number(a).total_cmp(&number(b)));
        *found = places.into_iter().filter_map(|place| found.get(place).copied()).collect();
    }

    /// The test score in the target's metric.
    fn score(&self, run: &RunRecord) -> Option<(Metric, f64)> {
        let target = run.targets.first()?;
        let own = self.report.study.task.iter().find(|t| t.name == *target).map(|t| t.metric);
        let metric = self.context.analysis.options.metric.or(own)?;
        let value = crate::runs::score(run, target, metric)?;
        Some((metric, value))
    }

    fn f1(&self, run: &RunRecord) -> Option<f64> {
        crate::runs::score(run, run.targets.first()?, Metric::F1Weighted)
    }

    /// The rows of these runs, and the heads that sort them.
    fn table(&self, runs: &[&RunRecord]) -> Sheet {
        let opened = self.context.choices.get(Choice::Run);
        let positive = |value: f64, show| Value::number(Some(value).filter(|v| *v > 0.0), show);
        let table = Table::of(runs, "runs", "Runs")
            .words("run", |run| &run.id)
            .words("status", |run| match (run.is_ok(), collapsed(run)) {
                (false, _) => Cell::from("✕ failed").tone(Tone::Bad).note(run.reason.clone().unwrap_or_default()),
                (true, true) => {
                    Cell::from("▨ collapsed").tone(Tone::Warn).note("one class makes up nearly all predictions")
                }
                (true, false) => Cell::from("ok"),
            })
            .numbers("test score", |run| match self.score(run) {
                Some((metric, v)) => Cell::from(Value::Number(v, Show::Score(metric))).note(metric.label()),
                None => Value::Missing.into(),
            })
            .numbers("F1 (weighted)", |run| Value::number(self.f1(run), Show::Score(Metric::F1Weighted)))
            .numbers("seconds", |run| positive(run.cost.seconds, Show::Plain(1)))
            .numbers("steps", |run| positive(run.budget.steps as f64, Show::Plain(0)))
            .words("started", |run| match run.provenance.started.as_str() {
                "" => Value::Missing,
                started => started.get(..16).unwrap_or(started).replace('T', " ").into(),
            })
            .noted("");
        let (order, known) = (self.order(), self.columns());
        let sort = |i: &usize| {
            let key = SORTS[*i];
            let sorted = order.filter(|(by, _)| *by == key).map(|(_, down)| down);
            // Scores and times are asked for from the top.
            let down = sorted.map_or(matches!(*i, 2..=5), |down| !down);
            let next = format!("{}{key}", if down { "-" } else { "" });
            Sort { change: Change::to(Choice::RunsSort, next).and(Choice::RunsPage, ""), sorted }
        };
        let link = |run: &&RunRecord| {
            let next = if opened == Some(run.id.as_str()) { "" } else { run.id.as_str() };
            Some(Change::to(Choice::Run, next))
        };
        Sheet {
            sorts: known.iter().map(sort).collect(),
            ..Sheet::linked(table.keep(|i| known.contains(&i)), "run", runs.iter().map(link).collect())
        }
    }

    /// Positions of the columns of which the report has something.
    fn columns(&self) -> Vec<usize> {
        let known = |i: &usize| match SORTS[*i] {
            "f1" => self.report.runs.iter().any(|r| self.f1(r).is_some()),
            "seconds" => self.report.runs.iter().any(|r| r.cost.seconds > 0.0),
            "steps" => self.report.runs.iter().any(|r| r.budget.steps > 0),
            "started" => self.report.runs.iter().any(|r| !r.provenance.started.is_empty()),
            _ => true,
        };
        (0..SORTS.len()).filter(known).collect()
    }
}

fn status(run: &RunRecord) -> &'static str {
    if run.is_ok() { "ok" } else { "failed" }
}

fn collapsed(run: &RunRecord) -> bool {
    run.targets.iter().any(|target| test(run, target).is_some_and(|e| e.constant))
}

fn collapsed_word(run: &RunRecord) -> &'static str {
    if collapsed(run) { "collapsed" } else { "" }
}

/// What an opened row shows: numbers, scores by split, the training curve.
fn details(run: &RunRecord) -> Details {
    let mut facts: Vec<(&'static str, String)> = vec![
        ("seed", seed_name(run.seed)),
        ("encoder", run.encoder.clone()),
        ("variant", run.variant.clone()),
        ("protocol", run.protocol.name().to_owned()),
    ];
    if let Some(reason) = &run.reason {
        facts.push(("reason", reason.clone()));
    }
    if run.budget.steps > 0 {
        facts.push((
            "training",
            format!("{} epochs, {} steps, {} examples", run.budget.epochs, run.budget.steps, run.budget.examples),
        ));
    }
    if run.cost.examples_per_second > 0.0 {
        facts.push(("speed", format!("{} examples/s", number::plain(run.cost.examples_per_second, 0))));
    }
    if run.cost.peak_memory_bytes > 0 {
        facts.push(("peak memory", format!("{} MB", number::plain(run.cost.peak_memory_bytes as f64 / 1e6, 0))));
    }
    let made = &run.provenance;
    for (name, value) in [("backend", &made.backend), ("device", &made.device), ("fingerprint", &run.fingerprint)] {
        if !value.is_empty() {
            facts.push((name, value.chars().take(48).collect()));
        }
    }
    let points = super::pair::curve(run);
    let chart = (!points.is_empty()).then(|| {
        let series = Series {
            name: run.id.clone(),
            colour: "var(--accent)".to_owned(),
            runs: vec![(run.id.clone(), points)],
            ..Series::default()
        };
        super::pair::loss_chart("run-loss", "Training loss by step", &[series])
    });
    let why = "The record has no training curve: it was imported, or failed before its first step.";
    Details { facts, curve: chart.ok_or_else(|| why.to_owned()), scores: scores(run) }
}

fn scores(run: &RunRecord) -> Table {
    let mut columns = Vec::new();
    for (task, splits) in &run.evaluations {
        for (split, evaluation) in splits {
            let name = if run.evaluations.len() > 1 { format!("{task}, {split}") } else { split.clone() };
            columns.push((name, &evaluation.scores));
        }
    }
    let is_known = |metric: &&Metric| columns.iter().any(|(_, scores)| scores.contains_key(metric.name()));
    let known: Vec<&Metric> = Metric::ALL.iter().filter(is_known).collect();
    let mut table = Table::of(&known, "run-scores", "Scores").words("metric", |metric| metric.label());
    for (name, scores) in columns {
        table = table.numbers(name, |metric| Value::number(scores.get(metric.name()).copied(), Show::Score(**metric)));
    }
    table.noted("")
}

#[cfg(feature = "app")]
#[component]
pub fn Runs(look: Look) -> impl IntoView {
    let Content { words, count, runs, opened, pages } = look.see(content);
    let opened = opened.map(|(at, details)| (at, view! { <Opened details=details /> }));
    let runs = match runs {
        Some(sheet) => Either::Left(data_table(sheet, opened)),
        None => Either::Right(view! { <p>"No run has these words in its name, status or reason."</p> }),
    };
    view! {
        <div class="controls">
            <SearchField
                choice=Choice::RunsFilter
                value=words
                placeholder="task, seed, failed, collapsed …"
            />
            <span class="quiet" role="status">{count}</span>
        </div>
        {runs}
        {pages.map(|[number, pages]| view! { <Pager number=number pages=pages /> })}
    }
}

#[cfg(feature = "app")]
#[component]
fn Opened(details: Details) -> impl IntoView {
    let Details { facts, curve, scores } = details;
    let facts = facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <div class="opened">
            <dl class="facts">{facts.collect::<Vec<_>>()}</dl>
            <div class="beside">
                <ChartOrWhy chart=curve />
                <DataTable sheet=scores.into() />
            </div>
        </div>
    }
}

#[cfg(feature = "app")]
#[component]
fn Pager(number: usize, pages: usize) -> impl IntoView {
    let state = crate::state::use_state();
    let button = move |words: &'static str, to: usize| {
        let off = to == 0 || to > pages;
        let go = move |_| state.change(&Change::to(Choice::RunsPage, to.to_string()));
        view! { <button type="button" class="tool" disabled=off on:click=go>{words}</button> }
    };
    view! {
        <div class="controls">
            {button("← Before", number - 1)} <span>{format!("page {number} of {pages}")}</span>
            {button("Next →", number + 1)}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::{Content, content};
    use crate::choices::Choices;
    use crate::look::Look;

    fn page(choices: &str) -> Content {
        let path = format!("{}/../www/samples/real-small.json", env!("CARGO_MANIFEST_DIR"));
        let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        Look::new("real-small", report, Choices::parse(choices)).unwrap().unwrap().see(content)
    }

    fn column(page: &Content, at: usize) -> Vec<String> {
        page.runs.as_ref().unwrap().table.rows.iter().map(|row| row[at].text()).collect()
    }

    #[test]
    fn lists_all_and_finds_by_words() {
        assert_eq!(column(&page(""), 0).len(), 75);
        let found = page("runs.filter=RTE%20s2%20single");
        assert_eq!(column(&found, 0), ["single/rte/s2"]);
        let none = page("runs.filter=no-such");
        assert_eq!((none.runs, none.count.as_str()), (None, "0 of 75 runs"));
    }

    #[test]
    fn sorts_in_both_directions() {
        let numbers =
            |choices: &str| -> Vec<f64> { column(&page(choices), 2).iter().map(|t| t.parse().unwrap()).collect() };
        assert!(numbers("runs.sort=score").is_sorted());
        assert!(numbers("runs.sort=-score").iter().rev().is_sorted());
        let names = page("runs.sort=-id");
        assert!(column(&names, 0).iter().rev().is_sorted());
        assert_eq!(page("runs.sort=no-such").runs, page("").runs);
    }

    #[test]
    fn a_row_opens_its_curve() {
        let (at, details) = page("run=single/rte/s2").opened.unwrap();
        assert_eq!(column(&page(""), 0)[at], "single/rte/s2");
        // The report keeps all 189 steps.
        assert_eq!(details.curve.unwrap().data.rows.len(), 189);
        assert!(details.facts.iter().any(|(_, value)| value.contains("small-random-albert")));
    }
}
