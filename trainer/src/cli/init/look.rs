//! Guesses from the first rows of a data file which columns are text and which is the label.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::quoted::quoted;
use crate::error::Wrong;

/// Rows that are looked at.
const ROWS: usize = 2000;

/// More different values than this make no label.
const CLASSES: usize = 50;

/// What a data file seems to hold.
#[derive(Debug, PartialEq)]
pub(super) struct Look {
    /// All columns, for the reader.
    pub(super) columns: Vec<String>,
    /// Text columns, as TOML values: names in quotes or numbers.
    pub(super) texts: Vec<String>,
    /// Label column, as a TOML value.
    pub(super) label: String,
    /// Its values.
    pub(super) labels: Vec<String>,
    /// Rows looked at.
    pub(super) rows: usize,
}

/// Why a file tells nothing.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error("line {0}: {1}")]
    Unreadable(usize, std::io::Error),
    #[error("line {0}: {1}")]
    NotJson(usize, serde_json::Error),
    #[error("fewer than two rows or columns; a task needs texts and labels")]
    TooSmall,
    #[error("no column with 2 to {CLASSES} different values in the first {0} rows")]
    NoLabel(usize),
    #[error("no text column found")]
    NoText,
}

struct Table {
    /// `None` where the file has no header.
    names: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
}

/// Looks at a file.
pub(super) fn look(path: &Path) -> Result<Look, Wrong> {
    let file = File::open(path).map_err(|e| Wrong::at(path.display(), &e))?;
    let name = path.to_string_lossy().to_lowercase();
    let (name, reader): (&str, Box<dyn Read>) = match name.strip_suffix(".gz") {
        Some(inner) => (inner, Box::new(flate2::read::MultiGzDecoder::new(file))),
        None => (&name, Box::new(file)),
    };
    let reader = BufReader::new(reader);
    let table = if name.ends_with(".jsonl") || name.ends_with(".json") || name.ends_with(".ndjson") {
        read_lines(reader)
    } else if name.ends_with(".tsv") || name.ends_with(".txt") {
        read_csv(reader, b'\t', false)
    } else {
        read_csv(reader, b',', true)
    };
    table.and_then(|table| guess(&table)).map_err(|e| Wrong(format!("{}: {e}", path.display())))
}

fn read_csv(reader: impl Read, delimiter: u8, quoting: bool) -> Result<Table, LookError> {
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quoting)
        .has_headers(false)
        .flexible(true)
        .from_reader(reader);
    let mut rows = Vec::new();
    for record in csv.records().take(ROWS + 1) {
        rows.push(record?.iter().map(str::to_owned).collect::<Vec<String>>());
    }
    let header = rows.first().is_some_and(|first| looks_like_names(first, rows.get(1)));
    let names = if header { Some(rows.remove(0)) } else { None };
    Ok(Table { names, rows })
}

/// Short, distinct, wordlike cells above cells of another kind.
fn looks_like_names(first: &[String], second: Option<&Vec<String>>) -> bool {
    let wordlike = |s: &String| !s.is_empty() && s.len() <= 40 && !s.contains(' ') && s.trim().parse::<f64>().is_err();
    let distinct: BTreeSet<&String> = first.iter().collect();
    first.iter().all(wordlike) && distinct.len() == first.len() && second.is_none_or(|s| s.as_slice() != first)
}

fn read_lines(reader: impl BufRead) -> Result<Table, LookError> {
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for (number, line) in reader.lines().take(ROWS).enumerate() {
        let line = line.map_err(|e| LookError::Unreadable(number + 1, e))?;
        if line.trim().is_empty() {
            continue;
        }
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&line).map_err(|e| LookError::NotJson(number + 1, e))?;
        if names.is_empty() {
            names = object.keys().cloned().collect();
        }
        let cell = |name: &String| match object.get(name) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        rows.push(names.iter().map(cell).collect());
    }
    Ok(Table { names: Some(names), rows })
}

fn guess(table: &Table) -> Result<Look, LookError> {
    let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    if table.rows.len() < 2 || width < 2 {
        return Err(LookError::TooSmall);
    }
    let cells = |c: usize| table.rows.iter().filter_map(move |r| r.get(c)).map(String::as_str);
    let name = |c: usize| table.names.as_ref().and_then(|n| n.get(c)).map_or("", String::as_str);
    let values = |c: usize| cells(c).map(str::trim).collect::<BTreeSet<&str>>();
    let known = ["label", "labels", "class", "class index", "category", "target", "gold_label", "sentiment", "stars"];
    let can_be_label = |c: &usize| (2..=CLASSES).contains(&values(*c).len());
    let by_name = (0..width).find(|c| known.contains(&name(*c).to_lowercase().as_str()) && can_be_label(c));
    let by_values = || (0..width).filter(can_be_label).min_by_key(|c| values(*c).len());
    let label = by_name.or_else(by_values).ok_or(LookError::NoLabel(table.rows.len()))?;
    let length = |c: usize| cells(c).map(str::len).sum::<usize>() / table.rows.len();
    let wordy = |c: &usize| *c != label && values(*c).len() > 1 && cells(*c).any(|s| s.trim().parse::<f64>().is_err());
    let mut texts: Vec<usize> = (0..width).filter(wordy).collect();
    texts.sort_by_key(|c| std::cmp::Reverse(length(*c)));
    // A second text only when it is of the same kind; titles and ids are much shorter.
    let longest = texts.first().map_or(0, |c| length(*c));
    texts.retain(|c| 4 * length(*c) >= longest);
    texts.truncate(2);
    texts.sort_unstable();
    if texts.is_empty() {
        return Err(LookError::NoText);
    }
    let column = |c: usize| match &table.names {
        Some(_) => quoted(name(c)),
        None => (c + 1).to_string(),
    };
    Ok(Look {
        columns: (0..width).map(column).collect(),
        texts: texts.iter().map(|c| column(*c)).collect(),
        label: column(label),
        labels: values(label).into_iter().map(str::to_owned).collect(),
        rows: table.rows.len(),
    })
}
