//! Does similarity predict transfer? A measure against an outcome, its coefficients with honest p values, and every
//! measure in one table.

use transfermap::analysis::{CoefficientAnalysis, CorrelationAnalysis, Interval, PairOutcome};
use transfermap::number;
use transfermap::report::Measure;
use transfermap::table::correlations;

use super::{Context, Page, select, switch};
use crate::chart::scatter::{Scatter, scatter};
use crate::choices::change;
use crate::node::el;
use crate::table::{Cell, Column, Kind, Show, Table, Tone, Value};

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let measures = context.report.measures_of(&context.family.encoder);
    if measures.is_empty() {
        page.paragraph(NO_MEASURE);
        return page;
    }
    let outcome = outcome(context);
    let ranked = ranked(context, &measures, outcome);
    let outcomes: Vec<(&str, &str)> = OUTCOMES.iter().map(|(o, words)| (o.name(), *words)).collect();
    let by_name: Vec<(String, String)> = ranked.iter().map(|(m, _)| (m.name.clone(), m.name.clone())).collect();
    page.add(answer(context, &ranked, outcome));
    // Core's sentence is about the gain, and asks whether a measure orders the sources of a target.
    if let Some(prediction) = context.prediction().filter(|_| outcome == PairOutcome::Gain) {
        page.paragraph(prediction.sentence.clone());
        if let Some(known) = &prediction.leave_one_out {
            page.paragraph(known.sentence.clone());
        }
    }
    page.add(
        el("div")
            .class("controls")
            .child(select("Measure", "measure", &by_name, context.choices))
            .child(switch("Outcome", "outcome", &outcomes, context.choices))
            .child(switch("Marks tell", "colour", &[("target", "targets"), ("source", "sources")], context.choices))
            .child(switch("Scale", "scale", &[("raw", "as measured"), ("min-max", "0 to 1")], context.choices)),
    );
    let chosen = context.choices.get("measure").and_then(|name| ranked.iter().find(|(m, _)| m.name == name));
    if let Some((measure, correlation)) = chosen.or_else(|| ranked.first()).copied() {
        let min_max = context.choices.is("scale", "min-max");
        let by_source = context.choices.is("colour", "source");
        let chart = scatter(context, &Scatter { measure, correlation, by_source, min_max });
        let mut aside = el("div").class("aside").child(words(context, measure, correlation));
        if min_max {
            aside = aside.child(el("p").text(
                "Both axes are brought to 0 to 1 by their smallest and largest number. That moves no mark: r is the \
                 same as for the raw numbers, because it does not depend on a linear scale.",
            ));
        }
        if outcome == PairOutcome::NegativeRelativeGain {
            aside = aside.child(el("p").text(
                "This is the notebook’s outcome: what is lost relative to the baseline, and 0 for every pair that \
                 gained. It forgets how much a pair gained, so that pairs that help look all alike.",
            ));
        }
        page.add(el("div").class("beside").child(chart.figure()).child(aside));
        page.charts.push(chart);
        page.table(coefficients(context, correlation));
    }
    page.table(all(&ranked, outcome));
    page
}

const NO_MEASURE: &str = "This report has no measure of similarity between tasks, so there is nothing to hold against \
    transfer. A run computes them unless its study's [measures] says otherwise; an import brings them with --measures.";

/// The outcomes in the order of the switch.
const OUTCOMES: [(PairOutcome, &str); 4] = [
    (PairOutcome::Gain, "Gain"),
    (PairOutcome::RelativeGain, "Relative"),
    (PairOutcome::ChanceCorrectedGain, "Chance-corrected"),
    (PairOutcome::NegativeRelativeGain, "Losses only"),
];

fn outcome(context: &Context<'_>) -> PairOutcome {
    let chosen = OUTCOMES.iter().find(|(o, _)| context.choices.is("outcome", o.name()));
    chosen.map_or(PairOutcome::Gain, |(o, _)| *o)
}

/// 1 where similar tasks should have the larger outcome by this measure, else −1.
fn hoped(measure: &Measure, outcome: PairOutcome) -> f64 {
    let turned = measure.lower_is_more_similar() != (outcome == PairOutcome::NegativeRelativeGain);
    if turned { -1.0 } else { 1.0 }
}

/// The measures with their correlation, best predictor first: by Spearman's coefficient in the direction that similarity
/// should have; those without one last.
fn ranked<'a>(
    context: &Context<'a>,
    measures: &[&'a Measure],
    outcome: PairOutcome,
) -> Vec<(&'a Measure, &'a CorrelationAnalysis)> {
    let correlations = &context.analysis.correlations;
    let of = |m: &&'a Measure| {
        let is_it =
            |c: &&CorrelationAnalysis| c.family == *context.family && c.outcome == outcome && c.measure == m.name;
        Some((*m, correlations.iter().find(is_it)?))
    };
    let mut ranked: Vec<_> = measures.iter().filter_map(of).collect();
    let key = |(m, c): &(&Measure, &CorrelationAnalysis)| c.spearman.r.map_or(-2.0, |r| r * hoped(m, outcome));
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    ranked
}

/// What all measures say together.
fn answer(
    context: &Context<'_>,
    ranked: &[(&Measure, &CorrelationAnalysis)],
    outcome: PairOutcome,
) -> crate::node::Element {
    let paragraph = el("p").class("answer");
    let what = outcome.words();
    let Some((_, first)) = ranked.first() else {
        return paragraph.text(format!("No pair of this family has both a measure and a {what}."));
    };
    if ranked.iter().all(|(_, c)| c.spearman.r.is_none()) {
        return paragraph.text(format!(
            "Nothing can be said: a correlation needs at least three pairs with different numbers, and no measure has \
             them for {what}."
        ));
    }
    if !context.resampled {
        return el("p").class("answer waiting").attr("role", "status").text(
            "The p values by permuting tasks are still being computed; until they are here, no correlation on this page \
             is evidence.",
        );
    }
    let alpha = context.analysis.options.alpha;
    let mut beat: Vec<&str> = Vec::new();
    let mut smallest: Option<f64> = None;
    for (measure, c) in ranked {
        let Some(p) = c.spearman.p_max else { continue };
        smallest = Some(smallest.map_or(p, |s| s.min(p)));
        if p < alpha && c.spearman.r.is_some_and(|r| r * hoped(measure, outcome) > 0.0) {
            beat.push(&measure.name);
        }
    }
    let n = ranked.len();
    let measures = if n == 1 { "the one measure".to_owned() } else { format!("any of {n} measures") };
    paragraph.text(match (beat.as_slice(), smallest) {
        (_, None) => format!(
            "Whether {measures} predicts {what} cannot be tested: {}.",
            first.permutations.absent.as_deref().unwrap_or("there are no permutations of these tasks")
        ),
        ([], Some(p)) => format!(
            "Nothing here beats chance: that {measures} goes with {what} is not shown (smallest p after allowing for \
             all measures {}).",
            number::p_value(p)
        ),
        ([one], _) => {
            format!("{one} predicts {what} better than chance, also after allowing for all {n} measures tried.")
        }
        ([one, ..], _) => format!(
            "{} of {n} measures predict {what} better than chance, also after allowing for all that were tried; the \
             closest is {one}.",
            beat.len()
        ),
    })
}

/// The chosen measure in words.
fn words(context: &Context<'_>, measure: &Measure, c: &CorrelationAnalysis) -> crate::node::Element {
    let what = c.outcome.words();
    let mut text = format!("Over {} ordered pairs of {} tasks", c.n, c.tasks);
    text += &match c.spearman.r {
        None => {
            format!(", {} and {what} have no correlation: fewer than three pairs, or one is constant.", measure.name)
        }
        Some(r) => {
            let way = if r * hoped(measure, c.outcome) > 0.0 { "as hoped" } else { "against what was hoped" };
            let shown = c.spearman.p_qap.is_some_and(|p| p < context.analysis.options.alpha);
            let sure = if shown { "" } else { "if anything " };
            let loss = c.outcome == PairOutcome::NegativeRelativeGain;
            let similar = if measure.lower_is_more_similar() { -r } else { r };
            let size = match (similar > 0.0, loss) {
                (true, false) => "gain more",
                (false, false) => "gain less",
                (true, true) => "lose more",
                (false, true) => "lose less",
            };
            format!(
                ", {sure}the more similar tasks {size}, {way} (ρ = {}, r = {}).",
                number::signed(r, 2),
                number::or_missing(c.pearson.r, |r| number::signed(r, 2))
            )
        }
    };
    if let Some(p) = c.spearman.p_qap {
        let count = c.permutations.count;
        let all = if c.permutations.exact { format!("all {count}") } else { format!("{count} drawn") };
        text += &format!(" Shuffling the tasks gives a ρ as large in {} of {all} permutations", number::percent(p));
        text += &match c.spearman.p_max {
            Some(p) => format!(", and some measure one as large in {}.", number::percent(p)),
            None => ".".to_owned(),
        };
    } else if let (true, Some(reason)) = (context.resampled, &c.permutations.absent) {
        text += &format!(" There is no honest p value: {reason}.");
    }
    if let Some(p) = c.pearson.p_naive {
        text += &format!(
            " The naive p of r, as if every pair stood for itself, is {}; every task stands in many pairs, so it is too \
             sure of itself.",
            number::p_value(p)
        );
    }
    if let Some(ceiling) = c.ceiling {
        text += &format!(
            " The gains themselves are only so repeatable over seeds that no measure can be expected to correlate above \
             {}.",
            number::plain(ceiling, 2)
        );
    }
    if let Some(ceiling) = c.within_target_spearman.ceiling {
        text += &format!(
            " The order of the sources within targets is so repeatable that no mean ρ within targets can be expected above \
             {}.",
            number::plain(ceiling, 2)
        );
    }
    el("p").text(text)
}

fn coefficient(value: Option<f64>) -> Cell {
    Value::number(value, Show::Signed(3)).into()
}

fn p(context: &Context<'_>, value: Option<f64>) -> Cell {
    match value {
        None if !context.resampled => Cell::from("…").note("still being computed"),
        _ => Value::number(value, Show::P).into(),
    }
}

fn interval(value: Option<Interval>) -> Cell {
    Value::interval(value, Show::Signed(2)).into()
}

/// Every coefficient of one measure.
fn coefficients(context: &Context<'_>, c: &CorrelationAnalysis) -> Table {
    let title = format!("How {} goes with {}", c.measure, c.outcome.words());
    let mut table = Table::new("coefficients", title)
        .words("coefficient")
        .numbers("value")
        .numbers("QAP p")
        .defined("qap")
        .numbers("p max")
        .defined("p-max")
        .intervals("interval over tasks")
        .defined("task-bootstrap")
        .numbers("naive p")
        .defined("naive-p")
        .intervals("naive interval");
    for (name, of) in [("r (Pearson)", c.pearson), ("ρ (Spearman)", c.spearman), ("τ (Kendall)", c.kendall)] {
        let CoefficientAnalysis { r, p_naive, p_qap, p_max, ci, ci_naive } = of;
        table.row([
            name.into(),
            coefficient(r),
            p(context, p_qap),
            p(context, p_max),
            interval(ci),
            Cell::from(Value::number(p_naive, Show::P)).tone(Tone::Quiet),
            interval(ci_naive).tone(Tone::Quiet),
        ]);
    }
    let none = || Cell::from(Value::Missing);
    let within = &c.within_target_spearman;
    let named = format!("ρ within targets (of {})", within.targets);
    let values = [coefficient(within.mean), p(context, within.p), p(context, within.p_max)];
    for (name, [value, p, p_max]) in
        [(named, values), ("τ, weighted to the top".to_owned(), [coefficient(c.weighted_tau), none(), none()])]
    {
        table.row([name.into(), value, p, p_max, none(), none(), none()]);
    }
    table
}

/// Every measure, best predictor first.
fn all(ranked: &[(&Measure, &CorrelationAnalysis)], outcome: PairOutcome) -> Table {
    let rows: Vec<&CorrelationAnalysis> = ranked.iter().map(|(_, c)| *c).collect();
    let mut table = correlations(&rows);
    table.title = format!("All measures by how well they predict {}", outcome.words());
    for (cell, (measure, _)) in table.column_mut("measure").zip(ranked) {
        cell.link = Some(change(&[("measure", &measure.name)]));
    }
    table.column_mut("pearson_p_naive").for_each(|cell| cell.tone = Some(Tone::Quiet));
    let ways = ranked.iter().map(|(measure, c)| match c.spearman.r.map(|r| r * hoped(measure, outcome)) {
        Some(r) if r > 0.0 => "as hoped".into(),
        Some(r) if r < 0.0 => "the other way".into(),
        _ => Value::Missing.into(),
    });
    table.append(Column::new("direction", Kind::Words), ways);
    table
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::node::Node;
    use crate::page::{Context, Page, Tab};
    use crate::still::Still;
    use crate::table::Cell;

    fn notebook() -> Report {
        Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap()
    }

    fn page(report: Report, choices: &str) -> Page {
        Still::new("r", report, Choices::parse(choices)).unwrap().unwrap().page(Tab::Prediction)
    }

    fn markup(page: &Page) -> String {
        page.contents.iter().map(Node::markup).collect()
    }

    #[test]
    fn the_notebooks_correlation_stands_with_its_naive_p_and_why_there_is_no_other() {
        let page = page(notebook(), "outcome=negative_relative_gain");
        // statistics.json "notebook", "joined_by_pair", accuracy: scipy.stats.pearsonr and spearmanr.
        let rows = &page.tables[0].rows;
        let row = |i: usize| rows[i].iter().map(Cell::text).collect::<Vec<_>>();
        assert_eq!(row(0)[..6], ["r (Pearson)", "−0.782", "—", "—", "—", "0.118"]);
        assert_eq!(row(1)[..2], ["ρ (Spearman)", "−0.800"]);
        let markup = markup(&page);
        assert!(markup.contains("cannot be tested") && markup.contains("only 5 of 20 pairs"), "{markup}");
        assert_eq!(markup.matches("class=\"mark\"").count(), 5);
    }

    #[test]
    fn another_scale_moves_no_mark_and_the_page_says_so() {
        let marks = |page: &Page| -> Vec<String> {
            let all = page.contents.iter().flat_map(|n| n.find_all(&|e| e.get("class") == Some("mark")));
            all.filter_map(|e| e.get("d")).map(str::to_owned).collect()
        };
        let (raw, scaled) = (page(notebook(), ""), page(notebook(), "scale=min-max"));
        assert_eq!(marks(&raw), marks(&scaled));
        assert!(markup(&scaled).contains("r is the same") && !markup(&raw).contains("r is the same"));
    }

    #[test]
    fn which_measure_predicted_transfer_is_said_in_cores_words_of_the_gain_only() {
        let still = |choices: &str| Still::new("r", notebook(), Choices::parse(choices)).unwrap().unwrap();
        let core = still("").look(|c| c.prediction().map(|p| p.sentence.clone())).unwrap();
        let says = |choices: &str| {
            let contents = still(choices).page(Tab::Prediction).contents;
            contents.iter().any(|node| node.plain_text() == core)
        };
        assert!(says("") && !says("outcome=relative_gain"), "{core}");
    }

    #[test]
    fn a_report_without_measures_says_so() {
        let mut report = notebook();
        report.measures.clear();
        assert!(markup(&page(report, "")).contains("no measure of similarity"));
    }

    #[test]
    fn permutations_under_way_are_told() {
        let still = Still::new("r", notebook(), Choices::default()).unwrap().unwrap();
        let early = still.look(|context| Tab::Prediction.page(&Context { resampled: false, ..*context }));
        assert!(markup(&early).contains("still being computed"));
    }

    #[test]
    fn names_are_text() {
        let mut report = notebook();
        report.measures[0].name = "<script>alert(1)</script>".to_owned();
        let markup = markup(&page(report, ""));
        assert!(markup.contains("&lt;script&gt;") && !markup.contains("<script"), "{markup}");
    }
}
