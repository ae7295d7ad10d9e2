//! What colours, signs and hatching mean.

use super::{Picture, label};
use crate::node::{Node, el};
use crate::scale::text_width;

const SIZE: f64 = 12.0;
const STEP: f64 = 14.0;
const BAR: f64 = 12.0;
/// Lines of signs are no longer than the narrowest screen.
const LINE: f64 = 328.0;

/// A bar of colour steps with words at its ends and its middle, and below it signs with their meaning.
pub fn legend(steps: &[String], [low, middle, high]: [String; 3], signs: &[(&str, &str)]) -> Picture {
    let bar = steps.len() as f64 * STEP;
    let left = (text_width(&low, SIZE) / 2.0).max(4.0);
    let mut contents: Vec<Node> = Vec::new();
    for (i, fill) in steps.iter().enumerate() {
        let rect = el("rect").at("x", left + i as f64 * STEP).attr("y", "0").at("width", STEP).at("height", BAR);
        contents.push(rect.attr("fill", fill.clone()).into());
    }
    // Fonts differ: a little room, so that the last word is not cut.
    let right = left + bar + text_width(&high, SIZE) / 2.0 + 6.0;
    for (x, words) in [(left, low), (left + bar / 2.0, middle), (left + bar, high)] {
        contents.push(label(x, BAR + 15.0, SIZE, "middle", words).into());
    }
    let mut x = 0.0;
    let mut width = right;
    let mut y = BAR + 38.0;
    for (sign, meaning) in signs {
        let words = format!("{sign} {meaning}");
        let wide = text_width(&words, SIZE) + 18.0;
        if x > 0.0 && x + wide > LINE {
            x = 0.0;
            y += 20.0;
        }
        contents.push(label(x, y, SIZE, "start", words).into());
        x += wide;
        width = width.max(x);
    }
    let height = if signs.is_empty() { BAR + 22.0 } else { y + 6.0 };
    Picture { width, height, contents }
}
