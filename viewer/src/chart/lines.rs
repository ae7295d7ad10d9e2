//! Lines over steps or epochs: a thin one for each run, a strong one with marks for what they say together.

use transfermap::analysis::Interval;

use super::plot::{Axis, Plot, shape};
use super::{Chart, Drawing};
use crate::mark::Mark;
use crate::node::{Node, el};
use crate::table::{Table, Value};

/// A point of a strong line.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Where.
    pub x: f64,
    /// How much.
    pub y: f64,
    pub interval: Option<Interval>,
    /// What is told on hover.
    pub tip: String,
}

/// Lines of one colour.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    pub name: String,
    pub colour: String,
    /// Broken lines.
    pub dashed: bool,
    /// Shape of the marks, see [`shape`].
    pub shape: usize,
    /// One for each run, with its name.
    pub runs: Vec<(String, Vec<[f64; 2]>)>,
    /// The strong line.
    pub points: Vec<Point>,
    /// Marks of one pair over charts.
    pub key: String,
}

/// What stands around the lines.
pub struct Frame<'a> {
    pub id: &'a str,
    pub title: String,
    pub reading: String,
    pub definition: &'static str,
    /// What runs from left to right.
    pub x: &'a str,
    /// What runs upwards, with its unit.
    pub y: String,
    /// Width and height before the legend.
    pub size: [f64; 2],
    /// How a tick of the vertical axis is written.
    pub show: &'a dyn Fn(f64, usize) -> String,
    /// A number to which everything is compared.
    pub zero: Option<f64>,
}

pub fn lines(frame: &Frame<'_>, series: &[Series]) -> Chart {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    ys.extend(frame.zero);
    let mut data = Table::new(frame.id, frame.title.clone()).words("series").words("run").numbers(frame.x);
    data = data.numbers(frame.y.clone()).numbers("low").numbers("high");
    for one in series {
        for (run, points) in &one.runs {
            for [x, y] in points {
                xs.push(*x);
                ys.push(*y);
                let none = || Value::Missing.into();
                data.row([(&one.name).into(), run.into(), (*x).into(), (*y).into(), none(), none()]);
            }
        }
        for point in &one.points {
            xs.push(point.x);
            ys.push(point.y);
            ys.extend(point.interval.into_iter().flat_map(<[f64; 2]>::from));
            let (low, high) = (point.interval.map(|ci| ci.low), point.interval.map(|ci| ci.high));
            data.row([(&one.name).into(), "mean".into(), point.x.into(), point.y.into(), low.into(), high.into()]);
        }
    }
    let mut across = Axis::around(frame.x, &xs, &transfermap::number::plain);
    // Epochs and steps are counted: no marks between them where there are few.
    let mut places = xs.clone();
    places.sort_by(f64::total_cmp);
    places.dedup();
    if places.len() <= 8 {
        across.ticks = places.iter().map(|x| (*x, x.to_string())).collect();
    }
    let up = Axis::around(frame.y.clone(), &ys, frame.show);
    let mut plot = Plot::new(frame.size, &across, &up);
    if let Some(zero) = frame.zero {
        let [from, to] = across.domain;
        plot.path(&[[from, zero], [to, zero]], "var(--ink)", 1.0, 1.0, false);
    }
    let strong = series.iter().filter(|s| !s.points.is_empty()).count();
    for (i, one) in series.iter().enumerate() {
        // Points of several series at one place stand beside each other, so that their intervals can be read.
        let aside = if strong > 1 { (i as f64 - (series.len() - 1) as f64 / 2.0) * 5.0 } else { 0.0 };
        draw(&mut plot, one, aside);
    }
    let entry = |one: &Series| {
        let sample = el("line").attr("x1", "0").attr("x2", "24").attr("stroke", one.colour.clone());
        let sample = sample.attr("stroke-width", "2").attr_if(one.dashed, "stroke-dasharray", "5 4");
        let mark =
            (!one.points.is_empty()).then(|| shape(one.shape, [12.0, 0.0], 4.0).attr("fill", one.colour.clone()));
        (Node::from(el("g").child(sample).maybe(mark)), one.name.clone())
    };
    plot.legend(&series.iter().map(entry).collect::<Vec<_>>());
    Chart {
        id: frame.id.to_owned(),
        title: frame.title.clone(),
        reading: Some(frame.reading.clone()),
        definition: frame.definition,
        drawing: Drawing::Plain(plot.picture()),
        data,
    }
}

fn draw(plot: &mut Plot, series: &Series, aside: f64) {
    let opacity = if series.points.is_empty() { 0.7 } else { 0.35 };
    for (_, points) in &series.runs {
        plot.path(points, &series.colour, 1.25, opacity, series.dashed);
    }
    // The line goes through its marks.
    let unit = plot.x.at(1.0) - plot.x.at(0.0);
    let shift = if unit > 0.0 { aside / unit } else { 0.0 };
    let middle: Vec<[f64; 2]> = series.points.iter().map(|p| [p.x + shift, p.y]).collect();
    plot.path(&middle, &series.colour, 2.0, 1.0, series.dashed);
    for point in &series.points {
        let (x, y) = (plot.x.at(point.x) + aside, plot.y.at(point.y));
        if let Some(ci) = point.interval {
            let bar = el("line").at("x1", x).at("x2", x).at("y1", plot.y.at(ci.low)).at("y2", plot.y.at(ci.high));
            plot.add(bar.attr("stroke", series.colour.clone()).attr("stroke-width", "1.5"));
        }
        let mark = shape(series.shape, [x, y], 4.5).attr("fill", series.colour.clone()).class("mark");
        let mark = mark.attr("tabindex", "0").attr("role", "img").attr("aria-label", point.tip.clone());
        let key = (!series.key.is_empty()).then(|| series.key.clone());
        plot.add(mark.mark(Mark { key, ..Mark::new(point.tip.clone()) }));
    }
}
