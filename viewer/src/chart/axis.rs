//! Axes of plain drawings: ticks with numbers, and a title with its unit.

use transfermap::number;

use super::{label, line};
use crate::node::Node;
use crate::scale::Scale;

const SIZE: f64 = 12.0;

/// An axis below a drawing at height `y`, with grid lines up to `top`.
pub fn below(scale: &Scale, y: f64, top: f64, title: String, into: &mut Vec<Node>) {
    let [from, to] = scale.range();
    let (ticks, decimals) = scale.ticks(((to - from) / 75.0) as usize);
    for tick in ticks {
        let x = scale.at(tick);
        let stroke = if tick == 0.0 { "var(--quiet)" } else { "var(--line)" };
        into.push(line([x, top], [x, y + 4.0], stroke).into());
        into.push(label(x, y + 18.0, SIZE, "middle", number::plain(tick, decimals)).into());
    }
    into.push(label((from + to) / 2.0, y + 38.0, SIZE, "middle", title).attr("class", "quiet").into());
}

/// An axis left of a drawing at `x`, with grid lines to `right`; its title stands upright at the left edge.
pub fn left(scale: &Scale, x: f64, right: f64, title: String, into: &mut Vec<Node>) {
    let [from, to] = scale.range();
    let (ticks, decimals) = scale.ticks(((from - to).abs() / 60.0) as usize);
    for tick in ticks {
        let y = scale.at(tick);
        let stroke = if tick == 0.0 { "var(--quiet)" } else { "var(--line)" };
        into.push(line([x - 4.0, y], [right, y], stroke).into());
        into.push(label(x - 8.0, y + 4.0, SIZE, "end", number::plain(tick, decimals)).into());
    }
    let middle = (from + to) / 2.0;
    let turned = format!("translate(14 {}) rotate(-90)", crate::node::coordinate(middle));
    into.push(label(0.0, 0.0, SIZE, "middle", title).attr("class", "quiet").attr("transform", turned).into());
}
