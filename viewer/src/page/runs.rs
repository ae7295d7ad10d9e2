//! Every run of the report: how it ended, what it scored, what it cost; a row opens its curve.

use transfermap::metric::Metric;
use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::report::Report;

use super::{Context, Page};
use crate::chart::lines::Series;
use crate::choices::change;
use crate::node::{Element, Node, el};
use crate::runs::{seed_name, test};
use crate::table::{self, Cell, Show, Sort, Table, Tone, Value};

/// Rows of one page.
const ROWS: usize = 100;

/// What the columns are sorted by, in their order.
const SORTS: [&str; 7] = ["id", "status", "score", "f1", "seconds", "steps", "started"];

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    // The context's own report is of the family in view; here all runs are listed.
    let whole = context.loaded.get(context.choices.report()).or_else(|| context.loaded.last());
    let report = whole.map_or(context.report, |(_, report)| *report);
    let list = List { report, context };
    let mut found = list.found();
    list.sort(&mut found);
    page.add(list.controls(found.len()));
    if found.is_empty() {
        page.paragraph("No run has these words in its name, status or reason.");
        return page;
    }
    let pages = found.len().div_ceil(ROWS);
    let number = context.choices.get("runs.page").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).clamp(1, pages);
    let shown: Vec<usize> = found.iter().copied().skip((number - 1) * ROWS).take(ROWS).collect();
    let (table, sorts) = list.table(&shown);
    let mut opened = None;
    let open = context.choices.get("run");
    let open = shown.iter().position(|i| report.runs.get(*i).is_some_and(|r| Some(r.id.as_str()) == open));
    if let Some((at, run)) = open.and_then(|at| Some((at, report.runs.get(*shown.get(at)?)?))) {
        let (details, chart, scores) = details(run);
        page.charts.extend(chart);
        page.tables.push(scores);
        opened = Some((at, details));
    }
    page.add(table::sortable(&table, &sorts, opened));
    page.tables.push(table);
    if pages > 1 {
        page.add(pager(number, pages));
    }
    page
}

struct List<'a> {
    report: &'a Report,
    context: &'a Context<'a>,
}

impl List<'_> {
    /// Positions of the runs that have every word of the search field.
    fn found(&self) -> Vec<usize> {
        let words = self.context.choices.get("runs.filter").unwrap_or_default().to_lowercase();
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
        let chosen = self.context.choices.get("runs.sort")?;
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

    fn controls(&self, found: usize) -> Element {
        let all = self.report.runs.len();
        let count = if found == all { format!("{all} runs") } else { format!("{found} of {all} runs") };
        el("div")
            .class("controls")
            .child(
                el("label").child(el("span").class("quiet").text("Search")).child(
                    el("input")
                        .attr("type", "search")
                        .attr("data-choice", "runs.filter")
                        .attr("placeholder", "task, seed, failed, collapsed …")
                        .attr("value", self.context.choices.get("runs.filter").unwrap_or_default().to_owned()),
                ),
            )
            .child(el("span").class("quiet").attr("role", "status").text(count))
    }

    /// The rows of these runs, and the heads that sort them.
    fn table(&self, shown: &[usize]) -> (Table, Vec<Sort>) {
        let runs: Vec<&RunRecord> = shown.iter().filter_map(|i| self.report.runs.get(*i)).collect();
        let opened = self.context.choices.get("run");
        let positive = |value: f64, show| Value::number(Some(value).filter(|v| *v > 0.0), show);
        let table = Table::of(&runs, "runs", "Runs")
            .words("run", |run| {
                let next = if opened == Some(run.id.as_str()) { "" } else { run.id.as_str() };
                Cell::from(&run.id).link(change(&[("run", next)]))
            })
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
            Sort { set: change(&[("runs.sort", &next), ("runs.page", "")]), sorted }
        };
        (table.keep(|i| known.contains(&i)), known.iter().map(sort).collect())
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

fn pager(number: usize, pages: usize) -> Element {
    let button = |words: &'static str, to: usize, on: bool| {
        el("button")
            .attr("type", "button")
            .class("tool")
            .attr("data-set", change(&[("runs.page", &to.to_string())]))
            .attr_if(!on, "disabled", "")
            .text(words)
    };
    el("div")
        .class("controls")
        .child(button("← Before", number.saturating_sub(1).max(1), number > 1))
        .child(el("span").text(format!("page {number} of {pages}")))
        .child(button("Next →", (number + 1).min(pages), number < pages))
}

/// What an opened row shows: numbers, scores by split, the training curve.
fn details(run: &RunRecord) -> (Node, Option<crate::chart::Chart>, Table) {
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
    let list = el("dl").class("facts").children(
        facts.into_iter().map(|(name, value)| el("div").child(el("dt").text(name)).child(el("dd").text(value))),
    );
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
    let curve = chart.as_ref().map_or_else(|| el("p").class("reading").text(why).into(), crate::chart::Chart::figure);
    let scores = scores(run);
    let details =
        el("div").class("opened").child(list).child(el("div").class("beside").child(curve).child(table::node(&scores)));
    (details.into(), chart, scores)
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

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::page::{Page, Tab};
    use crate::still::Still;

    fn page(choices: &str) -> Page {
        let path = format!("{}/../www/samples/real-small.json", env!("CARGO_MANIFEST_DIR"));
        let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        Still::new("real-small", report, Choices::parse(choices)).unwrap().unwrap().page(Tab::Runs)
    }

    fn column(page: &Page, at: usize) -> Vec<String> {
        page.tables[0].rows.iter().map(|row| row[at].text()).collect()
    }

    #[test]
    fn lists_all_and_finds_by_words() {
        assert_eq!(page("").tables[0].rows.len(), 75);
        let found = page("runs.filter=RTE%20s2%20single");
        assert_eq!(column(&found, 0), ["single/rte/s2"]);
        let none = page("runs.filter=no-such");
        assert!(none.tables.is_empty() && none.contents.len() == 2);
    }

    #[test]
    fn sorts_in_both_directions() {
        let numbers =
            |choices: &str| -> Vec<f64> { column(&page(choices), 2).iter().map(|t| t.parse().unwrap()).collect() };
        assert!(numbers("runs.sort=score").is_sorted());
        assert!(numbers("runs.sort=-score").iter().rev().is_sorted());
        let names = page("runs.sort=-id");
        assert!(column(&names, 0).iter().rev().is_sorted());
        assert_eq!(page("runs.sort=no-such").tables, page("").tables);
    }

    #[test]
    fn a_row_opens_its_curve() {
        let page = page("run=single/rte/s2");
        assert_eq!(page.charts.len(), 1);
        // The report keeps all 189 steps.
        assert_eq!(page.charts[0].data.rows.len(), 189);
        assert!(page.contents.iter().any(|n| n.plain_text().contains("small-random-albert")));
    }
}
