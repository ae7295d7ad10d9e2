//! Core's tables, with what a click in them changes.

pub use transfermap::table::{Cell, Column, Kind, Show, Table, Tone, Value};

use crate::choices::Change;

/// A head that sorts the rows by its column.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    pub change: Change,
    /// Whether the rows are sorted by it now, and if so, whether downwards.
    pub sorted: Option<bool>,
}

/// A table of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub table: Table,
    /// The column whose cells are links.
    pub link_column: &'static str,
    /// What these links change, row by row.
    pub links: Vec<Option<Change>>,
    /// The heads that sort, one for each column; none where the rows have one order.
    pub sorts: Vec<Sort>,
}

impl From<Table> for Sheet {
    fn from(table: Table) -> Self {
        Self { table, ..Self::default() }
    }
}

impl Sheet {
    /// A table with links in one column.
    pub fn linked(table: Table, column: &'static str, links: Vec<Option<Change>>) -> Self {
        Self { table, link_column: column, links, sorts: Vec::new() }
    }
}
