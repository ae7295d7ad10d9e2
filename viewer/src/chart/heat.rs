//! Matrices of tasks on a sequential scale: a measure of similarity, or counts of shared texts.

use transfermap::number;
use transfermap::report::Measure;

use super::legend::legend;
use super::matrix::{Cell, Matrix};
use super::transfer_map::{pair_key, tip};
use super::{Chart, Drawing};
use crate::choices::Change;
use crate::context::Context;
use crate::table::Table;
use crate::tokens;
use crate::value::Value;

/// Decimals that tell numbers of a spread apart.
fn decimals(spread: f64) -> usize {
    match spread {
        s if s >= 100.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 0.1 => 2,
        s if s >= 0.01 => 3,
        _ => 4,
    }
}

fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], v| [l.min(v), h.max(v)])
}

/// The measure of every ordered pair of `order`; a stronger colour is more similar, whichever way its numbers run.
pub fn similarity(context: &Context<'_>, measure: &Measure, order: &[&str]) -> Chart {
    let values = measure.means();
    let get = |s: &str, t: &str| values.get(&(s, t)).copied().filter(|v| v.is_finite() && s != t);
    let all = || order.iter().flat_map(|s| order.iter().filter_map(|t| get(s, t)));
    let [low, high] = range(all());
    let digits = decimals(high - low);
    let lower = measure.lower_is_more_similar();
    let way = if lower { "lower is more similar" } else { "higher is more similar" };
    let mut cells = Vec::new();
    // What else a report calls a measure is no name for a file.
    let is_plain = measure.name.starts_with(|c: char| c.is_ascii_lowercase())
        && measure.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let place = context.report.measures.iter().position(|m| std::ptr::eq(m, measure)).unwrap_or(0);
    let id = if is_plain { format!("similarity-{}", measure.name) } else { format!("similarity-{}", place + 1) };
    let mut data = Table::new(id.clone(), measure.name.clone()).words("source").words("target").numbers(&*measure.name);
    for source in order {
        let mut row = Vec::new();
        for target in order {
            let Some(value) = get(source, target) else {
                row.push(None);
                continue;
            };
            let (fill, ink) =
                if lower { tokens::sequential(-value, [-high, -low]) } else { tokens::sequential(value, [low, high]) };
            let pair = context.pair(source, target);
            let gain = pair.map_or_else(String::new, |p| format!(" · {}", tip(p, Value::Gain)));
            row.push(Some(Cell {
                fill,
                ink,
                main: number::plain(value, digits),
                tip: format!(
                    "{source} → {target}: {} {} ({way}){gain}",
                    measure.name,
                    number::plain(value, digits + 1)
                ),
                key: pair_key(source, target),
                opens: pair.map(|p| Change::open_pair(&p.key)),
                ..Cell::default()
            }));
            data.row([(*source).into(), (*target).into(), value.into()]);
        }
        cells.push(row);
    }
    let [light, dark] = if lower { [high, low] } else { [low, high] };
    let end = |v: f64| number::plain(v, digits);
    let ends = [end(light), end((low + high) / 2.0), end(dark)];
    let symmetric = if measure.symmetric { ", the same in both directions" } else { "" };
    Chart {
        id,
        title: format!("Similarity: {}", measure.name),
        reading: Some(format!("A stronger colour is more similar; in numbers, {way}{symmetric}.")),
        definition: "similarity",
        drawing: Drawing::Matrix(matrix(order, cells, ends).parts()),
        data,
    }
}

/// A matrix of tasks with the sequential legend.
fn matrix(order: &[&str], cells: Vec<Vec<Option<Cell>>>, ends: [String; 3]) -> Matrix {
    let steps: Vec<String> = (0..=tokens::SEQUENTIAL_STEPS)
        .map(|s| tokens::sequential(f64::from(s), [0.0, f64::from(tokens::SEQUENTIAL_STEPS)]).0)
        .collect();
    let names: Vec<String> = order.iter().map(|n| (*n).to_owned()).collect();
    Matrix {
        row_title: "source".to_owned(),
        column_title: "target".to_owned(),
        rows: names.clone(),
        columns: names,
        cells,
        legend: Some(legend(&steps, ends, &[])),
        ..Matrix::default()
    }
}

/// Test examples of each target of which a text stands in a source's training set; `None` where the report tells
/// nothing, or where there is none at all.
pub fn overlap(context: &Context<'_>, order: &[&str]) -> Option<Chart> {
    let find = |source: &str, target: &str| {
        let task = context.report.tasks.iter().find(|t| t.name == target)?;
        Some(task.overlaps.iter().find(|o| o.source == source)?.test_examples)
    };
    let most = order.iter().flat_map(|s| order.iter().filter_map(move |t| find(s, t))).max().filter(|m| *m > 0)?;
    let mut data = Table::new("overlap", "Overlap").words("source").words("target").numbers("test examples");
    let mut cells = Vec::new();
    for source in order {
        let mut row = Vec::new();
        for target in order {
            row.push(find(source, target).map(|n| {
                data.row([(*source).into(), (*target).into(), n.into()]);
                let (fill, ink) = tokens::sequential(n as f64, [0.0, most as f64]);
                Cell {
                    fill,
                    ink,
                    main: n.to_string(),
                    tip: format!(
                        "{n} test examples of {target} have a text that stands in the training set of {source}"
                    ),
                    key: pair_key(source, target),
                    ..Cell::default()
                }
            }));
        }
        cells.push(row);
    }
    let ends = ["0".to_owned(), String::new(), most.to_string()];
    Some(Chart {
        id: "overlap".to_owned(),
        title: "Overlap between tasks, in test examples of the target".to_owned(),
        reading: Some("How many test examples of the target have a text that the source was trained on.".to_owned()),
        definition: "overlap",
        drawing: Drawing::Matrix(matrix(order, cells, ends).parts()),
        data,
    })
}
