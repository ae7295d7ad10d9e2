//! Intervals of one number, one below the other, beside zero and the margin.

use transfermap::analysis::Interval;
use transfermap::metric::Metric;
use transfermap::number;

use super::plot::{Axis, Plot, shape};
use super::{Chart, Drawing, label};
use crate::mark::Mark;
use crate::node::{Node, el};
use crate::table::Table;

/// What an interval covers, and its ends where they are known.
pub type Named = (String, Option<Interval>);

/// Height of one interval with the words over it.
const ROW: f64 = 46.0;

/// The intervals of a gain.
pub fn intervals(metric: Metric, gain: f64, margin: f64, all: &[Named]) -> Chart {
    let title = "How sure is the gain?";
    let mut values = vec![gain, 0.0, margin, -margin];
    values.extend(all.iter().filter_map(|(_, ends)| *ends).flat_map(<[f64; 2]>::from));
    let show =
        |v: f64, d: usize| number::signed(number::scale(metric) * v, super::paired_seeds::tick_decimals(metric, d));
    let unit = number::unit(metric);
    let words = if unit.is_empty() { "gain".to_owned() } else { format!("gain in {unit}") };
    let x = Axis::around(words, &values, &show);
    let y = Axis { title: String::new(), domain: [all.len() as f64, 0.0], ticks: Vec::new() };
    let height = all.len() as f64 * ROW + 66.0;
    let mut plot = Plot::new([356.0, height], &x, &y);
    let ends = plot.y.range();
    let [top, bottom] = [ends[0].min(ends[1]), ends[0].max(ends[1])];
    let [from, to] = [plot.x.at(-margin), plot.x.at(margin)];
    let zero = plot.x.at(0.0);
    for i in 0..all.len() {
        // Between the words, so that nothing crosses them.
        let (from_y, to_y) = (top + i as f64 * ROW + 17.0, (top + (i + 1) as f64 * ROW - 6.0).min(bottom));
        let band =
            el("rect").at("x", from).at("width", (to - from).max(1.0)).at("y", from_y).at("height", to_y - from_y);
        plot.add(band.attr("fill", "var(--line)").attr("fill-opacity", "0.6"));
        plot.add(super::line([zero, from_y], [zero, to_y], "var(--ink)"));
    }
    for (i, (name, ends)) in all.iter().enumerate() {
        let at = top + i as f64 * ROW;
        let numbers = ends.map_or_else(|| "not known".to_owned(), |ends| number::gain_interval(metric, ends));
        plot.add(label(0.0, at + 12.0, 12.0, "start", name.clone()));
        plot.add(label(plot.x.range()[1], at + 12.0, 12.0, "end", numbers.clone()).attr("font-weight", "600"));
        let Some(ends) = ends else { continue };
        let (low, high, y) = (plot.x.at(ends.low), plot.x.at(ends.high), at + 27.0);
        let tip = format!("{name}: {numbers} {unit}");
        let stroke = |x1: f64, y1: f64, x2: f64, y2: f64| {
            super::line([x1, y1], [x2, y2], "var(--accent)").attr("stroke-width", "2")
        };
        let group = el("g").class("mark").attr("tabindex", "0").attr("role", "img").attr("aria-label", tip.clone());
        let caps = [stroke(low, y, high, y), stroke(low, y - 5.0, low, y + 5.0), stroke(high, y - 5.0, high, y + 5.0)];
        let dot = shape(3, [plot.x.at(gain), y], 4.5).attr("fill", "var(--accent)");
        plot.add(group.mark(Mark::new(tip.trim_end())).children(caps).child(dot));
    }
    let sample = el("rect")
        .attr("width", "24")
        .attr("height", "12")
        .attr("y", "-6")
        .attr("fill", "var(--line)")
        .attr("fill-opacity", "0.6");
    let sample = sample.attr("stroke", "var(--line)");
    let mean = shape(3, [12.0, 0.0], 4.5).attr("fill", "var(--accent)");
    let within = format!("± margin of {}", number::plain(number::scale(metric) * margin, number::decimals(metric)));
    plot.legend(&[(mean.into(), "mean gain".to_owned()), (Node::from(sample), within)]);
    let data = Table::of(all, "intervals", title)
        .words("interval", |(name, _)| name)
        .numbers("low", |(_, ends)| ends.map(|ends| ends.low))
        .numbers("high", |(_, ends)| ends.map(|ends| ends.high))
        .numbers("gain", |_| gain)
        .noted("");
    Chart {
        id: "intervals".to_owned(),
        title: title.to_owned(),
        reading: Some(
            "An interval that leaves out zero is a difference; one inside the shaded margin is too small to matter."
                .to_owned(),
        ),
        definition: "intervals",
        drawing: Drawing::Plain(plot.picture()),
        data,
    }
}
