//! Two axes with round ticks and faint grid lines: the ground of every chart that is no matrix.

use super::{Picture, label, line};
use crate::node::{Node, el};
use crate::scale::{Scale, text_width};

/// An axis before it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit.
    pub title: String,
    /// The numbers at its ends.
    pub domain: [f64; 2],
    /// Where it is marked, and how.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis around all `values` with a little room; `show` writes a tick with so many decimals.
    pub fn around(title: impl Into<String>, values: &[f64], show: &dyn Fn(f64, usize) -> String) -> Self {
        let domain = Scale::over(values.iter().copied(), 0.08, [0.0, 1.0]).domain();
        Self::between(title, domain, show)
    }

    /// An axis with these ends.
    pub fn between(title: impl Into<String>, domain: [f64; 2], show: &dyn Fn(f64, usize) -> String) -> Self {
        let (ticks, decimals) = Scale::new(domain, [0.0, 1.0]).ticks(6);
        Self { title: title.into(), domain, ticks: ticks.into_iter().map(|t| (t, show(t, decimals))).collect() }
    }
}

/// Drawn axes; marks are added to the contents.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// From numbers to positions, left to right.
    pub x: Scale,
    /// From numbers to positions, bottom to top.
    pub y: Scale,
    pub contents: Vec<Node>,
    /// Of the whole picture.
    pub size: [f64; 2],
}

const SIZE: f64 = 12.0;

impl Plot {
    /// Axes in a picture of this size.
    pub fn new([width, height]: [f64; 2], x: &Axis, y: &Axis) -> Self {
        let widest = y.ticks.iter().map(|(_, words)| text_width(words, SIZE)).fold(0.0, f64::max);
        let [left, right, top, bottom] = [widest + 10.0, width - 14.0, 26.0, height - 40.0];
        let (xs, ys) = (Scale::new(x.domain, [left, right]), Scale::new(y.domain, [bottom, top]));
        let mut contents: Vec<Node> = vec![label(0.0, 12.0, SIZE, "start", y.title.clone()).class("quiet").into()];
        for (value, words) in &y.ticks {
            let at = ys.at(*value);
            contents.push(line([left, at], [right, at], "var(--line)").into());
            contents.push(label(left - 6.0, at + 4.0, SIZE, "end", words.clone()).into());
        }
        for (value, words) in &x.ticks {
            let at = xs.at(*value);
            contents.push(line([at, bottom], [at, bottom + 4.0], "var(--quiet)").into());
            contents.push(label(at, bottom + 18.0, SIZE, "middle", words.clone()).into());
        }
        contents.push(line([left, bottom], [right, bottom], "var(--quiet)").into());
        contents.push(label(right, height - 6.0, SIZE, "end", x.title.clone()).class("quiet").into());
        Self { x: xs, y: ys, contents, size: [width, height] }
    }

    pub fn add(&mut self, node: impl Into<Node>) {
        self.contents.push(node.into());
    }

    /// A line through points, in the order given; points that are no numbers are left out.
    pub fn path(&mut self, points: &[[f64; 2]], stroke: &str, width: f64, opacity: f64, dashed: bool) {
        let mut d = String::new();
        for [x, y] in points.iter().filter(|p| p.iter().all(|v| v.is_finite())) {
            d.push(if d.is_empty() { 'M' } else { 'L' });
            d.push_str(&crate::node::coordinate(self.x.at(*x)));
            d.push(' ');
            d.push_str(&crate::node::coordinate(self.y.at(*y)));
        }
        let path = el("path").attr("d", d).attr("fill", "none").attr("stroke", stroke.to_owned());
        let path = path.at("stroke-width", width).at("stroke-opacity", opacity).attr("stroke-linejoin", "round");
        self.add(path.attr_if(dashed, "stroke-dasharray", "5 4"));
    }

    /// What lines and shapes mean, below the axes; the picture grows.
    pub fn legend(&mut self, entries: &[(Node, String)]) {
        let [width, mut y] = self.size;
        let mut x = 0.0;
        for (sample, words) in entries {
            let wide = 30.0 + text_width(words, SIZE) + 16.0;
            if x > 0.0 && x + wide > width {
                x = 0.0;
                y += 20.0;
            }
            self.add(el("g").attr("transform", format!("translate({x} {})", y + 12.0)).child(sample.clone()));
            self.add(label(x + 30.0, y + 16.0, SIZE, "start", words.clone()));
            x += wide;
        }
        self.size = [width, y + 24.0];
    }

    pub fn picture(self) -> Picture {
        let [width, height] = self.size;
        Picture { width, height, contents: self.contents }
    }
}

/// A mark that tells categories apart without their colour: circle, square, triangle, diamond, in turn.
pub fn shape(which: usize, [x, y]: [f64; 2], size: f64) -> crate::node::Element {
    let d = match which % 4 {
        0 => return el("circle").at("cx", x).at("cy", y).at("r", size),
        1 => [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
        2 => [[0.0, -1.2], [1.1, 0.9], [-1.1, 0.9], [-1.1, 0.9]],
        _ => [[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]],
    };
    let at = d.map(|[dx, dy]| {
        format!("{},{}", crate::node::coordinate(x + dx * size), crate::node::coordinate(y + dy * size))
    });
    el("polygon").attr("points", at.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use transfermap::number::plain;

    #[test]
    fn marks_stand_between_the_axes() {
        let x = Axis::around("epoch", &[1.0, 3.0], &plain);
        let y = Axis::around("accuracy", &[0.5, 0.9], &plain);
        let plot = Plot::new([300.0, 200.0], &x, &y);
        assert!(plot.x.at(1.0) > 20.0 && plot.x.at(3.0) < 290.0);
        assert!(plot.y.at(0.9) < plot.y.at(0.5) && plot.y.at(0.5) < 160.0);
    }

    #[test]
    fn what_is_no_number_is_left_out_of_a_line() {
        let axis = Axis::between("", [0.0, 1.0], &plain);
        let mut plot = Plot::new([100.0, 100.0], &axis, &axis);
        plot.path(&[[0.0, f64::NAN], [0.0, 0.0], [1.0, 1.0]], "var(--ink)", 1.0, 1.0, false);
        let markup = plot.contents.last().map(Node::markup).unwrap_or_default();
        assert!(markup.contains("d=\"M") && !markup.contains("NaN"), "{markup}");
    }
}
