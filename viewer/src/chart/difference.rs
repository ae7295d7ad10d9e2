//! By how much the gains of two families or reports differ.

use transfermap::analysis::{ComparedPair, Finding};
use transfermap::metric::Metric;
use transfermap::number;

use super::legend::legend;
use super::matrix::{Cell, Matrix};
use super::transfer_map::pair_key;
use super::{Chart, Drawing};
use crate::choices::Change;
use crate::table::Table;
use crate::tokens;

/// The map of differences, here minus there.
pub fn difference(compared: &[ComparedPair], order: &[&str], [here, there]: [&str; 2]) -> Chart {
    let largest = compared.iter().filter_map(|c| c.difference).map(f64::abs).fold(0.0, f64::max);
    let metric = compared.first().map_or(Metric::Accuracy, |c| c.metric);
    let names: Vec<String> = order.iter().map(|n| (*n).to_owned()).collect();
    let mut cells = Vec::new();
    for source in order {
        let find = |target: &&str| compared.iter().find(|c| c.source == *source && c.target == **target);
        cells.push(order.iter().map(|target| find(target).map(|c| cell(c, largest))).collect());
    }
    let steps: Vec<String> = (-tokens::DIVERGING_STEPS..=tokens::DIVERGING_STEPS)
        .step_by(2)
        .map(|s| tokens::diverging(f64::from(s), f64::from(tokens::DIVERGING_STEPS)).0)
        .collect();
    let ends = [number::gain(metric, -largest), "0".to_owned(), number::gain(metric, largest)];
    let signs = Finding::ALL.map(|f| (f.sign(), f.words()));
    let matrix = Matrix {
        row_title: "source".to_owned(),
        column_title: "target".to_owned(),
        rows: names.clone(),
        columns: names,
        cells,
        legend: Some(legend(&steps, ends, &signs)),
        ..Matrix::default()
    };
    let unit = match number::unit(metric) {
        "" => metric.label().to_owned(),
        unit => format!("{unit} of {}", metric.label()),
    };
    Chart {
        id: "difference".to_owned(),
        title: format!("Difference of gains in {unit}"),
        reading: Some(format!("Each cell: the gain in {here} minus the gain in {there}. Blue: more here.")),
        definition: "difference",
        drawing: Drawing::Matrix(matrix.parts()),
        data: data(compared),
    }
}

fn cell(c: &ComparedPair, largest: f64) -> Cell {
    let (fill, ink) = match c.difference {
        Some(d) => tokens::diverging(d, largest),
        None => ("var(--raised)".to_owned(), "var(--quiet)".to_owned()),
    };
    let gain = |v: Option<f64>| number::or_missing(v, |v| number::gain(c.metric, v));
    let mut tip = format!(
        "{} → {}: {} {} ({} here, {} there), {}",
        c.source,
        c.target,
        gain(c.difference),
        number::unit(c.metric),
        gain(c.here),
        gain(c.there),
        c.finding.words()
    );
    if let Some(ci) = c.ci {
        tip += &format!(" · interval {}", number::gain_interval(c.metric, ci));
    }
    if let Some(p) = c.p_holm {
        tip += &format!(" · Holm p {}", number::p_value(p));
    }
    let half = c.ci.map(|ci| number::scale(c.metric) * ci.half_width());
    Cell {
        fill,
        ink,
        main: gain(c.difference),
        below: half.map_or_else(String::new, |h| format!("±{}", number::plain(h, number::decimals(c.metric)))),
        sign: c.finding.sign(),
        tip,
        key: pair_key(&c.source, &c.target),
        opens: Some(Change::open(&c.source, &c.target)),
        ..Cell::default()
    }
}

fn data(compared: &[ComparedPair]) -> Table {
    Table::of(compared, "difference", "Differences")
        .words("source", |c| &c.source)
        .words("target", |c| &c.target)
        .words("metric", |c| c.metric.name())
        .numbers("here", |c| c.here)
        .numbers("there", |c| c.there)
        .numbers("difference", |c| c.difference)
        .numbers("low", |c| c.ci.map(|i| i.low))
        .numbers("high", |c| c.ci.map(|i| i.high))
        .numbers("p", |c| c.p)
        .numbers("p_holm", |c| c.p_holm)
        .words("finding", |c| c.finding.name())
        .noted("")
}
