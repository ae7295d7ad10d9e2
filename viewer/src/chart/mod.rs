//! Charts, one a file. A chart is a drawing, the table behind it, and the words around it; the same code draws it in a
//! page, in the HTML that stands there before any script runs, and in SVG and PNG files.

pub mod arms;
pub mod axis;
pub mod balance;
pub mod confusion;
pub mod difference;
pub mod heat;
pub mod intervals;
pub mod legend;
pub mod lines;
pub mod matrix;
pub mod paired_seeds;
pub mod plot;
pub mod scatter;
pub mod scores;
pub mod sources;
pub mod transfer_map;

use crate::node::{Element, Node, el};
use crate::table::Table;
use crate::tokens;

/// A drawing with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Name of its files, and its anchor in the page.
    pub id: String,
    /// What it shows, a noun phrase.
    pub title: String,
    /// One sentence below the title: how to read it.
    pub reading: Option<String>,
    /// A key of [`transfermap::glossary`]: what "?" opens.
    pub definition: &'static str,
    pub drawing: Drawing,
    /// The numbers behind it.
    pub data: Table,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// One picture.
    Plain(Picture),
    /// A matrix, whose heads stay in view while its body scrolls.
    Matrix(matrix::Parts),
}

/// A picture: the contents of an `svg` of this size.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    pub contents: Vec<Node>,
}

impl Picture {
    /// The `svg` of a page.
    pub fn svg(&self) -> Element {
        el("svg")
            .at("width", self.width)
            .at("height", self.height)
            .attr("viewBox", format!("0 0 {} {}", self.width, self.height))
            .children(self.contents.iter().cloned())
    }

    fn group(&self, x: f64, y: f64) -> Element {
        el("g").attr("transform", format!("translate({x} {y})")).children(self.contents.iter().cloned())
    }
}

/// Room around a drawing in a file, and for its title.
const FILE_PADDING: f64 = 16.0;
const FILE_TITLE: f64 = 28.0;

impl Chart {
    /// The drawing of a page, in a frame in which it scrolls where it is too wide.
    pub fn drawn(&self) -> Node {
        match &self.drawing {
            Drawing::Plain(picture) => el("div")
                .class("frame")
                .child(picture.svg().attr("role", "group").attr("aria-label", self.title.clone()))
                .into(),
            Drawing::Matrix(parts) => parts.frame(&self.title).into(),
        }
    }

    /// The figure as it stands in a page before any script runs: there is nothing to click yet.
    pub fn still(&self) -> Node {
        el("figure")
            .class("chart")
            .attr("id", format!("chart-{}", self.id))
            .child(el("figcaption").class("bar").child(el("h3").text(self.title.clone())))
            .maybe(self.reading.clone().map(|reading| el("p").class("reading").text(reading)))
            .child(el("div").class("drawing").child(self.drawn()))
            .into()
    }

    /// A file that stands alone: title, literal colours, no outside references.
    pub fn svg_file(&self) -> String {
        let picture = match &self.drawing {
            Drawing::Plain(picture) => picture.clone(),
            Drawing::Matrix(parts) => parts.whole(),
        };
        let width = picture.width.max(crate::scale::text_width(&self.title, 16.0)) + 2.0 * FILE_PADDING;
        let height = picture.height + 2.0 * FILE_PADDING + FILE_TITLE;
        let svg: Node = el("svg")
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .at("width", width)
            .at("height", height)
            .attr("viewBox", format!("0 0 {width} {height}"))
            .attr("font-family", "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif")
            .child(el("title").text(self.title.clone()))
            .child(el("rect").attr("width", "100%").attr("height", "100%").attr("fill", "var(--paper)"))
            .child(
                el("text")
                    .at("x", FILE_PADDING)
                    .at("y", FILE_PADDING + 14.0)
                    .attr("font-size", "16")
                    .attr("font-weight", "600")
                    .attr("fill", "var(--ink)")
                    .text(self.title.clone()),
            )
            .child(picture.group(FILE_PADDING, FILE_PADDING + FILE_TITLE))
            .into();
        tokens::resolve(&svg.markup())
    }
}

/// Text in a drawing: `anchor` is `start`, `middle` or `end`.
pub fn label(x: f64, y: f64, size: f64, anchor: &'static str, content: impl Into<String>) -> Element {
    el("text")
        .at("x", x)
        .at("y", y)
        .at("font-size", size)
        .attr_if(anchor != "start", "text-anchor", anchor)
        .attr("fill", "var(--ink)")
        .text(content.into())
}

/// As [`label`], where a screen reader is told more by the label of what it stands in, and need not hear it twice.
pub fn silent_label(x: f64, y: f64, size: f64, anchor: &'static str, content: impl Into<String>) -> Element {
    label(x, y, size, anchor, content).attr("aria-hidden", "true")
}

/// Names a mark: first the words that stand in it (who says what is seen must reach it, WCAG 2.5.3), then the tip.
/// Comes after the mark's contents.
pub fn named(mut mark: Element, tip: &str) -> Element {
    let is_text = |n: &Node| matches!(n, Node::Element(e) if e.tag == "text");
    let shown = mark.children.iter().filter(|n| is_text(n)).map(Node::plain_text).collect::<Vec<_>>().join(" ");
    // Between two texts nothing is drawn, but readers would run their words together.
    for i in (1..mark.children.len()).rev() {
        if mark.children.get(i).is_some_and(is_text) {
            mark.children.insert(i, crate::node::text(" "));
        }
    }
    let name = if has_words(tip, &shown) { tip.to_owned() } else { format!("{shown}; {tip}") };
    mark.attr("aria-label", name)
}

/// Whether `words` stand in `text` as whole words: 0.07 does not stand in 0.0712.
fn has_words(text: &str, words: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '.';
    text.match_indices(words).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + words.len()..).unwrap_or(""));
        !before.ends_with(goes_on) && !after.starts_with(char::is_alphanumeric)
    })
}

pub fn line([x1, y1]: [f64; 2], [x2, y2]: [f64; 2], stroke: &'static str) -> Element {
    el("line").at("x1", x1).at("y1", y1).at("x2", x2).at("y2", y2).attr("stroke", stroke)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_named_by_what_stands_in_it() {
        let mark = |words: &[&str], tip: &str| {
            let texts = words.iter().map(|w| silent_label(0.0, 0.0, 12.0, "start", *w));
            let mark: Node = named(el("g").children(texts), tip).into();
            let Node::Element(element) = &mark else { return None };
            element.get("aria-label").map(|l| format!("{l}|{}", mark.plain_text().trim()))
        };
        let is = |words: &[&str], tip: &str, name: &str| assert_eq!(mark(words, tip).as_deref(), Some(name));
        is(&["0.07"], "a → b: likeness 0.0712", "0.07; a → b: likeness 0.0712|0.07");
        is(&["0.07"], "a → b: likeness 0.07, low", "a → b: likeness 0.07, low|0.07");
        is(&["+7.3 ▲", "helps"], "a → b", "+7.3 ▲ helps; a → b|+7.3 ▲   helps");
        is(&[], "a → b", "a → b|");
    }
}
