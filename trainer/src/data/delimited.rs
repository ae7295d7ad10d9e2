//! CSV with RFC 4180 quoting, and TSV without any. One record in memory at a time.

use csv::StringRecord;
use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};

use super::error::DataError;
use super::open::{LONGEST, Lines};

/// One row.
#[derive(Debug, Default)]
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
    /// Line and width of the first record.
    first: Option<(usize, usize)>,
}

impl Delimited {
    pub(super) fn csv(lines: Lines) -> Self {
        Self { lines, csv: Some(Csv::new()), record: Record::default(), first: None }
    }

    pub(super) fn tsv(lines: Lines) -> Self {
        Self { lines, csv: None, record: Record::default(), first: None }
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
        let (first_line, width) = *self.first.get_or_insert((self.record.line, self.record.cells.len()));
        if self.record.cells.len() != width {
            let what = format!("{} columns, but line {first_line} has {width}", self.record.cells.len());
            let remedy = if self.csv.is_some() {
                "put quotes around cells that hold commas or line ends, or set `format` if this is no CSV"
            } else {
                "remove tabs and line ends from within the cells, or set `format` if this is no TSV"
            };
            return Err(self.lines.row_error(self.record.line, what, remedy));
        }
        Ok(Some(&self.record))
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
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl Csv {
    fn new() -> Self {
        // A carriage return before the line feed is taken off below: alone it ends no record.
        let parser = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        Self { parser, output: Vec::new(), ends: Vec::new() }
    }

    fn read(&mut self, lines: &mut Lines, record: &mut Record) -> Result<bool, DataError> {
        let (mut start, mut written, mut cells) = (None, 0, 0);
        while let Some((number, line)) = lines.next()? {
            if start.is_none() && matches!(line, "\n" | "\r\n") {
                continue;
            }
            let start = *start.get_or_insert(number);
            // Room for all of the line, so the parser never asks for more.
            self.output.resize(self.output.len().max(written + line.len() + 1), 0);
            self.ends.resize(self.ends.len().max(cells + line.len() + 1), 0);
            let (Some(output), Some(ends)) = (self.output.get_mut(written..), self.ends.get_mut(cells..)) else {
                return Ok(false);
            };
            let carriage_return = line.ends_with("\r\n");
            let (result, _, out, end) = self.parser.read_record(line.as_bytes(), output, ends);
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
        start.map_or(Ok(false), |line| Err(unclosed(lines, line)))
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
        let mut reader = if csv { Delimited::csv(lines) } else { Delimited::tsv(lines) };
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
