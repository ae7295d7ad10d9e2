//! What stands in the page, read back: tables as text, and numbers for people as numbers.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::browser::Browser;

/// A table as the page shows it.
#[derive(Debug)]
pub struct ShownTable {
    id: String,
    columns: Vec<String>,
    /// The rows' cells from left to right, their heads included.
    pub rows: Vec<Vec<String>>,
}

impl ShownTable {
    /// Reads a table of the page by its id, without the `table-` in front.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(browser: &Browser, id: &str) -> Result<Self> {
        let script = "const table = document.getElementById('table-' + arguments[0]);
             const words = row => [...row.cells].map(c => c.textContent);
             return table && [words(table.tHead.rows[0]), [...table.tBodies[0].rows].map(words)]";
        let read = browser.js(script, vec![json!(id)])?;
        let (columns, rows): (Vec<String>, Vec<Vec<String>>) =
            serde_json::from_value(read).with_context(|| format!("the page has no table {id}"))?;
        Ok(Self { id: id.to_owned(), columns, rows })
    }

    /// The row that begins with `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn row(&self, name: &str) -> Result<ShownRow<'_>> {
        let row = self.rows.iter().find(|r| r.first().is_some_and(|c| c == name));
        Ok(ShownRow { table: self, cells: row.with_context(|| format!("table {} has no row {name}", self.id))? })
    }

    /// Every row.
    pub fn all(&self) -> impl Iterator<Item = ShownRow<'_>> {
        self.rows.iter().map(|cells| ShownRow { table: self, cells })
    }
}

/// A row of a [`ShownTable`].
#[derive(Debug)]
pub struct ShownRow<'a> {
    table: &'a ShownTable,
    cells: &'a [String],
}

impl ShownRow<'_> {
    /// The cell under a column.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn cell(&self, column: &str) -> Result<&str> {
        self.nth(column, 0)
    }

    /// The cell under a column whose name stands over several, counted from 0.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn nth(&self, column: &str, n: usize) -> Result<&str> {
        let at = self.table.columns.iter().enumerate().filter(|(_, name)| *name == column).nth(n);
        let (at, _) = at.with_context(|| format!("table {} has no column {column}", self.table.id))?;
        Ok(self.cells.get(at).context("a short row")?)
    }

    /// Checks that a cell shows a number, times `scale`, to as many decimals as it shows.
    ///
    /// # Errors
    /// When it shows another.
    pub fn shows(&self, column: &str, expected: &Value, scale: f64) -> Result<()> {
        self.nth_shows(column, 0, expected, scale)
    }

    /// As [`Self::shows`], under one of several columns of a name.
    ///
    /// # Errors
    /// When it shows another number.
    pub fn nth_shows(&self, column: &str, n: usize, expected: &Value, scale: f64) -> Result<()> {
        let name = self.cells.first().map_or("", String::as_str);
        shows(self.nth(column, n)?, expected, scale)
            .with_context(|| format!("table {}, row {name}, column {column}", self.table.id))
    }
}

/// Checks that a text is a number, times `scale`, to as many decimals as it shows; an array is an interval, and what is
/// absent a dash.
///
/// # Errors
/// When it is not.
pub fn shows(text: &str, expected: &Value, scale: f64) -> Result<()> {
    if let Some([low, high]) = expected.as_array().map(Vec::as_slice) {
        let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).and_then(|t| t.split_once(", "));
        let (shown_low, shown_high) = inner.with_context(|| format!("“{text}” is no interval"))?;
        shows(shown_low, low, scale)?;
        return shows(shown_high, high, scale);
    }
    let Some(expected) = expected.as_f64() else {
        ensure!(expected.is_null(), "{expected} is no number");
        ensure!(text == "—", "“{text}” where nothing is known");
        return Ok(());
    };
    let expected = scale * expected;
    if let Some(bound) = text.strip_prefix('<') {
        let bound: f64 = bound.parse().with_context(|| text.to_owned())?;
        ensure!(expected < bound, "“{text}”, expected {expected}");
        return Ok(());
    }
    let plain = text.trim_end_matches(['%', '\u{a0}']).replace('−', "-");
    let shown: f64 = plain.parse().with_context(|| format!("“{text}” is no number"))?;
    let decimals = plain.split_once('.').map_or(0, |(_, d)| d.len());
    let half = 0.5 * 10f64.powi(-i32::try_from(decimals)?);
    ensure!((shown - expected).abs() <= half * (1.0 + 1e-9), "“{text}”, expected {expected}");
    // A sign where there is none would be read as a direction.
    ensure!(shown != 0.0 || !plain.starts_with(['-', '+']), "“{text}” has a sign and no size");
    Ok(())
}

/// The text of HTML that a component wrote: without tags and comments, with its entities read.
pub fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        rest = tag.split_once(end).map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2F;", "/"), ("&amp;", "&")];
    entities.into_iter().fold(text, |text, (written, read)| text.replace(written, read))
}
