//! The rows of a source, whatever its format: line, selected texts and raw label, one at a time.

use std::path::{Path, PathBuf};

use transfermap::study::{Column, Kind, LabelSet, Source, Task};

use super::class_numbers::ClassNumbers;
use super::delimited::{Delimited, Record};
use super::error::{DataError, shown};
use super::generated;
use super::head::{first_line, refuse_fasttext};
use super::jsonl::Jsonl;
use super::open::{Lines, ending};
use super::parquet::Parquet;

/// One row of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line on which it starts, from 1, header counted; of a Parquet file the row, from 1.
    pub line: usize,
    /// One text, or two for a pair; white space at their ends taken off.
    pub texts: Vec<String>,
    /// The label as it stands in the file, or the name of its class where the file has class numbers.
    pub label: String,
}

/// An iterator over the rows of a source, one file after the other; it ends after the first error.
pub struct Rows {
    reader: Reader,
    path: PathBuf,
    rest: std::vec::IntoIter<PathBuf>,
    opener: Opener,
    kind: Kind,
    join: String,
    notes: Vec<String>,
    done: bool,
}

enum Reader {
    Cells { file: Box<Delimited>, text: Vec<usize>, label: usize, numbers: ClassNumbers },
    Objects { file: Jsonl, numbers: ClassNumbers },
    Columns(Box<Parquet>),
    Generated(std::iter::Enumerate<std::vec::IntoIter<(Vec<String>, String)>>),
}

type RawRow = (usize, Vec<String>, String);

impl Rows {
    /// Opens the rows of `source`, the `split` of `task`; file names are relative to `base`.
    ///
    /// # Errors
    /// See [`DataError`].
    pub fn open(task: &Task, split: &str, source: &Source, base: &Path) -> Result<Self, DataError> {
        let opener = Opener::new(task, source)?;
        let mut rest = files(task, split, source, base)?.into_iter();
        let (path, reader) = match &source.generated {
            Some(name) => {
                let rows = generated_rows(task, name, split)?;
                (origin(split, source, base), Reader::Generated(rows.into_iter().enumerate()))
            }
            None => {
                let path = rest.next().unwrap_or_else(|| origin(split, source, base));
                let reader = opener.open(&path)?;
                (path, reader)
            }
        };
        Ok(Self {
            reader,
            path,
            rest,
            opener,
            kind: task.kind,
            join: task.join.clone(),
            notes: Vec::new(),
            done: false,
        })
    }

    /// The file of the last row, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is odd about the files that were read to their end, in words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    fn read(&mut self) -> Result<Option<RawRow>, DataError> {
        loop {
            if let Some(row) = self.read_here()? {
                return Ok(Some(row));
            }
            if let Reader::Cells { file, .. } = &self.reader {
                self.notes.extend(file.note());
            }
            let Some(next) = self.rest.next() else { return Ok(None) };
            self.reader = self.opener.open(&next)?;
            self.path = next;
        }
    }

    fn read_here(&mut self) -> Result<Option<RawRow>, DataError> {
        match &mut self.reader {
            Reader::Cells { file, text, label, numbers } => {
                let Some(record) = file.next()? else { return Ok(None) };
                let cell = |index: &usize| record.cells.get(*index).map(str::to_owned).ok_or(*index);
                let picked = text.iter().map(cell).collect::<Result<_, _>>().and_then(|t| Ok((t, cell(label)?)));
                let (line, width) = (record.line, record.cells.len());
                match picked {
                    Ok((texts, label)) => Ok(Some((line, texts, numbers.raw_of_text(label)))),
                    Err(index) => Err(DataError::Column {
                        path: self.path.clone(),
                        line,
                        column: format!("column {}", index + 1),
                        header: format!("the row has {width} columns"),
                    }),
                }
            }
            Reader::Objects { file, numbers } => {
                Ok(file.next()?.map(|(line, texts, label)| (line, texts, numbers.raw_of_text(label))))
            }
            Reader::Columns(file) => file.next(),
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

/// What it takes to open one file of a source.
struct Opener {
    text: Vec<Column>,
    label: Column,
    header: Option<bool>,
    format: Option<String>,
    separator: Option<u8>,
    /// Names of the label's classes, where the data set's page gives them.
    classes: Vec<String>,
    labels: LabelSet,
}

impl Opener {
    fn new(task: &Task, source: &Source) -> Result<Self, DataError> {
        Ok(Self {
            text: task.text.clone(),
            label: task.label.clone(),
            header: source.header,
            format: source.format.clone(),
            separator: source.separator.as_ref().and_then(|s| s.bytes().next()),
            classes: source.located.as_ref().map(|l| l.classes.clone()).unwrap_or_default(),
            labels: task.label_set().map_err(|fault| DataError::Labels { task: task.name.clone(), fault })?,
        })
    }

    fn open(&self, path: &Path) -> Result<Reader, DataError> {
        // A separator says that these are cells with quotes where needed, whatever the name.
        let given = self.format.as_deref().or(self.separator.map(|_| "csv"));
        let format = format(path, given)?;
        if format == Format::Parquet {
            let file = Parquet::open(path, &self.text, &self.label, &self.classes, &self.labels)?;
            return Ok(Reader::Columns(Box::new(file)));
        }
        let numbers = match self.classes.as_slice() {
            [] => ClassNumbers::default(),
            classes => ClassNumbers::new(classes, &self.labels).map_err(|e| DataError::Format {
                path: path.to_owned(),
                what: e.to_string(),
                remedy: super::class_numbers::REMEDY,
            })?,
        };
        let lines = Lines::open(path)?;
        match format {
            Format::Csv => self.cells(Delimited::csv(lines, self.separator.unwrap_or(b',')), numbers),
            Format::Tsv => self.cells(Delimited::tsv(lines), numbers),
            Format::Jsonl | Format::Parquet => {
                Ok(Reader::Objects { file: Jsonl::new(lines, &self.text, &self.label)?, numbers })
            }
        }
    }
}

/// The files of a source, in order; none of generated rows.
fn files(task: &Task, split: &str, source: &Source, base: &Path) -> Result<Vec<PathBuf>, DataError> {
    match (&source.file, &source.dataset, &source.located) {
        (Some(file), _, _) => Ok(vec![base.join(file)]),
        (None, Some(_), Some(located)) if !located.files.is_empty() => Ok(located.files.clone()),
        (None, Some(id), _) => Err(DataError::Task {
            task: task.name.clone(),
            message: format!(
                "{split}: the data set `{id}` is not on this machine; give `transfermap fetch dataset {id}`"
            ),
        }),
        _ => Ok(Vec::new()),
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

/// The file of a source, or a name for a data set's or generated rows.
pub(super) fn origin(split: &str, source: &Source, base: &Path) -> PathBuf {
    if let Some(file) = &source.file {
        return base.join(file);
    }
    if let Some(id) = &source.dataset {
        let parts: Vec<&str> = [&source.config, &source.split].into_iter().flatten().map(String::as_str).collect();
        return PathBuf::from(format!("data set {id} ({})", parts.join(", ")));
    }
    match &source.generated {
        Some(name) => PathBuf::from(format!("generated task {name} ({split})")),
        None => base.join(split),
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
}

/// `format`, else the ending of the file's name.
fn format(path: &Path, given: Option<&str>) -> Result<Format, DataError> {
    let ending = ending(path);
    match given.unwrap_or(&ending) {
        "csv" => Ok(Format::Csv),
        "tsv" => Ok(Format::Tsv),
        "jsonl" | "ndjson" | "json" => Ok(Format::Jsonl),
        "parquet" => Ok(Format::Parquet),
        other => {
            // What is wrong with the file itself goes first.
            refuse_fasttext(path, &first_line(path)?)?;
            Err(DataError::Format {
                path: path.to_owned(),
                what: format!("format `{other}` is not known"),
                remedy: "add format = \"csv\", \"tsv\", \"jsonl\" or \"parquet\" to the source; `transfermap init` \
                         finds out which",
            })
        }
    }
}

impl Opener {
    /// Finds the columns: by the header where there is one, which is read here.
    fn cells(&self, mut file: Delimited, numbers: ClassNumbers) -> Result<Reader, DataError> {
        let named = self.text.iter().chain([&self.label]).any(|c| matches!(c, Column::Name(_)));
        let path = file.lines().path().to_owned();
        let header = if self.header.unwrap_or(named) { file.next()?.cloned() } else { None };
        let (header, separated_by) = (header.as_ref(), file.seems_separated_by());
        let find = |column: &Column| -> Result<usize, DataError> {
            let wrong = |record: &Record| match separated_by {
                Some((name, separator)) => DataError::Row {
                    path: path.clone(),
                    line: record.line,
                    what: format!("no {column}, and the file seems to be separated by {name}"),
                    remedy: format!("add separator = \"{separator}\" to the source"),
                },
                None => DataError::Column {
                    path: path.clone(),
                    line: record.line,
                    column: column.to_string(),
                    header: format!(
                        "the header has: {}",
                        record.cells.iter().map(shown).collect::<Vec<_>>().join(", ")
                    ),
                },
            };
            match (column, header) {
                (Column::Number(n), None) => Ok(n.saturating_sub(1)),
                (Column::Number(n), Some(record)) => {
                    if (1..=record.cells.len()).contains(n) {
                        Ok(n - 1)
                    } else {
                        Err(wrong(record))
                    }
                }
                (Column::Name(name), Some(record)) => {
                    let mut places =
                        record.cells.iter().enumerate().filter(|(_, c)| c.trim() == name.trim()).map(|(i, _)| i);
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
        let text = self.text.iter().map(find).collect::<Result<_, _>>()?;
        let label = find(&self.label)?;
        Ok(Reader::Cells { file: Box::new(file), text, label, numbers })
    }
}
