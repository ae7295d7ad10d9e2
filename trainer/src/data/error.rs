//! What can be wrong with data: every message names the file, the line where there is one, and the remedy.

use std::path::PathBuf;

/// Why a task's data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file is not there.
    #[error(
        "{}: no such file; correct `file` (relative to the study file's folder) or put the file there",
        .path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A folder stands where a file was named.
    #[error("{}: is a folder, not a file; name a data file in it", .path.display())]
    Directory {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing in it, or nothing but a header.
    #[error("{}: {what}; give a file with at least one row of data", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: &'static str,
    },
    /// The system could not read or write.
    #[error("{}{}: {source}; {remedy}", .path.display(), at(*.line))]
    Io {
        /// The file.
        path: PathBuf,
        /// Line being read; 0 where there is none.
        line: usize,
        /// The system's word.
        source: std::io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// A kind of file that is not read.
    #[error("{}: {what}; {remedy}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// One row cannot be read.
    #[error("{}{}: {what}; {remedy}", .path.display(), at(*.line))]
    Row {
        /// The file.
        path: PathBuf,
        /// Line, from 1, header counted; of a Parquet file the row; 0 where it is the whole file.
        line: usize,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// A column of the study is not in the file.
    #[error("{}{}: no {column} ({header}); correct `text` or `label` of the task", .path.display(), at(*.line))]
    Column {
        /// The file.
        path: PathBuf,
        /// Line of the header, or of the first row; 0 where columns have no line.
        line: usize,
        /// The column as the study names it.
        column: String,
        /// What is there.
        header: String,
    },
    /// A raw label that the study does not list.
    #[error("{}, line {line}: unknown label {}; known: {known}; {remedy}", .path.display(), shown(.raw))]
    UnknownLabel {
        /// The file.
        path: PathBuf,
        /// Line, from 1, header counted.
        line: usize,
        /// The raw value.
        raw: String,
        /// The raw values that are understood.
        known: String,
        /// What to do.
        remedy: String,
    },
    /// A class without a training example.
    #[error("{}: task `{task}`: no training example of label `{label}` ({rows}); {remedy}", .path.display())]
    MissingLabel {
        /// The training file.
        path: PathBuf,
        /// The task.
        task: String,
        /// The class.
        label: String,
        /// How many rows were looked at, and where others went.
        rows: String,
        /// What to do.
        remedy: String,
    },
    /// A class with a single training example.
    #[error("{}, line {line}: task `{task}`: only one training example of label `{label}`; {remedy}", .path.display())]
    SingleExample {
        /// The training file.
        path: PathBuf,
        /// Line of that example.
        line: usize,
        /// The task.
        task: String,
        /// The class.
        label: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The task's description does not fit its data.
    #[error("task `{task}`: {message}")]
    Task {
        /// The task.
        task: String,
        /// What is wrong, and the remedy.
        message: String,
    },
    /// The tokenizer cannot be used.
    #[error("tokenizer.json: {message}")]
    Tokenizer {
        /// What is wrong, and the remedy.
        message: String,
    },
    /// A file of the tokenised store is damaged.
    #[error("{}: {reason}; delete it and it is made again", .path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// A value of the file for a message: in backticks, on one line, cut where it is long.
pub(super) fn shown(value: &str) -> String {
    let mut kept: String =
        value.chars().take(60).flat_map(|c| if c.is_control() { vec![' '] } else { vec![c] }).collect();
    if value.chars().nth(60).is_some() {
        kept.push('…');
    }
    format!("`{kept}`")
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}
