//! Whether a file is about the tasks of the transfers at all.

use indexmap::{IndexMap, IndexSet};

use super::file::Sheet;
use super::mapping::Fields;
use super::spelling::nearest;
use super::{Import, ImportError};

/// The tasks of the transfers before and after `--where`.
pub(super) struct Names {
    all: IndexSet<String>,
    kept: IndexSet<String>,
}

impl Names {
    /// Of the transfers, of whose tasks `kept` are in the report.
    pub fn new(sheet: &Sheet<'_>, import: &Import, kept: IndexSet<String>) -> Result<Self, ImportError> {
        let fields = Fields::new(sheet, &import.mappings);
        let columns = [fields.required("source", &["source"])?, fields.required("target", &["target"])?];
        let rows = sheet.rows.iter().chain(&sheet.left_out);
        let all = rows.flat_map(|row| columns.iter().map(|c| row.text(c.column).to_owned())).collect();
        Ok(Self { all, kept })
    }
}

/// What the rows of one file are about: a file that covers more tasks than the transfers is welcome, one that shares
/// none with them is spelled otherwise.
#[derive(Default)]
pub(super) struct Coverage {
    pub taken: usize,
    pub diagonal: usize,
    pub other: usize,
    pub unknown: IndexMap<String, u64>,
}

impl Coverage {
    /// The tasks that the transfers do not have, in words: each with the one that may be meant.
    pub fn unknown_in_words(&self, names: &Names) -> String {
        let named = |task: &String| match nearest(task, names.all.iter().map(String::as_str)) {
            Some(near) => format!("`{task}`; is it `{near}`?"),
            None => format!("`{task}`"),
        };
        let listed: Vec<String> = self.unknown.keys().take(10).map(named).collect();
        let more = if self.unknown.len() > listed.len() { ", …" } else { "" };
        if listed.is_empty() { String::new() } else { format!(" (the transfers have no {}{more})", listed.join(", ")) }
    }

    /// Whether the report has all of `tasks`; counts the row where not.
    pub fn covers(&mut self, names: &Names, line: u64, tasks: &[&str]) -> bool {
        for &task in tasks.iter().filter(|&&t| !names.all.contains(t)) {
            self.unknown.entry(task.to_owned()).or_insert(line);
        }
        let kept = tasks.iter().all(|&t| names.kept.contains(t));
        self.other += usize::from(!kept);
        kept
    }

    pub fn check(&self, sheet: &Sheet<'_>) -> Result<(), ImportError> {
        match self.unknown.first() {
            Some((task, &line)) if self.taken == 0 => {
                Err(ImportError::UnknownTask { file: sheet.file.name.clone(), line, task: task.clone() })
            }
            _ => Ok(()),
        }
    }
}
