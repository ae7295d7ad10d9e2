//! What the labels of a task mean.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How raw label values become class names; the order is the class index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a list of label names, or a table { \"raw value\" = \"name\" }")]
pub enum Labels {
    /// Names; the raw value is a name, or its number from 0.
    Names(Vec<String>),
    /// Raw value → name.
    Values(IndexMap<String, String>),
}

impl Labels {
    /// Whether the study names none: they are read from the features of its data set.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Names(names) => names.is_empty(),
            Self::Values(values) => values.is_empty(),
        }
    }
}

/// Why `labels` and `merge` make no classes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// A name of `merge` that `labels` does not have.
    #[error("`merge` names `{0}`, which is not among the labels")]
    UnknownMerge(String),
    /// One raw value for two classes.
    #[error("label `{0}` is listed twice")]
    ListedTwice(String),
    /// Nothing to tell apart.
    #[error("{0} class after merging; a classification task needs two or more")]
    TooFew(usize),
}

/// The classes of a task after merging: names in order of class index, and the way from a raw value to its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// Class names; the position is the class index.
    pub names: Vec<String>,
    values: IndexMap<String, usize>,
}

impl LabelSet {
    /// The classes that `labels` name, after `merge` (name → coarser name).
    pub(super) fn new(labels: &Labels, merge: &IndexMap<String, String>) -> Result<Self, LabelsError> {
        let raw: Vec<(String, String)> = match labels {
            Labels::Names(names) => names.iter().map(|n| (n.clone(), n.clone())).collect(),
            Labels::Values(values) => values.iter().map(|(v, n)| (v.clone(), n.clone())).collect(),
        };
        if let Some(unknown) = merge.keys().find(|k| !raw.iter().any(|(_, name)| name == *k)) {
            return Err(LabelsError::UnknownMerge(unknown.clone()));
        }
        let mut names: Vec<String> = Vec::new();
        let mut values = IndexMap::new();
        for (position, (value, name)) in raw.iter().enumerate() {
            let name = merge.get(name).unwrap_or(name);
            let index = names.iter().position(|n| n == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            if values.insert(value.trim().to_owned(), index).is_some() {
                return Err(LabelsError::ListedTwice(value.clone()));
            }
            // A list of names also reads class numbers from 0, unless the names are numbers themselves.
            if matches!(labels, Labels::Names(_)) && raw.iter().all(|(v, _)| v.trim().parse::<i64>().is_err()) {
                values.insert(position.to_string(), index);
            }
        }
        if names.len() < 2 {
            return Err(LabelsError::TooFew(names.len()));
        }
        Ok(LabelSet { names, values })
    }

    /// The class index of a raw value, or `None` when the study does not list it.
    pub fn index(&self, raw: &str) -> Option<usize> {
        self.values.get(raw.trim()).copied()
    }

    /// The raw values that are understood, with their class indices.
    pub fn values(&self) -> impl Iterator<Item = (&str, usize)> {
        self.values.iter().map(|(value, index)| (value.as_str(), *index))
    }

    /// The raw values that are understood, for messages.
    pub fn known(&self) -> String {
        self.values.keys().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ")
    }
}
