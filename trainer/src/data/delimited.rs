//! CSV with RFC 4180 quoting and any separator, and TSV without quoting. One record in memory at a time.

use csv::StringRecord;
use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};

use super::error::{DataError, shown};
use super::open::{LONGEST, Lines};
use super::quotes::{Quotes, looks_quoted};

/// One row.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// Line on which it starts, from 1.
    pub(super) line: usize,
    pub(super) cells: StringRecord,
}

/// Rows of a CSV or TSV file, all of the width of the first.
pub(super) struct Delimited {
    lines: Lines,
    /// The CSV parser; absent for TSV.
    csv: Option<Csv>,
    record: Record,
    first: Option<First>,
    /// Cells of a TSV file that look quoted: the line of the first, its text, and how many.
    quoted: Option<(usize, String, usize)>,
}

/// The first record: what the others are like.
#[derive(Clone, Copy)]
struct First {
    line: usize,
    width: usize,
    others: [usize; 3],
}

/// The separators that a study can give, as people call them, in the order of [`OTHERS`].
const NAMES: [(&str, &str); 3] = [("semicolons", ";"), ("tabs", "\\t"), ("bars", "|")];

impl Delimited {
    pub(super) fn csv(lines: Lines, separator: u8) -> Self {
        Self { csv: Some(Csv::new(separator)), ..Self::tsv(lines) }
    }

    pub(super) fn tsv(lines: Lines) -> Self {
        Self { lines, csv: None, record: Record::default(), first: None, quoted: None }
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The next row. Blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<&Record>, DataError> {
        let found = match &mut self.csv {
            Some(csv) => csv.read(&mut self.lines, &mut self.record)?,
            None => split_on_tabs(&mut self.lines, &mut self.record)?,
        };
        if !found {
            return Ok(None);
        }
        let (line, width) = (self.record.line, self.record.cells.len());
        let others = self.csv.as_ref().map(|csv| csv.quotes.others()).unwrap_or_default();
        let first = *self.first.get_or_insert(First { line, width, others });
        if width != first.width {
            return Err(self.another_width(first, others));
        }
        if self.csv.is_none() {
            self.look_for_quotes();
        }
        Ok(Some(&self.record))
    }

    /// The separator that the header seems to have, where it is one cell: in words, and as a study has it.
    pub(super) fn seems_separated_by(&self) -> Option<(&'static str, &'static str)> {
        let first = self.first.filter(|first| first.width == 1)?;
        first.others.iter().zip(NAMES).find(|(count, _)| **count > 0).map(|(_, name)| name)
    }

    fn another_width(&self, first: First, others: [usize; 3]) -> DataError {
        let line = self.record.line;
        if self.csv.as_ref().is_some_and(|csv| csv.quotes.backslash()) {
            return escaped(&self.lines, line);
        }
        let what = format!("{} columns, but line {} has {}", self.record.cells.len(), first.line, first.width);
        let same = first.others.iter().zip(others).zip(NAMES).find(|((a, b), _)| **a > 0 && **a == *b);
        let remedy = match (&self.csv, same) {
            (Some(_), Some((_, (name, separator)))) => {
                format!("it seems to be separated by {name}: add separator = \"{separator}\" to the source")
            }
            (Some(_), None) => {
                "put quotes around cells that hold commas or line ends, or set `format` if this is no CSV".to_owned()
            }
            (None, _) => "remove tabs and line ends from within the cells, set `format` if this is no TSV, or add \
                          format = \"csv\", separator = \"\\t\" if its cells are quoted"
                .to_owned(),
        };
        self.lines.row_error(line, what, &remedy)
    }

    fn look_for_quotes(&mut self) {
        for cell in self.record.cells.iter().filter(|cell| looks_quoted(cell)) {
            let (.., count) = self.quoted.get_or_insert_with(|| (self.record.line, shown(cell), 0));
            *count += 1;
        }
    }

    /// What is odd about the rows that were read, in words.
    pub(super) fn note(&self) -> Option<String> {
        let (line, cell, count) = self.quoted.as_ref()?;
        let cells = if *count == 1 { "1 cell looks".to_owned() } else { format!("{count} cells look") };
        Some(format!(
            "{}, line {line}: {cells} quoted, such as {cell}. TSV is read as it stands, with the quotes; if they \
             are the format's, add format = \"csv\", separator = \"\\t\" to the source.",
            self.lines.path().display()
        ))
    }
}

fn split_on_tabs(lines: &mut Lines, record: &mut Record) -> Result<bool, DataError> {
    while let Some((number, line)) = lines.next()? {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        record.line = number;
        record.cells.clear();
        record.cells.extend(line.split('\t'));
        return Ok(true);
    }
    Ok(false)
}

/// csv-core, fed line by line: so the number of the line on which a record starts is known whatever the line ends.
struct Csv {
    parser: csv_core::Reader,
    separator: u8,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// Of the record that is read.
    quotes: Quotes,
}

impl Csv {
    fn new(separator: u8) -> Self {
        // A carriage return before the line feed is taken off below: alone it ends no record.
        let parser = ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build();
        Self { parser, separator, output: Vec::new(), ends: Vec::new(), quotes: Quotes::default() }
    }

    fn read(&mut self, lines: &mut Lines, record: &mut Record) -> Result<bool, DataError> {
        let (mut start, mut written, mut cells) = (None, 0, 0);
        self.quotes = Quotes::default();
        while let Some((number, line)) = lines.next()? {
            if start.is_none() && matches!(line, "\n" | "\r\n") {
                continue;
            }
            let start = *start.get_or_insert(number);
            let backslash = self.quotes.read(line.as_bytes(), self.separator);
            // Room for all of the line, so the parser never asks for more.
            self.output.resize(self.output.len().max(written + line.len() + 1), 0);
            self.ends.resize(self.ends.len().max(cells + line.len() + 1), 0);
            let (Some(output), Some(ends)) = (self.output.get_mut(written..), self.ends.get_mut(cells..)) else {
                return Ok(false);
            };
            let carriage_return = line.ends_with("\r\n");
            let (result, _, out, end) = self.parser.read_record(line.as_bytes(), output, ends);
            if backslash {
                return Err(escaped(lines, number));
            }
            written += out;
            cells += end;
            if matches!(result, ReadRecordResult::Record) {
                record.line = start;
                self.fill(&mut record.cells, (written, cells), carriage_return);
                return Ok(true);
            }
            if written > LONGEST {
                return Err(unclosed(lines, start));
            }
        }
        // Every line ends in a line feed, so a record that is still open is inside quotes.
        let error = if self.quotes.backslash() { escaped } else { unclosed };
        start.map_or(Ok(false), |line| Err(error(lines, line)))
    }

    fn fill(&self, cells: &mut StringRecord, (written, count): (usize, usize), carriage_return: bool) {
        let text = String::from_utf8_lossy(self.output.get(..written).unwrap_or_default());
        cells.clear();
        let mut start = 0;
        for (i, &end) in self.ends.iter().take(count).enumerate() {
            let cell = text.get(start..end).unwrap_or_default();
            let ends_the_line = carriage_return && i + 1 == count;
            cells.push_field(if ends_the_line { cell.strip_suffix('\r').unwrap_or(cell) } else { cell });
            start = end;
        }
    }
}

fn escaped(lines: &Lines, line: usize) -> DataError {
    lines.row_error(
        line,
        "a quote within a cell is escaped with a backslash".into(),
        "CSV doubles it: write the file anew, for example with \
         pandas.read_csv(f, escapechar=\"\\\\\").to_csv(g, index=False)",
    )
}

fn unclosed(lines: &Lines, line: usize) -> DataError {
    lines.row_error(
        line,
        "a quote opens here and never closes".into(),
        "double the quotes within a quoted cell, or set format = \"tsv\" for a file without quoting",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], csv: bool) -> Result<Vec<(usize, Vec<String>)>, DataError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows");
        std::fs::write(&path, bytes).unwrap();
        let lines = Lines::open(&path)?;
        let mut reader = if csv { Delimited::csv(lines, b',') } else { Delimited::tsv(lines) };
        let mut out = Vec::new();
        while let Some(record) = reader.next()? {
            out.push((record.line, record.cells.iter().map(str::to_owned).collect()));
        }
        Ok(out)
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn csv_quoting_follows_rfc_4180() {
        let text = b"a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n5,\"back\\nslash\"\n6,mid \"quote\n,";
        let expected = [
            row(1, &["a", "b"]),
            row(2, &["x, \"y\"", "two\nlines"]),
            row(5, &["5", "back\\nslash"]),
            row(6, &["6", "mid \"quote"]),
            row(7, &["", ""]),
        ];
        assert_eq!(read(text, true).unwrap(), expected);
    }

    #[test]
    fn carriage_returns_end_no_cell() {
        let expected = [row(1, &["a", "b"]), row(2, &["c\rd", "e\r\nf"]), row(5, &["", "g"])];
        assert_eq!(read(b"a,b\r\nc\rd,\"e\r\nf\"\r\n\r\n,g\r\n", true).unwrap(), expected);
        assert_eq!(read(b"a\tb\r\n\r\nc\t\r\n", false).unwrap(), [row(1, &["a", "b"]), row(3, &["c", ""])]);
    }

    #[test]
    fn tsv_knows_no_quotes() {
        assert_eq!(read(b"\"a\tb\"\n\"\t\"\"", false).unwrap(), [row(1, &["\"a", "b\""]), row(2, &["\"", "\"\""])]);
    }

    #[test]
    fn rejects_another_number_of_columns() {
        for (csv, text) in [(true, "a,b\n\"x\ny\",1\nc,d,e\n"), (false, "a\tb\nx\t1\n\nc\td\te\n")] {
            let message = read(text.as_bytes(), csv).unwrap_err().to_string();
            assert!(message.contains("rows, line 4: 3 columns, but line 1 has 2; "), "{message}");
            assert!(message.contains("set `format`"), "{message}");
        }
    }

    #[test]
    fn rejects_a_quote_that_never_closes() {
        let message = read(b"a,b\n1,2\n3,\"open\n4,5\n", true).unwrap_err().to_string();
        assert!(message.contains("rows, line 3: a quote opens here and never closes; double the quotes"), "{message}");
    }

    #[test]
    fn rejects_a_backslash_before_a_quote_with_its_line() {
        for text in [
            "text,label\n\"a\",no\n\"take it \\\"again\\\"\",no\n",
            "text,label\n\"a\",no\n\"\\\"fine, number 8\\\", and left\",no\n",
            "text,label\n\"a\",no\n\"he left \\\"\",\"no\"\n\"b\",\"no\"\n",
        ] {
            let message = read(text.as_bytes(), true).unwrap_err().to_string();
            assert!(message.contains("rows, line 3: a quote within a cell is escaped with a backslash; "), "{message}");
            assert!(message.contains("escapechar=\"\\\\\""), "{message}");
        }
    }

    #[test]
    fn another_separator_is_read_or_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows.csv");
        std::fs::write(&path, "text;label\n\"a; b\";1,5\nc, d;2\n").unwrap();
        let mut reader = Delimited::csv(Lines::open(&path).unwrap(), b';');
        let mut rows = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            rows.push(record.cells.iter().map(str::to_owned).collect::<Vec<_>>());
        }
        assert_eq!(rows, [["text", "label"], ["a; b", "1,5"], ["c, d", "2"]]);
        let mut reader = Delimited::csv(Lines::open(&path).unwrap(), b',');
        reader.next().unwrap();
        assert_eq!(reader.seems_separated_by(), Some(("semicolons", ";")));
        let message = read(b"a;1\nb, c;2\n", true).unwrap_err().to_string();
        assert!(message.contains("seems to be separated by semicolons: add separator = \";\""), "{message}");
    }

    #[test]
    fn cells_of_tsv_that_look_quoted_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows.tsv");
        std::fs::write(&path, "a\t0\n\"b \"\"c\"\"\"\t1\n\"d\" e\t2\n\"\"\"f\"\" g\"\t3\n").unwrap();
        let mut reader = Delimited::tsv(Lines::open(&path).unwrap());
        while reader.next().unwrap().is_some() {}
        let note = reader.note().unwrap();
        assert!(note.contains("rows.tsv, line 2: 2 cells look quoted, such as `\"b \"\"c\"\"\"`."), "{note}");
        assert!(note.contains("format = \"csv\", separator = \"\\t\""), "{note}");
    }

    #[test]
    fn agrees_with_the_csv_crate() {
        let text = "1,\"a \"\"b\"\" c\",d\n,,\n\"\",\"\n\",\"x\"y\n\"é,ü\",\"\"\"\",z\n";
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let expected: Vec<Vec<String>> =
            reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let found: Vec<Vec<String>> =
            read(text.as_bytes(), true).unwrap().into_iter().map(|(_, cells)| cells).collect();
        assert_eq!(found, expected);
    }
}
