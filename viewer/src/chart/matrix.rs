//! A matrix of named rows and columns: heads that stay in view, cells with a colour, words, a sign and hatching.

use super::{Picture, label, named, silent_label};
use crate::choices::Change;
use crate::mark::Mark;
use crate::node::{Element, Node, coordinate, el};
use crate::scale::{fit, text_width};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    pub fill: String,
    /// Colour of what stands in it.
    pub ink: String,
    /// The number, in a size that is read first.
    pub main: String,
    /// A smaller line below; only where cells are large.
    pub below: String,
    /// A sign beside the number, for what is not told by colour alone.
    pub sign: &'static str,
    /// Hatched: something limits the number.
    pub hatched: bool,
    /// What a hovering reader and a screen reader are told.
    pub tip: String,
    /// Cells of several charts with one key are shown together on hover.
    pub key: String,
    /// What a click opens.
    pub opens: Option<Change>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    /// What rows are, for example `source`.
    pub row_title: String,
    /// What columns are, for example `target`.
    pub column_title: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// Cells by row; `None` is missing.
    pub cells: Vec<Vec<Option<Cell>>>,
    /// Rows from this one on are set apart (means, for example).
    pub rows_apart: Option<usize>,
    /// Columns from this one on are set apart.
    pub columns_apart: Option<usize>,
    /// What stands below, for example a legend.
    pub legend: Option<Picture>,
}

/// The pictures of a matrix: its heads and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    rows: usize,
    columns: usize,
    corner: Picture,
    top: Picture,
    side: Picture,
    body: Picture,
    legend: Option<Picture>,
}

const APART: f64 = 10.0;
const GAP: f64 = 2.0;

/// Sizes that depend on how much there is to show.
struct Sizes {
    cell: [f64; 2],
    font: f64,
    below: bool,
}

impl Sizes {
    fn new(matrix: &Matrix) -> Self {
        let most = matrix.columns.len().max(matrix.rows.len());
        let widest = |of: fn(&Cell) -> &String, size: f64| {
            let cells = matrix.cells.iter().flatten().flatten();
            cells.map(|c| text_width(of(c), size)).fold(0.0, f64::max)
        };
        let (height, font, below) = match most {
            0..=9 => (52.0, 15.0, true),
            10..=14 => (40.0, 13.0, true),
            _ => (26.0, 11.0, false),
        };
        let sign = 1.3 * font;
        // The numbers are bold, which is wider.
        let number = 1.1 * widest(|c| &c.main, font) + sign;
        let small = if below { widest(|c| &c.below, font - 4.0) } else { 0.0 };
        let width = (number.max(small) + 12.0).max(height);
        Self { cell: [width, height], font, below }
    }
}

impl Matrix {
    pub fn parts(&self) -> Parts {
        let sizes = Sizes::new(self);
        let [width, height] = sizes.cell;
        let x = |c: usize| c as f64 * width + if self.columns_apart.is_some_and(|a| c >= a) { APART } else { 0.0 };
        let y = |r: usize| r as f64 * height + if self.rows_apart.is_some_and(|a| r >= a) { APART } else { 0.0 };
        let total = [x(self.columns.len()), y(self.rows.len())];
        let longest = |names: &[String]| names.iter().map(|n| text_width(n, 13.0)).fold(0.0, f64::max);
        let side_width = (longest(&self.rows).min(170.0) + 14.0).max(text_width(&self.corner_title(), 11.0) + 8.0);
        // Names that do not fit over their columns stand upright.
        let upright = longest(&self.columns) > width - 6.0;
        let top_height = if upright { longest(&self.columns).min(150.0) + 14.0 } else { 26.0 };
        let top = (0..self.columns.len()).map(|c| self.column_head(c, x(c) + width / 2.0, top_height, upright));
        let side = (0..self.rows.len()).map(|r| {
            let name = fit(&self.rows[r], 13.0, side_width - 12.0);
            label(side_width - 8.0, y(r) + height / 2.0 + 4.5, 13.0, "end", name)
                .child(el("title").text(self.rows[r].clone()))
        });
        let body = self.cells.iter().enumerate().map(|(r, row)| {
            let cells = row.iter().enumerate();
            let drawn = cells.map(|(c, cell)| match cell {
                Some(cell) => self.cell(cell, [r, c], [x(c), y(r)], &sizes),
                None => self.missing([r, c], [x(c), y(r)], &sizes),
            });
            Node::from(el("g").attr("role", "row").children(drawn))
        });
        Parts {
            rows: self.rows.len(),
            columns: self.columns.len(),
            corner: Picture {
                width: side_width,
                height: top_height,
                contents: vec![
                    label(side_width - 8.0, top_height - 8.0, 11.0, "end", self.corner_title())
                        .attr("class", "quiet")
                        .into(),
                ],
            },
            top: Picture { width: total[0], height: top_height, contents: top.map(Node::from).collect() },
            side: Picture { width: side_width, height: total[1], contents: side.map(Node::from).collect() },
            body: Picture { width: total[0], height: total[1], contents: body.collect() },
            legend: self.legend.clone(),
        }
    }

    fn corner_title(&self) -> String {
        format!("{} ↓  {} →", self.row_title, self.column_title)
    }

    fn column_head(&self, column: usize, x: f64, height: f64, upright: bool) -> Element {
        let name = &self.columns[column];
        let drawn = if upright {
            label(0.0, 0.0, 13.0, "start", fit(name, 13.0, height - 12.0))
                .attr("transform", format!("translate({} {}) rotate(-90)", x + 4.5, height - 8.0))
        } else {
            label(x, height - 8.0, 13.0, "middle", name.clone())
        };
        drawn.child(el("title").text(name.clone()))
    }

    fn cell(&self, cell: &Cell, at: [usize; 2], [x, y]: [f64; 2], sizes: &Sizes) -> Element {
        let [width, height] = sizes.cell;
        let frame =
            || el("rect").at("x", x).at("y", y).at("width", width - GAP).at("height", height - GAP).attr("rx", "3");
        let middle = [x + (width - GAP) / 2.0, y + (height - GAP) / 2.0];
        let two_lines = sizes.below && !cell.below.is_empty();
        let baseline = if two_lines { middle[1] - 1.0 } else { middle[1] + sizes.font * 0.36 };
        let words = if cell.sign.is_empty() { cell.main.clone() } else { format!("{} {}", cell.main, cell.sign) };
        let ink = |element: Element| recolour(element, &cell.ink);
        let below = two_lines.then(|| {
            ink(silent_label(middle[0], middle[1] + sizes.font - 1.0, sizes.font - 4.0, "middle", cell.below.clone()))
        });
        let mark = Mark {
            tip: cell.tip.clone(),
            key: (!cell.key.is_empty()).then(|| cell.key.clone()),
            opens: cell.opens.clone(),
            place: Some(at),
        };
        let group = gridcell(mark)
            .child(frame().attr("fill", cell.fill.clone()))
            .maybe(cell.hatched.then(|| hatching([x, y], [width - GAP, height - GAP])))
            .child(ink(silent_label(middle[0], baseline, sizes.font, "middle", words)).attr("font-weight", "600"))
            .maybe(below);
        named(group, &cell.tip)
    }

    fn missing(&self, at: [usize; 2], [x, y]: [f64; 2], sizes: &Sizes) -> Element {
        let [width, height] = sizes.cell;
        let diagonal = self.rows.get(at[0]) == self.columns.get(at[1]);
        let what = if diagonal { "no transfer to itself" } else { "missing" };
        let name = |names: &[String], i: usize| names.get(i).cloned().unwrap_or_default();
        let tip = format!("{} → {}: {what}", name(&self.rows, at[0]), name(&self.columns, at[1]));
        let outline = el("rect")
            .at("x", x + 0.5)
            .at("y", y + 0.5)
            .at("width", width - GAP - 1.0)
            .at("height", height - GAP - 1.0)
            .attr("rx", "3")
            .attr("fill", "none")
            .attr("stroke", "var(--line)");
        let dot = silent_label(x + (width - GAP) / 2.0, y + (height - GAP) / 2.0 + 4.0, 12.0, "middle", "·");
        let group = gridcell(Mark::new(tip.clone()).place(at[0], at[1]))
            .child(if diagonal { outline.attr("stroke-opacity", "0") } else { outline.attr("stroke-dasharray", "3 3") })
            .maybe(diagonal.then(|| recolour(dot, "var(--quiet)")));
        named(group, &tip)
    }
}

/// One cell can be reached by Tab, the others from it by arrow keys.
fn gridcell(mark: Mark) -> Element {
    let first = mark.place == Some([0, 0]);
    el("g").attr("role", "gridcell").class("cell").attr("tabindex", if first { "0" } else { "-1" }).mark(mark)
}

/// Falling lines over a cell. Drawn line by line: a pattern would need an id, and ids are of a document, which may hold
/// several drawings.
fn hatching([x, y]: [f64; 2], [width, height]: [f64; 2]) -> Element {
    const STEP: f64 = 8.5;
    let mut d = String::new();
    let mut from = STEP / 2.0;
    while from < width + height {
        let start = [x + (from - height).max(0.0), y + from.min(height)];
        let end = [x + from.min(width), y + (from - width).max(0.0)];
        let [x1, y1, x2, y2] = [start[0], start[1], end[0], end[1]].map(coordinate);
        d += &format!("M{x1} {y1}L{x2} {y2}");
        from += STEP;
    }
    el("path").attr("d", d).attr("stroke", "var(--ink)").attr("stroke-width", "0.75").attr("stroke-opacity", "0.45")
}

fn recolour(mut element: Element, ink: &str) -> Element {
    if let Some((_, fill)) = element.attributes.iter_mut().find(|(name, _)| *name == "fill") {
        *fill = ink.to_owned().into();
    }
    element
}

impl Parts {
    /// The frame of a page: the body scrolls under its heads.
    pub fn frame(&self, title: &str) -> Element {
        let part = |class: &'static str, picture: &Picture| {
            el("div").class(class).child(picture.svg().attr("aria-hidden", "true"))
        };
        let body = self
            .body
            .svg()
            .attr("role", "grid")
            .attr("aria-label", title.to_owned())
            .attr("aria-rowcount", self.rows.to_string())
            .attr("aria-colcount", self.columns.to_string());
        let grid = el("div")
            .class("frame matrix")
            .child(part("corner", &self.corner))
            .child(part("top", &self.top))
            .child(part("side", &self.side))
            .child(el("div").class("body").child(body));
        el("div").child(grid).maybe(
            self.legend.as_ref().map(|l| {
                el("div").class("frame legend").child(l.svg().attr("role", "group").attr("aria-label", "Legend"))
            }),
        )
    }

    /// All parts as one picture, for files.
    pub fn whole(&self) -> Picture {
        let [left, top] = [self.corner.width, self.corner.height];
        let below = top + self.body.height + 12.0;
        let legend = self.legend.as_ref();
        Picture {
            width: (left + self.body.width).max(legend.map_or(0.0, |l| l.width)),
            height: below + legend.map_or(0.0, |l| l.height),
            contents: [
                Some(self.corner.group(0.0, 0.0)),
                Some(self.top.group(left, 0.0)),
                Some(self.side.group(0.0, top)),
                Some(self.body.group(left, top)),
                legend.map(|l| l.group(0.0, below)),
            ]
            .into_iter()
            .flatten()
            .map(Node::from)
            .collect(),
        }
    }
}
