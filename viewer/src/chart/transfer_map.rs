//! The transfer map: what every source does to every target.

use transfermap::analysis::{Interval, PairAnalysis, TaskEffect, Verdict};
use transfermap::metric::Metric;
use transfermap::number;

use super::legend::legend;
use super::matrix::{Cell, Matrix};
use super::{Chart, Drawing};
use crate::choices::Change;
use crate::context::Context;
use crate::table::Table;
use crate::tokens;
use crate::value::Value;

/// The map in the given order of tasks, with means of rows and columns.
pub fn transfer_map(context: &Context<'_>, order: &[&str]) -> Chart {
    map(context, order, "transfer-map", None, largest(context))
}

/// The maps of several contexts, each under its name, in one order of tasks and on one scale of colours.
pub fn transfer_maps(contexts: &[(&str, Context<'_>)], order: &[&str]) -> Vec<Chart> {
    let largest = contexts.iter().map(|(_, context)| largest(context)).fold(0.0, f64::max);
    let one = |(i, (name, context)): (usize, &(&str, Context<'_>))| {
        map(context, order, &format!("transfer-map-{}", i + 1), Some(name), largest)
    };
    contexts.iter().enumerate().map(one).collect()
}

/// The value that has the full colour.
fn largest(context: &Context<'_>) -> f64 {
    let value = Value::chosen(context.choices);
    context.pairs().iter().filter_map(|p| value.of(p)).map(f64::abs).fold(0.0, f64::max)
}

fn map(context: &Context<'_>, order: &[&str], id: &str, name: Option<&str>, largest: f64) -> Chart {
    let value = Value::chosen(context.choices);
    let pairs = context.pairs();
    let sources: Vec<&str> = order.iter().copied().filter(|n| pairs.iter().any(|p| p.key.source == *n)).collect();
    let targets: Vec<&str> = order.iter().copied().filter(|n| pairs.iter().any(|p| p.key.target == *n)).collect();
    let find = |source: &str, target: &str| pairs.iter().find(|p| p.key.source == source && p.key.target == target);
    let mut cells: Vec<Vec<Option<Cell>>> = sources
        .iter()
        .map(|source| targets.iter().map(|target| find(source, target).map(|p| cell(p, value, largest))).collect())
        .collect();
    let (mut rows, mut columns) = (owned(&sources), owned(&targets));
    let (mut rows_apart, mut columns_apart) = (None, None);
    // Effects are of the gain itself; they say nothing of a ratio.
    if value == Value::Gain
        && let Some(family) = context.family_analysis()
        && let (Some(metric), Some(mean)) = (family.metric, family.mean_gain)
    {
        let effect = |effects: &[TaskEffect], task: &str| {
            effects.iter().find(|e| e.task == task).map(|e| effect_cell(e, metric, mean, largest))
        };
        if !family.donors.is_empty() {
            columns_apart = Some(columns.len());
            columns.push("as source".to_owned());
            for (row, source) in cells.iter_mut().zip(&sources) {
                row.push(effect(&family.donors, source));
            }
        }
        if !family.receivers.is_empty() {
            rows_apart = Some(rows.len());
            rows.push("as target".to_owned());
            let mut row: Vec<_> = targets.iter().map(|target| effect(&family.receivers, target)).collect();
            if columns_apart.is_some() {
                row.push(Some(mean_cell(metric, mean, largest)));
            }
            cells.push(row);
        }
    }
    let metric = pairs.first().map_or(Metric::Accuracy, |p| p.metric);
    let steps: Vec<String> = (-tokens::DIVERGING_STEPS..=tokens::DIVERGING_STEPS)
        .step_by(2)
        .map(|s| tokens::diverging(f64::from(s), f64::from(tokens::DIVERGING_STEPS)).0)
        .collect();
    let ends = [value.show(metric, -largest), "0".to_owned(), value.show(metric, largest)];
    let verdicts = Verdict::ALL.map(|v| (v.sign(), v.name()));
    let signs: Vec<_> = verdicts.into_iter().chain([("▨", "rests on collapsed runs")]).collect();
    let matrix = Matrix {
        row_title: "source".to_owned(),
        column_title: "target".to_owned(),
        rows,
        columns,
        cells,
        rows_apart,
        columns_apart,
        legend: Some(legend(&steps, ends, &signs)),
    };
    Chart {
        id: id.to_owned(),
        title: format!("{}: {}", name.unwrap_or("Transfer map"), value.title(metric)),
        reading: Some(value.reading().to_owned()),
        definition: value.definition(),
        drawing: Drawing::Matrix(matrix.parts()),
        data: data(context, value),
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// The key that cells of one pair share over charts.
pub fn pair_key(source: &str, target: &str) -> String {
    format!("{source}\u{2192}{target}")
}

fn cell(pair: &PairAnalysis, value: Value, largest: f64) -> Cell {
    let Some(number) = value.of(pair) else {
        return Cell {
            fill: "var(--raised)".to_owned(),
            ink: "var(--quiet)".to_owned(),
            main: number::MISSING.to_owned(),
            tip: format!("{} → {}: no number", pair.key.source, pair.key.target),
            opens: Some(Change::open_pair(&pair.key)),
            ..Cell::default()
        };
    };
    let (fill, ink) = tokens::diverging(number, largest);
    let half = pair.gain_ci.filter(|_| value == Value::Gain).map(Interval::half_width);
    let half =
        half.map(|h| format!("±{}", number::plain(number::scale(pair.metric) * h, number::decimals(pair.metric))));
    Cell {
        fill,
        ink,
        main: value.show(pair.metric, number),
        below: half.unwrap_or_default(),
        sign: pair.verdict.sign(),
        hatched: pair.collapsed_runs + pair.collapsed_singles > 0,
        tip: tip(pair, value),
        key: pair_key(&pair.key.source, &pair.key.target),
        opens: Some(Change::open_pair(&pair.key)),
    }
}

/// What a hovering reader is told of a pair.
pub fn tip(pair: &PairAnalysis, value: Value) -> String {
    let mut parts = vec![format!(
        "{} → {}: {} {}, {}",
        pair.key.source,
        pair.key.target,
        number::or_missing(value.of(pair), |v| value.show(pair.metric, v)),
        value.unit(pair.metric),
        pair.verdict.name()
    )];
    if let Some(interval) = pair.gain_ci.filter(|_| value == Value::Gain) {
        parts.push(format!("interval {}", number::gain_interval(pair.metric, interval)));
    }
    if let Some(p) = pair.p_holm {
        parts.push(format!("Holm p {}", number::p_value(p)));
    }
    parts.push(format!("{} runs alone, {} after the source", pair.n_single, pair.n_transfer));
    parts.extend(pair.flags.iter().map(|f| f.words().to_owned()));
    let collapsed = pair.collapsed_runs + pair.collapsed_singles;
    if collapsed > 0 {
        parts.push(format!("{collapsed} collapsed runs"));
    }
    parts.join(" · ")
}

fn effect_cell(effect: &TaskEffect, metric: Metric, mean: f64, largest: f64) -> Cell {
    let total = mean + effect.effect;
    let (fill, ink) = tokens::diverging(total, largest);
    let interval = effect.ci.map(|ci| number::gain_interval(metric, ci.map(|end| mean + end)));
    let words = interval.map(|i| format!(", interval over seeds {i}")).unwrap_or_default();
    Cell {
        fill,
        ink,
        main: number::gain(metric, total),
        tip: format!("{}: mean gain {} {}{words}", effect.task, number::gain(metric, total), number::unit(metric)),
        ..Cell::default()
    }
}

fn mean_cell(metric: Metric, mean: f64, largest: f64) -> Cell {
    let (fill, ink) = tokens::diverging(mean, largest);
    let tip = format!("mean of all pairs: {} {}", number::gain(metric, mean), number::unit(metric));
    Cell { fill, ink, main: number::gain(metric, mean), tip, ..Cell::default() }
}

fn data(context: &Context<'_>, value: Value) -> Table {
    let interval = |p: &PairAnalysis| p.gain_ci.filter(|_| value == Value::Gain);
    Table::of(&context.pairs(), "transfer-map", "Transfer map")
        .words("source", |p| &p.key.source)
        .words("target", |p| &p.key.target)
        .words("metric", |p| p.metric.name())
        .numbers(value.name(), |p| value.of(p))
        .numbers("low", |p| interval(p).map(|ci| ci.low))
        .numbers("high", |p| interval(p).map(|ci| ci.high))
        .words("verdict", |p| p.verdict.name())
        .numbers("seeds", |p| p.n)
        .noted("")
}
