//! Does similarity predict transfer? A measure against an outcome, its coefficients with honest p values, and every
//! measure in one table.

use transfermap::analysis::{CoefficientAnalysis, CorrelationAnalysis, Interval, PairOutcome, PredictionAnalysis};
use transfermap::number;
use transfermap::report::Measure;
use transfermap::table::correlations;

use super::Context;
#[cfg(feature = "app")]
use super::shortened::ShortTable;
use super::shortened::{Shortened, is_plain};
use crate::chart::Chart;
use crate::chart::scatter::{Scatter, scatter};
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::table::{Cell, Column, Kind, Sheet, Show, Table, Tone, Value};

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Why there is nothing to hold against transfer.
    NoMeasure(&'static str),
    Measures(Box<Measures>),
}

/// How the measures of the report go with an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// What all measures say together; with nothing behind it while permutations are under way.
    pub answer: String,
    pub waiting: bool,
    /// Core's own words, of the gain only.
    pub sentences: Vec<String>,
    /// Every predictor, plain ones included; of the gain only.
    pub predictors: Option<Shortened>,
    pub controls: [Offer; 4],
    pub chosen: Option<Chosen>,
    pub all: Shortened,
}

/// The measure that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub chart: Chart,
    pub words: Vec<String>,
    pub coefficients: Table,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        match self {
            Self::NoMeasure(_) => Vec::new(),
            Self::Measures(measures) => measures.chosen.map(|c| c.chart).into_iter().collect(),
        }
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let measures = context.report.measures_of(&context.family.encoder);
    if measures.is_empty() {
        return Content::NoMeasure(NO_MEASURE);
    }
    let choices = context.choices;
    let outcomes = OUTCOMES.iter().map(|(o, words)| (o.name(), *words));
    let outcome_offer = Offer::new("Outcome", Choice::Outcome, outcomes, choices);
    let outcome = OUTCOMES.get(outcome_offer.chosen).map_or(PairOutcome::Gain, |(outcome, _)| *outcome);
    let ranked = ranked(context, &measures, outcome);
    let by_name = ranked.iter().map(|(m, _)| (m.name.as_str(), m.name.as_str()));
    let controls = [
        Offer::new("Measure", Choice::Measure, by_name, choices),
        outcome_offer,
        Offer::new("Marks tell", Choice::Colour, [("target", "targets"), ("source", "sources")], choices),
        Offer::new("Scale", Choice::Scale, [("raw", "as measured"), ("min-max", "0 to 1")], choices),
    ];
    let (answer, waiting) = answer(context, &ranked, outcome);
    // Core's words are about the gain, and ask whether a measure orders the sources of a target.
    let prediction = context.prediction().filter(|_| outcome == PairOutcome::Gain);
    let known = |p: &PredictionAnalysis| p.leave_one_out.as_ref().map(|known| known.sentence.clone());
    Content::Measures(Box::new(Measures {
        answer,
        waiting,
        sentences: prediction
            .map_or_else(Vec::new, |p| [Some(p.sentence.clone()), known(p)].into_iter().flatten().collect()),
        predictors: prediction.map(|p| predictors(context, p)),
        chosen: ranked.get(controls[0].chosen).map(|(measure, c)| chosen(context, measure, c)),
        all: all(context, &ranked, outcome),
        controls,
    }))
}

fn chosen(context: &Context<'_>, measure: &Measure, correlation: &CorrelationAnalysis) -> Chosen {
    let min_max = context.choices.is(Choice::Scale, "min-max");
    let by_source = context.choices.is(Choice::Colour, "source");
    let mut words = vec![self::words(context, measure, correlation)];
    if min_max {
        words.push(
            "Both axes are brought to 0 to 1 by their smallest and largest number. That moves no mark: r is the same as \
             for the raw numbers, because it does not depend on a linear scale."
                .to_owned(),
        );
    }
    if correlation.outcome == PairOutcome::NegativeRelativeGain {
        words.push(
            "This is the notebook’s outcome: what is lost relative to the baseline, and 0 for every pair that gained. It \
             forgets how much a pair gained, so that pairs that help look all alike."
                .to_owned(),
        );
    }
    Chosen {
        chart: scatter(context, &Scatter { measure, correlation, by_source, min_max }),
        words,
        coefficients: coefficients(context, correlation),
    }
}

fn predictors(context: &Context<'_>, prediction: &PredictionAnalysis) -> Shortened {
    let rows: Vec<_> = prediction.table.iter().map(|p| (&prediction.family, p)).collect();
    let table = transfermap::table::predictors(&rows);
    let at = table.columns.iter().position(|c| c.name == "predictor").unwrap_or(0);
    let plain = |row: &[Cell]| row.get(at).is_some_and(|name| is_plain(context, &name.text()));
    Shortened::new(table.into(), &plain, context)
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

/// What all measures say together, and whether it waits for permutations.
fn answer(context: &Context<'_>, ranked: &[(&Measure, &CorrelationAnalysis)], outcome: PairOutcome) -> (String, bool) {
    let what = outcome.words();
    let Some((_, first)) = ranked.first() else {
        return (format!("No pair of this family has both a measure and a {what}."), false);
    };
    if ranked.iter().all(|(_, c)| c.spearman.r.is_none()) {
        let words = format!(
            "Nothing can be said: a correlation needs at least three pairs with different numbers, and no measure has \
             them for {what}."
        );
        return (words, false);
    }
    if !context.resampled {
        let words = "The p values by permuting tasks are still being computed; until they are here, no correlation on this \
            page is evidence.";
        return (words.to_owned(), true);
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
    let words = match (beat.as_slice(), smallest) {
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
    };
    (words, false)
}

/// The chosen measure in words.
fn words(context: &Context<'_>, measure: &Measure, c: &CorrelationAnalysis) -> String {
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
    text
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
fn all(context: &Context<'_>, ranked: &[(&Measure, &CorrelationAnalysis)], outcome: PairOutcome) -> Shortened {
    let rows: Vec<&CorrelationAnalysis> = ranked.iter().map(|(_, c)| *c).collect();
    let mut table = correlations(&rows);
    table.title = format!("All measures by how well they predict {}", outcome.words());
    table.column_mut("pearson_p_naive").for_each(|cell| cell.tone = Some(Tone::Quiet));
    let ways = ranked.iter().map(|(measure, c)| match c.spearman.r.map(|r| r * hoped(measure, outcome)) {
        Some(r) if r > 0.0 => "as hoped".into(),
        Some(r) if r < 0.0 => "the other way".into(),
        _ => Value::Missing.into(),
    });
    table.append(Column::new("direction", Kind::Words), ways);
    let links = ranked.iter().map(|(measure, _)| Some(Change::to(Choice::Measure, &measure.name))).collect();
    Shortened::new(Sheet::linked(table, "measure", links), &|_| false, context)
}

#[cfg(feature = "app")]
#[component]
pub fn Prediction(look: Look) -> impl IntoView {
    match look.see(content) {
        Content::NoMeasure(why) => Either::Left(view! { <p>{why}</p> }),
        Content::Measures(measures) => Either::Right(view! { <OfMeasures measures=*measures /> }),
    }
}

#[cfg(feature = "app")]
#[component]
fn OfMeasures(measures: Measures) -> impl IntoView {
    let Measures { answer, waiting, sentences, predictors, controls, chosen, all } = measures;
    let [measure, outcome, colour, scale] = controls;
    let chosen = chosen.map(|Chosen { chart, words, coefficients }| {
        view! {
            <div class="beside">
                <ChartFigure chart=chart />
                <div class="aside">{words.into_iter().map(|words| view! { <p>{words}</p> }).collect::<Vec<_>>()}</div>
            </div>
            <DataTable sheet=coefficients.into() />
        }
    });
    view! {
        <p class="answer" role=waiting.then_some("status")>{answer}</p>
        {sentences.into_iter().map(|words| view! { <p>{words}</p> }).collect::<Vec<_>>()}
        {predictors.map(|table| view! { <ShortTable table=table /> })}
        <div class="controls">
            <Select offer=measure />
            <Switch offer=outcome />
            <Switch offer=colour />
            <Switch offer=scale />
        </div>
        {chosen}
        <ShortTable table=all />
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::{Content, Measures, content};
    use crate::choices::Choices;
    use crate::look::Look;
    use crate::page::Context;
    use crate::table::Cell;

    fn notebook() -> Report {
        Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap()
    }

    fn look(choices: &str) -> Look {
        Look::new("r", notebook(), Choices::parse(choices)).unwrap().unwrap()
    }

    fn measures(content: Content) -> Measures {
        match content {
            Content::Measures(measures) => *measures,
            Content::NoMeasure(_) => panic!("no measure"),
        }
    }

    fn page(choices: &str) -> Measures {
        measures(look(choices).see(content))
    }

    /// Where the marks of the scatter stand.
    fn marks(page: &Measures) -> Vec<String> {
        let drawn = page.chosen.as_ref().unwrap().chart.drawn();
        drawn.find_all(&|e| e.mark.is_some()).iter().filter_map(|e| e.get("d")).map(str::to_owned).collect()
    }

    #[test]
    fn the_notebooks_correlation_stands_with_its_naive_p_and_why_there_is_no_other() {
        let page = page("outcome=negative_relative_gain");
        let chosen = page.chosen.as_ref().unwrap();
        // statistics.json "notebook", "joined_by_pair", accuracy: scipy.stats.pearsonr and spearmanr.
        let row = |i: usize| chosen.coefficients.rows[i].iter().map(Cell::text).collect::<Vec<_>>();
        assert_eq!(row(0)[..6], ["r (Pearson)", "−0.782", "—", "—", "—", "0.118"]);
        assert_eq!(row(1)[..2], ["ρ (Spearman)", "−0.800"]);
        assert!(
            page.answer.contains("cannot be tested") && page.answer.contains("only 5 of 20 pairs"),
            "{}",
            page.answer
        );
        assert_eq!(marks(&page).len(), 5);
    }

    #[test]
    fn another_scale_moves_no_mark_and_the_page_says_so() {
        let (raw, scaled) = (page(""), page("scale=min-max"));
        assert_eq!(marks(&raw), marks(&scaled));
        let says = |page: &Measures| page.chosen.as_ref().unwrap().words.join(" ").contains("r is the same");
        assert!(says(&scaled) && !says(&raw));
    }

    #[test]
    fn which_measure_predicted_transfer_is_said_in_cores_words_of_the_gain_only() {
        let core = look("").see(|c| c.prediction().map(|p| p.sentence.clone())).unwrap();
        assert!(page("").sentences.contains(&core) && page("").predictors.is_some());
        let other = page("outcome=relative_gain");
        assert!(other.sentences.is_empty() && other.predictors.is_none());
    }

    #[test]
    fn a_report_without_measures_says_so() {
        let mut report = notebook();
        report.measures.clear();
        let look = Look::new("r", report, Choices::default()).unwrap().unwrap();
        assert!(matches!(look.see(content), Content::NoMeasure(why) if why.contains("no measure of similarity")));
    }

    #[test]
    fn permutations_under_way_are_told() {
        let early = measures(look("").see(|c| content(&Context { resampled: false, ..*c })));
        assert!(early.waiting && early.answer.contains("still being computed"));
    }
}
