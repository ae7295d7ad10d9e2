//! Where a key stands in the study file, so that a complaint found after parsing still names a line.

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::{Protocol, StudyError, Task};

/// The line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
}

/// Finds the line of a key path such as `task`, `2`, `name`.
pub(super) struct Lines<'a> {
    text: &'a str,
    root: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, root: DeTable::parse(text).ok() }
    }

    /// The line of the last part of `path` that is there, and whether that is all of it.
    fn find(&self, path: &[&str]) -> (usize, bool) {
        let Some(root) = self.root.as_ref().map(Spanned::get_ref) else { return (1, false) };
        let (mut table, mut array, mut at) = (Some(root), None, 0);
        for part in path {
            let value = if let Some((key, value)) = table.and_then(|t: &DeTable<'_>| t.get_key_value(*part)) {
                at = key.span().start;
                value
            } else if let Some(item) = array.and_then(|a: &DeArray<'_>| a.get(part.parse::<usize>().ok()?)) {
                at = item.span().start;
                item
            } else {
                return (line_of(self.text, at), false);
            };
            (table, array) = match value.get_ref() {
                DeValue::Table(t) => (Some(t), None),
                DeValue::Array(a) => (None, Some(a)),
                _ => (None, None),
            };
        }
        (line_of(self.text, at), true)
    }

    /// A complaint about `list[index].key`, or the nearest enclosing line where the key is absent.
    pub(super) fn error(&self, list: &str, index: Option<usize>, key: &str, message: String) -> StudyError {
        let index = index.map(|i| i.to_string());
        let path: Vec<&str> = [Some(list), index.as_deref(), Some(key)].into_iter().flatten().collect();
        StudyError { line: self.find(&path).0, message }
    }

    /// A complaint about `table.key`, or the table where the key is absent.
    pub(super) fn table_error(&self, table: &str, key: &str, message: String) -> StudyError {
        StudyError { line: self.find(&[table, key]).0, message }
    }

    /// A complaint about a key of the recipe of task number `index`, at the most special table that sets it.
    pub(super) fn recipe_error(
        &self,
        index: usize,
        task: &Task,
        protocol: Protocol,
        key: &str,
        message: String,
    ) -> StudyError {
        let index = index.to_string();
        let own: [&[&str]; 2] = [&["task", &index, "recipe", "source", key], &["task", &index, "recipe", key]];
        let shared: [&[&str]; 2] = [&["recipe", "source", key], &["recipe", key]];
        let plain = usize::from(protocol != Protocol::Source);
        let line = |paths: [&[&str]; 2]| {
            paths.into_iter().skip(plain).map(|path| self.find(path)).find(|found| found.1).map(|found| found.0)
        };
        match line(own) {
            Some(line) => StudyError { line, message: format!("task `{}`: {message}", task.name) },
            None => StudyError { line: line(shared).unwrap_or_else(|| self.find(&["recipe"]).0), message },
        }
    }
}
