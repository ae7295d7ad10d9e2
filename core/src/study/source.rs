//! What a source of rows may say: exactly one place, and only the keys that go with it.

use super::{Column, Kind, Sample, Source, Task, is_hub_id, is_revision};

/// Checks the source of the split `split`.
pub(super) fn check(task: &Task, split: &str, source: &Source) -> Result<(), String> {
    let given = [source.file.is_some(), source.dataset.is_some(), source.generated.is_some(), source.same_as.is_some()];
    if given.iter().filter(|g| **g).count() != 1 {
        return Err(format!("{split}: give `file = \"...\"`, or `dataset = \"...\", split = \"...\"`"));
    }
    check_dataset(source).map_err(|m| format!("{split}: {m}"))?;
    if source.limit == Some(0) {
        return Err(format!("{split}: limit = 0 leaves no rows; give at least 1 or leave it out"));
    }
    if let Some(same_as) = &source.same_as
        && (split != "test" || same_as != "train")
    {
        return Err(format!("{split}: `same_as` is for test = {{ same_as = \"train\" }} only"));
    }
    if source.sample == Sample::Numpy && (source.limit.is_none() || source.stratified) {
        return Err(format!("{split}: sample = \"numpy\" needs `limit` and no `stratified`"));
    }
    if source.file.is_none() && source.dataset.is_none() {
        return Ok(());
    }
    if let Some(format) = &source.format
        && !matches!(format.as_str(), "csv" | "tsv" | "jsonl" | "parquet")
    {
        return Err(format!("{split}: format `{format}`; give \"csv\", \"tsv\", \"jsonl\" or \"parquet\""));
    }
    let needed = match task.kind {
        Kind::Pair if task.text.len() != 2 => Some("exactly two columns for kind = \"pair\""),
        Kind::Single if task.text.is_empty() => Some("at least one column"),
        _ => None,
    };
    if let Some(needed) = needed {
        return Err(format!("`text` lists {} columns; give {needed}", task.text.len()));
    }
    if task.text.iter().chain([&task.label]).any(|c| *c == Column::Number(0)) {
        return Err("column 0; columns are counted from 1".into());
    }
    let named = task.text.iter().chain([&task.label]).any(|c| matches!(c, Column::Name(_)));
    if named && source.header == Some(false) {
        return Err(format!("{split}: header = false, but columns are given by name; give their numbers from 1"));
    }
    Ok(())
}

fn check_dataset(source: &Source) -> Result<(), String> {
    let Some(id) = &source.dataset else {
        let given = [("config", &source.config), ("split", &source.split), ("revision", &source.revision)];
        return match given.iter().find(|(_, value)| value.is_some()) {
            Some((key, _)) => Err(format!("`{key}` goes with `dataset`; remove it")),
            None => Ok(()),
        };
    };
    if !is_hub_id(id) {
        return Err(format!("dataset = \"{id}\"; ids of the hub look like `nyu-mll/glue`"));
    }
    if source.split.is_none() {
        return Err(format!("no split of `{id}`; add split = \"train\" or another"));
    }
    source.revision.as_deref().map_or(Ok(()), check_revision)
}

/// Checks that a revision is one.
pub(super) fn check_revision(revision: &str) -> Result<(), String> {
    if is_revision(revision) {
        return Ok(());
    }
    Err(format!("revision = \"{revision}\"; give a commit, a branch or a tag"))
}
