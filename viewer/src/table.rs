//! Tables of text: as HTML, as CSV, as Markdown.

use crate::node::{Element, Node, el, text};

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// A column's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What stands over it.
    pub name: String,
    /// How it stands.
    pub align: Align,
    /// A key of [`crate::definition`], shown on hover.
    pub definition: Option<&'static str>,
    /// A change of choices that a click on the head makes, to sort by it.
    pub set: Option<String>,
    /// Whether the rows are sorted by it, and if so, whether downwards.
    pub sorted: Option<bool>,
}

impl Column {
    fn head(&self) -> Element {
        let th = el("th").attr("scope", "col").attr_if(self.align == Align::Right, "class", "number");
        let button = || el("button").attr("type", "button").class("term");
        let mark = match self.sorted {
            Some(true) => " ↓",
            Some(false) => " ↑",
            None => "",
        };
        let direction = if self.sorted == Some(true) { "descending" } else { "ascending" };
        let th = th.attr_if(self.sorted.is_some(), "aria-sort", direction);
        match (&self.set, self.definition) {
            (Some(change), _) => {
                th.child(button().attr("data-set", change.clone()).text(format!("{}{mark}", self.name)))
            }
            (None, Some(key)) => th.child(button().attr("data-define", key).text(self.name.clone())),
            (None, None) => th.text(self.name.clone()),
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Class of the cell, for example `helps`.
    pub class: Option<&'static str>,
    /// What it says on hover.
    pub tip: Option<String>,
    /// A change of choices that a click makes.
    pub set: Option<String>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Cell {
    /// With a class.
    #[must_use]
    pub fn class(self, class: &'static str) -> Self {
        Self { class: Some(class), ..self }
    }

    /// With words on hover.
    #[must_use]
    pub fn tip(self, tip: impl Into<String>) -> Self {
        Self { tip: Some(tip.into()), ..self }
    }

    /// A link that changes choices.
    #[must_use]
    pub fn set(self, change: impl Into<String>) -> Self {
        Self { set: Some(change.into()), ..self }
    }
}

/// Rows under columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Name of its file, and key for copying.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// Heads.
    pub columns: Vec<Column>,
    /// Cells by row; the first cell of a row is its head.
    pub rows: Vec<Vec<Cell>>,
    /// A row that is open, by position, and what stands below it.
    pub opened: Option<(usize, Node)>,
}

impl Table {
    /// A table without columns.
    pub fn new(id: impl Into<String>, caption: impl Into<String>) -> Self {
        Self { id: id.into(), caption: caption.into(), ..Self::default() }
    }

    /// Adds a column of words.
    #[must_use]
    pub fn words(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column { name: name.into(), align: Align::Left, definition: None, set: None, sorted: None });
        self
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn numbers(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column { name: name.into(), align: Align::Right, definition: None, set: None, sorted: None });
        self
    }

    /// Gives the last column a definition.
    #[must_use]
    pub fn defined(mut self, key: &'static str) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.definition = Some(key);
        }
        self
    }

    /// Makes the last column's head a button that sorts; `sorted` says whether it does now, and if so, whether downwards.
    #[must_use]
    pub fn sortable(mut self, change: String, sorted: Option<bool>) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.set = Some(change);
            column.sorted = sorted;
        }
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// As HTML, with buttons that copy it.
    pub fn node(&self) -> Node {
        let copy = |format: &'static str, label: &'static str| {
            el("button")
                .attr("type", "button")
                .class("tool")
                .attr("data-copy", format)
                .attr("data-table", self.id.clone())
                .text(label)
        };
        let tools = el("span").class("tools").child(copy("csv", "Copy CSV")).child(copy("markdown", "Copy Markdown"));
        let head = self.columns.iter().map(Column::head);
        let mut rows: Vec<Element> = self.rows.iter().map(|row| self.row_node(row)).collect();
        if let Some((at, contents)) = self.opened.as_ref().filter(|(at, _)| *at < rows.len()) {
            let cell = el("td").attr("colspan", self.columns.len().to_string()).child(contents.clone());
            rows.insert(at + 1, el("tr").child(cell));
        }
        let table = el("table")
            .attr("id", format!("table-{}", self.id))
            .child(el("caption").class("hidden").text(self.caption.clone()))
            .child(el("thead").child(el("tr").children(head)))
            .child(el("tbody").children(rows));
        el("div")
            .class("table")
            .child(el("div").class("bar").child(el("h3").text(self.caption.clone())).child(tools))
            .child(
                el("div")
                    .class("frame")
                    .attr("tabindex", "0")
                    .attr("role", "region")
                    .attr("aria-label", self.caption.clone())
                    .child(table),
            )
            .into()
    }

    fn row_node(&self, row: &[Cell]) -> Element {
        let cells = row.iter().enumerate().map(|(i, cell)| {
            let number = self.columns.get(i).is_some_and(|c| c.align == Align::Right);
            let class = [number.then_some("number"), cell.class].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let td = if i == 0 { el("th").attr("scope", "row") } else { el("td") };
            let td = td.attr_if(!class.is_empty(), "class", class);
            let td = match &cell.tip {
                Some(tip) => td.attr("data-tip", tip.clone()),
                None => td,
            };
            match &cell.set {
                Some(change) => td.child(
                    el("button")
                        .attr("type", "button")
                        .class("link")
                        .attr("data-set", change.clone())
                        .child(text(cell.text.clone())),
                ),
                None => td.text(cell.text.clone()),
            }
        });
        el("tr").children(cells)
    }

    /// As CSV (RFC 4180, LF), with an ASCII minus so that programs read the numbers.
    pub fn csv(&self) -> String {
        let quoted = |field: &str| {
            let field = field.replace('−', "-").replace('—', "");
            if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
        };
        let line = |fields: Vec<String>| fields.join(",") + "\n";
        let head = line(self.columns.iter().map(|c| quoted(&c.name)).collect());
        let rows = self.rows.iter().map(|row| line(row.iter().map(|c| quoted(&c.text)).collect()));
        std::iter::once(head).chain(rows).collect()
    }

    /// As a Markdown table.
    pub fn markdown(&self) -> String {
        let line = |fields: Vec<String>| format!("| {} |\n", fields.join(" | "));
        let safe = |field: &str| field.replace('|', "\\|").replace(['\n', '\r'], " ");
        let rule = |c: &Column| if c.align == Align::Right { "---:".to_owned() } else { "---".to_owned() };
        let head = line(self.columns.iter().map(|c| safe(&c.name)).collect());
        let rule = line(self.columns.iter().map(rule).collect());
        let rows = self.rows.iter().map(|row| line(row.iter().map(|c| safe(&c.text)).collect()));
        [head, rule].into_iter().chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("t", "A table").words("task").numbers("gain");
        table.row(["a,\"b\"|c".into(), "−1.0".into()]);
        table.row(["rte".into(), "—".into()]);
        table
    }

    #[test]
    fn csv_quotes_and_has_numbers_that_programs_read() {
        assert_eq!(table().csv(), "task,gain\n\"a,\"\"b\"\"|c\",-1.0\nrte,\n");
    }

    #[test]
    fn markdown_escapes_bars() {
        assert_eq!(table().markdown(), "| task | gain |\n| --- | ---: |\n| a,\"b\"\\|c | −1.0 |\n| rte | — |\n");
    }

    #[test]
    fn html_has_heads_for_rows_and_columns() {
        let markup = table().node().markup();
        assert!(markup.contains("<th scope=\"col\" class=\"number\">gain</th>"), "{markup}");
        assert!(markup.contains("<th scope=\"row\">rte</th><td class=\"number\">—</td>"), "{markup}");
    }
}
