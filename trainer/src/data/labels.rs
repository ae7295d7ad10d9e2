//! Raw labels → class indices, and what a training set must hold of every class.

use std::path::Path;

use transfermap::study::{LabelSet, Labels, Task};

use super::error::{DataError, shown};
use super::open::ending;
use super::rows::Row;
use super::spelling::{Spelling, at_sight, plain};

/// The labels of a task, with what its messages need.
pub(super) struct LabelReader<'a> {
    task: &'a Task,
    set: LabelSet,
    spelling: Spelling,
}

impl<'a> LabelReader<'a> {
    pub(super) fn new(task: &'a Task) -> Result<Self, DataError> {
        let set = task.label_set().map_err(|fault| DataError::Labels { task: task.name.clone(), fault })?;
        Ok(Self { task, spelling: Spelling::new(&set), set })
    }

    /// Class names in order of class index.
    pub(super) fn names(&self) -> &[String] {
        &self.set.names
    }

    /// The class of a row: of the value as it stands, else of the same value in another spelling.
    pub(super) fn index(&self, path: &Path, row: &Row) -> Result<usize, DataError> {
        let index = self.set.index(&row.label).or_else(|| self.spelling.index(&row.label));
        index.or_else(|| self.truth(&row.label)).ok_or_else(|| DataError::UnknownLabel {
            path: path.to_owned(),
            line: row.line,
            raw: row.label.trim().into(),
            known: self.set.values().map(|(value, _)| shown(value)).collect::<Vec<_>>().join(", "),
            remedy: self.remedy(path, row),
        })
    }

    /// A truth value where the study lists 0 and 1 by their values.
    fn truth(&self, raw: &str) -> Option<usize> {
        let Labels::Values(_) = &self.task.labels else { return None };
        match plain(raw).as_str() {
            "false" => self.set.index("0"),
            "true" => self.set.index("1"),
            _ => None,
        }
    }

    fn remedy(&self, path: &Path, row: &Row) -> String {
        let raw = row.label.trim();
        if raw.is_empty() {
            return "leave rows without a label out of the file".into();
        }
        if let Some((known, _)) = self.set.values().find(|(known, _)| at_sight(known) == at_sight(raw)) {
            return format!(
                "{} differs from {} in case, or in spaces and characters that do not show; write both alike",
                shown(raw),
                shown(known)
            );
        }
        if raw.len() > 2 && raw.starts_with('"') && raw.ends_with('"') {
            return "if the quotes are the format's, add format = \"csv\", separator = \"\\t\" to the source".into();
        }
        if raw.parse::<f64>().is_ok_and(|n| n.fract() != 0.0) {
            return "a label is a class; scores are another kind of task".into();
        }
        if matches!(plain(raw).as_str(), "true" | "false")
            && let Labels::Names(names) = &self.task.labels
            && let [no, yes] = names.as_slice()
        {
            return format!("say which class is which: labels = {{ \"false\" = \"{no}\", \"true\" = \"{yes}\" }}");
        }
        if raw == "-1" && self.set.index("-1").is_none() {
            return "-1 stands for a hidden label, as in GLUE's test splits: take another split, such as `validation`"
                .into();
        }
        let is_number = raw.parse::<i64>().is_ok();
        if let Labels::Names(names) = &self.task.labels
            && raw.parse() == Ok(names.len())
        {
            return format!(
                "{}; if these count from 1, give {}",
                "a list of labels is counted from 0",
                from_one(names)
            );
        }
        let has_lines = !matches!(ending(path).as_str(), "parquet" | "json" | "jsonl" | "ndjson");
        if has_lines && row.line == 1 && !is_number && self.known_are_numbers() {
            return "if line 1 names the columns, add header = true to the source".into();
        }
        "add it to `labels`, or correct the row".into()
    }

    fn known_are_numbers(&self) -> bool {
        (0..=self.set.names.len()).any(|n| self.set.index(&n.to_string()).is_some())
    }

    /// Refuses a training set in which a class is missing or has a single example. `examples` are (class, line).
    pub(super) fn check_training(
        &self,
        path: &Path,
        examples: impl Iterator<Item = (usize, usize)>,
        dropped: usize,
    ) -> Result<(), DataError> {
        let mut seen: Vec<(usize, usize)> = vec![(0, 0); self.set.names.len()];
        let mut total = 0;
        for (class, line) in examples {
            total += 1;
            if let Some((count, last)) = seen.get_mut(class) {
                *count += 1;
                *last = line;
            }
        }
        for (class, (&(count, line), name)) in seen.iter().zip(&self.set.names).enumerate() {
            let (path, task, label) = (path.to_owned(), self.task.name.clone(), name.clone());
            if count == 0 {
                let rows = match dropped {
                    0 => format!("{total} examples"),
                    _ => {
                        format!("{total} examples; {dropped} rows dropped, their text is in the validation or test set")
                    }
                };
                let remedy = if total == 0 && dropped > 0 {
                    "train on other rows than you test on: give `test = 0.2` to keep a fifth of them for the test"
                        .into()
                } else {
                    self.missing_remedy(class)
                };
                return Err(DataError::MissingLabel { path, task, label, rows, remedy });
            }
            if count == 1 {
                let remedy = match self.task.train.limit {
                    Some(_) => {
                        "give it two or more: raise `limit` if the file has more rows, add rows, or merge the label"
                    }
                    None => "give it two or more: add rows, or merge the label",
                };
                return Err(DataError::SingleExample { path, line, task, label, remedy });
            }
        }
        Ok(())
    }

    fn missing_remedy(&self, class: usize) -> String {
        match &self.task.labels {
            Labels::Names(names) if class == 0 && self.set.index("0") == Some(0) => {
                format!("add rows, or remove the label; if the labels count from 1, give {}", from_one(names))
            }
            _ if self.task.train.limit.is_some() => {
                "raise `limit` if the file has more rows, set stratified = true in `train`, or remove or merge the label".into()
            }
            _ => "add examples, or remove or merge the label".into(),
        }
    }
}

/// How labels that count from 1 are written.
fn from_one(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().enumerate().map(|(i, n)| format!("\"{}\" = \"{n}\"", i + 1)).collect();
    format!("labels = {{ {} }}", shown.join(", "))
}
