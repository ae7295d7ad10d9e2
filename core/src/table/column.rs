//! A table and what it is made of.

use super::{Show, Value};
use crate::statistics::Interval;

/// Where a table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Files for programs.
    Csv,
    /// Papers.
    Latex,
    /// What the command line prints.
    Terminal,
    /// The viewer.
    Page,
}

impl Medium {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::Latex, Self::Terminal, Self::Page];
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words, to the left.
    Words,
    /// Sentences, which may wrap.
    Prose,
    /// Numbers, to the right.
    Numbers,
    /// Intervals, to the right; for programs two columns, `_low` and `_high`.
    Intervals,
}

/// A column's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name for programs.
    pub name: String,
    /// What stands over it for people.
    pub head: String,
    /// What stands in it.
    pub kind: Kind,
    /// A key of [`crate::glossary`].
    pub definition: Option<&'static str>,
    /// The media that show it.
    pub media: &'static [Medium],
}

impl Column {
    /// A column that every medium shows, its name over it.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        Self { head: name.clone(), name, kind, definition: None, media: Medium::ALL }
    }

    /// Whether it stands to the right.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, Kind::Numbers | Kind::Intervals)
    }
}

/// How a cell stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Less than the others.
    Quiet,
    /// As something that helps.
    Good,
    /// As something that harms or failed.
    Bad,
    /// As something to beware of.
    Warn,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// What stands in it.
    pub value: Value,
    /// How it stands out, where a medium can show that.
    pub tone: Option<Tone>,
    /// What else is to be said of it, where a medium has room for it.
    pub note: Option<String>,
}

impl<T: Into<Value>> From<T> for Cell {
    fn from(value: T) -> Self {
        Self { value: value.into(), ..Self::default() }
    }
}

impl Cell {
    /// Standing out.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Self {
        Self { tone: Some(tone), ..self }
    }

    /// With more to say.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// Its words for people.
    pub fn text(&self) -> String {
        self.value.text()
    }
}

/// Rows under columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Its name among the tables of a page.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What its reader must know: units, tests, corrections. Lines of a caption.
    pub note: String,
    /// The heads.
    pub columns: Vec<Column>,
    /// The cells, row by row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without columns and rows.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }

    /// A table with a row for each of `rows`; its columns come next.
    pub fn of<'r, R>(rows: &'r [R], id: impl Into<String>, title: impl Into<String>) -> Definition<'r, R> {
        let empty = rows.iter().map(|_| Vec::new()).collect();
        Definition { of: rows, table: Self { rows: empty, ..Self::new(id, title) } }
    }

    /// Adds a column of words, before there are rows.
    #[must_use]
    pub fn words(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column::new(name, Kind::Words));
        self
    }

    /// Adds a column of sentences, before there are rows.
    #[must_use]
    pub fn prose(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column::new(name, Kind::Prose));
        self
    }

    /// Adds a column of numbers, before there are rows.
    #[must_use]
    pub fn numbers(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column::new(name, Kind::Numbers));
        self
    }

    /// Adds a column of intervals, before there are rows.
    #[must_use]
    pub fn intervals(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column::new(name, Kind::Intervals));
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

    /// Adds a row: a cell for every column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a column to rows that are there.
    pub fn append(&mut self, column: Column, cells: impl IntoIterator<Item = Cell>) {
        self.columns.push(column);
        for (row, cell) in self.rows.iter_mut().zip(cells) {
            row.push(cell);
        }
    }

    /// Without the columns at places that are not to be kept.
    #[must_use]
    pub fn keep(self, kept: impl Fn(usize) -> bool) -> Self {
        fn only<T>(items: Vec<T>, kept: &impl Fn(usize) -> bool) -> Vec<T> {
            items.into_iter().enumerate().filter(|(i, _)| kept(*i)).map(|(_, item)| item).collect()
        }
        let rows = self.rows.into_iter().map(|row| only(row, &kept)).collect();
        Self { columns: only(self.columns, &kept), rows, ..self }
    }

    /// The cells of a column by its name, from the first row on.
    pub fn column_mut(&mut self, name: &str) -> impl Iterator<Item = &mut Cell> {
        let at = self.columns.iter().position(|c| c.name == name);
        self.rows.iter_mut().filter_map(move |row| row.get_mut(at?))
    }

    /// A cell by its row and its column's name.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        let at = self.columns.iter().position(|c| c.name == column)?;
        self.rows.get(row)?.get(at)
    }

    /// Whether numbers belong into it and none is there: nothing but dashes, and how many.
    pub fn is_void(&self) -> bool {
        let numeric: Vec<usize> = (0..self.columns.len()).filter(|&i| self.columns[i].is_numeric()).collect();
        let mut values = self.rows.iter().flat_map(|row| numeric.iter().filter_map(|&i| Some(&row.get(i)?.value)));
        let is_missing = |v: &Value| matches!(v, Value::Missing | Value::Nothing);
        values.clone().any(is_missing) && values.all(|v| is_missing(v) || matches!(v, Value::Count(_)))
    }

    /// As one medium shows it: without the columns of others.
    #[must_use]
    pub fn on(&self, medium: Medium) -> Self {
        self.clone().keep(|i| self.columns.get(i).is_some_and(|column| column.media.contains(&medium)))
    }
}

/// A table over rows of type `R`, to which columns are added: each with a name, and what stands in it. What comes after a
/// column speaks of it.
pub struct Definition<'r, R> {
    of: &'r [R],
    table: Table,
}

impl<'r, R> Definition<'r, R> {
    /// Adds a column of words.
    #[must_use]
    pub fn words<C: Into<Cell>>(self, name: impl Into<String>, cell: impl Fn(&'r R) -> C) -> Self {
        self.column(Column::new(name, Kind::Words), cell)
    }

    /// Adds a column of sentences.
    #[must_use]
    pub fn prose<C: Into<Cell>>(self, name: impl Into<String>, cell: impl Fn(&'r R) -> C) -> Self {
        self.column(Column::new(name, Kind::Prose), cell)
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn numbers<C: Into<Cell>>(self, name: impl Into<String>, cell: impl Fn(&'r R) -> C) -> Self {
        self.column(Column::new(name, Kind::Numbers), cell)
    }

    /// Adds a column of intervals, shown to people as `show` says.
    #[must_use]
    pub fn intervals(
        self,
        name: impl Into<String>,
        interval: impl Fn(&'r R) -> Option<Interval>,
        show: impl Fn(&'r R) -> Show,
    ) -> Self {
        self.column(Column::new(name, Kind::Intervals), |row| Value::interval(interval(row), show(row)))
    }

    fn column<C: Into<Cell>>(mut self, column: Column, cell: impl Fn(&'r R) -> C) -> Self {
        self.table.columns.push(column);
        for (row, of) in self.table.rows.iter_mut().zip(self.of) {
            row.push(cell(of).into());
        }
        self
    }

    /// What stands over it for people, where that is not its name.
    #[must_use]
    pub fn head(mut self, head: impl Into<String>) -> Self {
        if let Some(column) = self.table.columns.last_mut() {
            column.head = head.into();
        }
        self
    }

    /// The media that show it, where not all do.
    #[must_use]
    pub fn on(mut self, media: &'static [Medium]) -> Self {
        if let Some(column) = self.table.columns.last_mut() {
            column.media = media;
        }
        self
    }

    /// The key of its definition.
    #[must_use]
    pub fn defined(mut self, key: &'static str) -> Self {
        self.table = self.table.defined(key);
        self
    }

    /// The table, with what its reader must know.
    pub fn noted(self, note: impl Into<String>) -> Table {
        Table { note: note.into(), ..self.table }
    }
}
