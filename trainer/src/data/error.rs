//! What can be wrong with data: every message names the file, the line where there is one, and the remedy.

use std::path::{Path, PathBuf};

use transfermap::study::LabelsError;

use crate::plain::takes_no_ink;

/// Why a task's data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    #[error(
        "{}: no such file; correct `file` (relative to the study file's folder) or put the file there",
        visible_path(.path)
    )]
    Missing { path: PathBuf },
    #[error("{}: is a folder, not a file; name a data file in it", .path.display())]
    Directory { path: PathBuf },
    #[error("{}: {what}; give a file with at least one row of data", .path.display())]
    Empty { path: PathBuf, what: &'static str },
    #[error("{}{}: {source}; {remedy}", .path.display(), at(*.line))]
    Io {
        path: PathBuf,
        /// Line being read; 0 where there is none.
        line: usize,
        source: std::io::Error,
        remedy: &'static str,
    },
    #[error("{}: {what}; {remedy}", .path.display())]
    Format {
        path: PathBuf,
        /// What it seems to be.
        what: String,
        remedy: &'static str,
    },
    #[error("{}{}: {what}; {remedy}", .path.display(), at(*.line))]
    Row {
        path: PathBuf,
        /// Line, from 1, header counted; of a Parquet file the row; 0 where it is the whole file.
        line: usize,
        what: String,
        remedy: String,
    },
    #[error("{}{}: no {column} ({header}); correct `text` or `label` of the task", .path.display(), at(*.line))]
    Column {
        path: PathBuf,
        /// Line of the header, or of the first row; 0 where columns have no line.
        line: usize,
        /// The column as the study names it.
        column: String,
        header: String,
    },
    #[error("{}, line {line}: unknown label {}; known: {known}; {remedy}", .path.display(), shown(.raw))]
    UnknownLabel {
        path: PathBuf,
        /// Line, from 1, header counted.
        line: usize,
        /// The raw value.
        raw: String,
        /// The raw values that are understood.
        known: String,
        remedy: String,
    },
    #[error("{}: task `{task}`: no training example of label `{label}` ({rows}); {remedy}", .path.display())]
    MissingLabel {
        /// The training file.
        path: PathBuf,
        task: String,
        label: String,
        /// How many rows were looked at, and where others went.
        rows: String,
        remedy: String,
    },
    #[error("{}, line {line}: task `{task}`: only one training example of label `{label}`; {remedy}", .path.display())]
    SingleExample {
        /// The training file.
        path: PathBuf,
        /// Line of that example.
        line: usize,
        task: String,
        label: String,
        remedy: &'static str,
    },
    #[error("task `{task}`: {fault}")]
    Labels { task: String, fault: LabelsError },
    #[error("task `{task}`: {message}")]
    Task { task: String, message: String },
    #[error("tokenizer.json: {message}")]
    Tokenizer { message: String },
    #[error("{}: {reason}; delete it and it is made again", .path.display())]
    Cache { path: PathBuf, reason: String },
}

/// A value of the file for a message: in backticks, on one line, cut where it is long.
pub(super) fn shown(value: &str) -> String {
    let kept: String = value.chars().take(60).collect();
    let cut = if value.chars().nth(60).is_some() { "…" } else { "" };
    format!("`{}{cut}`", visible(&kept))
}

/// A text in which tabs, line ends and what takes no ink are written out: `\t`, `\u{200b}`.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || takes_no_ink(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

fn visible_path(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_no_ink_is_written_out() {
        assert_eq!(shown("a\tb\u{a0}c\u{200b}d\u{feff}"), r"`a\tb\u{a0}c\u{200b}d\u{feff}`");
        assert_eq!(shown("é 日本 \u{1b}[31m"), r"`é 日本 \u{1b}[31m`");
        assert_eq!(shown(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }
}
