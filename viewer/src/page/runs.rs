//! Every run of the report: how it ended, what it scored, what it cost; a row opens its curve.

use transfermap::metric::Metric;
use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::sort;

use super::{Context, Page};
use crate::chart::lines::Series;
use crate::choices::change;
use crate::node::{Element, Node, el};
use crate::runs::{seed_name, test};
use crate::table::{Cell, Table};

/// Rows of one page.
const ROWS: usize = 100;

/// What a column is sorted by; its position is that of the column.
const COLUMNS: [(&str, &str); 7] = [
    ("id", "run"),
    ("status", "status"),
    ("score", "test score"),
    ("f1", "F1 (weighted)"),
    ("seconds", "seconds"),
    ("steps", "steps"),
    ("started", "started"),
];

/// Draws the page.
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
    let mut table = list.table(&shown);
    let open = context.choices.get("run");
    let open = shown.iter().position(|i| report.runs.get(*i).is_some_and(|r| Some(r.id.as_str()) == open));
    if let Some((at, run)) = open.and_then(|at| Some((at, report.runs.get(*shown.get(at)?)?))) {
        let (details, chart, scores) = details(run);
        page.charts.extend(chart);
        page.tables.push(scores);
        table.opened = Some((at, details));
    }
    page.table(table);
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
        COLUMNS.iter().find(|(key, _)| *key == name).map(|(key, _)| (*key, down))
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
            sort::by(found, |a, b| words(*a).cmp(words(*b)));
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
        let places = sort::order(found.len(), &mut |a, b| number(a).total_cmp(&number(b)));
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

    fn table(&self, shown: &[usize]) -> Table {
        let mut table = Table::new("runs", "Runs");
        let order = self.order();
        let columns = self.columns();
        for (i, (key, name)) in COLUMNS.iter().enumerate() {
            if !columns.contains(&i) {
                continue;
            }
            table = if matches!(i, 2..=5) { table.numbers(*name) } else { table.words(*name) };
            let sorted = order.filter(|(by, _)| by == key).map(|(_, down)| down);
            // Scores and times are asked for from the top.
            let down = sorted.map_or(matches!(i, 2..=5), |down| !down);
            let next = format!("{}{key}", if down { "-" } else { "" });
            table = table.sortable(change(&[("runs.sort", &next), ("runs.page", "")]), sorted);
        }
        let opened = self.context.choices.get("run");
        for run in shown.iter().filter_map(|i| self.report.runs.get(*i)) {
            let next = if opened == Some(run.id.as_str()) { "" } else { run.id.as_str() };
            let status_cell = match (run.is_ok(), collapsed(run)) {
                (false, _) => Cell::from("✕ failed").class("harms").tip(run.reason.clone().unwrap_or_default()),
                (true, true) => {
                    Cell::from("▨ collapsed").class("warn").tip("one class makes up nearly all predictions")
                }
                (true, false) => Cell::from("ok"),
            };
            let score = self.score(run);
            let number = |value: f64, decimals| {
                if value > 0.0 { number::plain(value, decimals) } else { number::MISSING.to_owned() }
            };
            let cell =
                Cell::from(score.map_or_else(|| number::MISSING.to_owned(), |(metric, v)| number::score(metric, v)));
            let started = run.provenance.started.get(..16).unwrap_or(&run.provenance.started).replace('T', " ");
            let cells = [
                Cell::from(run.id.as_str()).set(change(&[("run", next)])),
                status_cell,
                match score {
                    Some((metric, _)) => cell.tip(metric.label()),
                    None => cell,
                },
                number::or_missing(self.f1(run), |v| number::score(Metric::F1Weighted, v)).into(),
                number(run.cost.seconds, 1).into(),
                number(run.budget.steps as f64, 0).into(),
                if started.is_empty() { number::MISSING.to_owned() } else { started }.into(),
            ];
            table.row(cells.into_iter().enumerate().filter(|(i, _)| columns.contains(i)).map(|(_, cell)| cell));
        }
        table
    }

    /// Positions of the columns of which the report has something.
    fn columns(&self) -> Vec<usize> {
        let known = |i: &usize| match COLUMNS.get(*i).map_or("", |(key, _)| key) {
            "f1" => self.report.runs.iter().any(|r| self.f1(r).is_some()),
            "seconds" => self.report.runs.iter().any(|r| r.cost.seconds > 0.0),
            "steps" => self.report.runs.iter().any(|r| r.budget.steps > 0),
            "started" => self.report.runs.iter().any(|r| !r.provenance.started.is_empty()),
            _ => true,
        };
        (0..COLUMNS.len()).filter(known).collect()
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
        el("div").class("opened").child(list).child(el("div").class("beside").child(curve).child(scores.node()));
    (details.into(), chart, scores)
}

fn scores(run: &RunRecord) -> Table {
    let mut table = Table::new("run-scores", "Scores").words("metric");
    let mut columns = Vec::new();
    for (task, splits) in &run.evaluations {
        for (split, evaluation) in splits {
            table = table.numbers(if run.evaluations.len() > 1 { format!("{task}, {split}") } else { split.clone() });
            columns.push(evaluation);
        }
    }
    for metric in Metric::ALL {
        if columns.iter().all(|e| !e.scores.contains_key(metric.name())) {
            continue;
        }
        let score = |v: Option<f64>| Cell::from(number::or_missing(v, |v| number::score(*metric, v)));
        let row = columns.iter().map(|e| score(e.scores.get(metric.name()).copied()));
        table.row(std::iter::once(Cell::from(metric.label())).chain(row));
    }
    table
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

    fn column(page: &Page, at: usize) -> Vec<&str> {
        page.tables[0].rows.iter().map(|row| row[at].text.as_str()).collect()
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
