//! Alone, after, together: every arm of every target as a dot with its interval, on one scale whose 0 is training alone.

use transfermap::analysis::{ArmAnalysis, How};
use transfermap::metric::Metric;
use transfermap::number;
use transfermap::table::arm_words;

use super::{Chart, Drawing, Picture, axis, label, line, named, silent_label};
use crate::mark::Mark;
use crate::node::{Element, Node, el};
use crate::scale::{Scale, fit, text_width};

const ROW: f64 = 22.0;
const HEAD: f64 = 28.0;
const WIDTH: f64 = 460.0;
const VERDICT: f64 = 110.0;

/// Draws the arms of which a gain is known, target by target.
pub fn arms(arms: &[ArmAnalysis]) -> Chart {
    let drawn: Vec<&ArmAnalysis> = arms.iter().filter(|a| a.how != How::Alone && a.gain.is_some()).collect();
    let left = drawn.iter().map(|a| text_width(&words(a), 12.0)).fold(60.0, f64::max).min(250.0) + 20.0;
    let ends = drawn.iter().flat_map(|a| {
        let factor = number::scale(a.metric);
        a.gain_ci.into_iter().flat_map(<[f64; 2]>::from).chain(a.gain).map(move |v| factor * v)
    });
    let x = Scale::over(ends.chain([0.0]), 0.04, [left, left + WIDTH]);
    let mut targets: Vec<&str> = Vec::new();
    for arm in &drawn {
        if !targets.contains(&arm.target.as_str()) {
            targets.push(&arm.target);
        }
    }
    let (mut rows, mut y) = (Vec::<Node>::new(), 0.0);
    for target in targets {
        let of_target = arms.iter().find(|a| a.how == How::Alone && a.target == target);
        let alone = of_target.and_then(|a| Some(format!(", alone {}", number::score(a.metric, a.score?))));
        let head = format!("{}{}", fit(target, 13.0, 200.0), alone.unwrap_or_default());
        rows.push(label(0.0, y + 19.0, 13.0, "start", head).attr("font-weight", "600").into());
        y += HEAD;
        for arm in drawn.iter().filter(|a| a.target == target) {
            rows.push(row(arm, y + ROW / 2.0, left, &x).into());
            y += ROW;
        }
    }
    let metric = drawn.first().map_or(Metric::Accuracy, |a| a.metric);
    let one_metric = drawn.iter().all(|a| a.metric == metric);
    let unit = match number::unit(metric) {
        unit if one_metric && !unit.is_empty() => format!(", {unit} of {}", metric.label()),
        _ => String::new(),
    };
    let mut contents: Vec<Node> = Vec::new();
    axis::below(&x, y + 6.0, 0.0, format!("gain over training alone{unit}"), &mut contents);
    contents.extend(rows);
    Chart {
        id: "arms".to_owned(),
        title: "Alone, after, together".to_owned(),
        reading: Some(
            "Filled: after a source, and together. Hollow: alone, for as many batches as a pair has. With the interval of \
             the mean; 0 is training alone."
                .to_owned(),
        ),
        definition: "together",
        drawing: Drawing::Plain(Picture { width: left + WIDTH + VERDICT, height: y + 50.0, contents }),
        data: transfermap::table::arms(arms),
    }
}

fn words(arm: &ArmAnalysis) -> String {
    arm_words(arm.how, arm.block.as_deref(), &arm.others)
}

fn row(arm: &ArmAnalysis, y: f64, left: f64, x: &Scale) -> Element {
    let factor = number::scale(arm.metric);
    let gain = arm.gain.unwrap_or(0.0);
    let interval = arm.gain_ci.map(|ci| format!(", interval {}", number::gain_interval(arm.metric, ci)));
    let verdict = arm.verdict.map(|v| format!(", {}", v.name()));
    let tip = format!(
        "{} {}: {} {}{}{}",
        arm.target,
        words(arm),
        number::gain(arm.metric, gain),
        number::unit(arm.metric),
        interval.unwrap_or_default(),
        verdict.unwrap_or_default()
    );
    let colour = if arm.how == How::After { "var(--quiet)" } else { "var(--accent)" };
    let whisker = arm.gain_ci.map(|ends| {
        line([x.at(factor * ends.low), y], [x.at(factor * ends.high), y], "var(--ink)").attr("stroke-width", "1.5")
    });
    let dot = el("circle").at("cx", x.at(factor * gain)).at("cy", y).attr("r", "4.5").attr("stroke", colour);
    let dot = dot.attr("fill", if arm.how == How::Longer { "var(--paper)" } else { colour });
    let end = x.range()[1];
    let band = el("rect").attr("x", "0").at("y", y - ROW / 2.0).at("width", end + VERDICT).at("height", ROW);
    let group = el("g").class("row").attr("tabindex", "0").attr("role", "img").mark(Mark::new(tip.clone()));
    let group = group
        .child(band.attr("fill", "transparent"))
        .child(silent_label(left - 12.0, y + 4.0, 12.0, "end", fit(&words(arm), 12.0, left - 14.0)))
        .maybe(whisker)
        .child(dot)
        .maybe(arm.verdict.map(|v| silent_label(end + 12.0, y + 4.0, 12.0, "start", v.signed())));
    named(group, &tip)
}
