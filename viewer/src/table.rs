//! Core's tables as HTML, with heads that open definitions or sort, and buttons that copy.

pub use transfermap::table::{Cell, Column, Kind, Show, Table, Tone, Value};

use transfermap::table::Medium;

use crate::node::{Element, Node, el, text};

/// A head that sorts the rows by its column.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// The change of choices that a click makes.
    pub set: String,
    /// Whether the rows are sorted by it now, and if so, whether downwards.
    pub sorted: Option<bool>,
}

/// A table as HTML, with buttons that copy it.
pub fn node(table: &Table) -> Node {
    sortable(table, &[], None)
}

/// The same with heads that sort, one for each column, and below one row, by position, what it opens.
pub fn sortable(table: &Table, sorts: &[Sort], opened: Option<(usize, Node)>) -> Node {
    let table = table.on(Medium::Page);
    let copy = |format: &'static str, label: &'static str| {
        el("button")
            .attr("type", "button")
            .class("tool")
            .attr("data-copy", format)
            .attr("data-table", table.id.clone())
            .text(label)
    };
    let tools = el("span").class("tools").child(copy("csv", "Copy CSV")).child(copy("markdown", "Copy Markdown"));
    let heads = table.columns.iter().enumerate().map(|(i, column)| head(column, sorts.get(i)));
    let mut rows: Vec<Element> = table.rows.iter().map(|cells| row(&table.columns, cells)).collect();
    if let Some((at, contents)) = opened.filter(|(at, _)| *at < rows.len()) {
        let cell = el("td").attr("colspan", table.columns.len().to_string()).child(contents);
        rows.insert(at + 1, el("tr").child(cell));
    }
    let body = el("table")
        .attr("id", format!("table-{}", table.id))
        .child(el("caption").class("hidden").text(table.title.clone()))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    let note = (!table.note.is_empty()).then(|| el("p").class("reading").text(table.note.clone()));
    el("div")
        .class("table")
        .child(el("div").class("bar").child(el("h3").text(table.title.clone())).child(tools))
        .maybe(note)
        .child(
            el("div")
                .class("frame")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", table.title.clone())
                .child(body),
        )
        .into()
}

fn head(column: &Column, sort: Option<&Sort>) -> Element {
    let th = el("th").attr("scope", "col").attr_if(column.is_numeric(), "class", "number");
    let button = || el("button").attr("type", "button").class("term");
    match (sort, column.definition) {
        (Some(Sort { set, sorted }), _) => {
            let (mark, direction) = match sorted {
                Some(true) => (" ↓", "descending"),
                Some(false) => (" ↑", "ascending"),
                None => ("", ""),
            };
            let words = format!("{}{mark}", column.head);
            th.attr_if(sorted.is_some(), "aria-sort", direction)
                .child(button().attr("data-set", set.clone()).text(words))
        }
        (None, Some(key)) => th.child(button().attr("data-define", key).text(column.head.clone())),
        (None, None) => th.text(column.head.clone()),
    }
}

fn row(columns: &[Column], cells: &[Cell]) -> Element {
    let cells = cells.iter().zip(columns).enumerate().map(|(i, (cell, column))| {
        let tone = match cell.tone {
            Some(Tone::Quiet) => Some("quiet"),
            Some(Tone::Good) => Some("helps"),
            Some(Tone::Bad) => Some("harms"),
            Some(Tone::Warn) => Some("warn"),
            None => None,
        };
        let stands = match column.kind {
            Kind::Numbers | Kind::Intervals => Some("number"),
            Kind::Prose => Some("wrap"),
            Kind::Words => None,
        };
        let class = [stands, tone].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let td = if i == 0 { el("th").attr("scope", "row") } else { el("td") };
        let td = td.attr_if(!class.is_empty(), "class", class);
        let td = match &cell.note {
            Some(note) => td.attr("data-tip", note.clone()),
            None => td,
        };
        match &cell.link {
            Some(change) => td.child(
                el("button")
                    .attr("type", "button")
                    .class("link")
                    .attr("data-set", change.clone())
                    .child(text(cell.text())),
            ),
            None => td.text(cell.text()),
        }
    });
    el("tr").children(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_has_heads_for_rows_and_columns() {
        let mut table = Table::new("t", "A table").words("task").numbers("gain");
        table.row(["rte".into(), Value::Missing.into()]);
        let markup = node(&table).markup();
        assert!(markup.contains("<th scope=\"col\" class=\"number\">gain</th>"), "{markup}");
        assert!(markup.contains("<th scope=\"row\">rte</th><td class=\"number\">—</td>"), "{markup}");
    }
}
