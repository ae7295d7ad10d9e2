//! Scores alone and after every source as bars, with their intervals and every run as a dot.

use transfermap::analysis::TaskScores;
use transfermap::number;

use super::transfer_map::pair_key;
use super::{Chart, Drawing, Picture, axis, label, line, named, silent_label};
use crate::choices::Change;
use crate::mark::Mark;
use crate::node::{Element, Node, coordinate, el};
use crate::scale::{Scale, fit, text_width};
use crate::table::{Show, Table, Value};

const ROW: f64 = 22.0;
const HEAD: f64 = 28.0;
const WIDTH: f64 = 540.0;
const VALUE: f64 = 60.0;

/// Draws `scores` in their order, grouped by target; `chance` is the chance level of a target.
pub fn scores(title: String, scores: &[&TaskScores], chance: &dyn Fn(&str) -> Option<f64>) -> Chart {
    let grouped = scores.iter().any(|s| s.source.is_some());
    let name = |s: &TaskScores| match (&s.source, grouped) {
        (Some(source), _) => format!("after {source}"),
        (None, true) => "alone".to_owned(),
        (None, false) => s.target.clone(),
    };
    let left = scores.iter().map(|s| text_width(&name(s), 13.0)).fold(50.0, f64::max).min(210.0) + 16.0;
    let factor = |s: &TaskScores| number::scale(s.metric);
    let of_runs = scores.iter().flat_map(|s| s.seeds.iter().map(move |r| factor(s) * r.score));
    let [low, high] = Scale::over(of_runs.chain([0.0]), 0.0, [0.0, 1.0]).domain();
    // Bars start at 0, or they would lie about their length.
    let bounded = scores.iter().all(|s| s.metric.range() == (0.0, 1.0));
    let x = Scale::new(if bounded { [0.0, 100.0] } else { [low, high] }, [left, left + WIDTH]);
    let mut drawn: Vec<Node> = Vec::new();
    let mut y = 4.0;
    let mut last = "";
    for s in scores {
        if grouped && s.target != last {
            y += if last.is_empty() { 0.0 } else { 8.0 };
            let head =
                label(0.0, y + 18.0, 13.0, "start", fit(&s.target, 13.0, left + WIDTH)).attr("font-weight", "600");
            drawn.push(head.into());
            y += HEAD;
        }
        last = &s.target;
        drawn.push(row(s, name(s), y + ROW / 2.0, left, &x, chance(&s.target)).into());
        y += ROW;
    }
    let same = scores.iter().all(|s| scores.first().is_some_and(|f| f.metric == s.metric));
    let of = scores.first().filter(|_| same).map_or("score", |s| s.metric.label());
    let unit = if bounded { ", points" } else { "" };
    let mut contents = Vec::new();
    axis::below(&x, y + 4.0, 0.0, format!("{of} on the test rows{unit}"), &mut contents);
    contents.extend(drawn);
    Chart {
        id: "scores".to_owned(),
        title,
        reading: Some(
            "Bars are means over seeds, with the t interval of the mean; every run is a dot, a collapsed one a cross. \
             The dashed mark is the chance level."
                .to_owned(),
        ),
        definition: "score",
        drawing: Drawing::Plain(Picture { width: left + WIDTH + VALUE, height: y + 48.0, contents }),
        data: data(scores),
    }
}

fn row(s: &TaskScores, name: String, y: f64, left: f64, x: &Scale, chance: Option<f64>) -> Element {
    let at = |score: f64| x.at(number::scale(s.metric) * score);
    let zero = x.at(0.0);
    let mean = s.mean.map_or(zero, at);
    let collapsed = s.seeds.iter().filter(|r| r.collapsed).count();
    let mut tip = match &s.source {
        Some(source) => format!("{source} → {}", s.target),
        None => format!("{} alone", s.target),
    };
    tip += &format!(
        ": {} {} over {} runs",
        s.metric.label(),
        number::or_missing(s.mean, |m| number::score(s.metric, m)),
        s.seeds.len()
    );
    if let Some(ci) = s.ci {
        tip += &format!(", interval {}", Value::Interval(ci, Show::Score(s.metric)).text());
    }
    if collapsed > 0 {
        tip += &format!(", {collapsed} collapsed");
    }
    if let Some(chance) = chance {
        tip += &format!(", chance level {}", number::score(s.metric, chance));
    }
    let fill = if s.source.is_none() { "var(--accent)" } else { "var(--quiet)" };
    let mark = Mark {
        key: s.source.as_ref().map(|source| pair_key(source, &s.target)),
        opens: s.source.as_ref().map(|source| Change::open(source, &s.target)),
        ..Mark::new(tip.clone())
    };
    let role = if s.source.is_some() { "button" } else { "img" };
    let group = el("g").class("row").attr("tabindex", "0").attr("role", role).mark(mark);
    let [from, to] = x.range();
    let band = el("rect").attr("x", "0").at("y", y - ROW / 2.0).at("width", to + VALUE).at("height", ROW);
    // Not a rect: those take the colour of a pointed-at row.
    let corner = |x: f64, y: f64| format!("{} {}", coordinate(x), coordinate(y));
    let (top, bottom) = (y - 6.0, y + 6.0);
    let outline = [(zero, top), (mean, top), (mean, bottom), (zero, bottom)].map(|(x, y)| corner(x, y)).join("L");
    let bar = el("path").attr("d", format!("M{outline}Z")).attr("fill", fill).attr("fill-opacity", "0.35");
    let whisker = s.ci.map(|ci| {
        let ends = [ci.low, ci.high].map(|v| at(v).clamp(from, to));
        line([ends[0], y], [ends[1], y], "var(--ink)").attr("stroke-width", "1.5")
    });
    let dots = s.seeds.iter().map(|run| {
        let x = at(run.score);
        if run.collapsed {
            let (l, r) = (x - 3.5, x + 3.5);
            let (t, b) = (y - 3.5, y + 3.5);
            let cross = format!("M{}L{}M{}L{}", corner(l, t), corner(r, b), corner(l, b), corner(r, t));
            el("path").attr("d", cross).attr("stroke", "var(--harms)").attr("stroke-width", "1.75")
        } else {
            el("circle").at("cx", x).at("cy", y).attr("r", "2.5").attr("fill", "var(--ink)").attr("fill-opacity", "0.7")
        }
    });
    let chance =
        chance.map(|c| line([at(c), top - 2.0], [at(c), bottom + 2.0], "var(--ink)").attr("stroke-dasharray", "3 2"));
    let words = number::or_missing(s.mean, |m| number::score(s.metric, m));
    let group = group
        .child(band.attr("fill", "transparent"))
        .child(silent_label(left - 10.0, y + 4.5, 13.0, "end", fit(&name, 13.0, left - 12.0)))
        .child(bar)
        .maybe(chance)
        .maybe(whisker)
        .children(dots)
        .child(silent_label(to + VALUE - 6.0, y + 4.5, 12.0, "end", words));
    named(group, &tip)
}

fn data(scores: &[&TaskScores]) -> Table {
    let rows: Vec<_> = scores.iter().flat_map(|s| s.seeds.iter().map(move |run| (s, run))).collect();
    Table::of(&rows, "scores", "Scores")
        .words("target", |(s, _)| &s.target)
        .words("source", |(s, _)| s.source.as_deref().unwrap_or(""))
        .words("metric", |(s, _)| s.metric.name())
        .numbers("seed", |(_, run)| run.seed.map_or(Value::Missing, Value::from))
        .numbers("score", |(_, run)| run.score)
        .words("collapsed", |(_, run)| if run.collapsed { "yes" } else { "no" })
        .noted("")
}
