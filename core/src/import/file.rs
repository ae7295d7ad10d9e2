//! A CSV file as text: columns by name, rows with the line that they stand on.

use indexmap::IndexMap;

use super::filter::Wanted;
use super::{ImportError, Role};

/// A file's bytes, and its name for messages. Reading and unpacking it is the caller's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFile {
    /// Name, in messages; the part before the first dot of its last component names a measure.
    pub name: String,
    /// UTF-8 text with a header line, fields separated by commas, quoted as in RFC 4180.
    pub bytes: Vec<u8>,
}

impl CsvFile {
    /// A file of this name.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// The name without folders and extensions: `roe` of `data/roe.csv.gz`.
    pub fn stem(&self) -> &str {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        file.split('.').next().filter(|s| !s.is_empty()).unwrap_or(file)
    }
}

/// A file that was read, of the rows that `--where` keeps.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub file: &'a CsvFile,
    pub role: Role,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Rows before `--where`.
    pub rows_read: usize,
    /// Column values of the rows that `--where` left out.
    pub left_out: Vec<Row>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// From 1; the header is line 1.
    pub line: u64,
    fields: csv::StringRecord,
}

impl Row {
    /// A row of these fields.
    pub fn new(line: u64, fields: Vec<&str>) -> Self {
        Self { line, fields: fields.into() }
    }

    /// The text of a column, without blanks around it.
    pub fn text(&self, column: usize) -> &str {
        self.fields.get(column).unwrap_or("")
    }
}

/// Lines of rising offsets. The reader's own count lags behind where lines end in CR LF.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at or after `offset`, behind the line ends there.
    fn of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        while let Some(&byte) = self.bytes.get(self.at)
            && (self.at < offset || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u64::from(byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// What separates the fields of the header: a semicolon or a tab where it has no comma.
fn separator(bytes: &[u8]) -> u8 {
    let header = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|separator| header.contains(separator)).unwrap_or(b',')
}

/// Takes out the columns that have neither a name nor a value: spreadsheets write them beside their tables.
fn without_empty_columns(rows: &mut [Row]) {
    let width = rows.iter().map(|row| row.fields.len()).max().unwrap_or(0);
    let filled: Vec<bool> = (0..width).map(|c| rows.iter().any(|row| !row.text(c).is_empty())).collect();
    if filled.iter().all(|filled| *filled) {
        return;
    }
    for row in rows {
        let kept: csv::StringRecord =
            row.fields.iter().zip(&filled).filter(|(_, filled)| **filled).map(|(field, _)| field).collect();
        row.fields = kept;
    }
}

impl<'a> Sheet<'a> {
    pub fn read(file: &'a CsvFile, role: Role) -> Result<Self, ImportError> {
        let name = || file.name.clone();
        let bytes = file.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&file.bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').count() as u64 + 1;
            return Err(ImportError::NotUtf8 { file: name(), line });
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(bytes))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let mut rows = Vec::new();
        let mut lines = Lines { bytes, at: 0, line: 1 };
        // Malformed quoting is text to this reader, and the bytes are UTF-8: no error is left but a ragged row.
        for record in reader.records().map_while(Result::ok) {
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            // Spreadsheets write rows of empty cells below their tables.
            if record.iter().any(|field| !field.is_empty()) {
                rows.push(Row { line, fields: record });
            }
        }
        without_empty_columns(&mut rows);
        if rows.len() < 2 {
            return Err(ImportError::Empty { file: name() });
        }
        let columns: Vec<String> = rows.remove(0).fields.iter().map(str::to_owned).collect();
        let repeated = columns.iter().enumerate().find(|(i, c)| columns.iter().take(*i).any(|d| d == *c));
        if let Some((_, column)) = repeated {
            return Err(ImportError::RepeatedColumn { file: name(), column: column.clone() });
        }
        if let Some(row) = rows.iter().find(|r| r.fields.len() != columns.len()) {
            let (fields, columns) = (row.fields.len(), columns.len());
            return Err(ImportError::Ragged { file: name(), line: row.line, fields, columns });
        }
        Ok(Self { file, role, rows_read: rows.len(), columns, rows, left_out: Vec::new() })
    }

    /// Puts other rows in the place of its own.
    pub fn replace(&mut self, columns: Vec<String>, rows: Vec<Row>) {
        self.rows_read = rows.len();
        (self.columns, self.rows) = (columns, rows);
    }

    /// How many cells hold a mean with its spread, in words.
    pub fn spreads(&self) -> Option<String> {
        let more = |text: &&str| !text.is_empty() && text.parse::<f64>().is_err();
        let cells = self.rows.iter().flat_map(|row| row.fields.iter()).filter(more);
        let mut found = cells.filter(|text| super::cell::read(text).is_some_and(|cell| cell.spread));
        let first = found.next()?;
        let count = 1 + found.count();
        let cells = if count == 1 { "1 cell holds".to_owned() } else { format!("{count} cells hold") };
        Some(format!(
            "{}: {cells} a mean with its spread, such as `{first}`: the mean is read, the spread left out.",
            self.file.name
        ))
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// The columns, for messages.
    pub fn known(&self) -> String {
        self.columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ")
    }

    /// Keeps the rows that have, in every column of `filters` that the file has, a value that is wanted.
    pub fn keep(&mut self, filters: &IndexMap<&str, Wanted<'_>>) -> Result<(), ImportError> {
        let here: Vec<(usize, &str, &Wanted<'_>)> =
            filters.iter().filter_map(|(&column, wanted)| Some((self.column(column)?, column, wanted))).collect();
        let (kept, left_out) = std::mem::take(&mut self.rows)
            .into_iter()
            .partition(|row| here.iter().all(|(column, _, wanted)| wanted.has(row.text(*column))));
        (self.rows, self.left_out) = (kept, left_out);
        if self.rows.is_empty() {
            let none =
                here.iter().find(|(column, _, wanted)| !self.left_out.iter().any(|row| wanted.has(row.text(*column))));
            let there = match none {
                Some((column, name, _)) => format!("`{name}` is {}", self.values(*column)),
                None => "each value is there, but no row has all of them".to_owned(),
            };
            return Err(ImportError::FilteredToNothing { file: self.file.name.clone(), there });
        }
        Ok(())
    }

    /// The first ten values of a column among the rows left out, for messages.
    fn values(&self, column: usize) -> String {
        let distinct: indexmap::IndexSet<&str> = self.left_out.iter().map(|row| row.text(column)).collect();
        let mut shown: Vec<String> = distinct.iter().take(10).map(|v| format!("`{v}`")).collect();
        if distinct.len() > shown.len() {
            shown.push(format!("… ({} values)", distinct.len()));
        }
        shown.join(", ")
    }
}
