//! The rows of a source, whatever its format: line, selected texts and raw label, one at a time.

use std::path::{Path, PathBuf};

use transfermap::study::{Column, Kind, Source, Task};

use super::delimited::{Delimited, Record};
use super::error::{DataError, shown};
use super::generated;
use super::jsonl::Jsonl;
use super::open::{Lines, PARQUET_REMEDY};

/// One row of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line on which it starts, from 1, header counted.
    pub line: usize,
    /// One text, or two for a pair; white space at their ends taken off.
    pub texts: Vec<String>,
    /// The label as it stands in the file.
    pub label: String,
}

/// An iterator over the rows of a source; it ends after the first error.
pub struct Rows {
    reader: Reader,
    path: PathBuf,
    kind: Kind,
    join: String,
    done: bool,
}

enum Reader {
    Cells { file: Box<Delimited>, text: Vec<usize>, label: usize },
    Objects(Jsonl),
    Generated(std::iter::Enumerate<std::vec::IntoIter<(Vec<String>, String)>>),
}

type RawRow = (usize, Vec<String>, String);

impl Rows {
    /// Opens the rows of `source`, the `split` of `task`; file names are relative to `base`.
    ///
    /// # Errors
    /// See [`DataError`].
    pub fn open(task: &Task, split: &str, source: &Source, base: &Path) -> Result<Self, DataError> {
        let path = origin(split, source, base);
        let reader = match &source.generated {
            Some(name) => Reader::Generated(generated_rows(task, name, split)?.into_iter().enumerate()),
            None => {
                let format = format(&path, source)?;
                let lines = Lines::open(&path)?;
                match format {
                    Format::Csv => cells(Delimited::csv(lines), task, source)?,
                    Format::Tsv => cells(Delimited::tsv(lines), task, source)?,
                    Format::Jsonl => Reader::Objects(Jsonl::new(lines, &task.text, &task.label)?),
                }
            }
        };
        Ok(Self { reader, path, kind: task.kind, join: task.join.clone(), done: false })
    }

    /// Where the rows come from, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&mut self) -> Result<Option<RawRow>, DataError> {
        match &mut self.reader {
            Reader::Cells { file, text, label } => {
                let Some(record) = file.next()? else { return Ok(None) };
                let cell = |index: &usize| record.get(*index).map(str::to_owned).ok_or(*index);
                let picked = text.iter().map(cell).collect::<Result<_, _>>().and_then(|t| Ok((t, cell(label)?)));
                let (line, width) = (record.line, record.len());
                match picked {
                    Ok((texts, label)) => Ok(Some((line, texts, label))),
                    Err(index) => Err(DataError::Column {
                        path: self.path.clone(),
                        line,
                        column: format!("column {}", index + 1),
                        header: format!("the row has {width} columns"),
                    }),
                }
            }
            Reader::Objects(file) => file.next(),
            Reader::Generated(rows) => Ok(rows.next().map(|(index, (texts, label))| (index + 1, texts, label))),
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = self.read().transpose();
        self.done = !matches!(row, Some(Ok(_)));
        Some(row?.map(|(line, texts, label)| Row { line, texts: inputs(self.kind, &self.join, &texts), label }))
    }
}

/// The columns of a single input joined (blank ones left out), or the two of a pair; trimmed.
fn inputs(kind: Kind, join: &str, texts: &[String]) -> Vec<String> {
    match kind {
        Kind::Pair => texts.iter().map(|t| t.trim().to_owned()).collect(),
        Kind::Single => {
            let filled: Vec<&str> = texts.iter().map(String::as_str).filter(|t| !t.trim().is_empty()).collect();
            vec![filled.join(join).trim().to_owned()]
        }
    }
}

/// The file of a source, or a name for generated rows.
pub(super) fn origin(split: &str, source: &Source, base: &Path) -> PathBuf {
    match (&source.file, &source.generated) {
        (Some(file), _) => base.join(file),
        (None, Some(name)) => PathBuf::from(format!("generated task {name} ({split})")),
        (None, None) => base.join(split),
    }
}

fn generated_rows(task: &Task, name: &str, split: &str) -> Result<Vec<(Vec<String>, String)>, DataError> {
    let complaint = |message| DataError::Task { task: task.name.clone(), message };
    let rows = generated::rows(name, split).ok_or_else(|| {
        complaint(format!("{split}: no generated task `{name}`; there are: {}", generated::NAMES.join(", ")))
    })?;
    let wanted = if task.kind == Kind::Pair { 2 } else { 1 };
    match rows.first() {
        Some((texts, _)) if texts.len() != wanted => Err(complaint(format!(
            "{split}: generated task `{name}` has inputs of {} text(s); give kind = \"{}\"",
            texts.len(),
            if wanted == 2 { "single" } else { "pair" }
        ))),
        _ => Ok(rows),
    }
}

enum Format {
    Csv,
    Tsv,
    Jsonl,
}

/// `format`, else the file name's ending below `.gz`.
fn format(path: &Path, source: &Source) -> Result<Format, DataError> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = Path::new(plain).extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let complaint = |what, remedy| DataError::Format { path: path.to_owned(), what, remedy };
    match source.format.as_deref().unwrap_or(&ending) {
        "csv" => Ok(Format::Csv),
        "tsv" => Ok(Format::Tsv),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        "parquet" => Err(complaint("is a Parquet file".into(), PARQUET_REMEDY)),
        other => {
            // What is wrong with the file itself goes first.
            Lines::open(path)?;
            Err(complaint(
                format!("format `{other}` is not known"),
                "add format = \"csv\", \"tsv\" or \"jsonl\" to the source",
            ))
        }
    }
}

/// Finds the columns: by the header where there is one, which is read here.
fn cells(mut file: Delimited, task: &Task, source: &Source) -> Result<Reader, DataError> {
    let named = task.text.iter().chain([&task.label]).any(|c| matches!(c, Column::Name(_)));
    let path = file.lines().path().to_owned();
    let header = if source.header.unwrap_or(named) { file.next()? } else { None };
    let find = |column: &Column| -> Result<usize, DataError> {
        let wrong = |record: &Record| DataError::Column {
            path: path.clone(),
            line: record.line,
            column: column.to_string(),
            header: format!("the header has: {}", record.iter().map(shown).collect::<Vec<_>>().join(", ")),
        };
        match (column, header) {
            (Column::Number(n), None) => Ok(n.saturating_sub(1)),
            (Column::Number(n), Some(record)) => {
                if (1..=record.len()).contains(n) {
                    Ok(n - 1)
                } else {
                    Err(wrong(record))
                }
            }
            (Column::Name(name), Some(record)) => {
                let mut places = record.iter().enumerate().filter(|(_, c)| c.trim() == name.trim()).map(|(i, _)| i);
                let place = places.next().ok_or_else(|| wrong(record))?;
                if places.next().is_some() {
                    return Err(DataError::Row {
                        path: path.clone(),
                        line: record.line,
                        what: format!("two columns are called `{name}`"),
                        remedy: "give the column's number, counted from 1".into(),
                    });
                }
                Ok(place)
            }
            (Column::Name(name), None) => Err(DataError::Column {
                path: path.clone(),
                line: 1,
                column: format!("column `{name}`"),
                header: "there is no header to look in".into(),
            }),
        }
    };
    let text = task.text.iter().map(find).collect::<Result<_, _>>()?;
    let label = find(&task.label)?;
    Ok(Reader::Cells { file: Box::new(file), text, label })
}
