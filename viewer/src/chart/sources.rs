//! The sources of one target as dots with intervals, best first.

use transfermap::analysis::{Basis, Recommendation, RecommendedSource};
use transfermap::number;

use super::transfer_map::pair_key;
use super::{Chart, Drawing, Picture, axis, line, named, silent_label};
use crate::choices::Change;
use crate::mark::Mark;
use crate::node::{Element, Node, coordinate, el};
use crate::scale::{Scale, fit, text_width};
use crate::table::Table;

const ROW: f64 = 26.0;
const WIDTH: f64 = 500.0;
const VERDICT: f64 = 110.0;

/// Draws the sources of which something is known.
pub fn sources(recommendation: &Recommendation) -> Chart {
    let known: Vec<&RecommendedSource> = recommendation.sources.iter().filter(|s| s.gain.is_some()).collect();
    let factor = number::scale(recommendation.metric);
    let left = known.iter().map(|s| text_width(&s.source, 13.0)).fold(40.0, f64::max).min(190.0) + 16.0;
    let ends = known.iter().flat_map(|s| s.interval.into_iter().flat_map(<[f64; 2]>::from).chain(s.gain)).chain([0.0]);
    let x = Scale::over(ends.map(|v| factor * v), 0.04, [left, left + WIDTH]);
    let bottom = known.len() as f64 * ROW + 8.0;
    let mut contents: Vec<Node> = Vec::new();
    let unit = match number::unit(recommendation.metric) {
        "" => String::new(),
        unit => format!(", {unit} of {}", recommendation.metric.label()),
    };
    axis::below(&x, bottom, 0.0, format!("gain on {}{unit}", fit(&recommendation.target, 12.0, 190.0)), &mut contents);
    for (i, source) in known.iter().enumerate() {
        contents.push(row(recommendation, source, i as f64 * ROW + ROW / 2.0 + 2.0, left, &x).into());
    }
    Chart {
        id: "sources".to_owned(),
        title: format!("Sources for {}", recommendation.target),
        reading: Some(
            "Filled: measured, with the interval of its mean. Hollow: predicted from other targets, with the interval of \
             a new pair."
                .to_owned(),
        ),
        definition: "recommendation",
        drawing: Drawing::Plain(Picture { width: left + WIDTH + VERDICT, height: bottom + 44.0, contents }),
        data: data(recommendation),
    }
}

fn row(r: &Recommendation, source: &RecommendedSource, y: f64, left: f64, x: &Scale) -> Element {
    let factor = number::scale(r.metric);
    let measured = source.basis == Basis::Measured;
    let middle = x.at(factor * source.gain.unwrap_or(0.0));
    let tip = format!("{} → {}: {}", source.source, r.target, source.reason);
    let whisker = source.interval.map(|ends| {
        line([x.at(factor * ends.low), y], [x.at(factor * ends.high), y], "var(--ink)").attr("stroke-width", "1.5")
    });
    let diamond = format!("M{} {}l6 6l-6 6l-6 -6Z", coordinate(middle), coordinate(y - 6.0));
    let dot = if measured {
        el("circle").at("cx", middle).at("cy", y).attr("r", "5").attr("fill", "var(--accent)")
    } else {
        el("path").attr("d", diamond).attr("fill", "var(--paper)").attr("stroke", "var(--accent)")
    };
    let words = match source.verdict {
        Some(verdict) => verdict.signed(),
        None => "◇ predicted".to_owned(),
    };
    let mark = Mark {
        opens: measured.then(|| Change::open(&source.source, &r.target)),
        ..Mark::new(tip.clone()).key(pair_key(&source.source, &r.target))
    };
    let group =
        el("g").class("row").attr("tabindex", "0").attr("role", if measured { "button" } else { "img" }).mark(mark);
    let end = x.range()[1];
    let band =
        el("rect").attr("x", "0").at("y", y - ROW / 2.0 + 1.0).at("width", end + VERDICT).at("height", ROW - 2.0);
    let group = group
        .child(band.attr("fill", "transparent"))
        .child(silent_label(left - 12.0, y + 4.5, 13.0, "end", fit(&source.source, 13.0, left - 14.0)))
        .maybe(whisker)
        .child(dot)
        .child(silent_label(end + 12.0, y + 4.5, 12.0, "start", words));
    named(group, &tip)
}

fn data(r: &Recommendation) -> Table {
    Table::of(&r.sources, "sources", "Sources")
        .numbers("rank", |s| s.rank)
        .words("source", |s| &s.source)
        .words("target", |_| &r.target)
        .words("basis", |s| s.basis.name())
        .numbers("gain", |s| s.gain)
        .numbers("low", |s| s.interval.map(|i| i.low))
        .numbers("high", |s| s.interval.map(|i| i.high))
        .words("verdict", |s| s.verdict.map_or("", |v| v.name()))
        .noted("")
}
