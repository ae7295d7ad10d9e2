//! One task of a study file: its files looked at, its labels read, its lines written.

use std::path::Path;

use indexmap::IndexMap;
use transfermap::study::{Source, Task};

use super::columns::{Columns, guess};
use super::files::{Group, Part};
use super::quoted::quoted;
use crate::data::{self, DataError, Head, Rows};
use crate::error::Wrong;

/// Rows that are looked at to tell the columns.
const ROWS: usize = 2000;

/// More classes than this are no classes.
const MOST_CLASSES: usize = 2000;

/// Values of rows whose label is hidden or missing, in files where no other row has one.
const UNLABELLED: [&str; 3] = ["-1", "", "?"];

/// Files that name the classes, a line each.
const CLASS_FILES: [&str; 3] = ["classes.txt", "labels.txt", "label_names.txt"];

/// A task, found.
pub(super) struct Found {
    /// Its lines in the study file.
    pub(super) text: String,
    /// What was guessed or left out, in words.
    pub(super) notes: Vec<String>,
}

/// A file that was looked at.
struct Looked<'g> {
    path: &'g Path,
    head: Head,
    columns: Columns,
}

impl<'g> Looked<'g> {
    fn at(path: &'g Path) -> Result<Self, Wrong> {
        let head = data::head(path, ROWS).map_err(|e| wrong(path, &e))?;
        let columns = guess(&head).map_err(|e| Wrong(format!("{}: {e}", path.display())))?;
        Ok(Self { path, head, columns })
    }

    /// A column as a study names it: by its name where that stands once, else by its number.
    fn column(&self, column: usize) -> String {
        let names = self.columns.names.as_deref().unwrap_or_default();
        match names.get(column).map(|name| name.trim()) {
            Some(name) if !name.is_empty() && names.iter().filter(|n| n.trim() == name).count() == 1 => quoted(name),
            _ => (column + 1).to_string(),
        }
    }

    /// The keys of its source beside `file`.
    fn keys(&self, of: &Looked<'_>) -> String {
        let mut keys = String::new();
        if let Some(format) = self.head.format {
            keys += &format!(", format = {}", quoted(format));
        }
        if let Some(separator) = self.head.separator {
            keys += &format!(", separator = {}", quoted(&separator.to_string()));
        }
        let mut used = of.columns.texts.iter().chain(&of.columns.label);
        let numbered = used.all(|c| !of.column(*c).starts_with('"'));
        if numbered && self.columns.names.is_some() && self.head.names.is_none() {
            keys += ", header = true";
        }
        keys
    }

    /// The columns for the reader.
    fn listed(&self) -> String {
        (0..self.columns.width).map(|c| self.column(c)).collect::<Vec<_>>().join(", ")
    }
}

/// An error of a reader, in the words of somebody who has no study yet.
pub(super) fn wrong(path: &Path, error: &DataError) -> Wrong {
    match error {
        DataError::Missing { .. } => {
            Wrong(format!("no such file; give data files or a folder of them: {}", path.display()))
        }
        error => Wrong::of(error),
    }
}

/// Looks at the files of a task. `relative` gives a path as the study file has it.
pub(super) fn find(group: &Group, name: &str, relative: &dyn Fn(&Path) -> String) -> Result<Found, Wrong> {
    let mut notes = Vec::new();
    // A file for a test alone is all that there is: it is trained on, with rows carved for the test.
    let train = group.file(Part::Train).or_else(|| group.files.first().map(|(_, path)| path.as_path()));
    let train = Looked::at(train.ok_or_else(|| Wrong("no data file".into()))?)?;
    let Some(label) = train.columns.label else {
        let columns = train.listed();
        let path = train.path.display();
        if let Some((column, holds)) = train.columns.no_label {
            return Err(Wrong(format!("{path}: no label: column {} holds {holds}", train.column(column))));
        }
        return Err(Wrong(format!(
            "{path}: no label column among {columns}; call it `label` (a label has two values or more, and far fewer than \
             there are rows)"
        )));
    };
    let mut labels = labels(&train, &train, label)?;
    let features = data::parquet::features(train.path).ok().filter(|_| train.head.names.is_some());
    let of_features: Vec<String> = features
        .map(|f| {
            f.classes(train.columns.names.as_deref().and_then(|n| n.get(label)).map_or("", String::as_str)).to_vec()
        })
        .unwrap_or_default();
    let mut others: Vec<(Part, Looked<'_>)> = Vec::new();
    for (part, path) in group.files.iter().filter(|(_, path)| path != train.path) {
        let other = Looked::at(path)?;
        match held_out(&other, &train, label) {
            Ok(found) => {
                for (value, count) in found {
                    // Hidden labels among others; where training has −1, it is a class.
                    if UNLABELLED.contains(&value.as_str()) && !labels.contains_key(&value) {
                        notes.push(format!("{}: {}; take them out of the file", path.display(), without_label(count)));
                    } else {
                        *labels.entry(value).or_default() += count;
                    }
                }
                others.push((*part, other));
            }
            Err(Unfit::Unlabelled) => notes.push(format!("{}: left out; its rows have no labels", path.display())),
            Err(Unfit::OtherColumns) => {
                notes.push(format!("{}: left out; it has other columns than {}", path.display(), train.path.display()));
            }
            Err(Unfit::Wrong(error)) => return Err(error),
        }
    }
    if let Some(unlabelled) = labels.shift_remove("") {
        notes.push(format!("{}: {}; take them out of the file", train.path.display(), without_label(unlabelled)));
    }
    let mut values: Vec<String> = labels.into_keys().collect();
    // Numbers by their size, before words.
    values.sort_by_cached_key(|v| (v.parse::<i64>().is_err(), v.parse::<i64>().unwrap_or(0), v.clone()));
    if values.len() > MOST_CLASSES {
        let (path, column, n) = (train.path.display(), train.column(label), values.len());
        return Err(Wrong(format!(
            "{path}: column {column} has {n} different values, too many for classes; name another `label`"
        )));
    }
    for (one, other) in data::look_alikes(&values) {
        notes.push(format!(
            "{}: {} and {} are two classes; correct the file if they are one",
            train.path.display(),
            quoted(one),
            quoted(other)
        ));
    }
    let names = class_names(&train, &values, &mut notes);
    let split = |part: Part| others.iter().find(|(p, _)| *p == part).map(|(_, looked)| looked);
    let (test, validation) = match (split(Part::Test), split(Part::Validation)) {
        (Some(test), validation) => (Some(test), validation),
        (None, validation) => (validation, None),
    };
    let source = |looked: &Looked<'_>, limit: &str| {
        format!("{{ file = {}{}{limit} }}", quoted(&relative(looked.path)), looked.keys(&train))
    };
    let test = test.map_or_else(
        || {
            "test = 0.2                           # no test file: a share of the rows above, never trained on\n"
                .to_owned()
        },
        |test| format!("test = {}\n", source(test, "")),
    );
    let validation = validation.map_or_else(
        || "validation = 0.1                     # a share of the training rows\n".to_owned(),
        |rows| format!("validation = {}\n", source(rows, "")),
    );
    let kind = if train.columns.pair { "pair" } else { "single" };
    let joined = !train.columns.pair && train.columns.texts.len() > 1;
    let text: Vec<String> = train.columns.texts.iter().map(|c| train.column(*c)).collect();
    let labels = if of_features.is_empty() { written(&values, &names) } else { list(&of_features) };
    let text = format!(
        "\n# Columns of {file}: {columns}.\n[[task]]\nname = {name}\nkind = \"{kind}\"\ntext = [{text}]{join}\nlabel = {label}\n\
         labels = {labels}\ntrain = {train}\n{test}{validation}",
        file = quoted(&relative(train.path)),
        columns = train.listed(),
        name = quoted(name),
        text = text.join(", "),
        join = if joined { "  # joined with a blank" } else { "" },
        label = train.column(label),
        train = source(&train, ", limit = 2000"),
    );
    Ok(Found { text, notes })
}

fn without_label(rows: usize) -> String {
    if rows == 1 { "1 row has no label".to_owned() } else { format!("{rows} rows have no label") }
}

/// Why a file is not used.
enum Unfit {
    Unlabelled,
    OtherColumns,
    Wrong(Wrong),
}

/// The labels of a file that is read as the training file is.
fn held_out(other: &Looked<'_>, train: &Looked<'_>, label: usize) -> Result<IndexMap<String, usize>, Unfit> {
    let names = |looked: &Looked<'_>| looked.columns.names.clone().unwrap_or_default();
    let has = |column: usize| match train.columns.names {
        Some(_) => names(train).get(column).is_some_and(|n| names(other).iter().any(|m| m.trim() == n.trim())),
        None => other.columns.names.is_none() && column < other.columns.width,
    };
    if !train.columns.texts.iter().all(|c| has(*c)) || train.columns.names.is_some() != other.columns.names.is_some() {
        return Err(Unfit::OtherColumns);
    }
    let here = match &train.columns.names {
        Some(_) => names(train).get(label).and_then(|n| names(other).iter().position(|m| m.trim() == n.trim())),
        None => Some(label),
    };
    let skip = usize::from(other.head.names.is_none() && other.columns.names.is_some());
    let hidden = |row: &Vec<String>| here.and_then(|c| row.get(c)).is_none_or(|v| UNLABELLED.contains(&v.trim()));
    if !has(label) || other.head.rows.iter().skip(skip).all(hidden) {
        return Err(Unfit::Unlabelled);
    }
    labels(other, train, label).map_err(Unfit::Wrong)
}

/// The values of the label in all rows of a file, with how often each stands there, as the readers of a study give them.
fn labels(looked: &Looked<'_>, train: &Looked<'_>, label: usize) -> Result<IndexMap<String, usize>, Wrong> {
    let fail = |e: &DataError| wrong(looked.path, e);
    let task = format!(
        "name = \"look\"\ntext = [{}]\nlabel = {}\nlabels = [\"\\u0001\", \"\\u0002\"]\ntrain = {{ file = \"look\"{} }}\n",
        train.column(train.columns.texts.first().copied().unwrap_or(0)),
        train.column(label),
        looked.keys(train),
    );
    let task = Task::from_toml(&task).map_err(|e| Wrong::at(looked.path.display(), &e))?;
    let source = Source { file: Some(looked.path.to_string_lossy().into_owned()), ..task.train.clone() };
    let mut found: IndexMap<String, usize> = IndexMap::new();
    for row in Rows::open(&task, "train", &source, Path::new("")).map_err(|e| fail(&e))? {
        *found.entry(data::plain_label(&row.map_err(|e| fail(&e))?.label)).or_default() += 1;
    }
    Ok(found)
}

/// Names of the classes: of a column, or of a file beside the data that has a line for each.
fn class_names(train: &Looked<'_>, values: &[String], notes: &mut Vec<String>) -> Vec<String> {
    let of_column = values.iter().map(|v| train.columns.class_names.get(v).cloned()).collect::<Option<Vec<String>>>();
    if let Some(names) = of_column.filter(|names| !names.is_empty()) {
        return names;
    }
    let numbers: Option<Vec<usize>> = values.iter().map(|v| v.parse().ok()).collect();
    let folder = train.path.parent().unwrap_or_else(|| Path::new(""));
    for path in CLASS_FILES.iter().map(|name| folder.join(name)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).filter(|l| !l.is_empty()).collect();
        let first = numbers.as_ref().and_then(|n| n.first().copied()).filter(|n| *n <= 1);
        let in_order = first.is_some_and(|first| {
            numbers.as_ref().is_some_and(|n| n.iter().enumerate().all(|(i, number)| *number == first + i))
        });
        let differ = lines.iter().enumerate().all(|(i, line)| !lines.iter().take(i).any(|l| l == line));
        if in_order && lines.len() == values.len() && differ {
            notes.push(format!("{}: taken for the names of the classes", path.display()));
            return lines;
        }
    }
    values.to_vec()
}

/// The labels as TOML: a list where values are names, a table where they are numbers.
fn written(values: &[String], names: &[String]) -> String {
    let numbers = values.iter().any(|v| v.parse::<f64>().is_ok());
    if !numbers && values == names {
        return list(values);
    }
    let pairs: Vec<String> = values.iter().zip(names).map(|(v, n)| format!("{} = {}", quoted(v), quoted(n))).collect();
    let hint = if values == names { " # value in the file = name; better names help the reader" } else { "" };
    format!("{{ {} }}{hint}", pairs.join(", "))
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", "))
}

/// Whether a file of a folder seems to be no data at all, so that it can be left out.
pub(super) fn is_no_data(path: &Path) -> bool {
    Looked::at(path).is_err()
}
