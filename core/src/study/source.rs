//! What a source of rows may say: exactly one place, and only the keys that go with it.

use super::{Column, Kind, Sample, Source, Task, is_hub_id, is_revision};

/// Why a task does not say how the rows of a split are read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("{split}: {fault}")]
    Source { split: &'static str, fault: SourceFault },
    #[error("`text` lists {listed} columns; give {needed}")]
    TextColumns { listed: usize, needed: &'static str },
    #[error("column 0; columns are counted from 1")]
    ColumnZero,
}

/// What is wrong with the keys of a source.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceFault {
    #[error("give `file = \"...\"`, or `dataset = \"...\", split = \"...\"`")]
    NotOnePlace,
    #[error("`{0}` goes with `dataset`; remove it")]
    NoDataset(&'static str),
    #[error("dataset = \"{0}\"; ids of the hub look like `nyu-mll/glue`")]
    NoId(String),
    #[error("no split of `{0}`; add split = \"train\" or another")]
    NoSplit(String),
    #[error(transparent)]
    Revision(#[from] NoRevision),
    #[error("limit = 0 leaves no rows; give at least 1 or leave it out")]
    NoRows,
    #[error("`same_as` is for test = {{ same_as = \"train\" }} only")]
    SameAs,
    #[error("sample = \"numpy\" needs `limit` and no `stratified`")]
    NumpySample,
    #[error("format `{0}`; give \"csv\", \"tsv\", \"jsonl\" or \"parquet\"")]
    Format(String),
    #[error("file = {0}")]
    Path(#[from] ControlCharacter),
    #[error("separator = \"{0}\"; give one character, such as \",\", \";\", \"\\t\" or \"|\"")]
    Separator(String),
    #[error("`separator` is for CSV; remove it, or the format \"{0}\"")]
    SeparatorFormat(String),
    #[error("header = false, but columns are given by name; give their numbers from 1")]
    NoHeader,
}

/// What to do about a path of Windows.
pub(super) const BACKSLASH: &str =
    "TOML reads a backslash in double quotes as an escape: write `/`, or the path in 'single quotes'";

/// A path with a character that no keyboard puts there.
#[derive(Debug, thiserror::Error)]
#[error("`{}` holds {what}; {BACKSLASH}", .path.escape_debug())]
pub(super) struct ControlCharacter {
    path: String,
    what: &'static str,
}

/// Checks that a path was not read with escapes in it.
pub(super) fn check_path(path: &str) -> Result<(), ControlCharacter> {
    let Some(control) = path.chars().find(|c| c.is_control()) else { return Ok(()) };
    let what = match control {
        '\t' => "a tab",
        '\n' => "a line feed",
        '\r' => "a carriage return",
        '\u{8}' => "a backspace",
        '\u{c}' => "a form feed",
        _ => "a control character",
    };
    Err(ControlCharacter { path: path.to_owned(), what })
}

/// A text that can be no revision of the hub.
#[derive(Debug, thiserror::Error)]
#[error("revision = \"{0}\"; give a commit, a branch or a tag")]
pub(super) struct NoRevision(String);

/// Checks the source of the split `split`.
pub(super) fn check(task: &Task, split: &'static str, source: &Source) -> Result<(), SourceError> {
    let wrong = |fault| SourceError::Source { split, fault };
    check_rows(split, source).map_err(wrong)?;
    if source.file.is_none() && source.dataset.is_none() {
        return Ok(());
    }
    if let Some(format) = &source.format
        && !matches!(format.as_str(), "csv" | "tsv" | "jsonl" | "parquet")
    {
        return Err(wrong(SourceFault::Format(format.clone())));
    }
    if let Some(separator) = &source.separator {
        let legal = |c: &u8| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, b'"' | b'\n' | b'\r');
        if !matches!(separator.as_bytes(), [c] if legal(c)) {
            return Err(wrong(SourceFault::Separator(separator.clone())));
        }
        if let Some(format) = source.format.as_ref().filter(|f| *f != "csv") {
            return Err(wrong(SourceFault::SeparatorFormat(format.clone())));
        }
    }
    let needed = match task.kind {
        Kind::Pair if task.text.len() != 2 => Some("exactly two columns for kind = \"pair\""),
        Kind::Single if task.text.is_empty() => Some("at least one column"),
        _ => None,
    };
    if let Some(needed) = needed {
        return Err(SourceError::TextColumns { listed: task.text.len(), needed });
    }
    if task.text.iter().chain([&task.label]).any(|c| *c == Column::Number(0)) {
        return Err(SourceError::ColumnZero);
    }
    let named = task.text.iter().chain([&task.label]).any(|c| matches!(c, Column::Name(_)));
    if named && source.header == Some(false) {
        return Err(wrong(SourceFault::NoHeader));
    }
    Ok(())
}

/// Which rows.
fn check_rows(split: &str, source: &Source) -> Result<(), SourceFault> {
    let given = [source.file.is_some(), source.dataset.is_some(), source.generated.is_some(), source.same_as.is_some()];
    if given.iter().filter(|g| **g).count() != 1 {
        return Err(SourceFault::NotOnePlace);
    }
    check_dataset(source)?;
    source.file.as_deref().map_or(Ok(()), check_path)?;
    if source.limit == Some(0) {
        return Err(SourceFault::NoRows);
    }
    if let Some(same_as) = &source.same_as
        && (split != "test" || same_as != "train")
    {
        return Err(SourceFault::SameAs);
    }
    if source.sample == Sample::Numpy && (source.limit.is_none() || source.stratified) {
        return Err(SourceFault::NumpySample);
    }
    Ok(())
}

fn check_dataset(source: &Source) -> Result<(), SourceFault> {
    let Some(id) = &source.dataset else {
        let given = [("config", &source.config), ("split", &source.split), ("revision", &source.revision)];
        return match given.iter().find(|(_, value)| value.is_some()) {
            Some((key, _)) => Err(SourceFault::NoDataset(key)),
            None => Ok(()),
        };
    };
    if !is_hub_id(id) {
        return Err(SourceFault::NoId(id.clone()));
    }
    if source.split.is_none() {
        return Err(SourceFault::NoSplit(id.clone()));
    }
    Ok(source.revision.as_deref().map_or(Ok(()), check_revision)?)
}

/// Checks that a revision is one.
pub(super) fn check_revision(revision: &str) -> Result<(), NoRevision> {
    if is_revision(revision) { Ok(()) } else { Err(NoRevision(revision.to_owned())) }
}
