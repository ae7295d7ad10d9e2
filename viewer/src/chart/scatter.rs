//! A measure of two tasks against what transfer between them brought, with the line and its bands.

use std::collections::BTreeSet;

use transfermap::analysis::{CorrelationAnalysis, PairAnalysis, PairOutcome};
use transfermap::metric::Metric;
use transfermap::number;
use transfermap::report::Measure;

use super::transfer_map::pair_key;
use super::{Chart, Drawing, Picture, axis, label};
use crate::choices::Change;
use crate::context::Context;
use crate::mark::Mark;
use crate::node::{Element, Node, coordinate, el};
use crate::scale::{Scale, fit, text_width};
use crate::table::Table;
use crate::tokens;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 68.0;
const BOTTOM: f64 = 50.0;

#[derive(Debug, Clone, Copy)]
pub struct Scatter<'a> {
    pub measure: &'a Measure,
    /// Measure against outcome; its outcome is what is drawn.
    pub correlation: &'a CorrelationAnalysis,
    /// Whether marks tell the source apart instead of the target.
    pub by_source: bool,
    /// Whether both axes run from 0 to 1 by their minimum and maximum.
    pub min_max: bool,
}

/// What an outcome is multiplied with for people, and its unit.
fn shown(outcome: PairOutcome, metric: Metric) -> (f64, &'static str) {
    match outcome {
        PairOutcome::Gain => (number::scale(metric), number::unit(metric)),
        PairOutcome::RelativeGain => (100.0, "% of the baseline"),
        PairOutcome::NegativeRelativeGain => (100.0, "% of the baseline lost, gains count as 0"),
        PairOutcome::ChanceCorrectedGain => (100.0, "% of what can be learnt"),
    }
}

struct Point<'a> {
    pair: &'a PairAnalysis,
    measure: f64,
    outcome: f64,
}

/// The pairs that have both, by ascending measure.
fn points<'a>(context: &Context<'a>, scatter: &Scatter<'_>) -> Vec<Point<'a>> {
    let values = scatter.measure.means();
    let mut points = Vec::new();
    for pair in context.pairs() {
        let measure = values.get(&(pair.key.source.as_str(), pair.key.target.as_str())).copied();
        let both = measure.zip(scatter.correlation.outcome.of(pair));
        if let Some((measure, outcome)) = both.filter(|(m, o)| m.is_finite() && o.is_finite()) {
            points.push(Point { pair, measure, outcome });
        }
    }
    points.sort_by(|a, b| a.measure.total_cmp(&b.measure));
    points
}

pub fn scatter(context: &Context<'_>, scatter: &Scatter<'_>) -> Chart {
    let points = points(context, scatter);
    let metric = points.first().map_or(Metric::Accuracy, |p| p.pair.metric);
    let outcome = scatter.correlation.outcome;
    let (factor, unit) = shown(outcome, metric);
    let unit_interval = |values: Vec<f64>| {
        let raw = Scale::over(values, 0.0, [0.0, 1.0]);
        move |value: f64| if scatter.min_max { raw.at(value) } else { value }
    };
    let to_x = unit_interval(points.iter().map(|p| p.measure).collect());
    let to_y = unit_interval(points.iter().map(|p| p.outcome).collect());
    let factor = if scatter.min_max { 1.0 } else { factor };
    let band = scatter.correlation.ols.as_ref().map_or(&[][..], |ols| &ols.band);
    let ys = points.iter().map(|p| p.outcome).chain(band.iter().flat_map(|b| <[f64; 2]>::from(b.prediction)));
    let right = WIDTH - 16.0;
    let x_scale = Scale::over(points.iter().map(|p| to_x(p.measure)), 0.04, [LEFT, right]);
    let y_scale = Scale::over(ys.map(|y| factor * to_y(y)), 0.04, [HEIGHT - BOTTOM, 12.0]);
    let (x, y) = (|v: f64| x_scale.at(to_x(v)), |v: f64| y_scale.at(factor * to_y(v)));

    let mut contents: Vec<Node> = Vec::new();
    let direction = if scatter.measure.lower_is_more_similar() { "lower" } else { "higher" };
    let scaled = if scatter.min_max { ", scaled from 0 to 1" } else { "" };
    let name = fit(&scatter.measure.name, 12.0, 280.0);
    axis::below(
        &x_scale,
        HEIGHT - BOTTOM,
        12.0,
        format!("{name} ({direction} is more similar){scaled}"),
        &mut contents,
    );
    let unit = match (scatter.min_max, unit) {
        (true, _) => ", scaled from 0 to 1".to_owned(),
        (false, "") => String::new(),
        (false, unit) => format!(", {unit}"),
    };
    axis::left(&y_scale, LEFT, right, format!("{}{unit}", outcome.words()), &mut contents);
    let outline = |of: &dyn Fn(usize) -> f64| {
        let corner = |i: usize| format!("{} {}", coordinate(x(band[i].x)), coordinate(y(of(i))));
        (0..band.len()).map(corner).collect::<Vec<_>>()
    };
    if band.len() > 1 {
        let mut area = outline(&|i| band[i].mean.high);
        area.extend(outline(&|i| band[i].mean.low).into_iter().rev());
        let area = el("path").attr("d", format!("M{}Z", area.join("L"))).attr("fill", "var(--accent)");
        contents.push(area.attr("fill-opacity", "0.16").into());
        let path = |of: &dyn Fn(usize) -> f64| {
            el("path")
                .attr("d", format!("M{}", outline(of).join("L")))
                .attr("fill", "none")
                .attr("stroke", "var(--accent)")
        };
        contents.push(path(&|i| band[i].prediction.low).attr("stroke-dasharray", "5 4").into());
        contents.push(path(&|i| band[i].prediction.high).attr("stroke-dasharray", "5 4").into());
        contents.push(path(&|i| band[i].y).attr("stroke-width", "2").into());
    }

    let names = context.task_names();
    let of = |p: &Point<'_>| {
        let name = if scatter.by_source { &p.pair.key.source } else { &p.pair.key.target };
        names.iter().position(|n| n == name).unwrap_or(0)
    };
    let mut row = el("g").attr("role", "row");
    for (i, point) in points.iter().enumerate() {
        let key = &point.pair.key;
        let tip = format!(
            "{} → {}: {} {}, {} {}",
            key.source,
            key.target,
            scatter.measure.name,
            number::plain(point.measure, 4),
            outcome.words(),
            value_words(outcome, metric, point.outcome)
        );
        let mark = mark(of(point), x(point.measure), y(point.outcome))
            .attr("class", "mark")
            .attr("role", "gridcell")
            .attr("tabindex", if i == 0 { "0" } else { "-1" })
            .attr("aria-label", tip.clone())
            .mark(Mark::new(tip).key(pair_key(&key.source, &key.target)).opens(Change::open_pair(key)).place(0, i));
        row = row.child(mark);
    }
    contents.push(el("g").attr("role", "grid").attr("aria-label", "Pairs").child(row).into());
    let used: BTreeSet<usize> = points.iter().map(of).collect();
    let what = if scatter.by_source { "source" } else { "target" };
    let height = legend(what, &used, &names, HEIGHT + 8.0, &mut contents);
    Chart {
        id: "scatter".to_owned(),
        title: format!("{} against {}", scatter.measure.name, outcome.words()),
        reading: Some(format!(
            "Each mark is an ordered pair; the marks tell the {what}s apart. The line is least squares, the shaded band \
             covers its mean, the dashed lines a new pair; both as if pairs were independent, which they are not."
        )),
        definition: "ols-bands",
        drawing: Drawing::Plain(Picture { width: WIDTH, height, contents }),
        data: data(scatter, &points),
    }
}

/// An outcome with its unit.
pub fn value_words(outcome: PairOutcome, metric: Metric, value: f64) -> String {
    let (factor, unit) = shown(outcome, metric);
    let decimals = if outcome == PairOutcome::Gain { number::decimals(metric) } else { 1 };
    let unit = if outcome == PairOutcome::Gain { unit } else { "%" };
    format!("{} {unit}", number::signed(factor * value, decimals)).trim_end().to_owned()
}

/// The mark of category `i`: colours repeat after eight, then with other shapes.
fn mark(i: usize, x: f64, y: f64) -> Element {
    let shape = (i + i / tokens::CATEGORIES) % 4;
    let c = coordinate;
    let path = match shape {
        0 => format!("M{} {}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z", c(x - 5.0), c(y)),
        1 => format!("M{} {}h9v9h-9Z", c(x - 4.5), c(y - 4.5)),
        2 => format!("M{} {}l5.5 10h-11Z", c(x), c(y - 6.0)),
        _ => format!("M{} {}l6 6l-6 6l-6 -6Z", c(x), c(y - 6.0)),
    };
    el("path").attr("d", path).attr("fill", tokens::category(i)).attr("stroke", "var(--paper)")
}

/// Which mark is which task; gives the height that is used.
fn legend(what: &str, used: &BTreeSet<usize>, names: &[&str], top: f64, into: &mut Vec<Node>) -> f64 {
    into.push(label(0.0, top + 12.0, 12.0, "start", what.to_owned()).attr("class", "quiet").into());
    let (mut x, mut y) = (LEFT, top + 8.0);
    for &i in used {
        let name = fit(names.get(i).copied().unwrap_or_default(), 12.0, 220.0);
        let wide = text_width(&name, 12.0) + 34.0;
        if x > LEFT && x + wide > WIDTH {
            (x, y) = (LEFT, y + 20.0);
        }
        into.push(mark(i, x + 6.0, y).into());
        into.push(label(x + 17.0, y + 4.0, 12.0, "start", name).into());
        x += wide;
    }
    y + 14.0
}

fn data(scatter: &Scatter<'_>, points: &[Point<'_>]) -> Table {
    Table::of(points, "scatter", "Measure and outcome")
        .words("source", |p| &p.pair.key.source)
        .words("target", |p| &p.pair.key.target)
        .numbers(&scatter.measure.name, |p| p.measure)
        .numbers(scatter.correlation.outcome.name(), |p| p.outcome)
        .noted("")
}
