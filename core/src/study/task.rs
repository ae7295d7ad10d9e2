//! A labelled text-classification problem: where its rows are and what its labels mean.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::recipe::RecipeOverride;
use super::task_keys::TaskKeys;
use crate::metric::Metric;

/// One text or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One text: `[CLS] text [SEP]`.
    Single,
    /// Two texts: `[CLS] first [SEP] second [SEP]`.
    Pair,
}

/// A column of a data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a column name in quotes, or a column number from 1")]
pub enum Column {
    /// Position, counted from 1.
    Number(usize),
    /// Name in the header, or key of a JSON object.
    Name(String),
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => write!(f, "column {n}"),
            Self::Name(name) => write!(f, "column `{name}`"),
        }
    }
}

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

/// How the rows within a `limit` are picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sample {
    /// Seeded priorities by row: one pass, memory for `limit` rows.
    #[default]
    Keyed,
    /// The first `limit` of numpy's `default_rng(data_seed).permutation(rows)`, in that order, as
    /// `datasets.Dataset.shuffle(seed).select(range(limit))` picks them.
    Numpy,
}

/// Where the rows of one split come from. Exactly one of `file`, `dataset`, `generated` and `same_as` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// A CSV, TSV or JSONL file, plain or gzipped, or a Parquet file; relative to the study file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A data set of the HuggingFace hub, as `nyu-mll/glue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// Its configuration, where it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Its split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Its commit, branch or tag. A report names the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// A task of the embedded suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<String>,
    /// `"train"`: evaluate on the training rows. Only for repeating studies that did so; the report warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// `csv`, `tsv`, `jsonl` or `parquet`, where the file name does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Whether the first line names the columns. Default: yes, when any column is given by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// At most so many rows (of training rows: after the validation carve).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Keep the label shares when picking `limit` rows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stratified: bool,
    /// How the rows within `limit` are picked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sample: Sample,
    /// The files of a `dataset` on this machine, once they are found.
    #[serde(skip)]
    pub located: Option<Located>,
}

/// A split of a data set on this machine. Never written: another machine has it elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    /// Its files, in the order of their rows.
    pub files: Vec<PathBuf>,
    /// Names of the classes of the label column, in order of class number, where its features tell.
    pub classes: Vec<String>,
}

impl Source {
    /// Whether its features may name the classes: a data set, or a Parquet file.
    pub fn may_name_classes(&self) -> bool {
        let parquet = |file: &String| file.to_ascii_lowercase().ends_with(".parquet");
        self.dataset.is_some() || self.format.as_deref() == Some("parquet") || self.file.as_ref().is_some_and(parquet)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The validation set: a share of the training file, or rows of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "a study holds a handful; a box would stand in every match")]
pub enum Validation {
    /// Share of the training file, from 0 to below 1, picked by a stable hash of the text.
    Share(f64),
    /// Rows of their own.
    Source(Source),
}

impl Default for Validation {
    fn default() -> Self {
        Self::Share(0.0)
    }
}

impl<'de> Deserialize<'de> for Validation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShareOrSource;
        impl<'de> Visitor<'de> for ShareOrSource {
            type Value = Validation;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a share of the training rows such as 0.1, or { file = \"...\" }")
            }

            fn visit_f64<E: serde::de::Error>(self, share: f64) -> Result<Validation, E> {
                if (0.0..1.0).contains(&share) {
                    Ok(Validation::Share(share))
                } else {
                    Err(E::custom(format!("validation = {share}: give a share from 0 to below 1")))
                }
            }

            fn visit_i64<E: serde::de::Error>(self, share: i64) -> Result<Validation, E> {
                self.visit_f64(share as f64)
            }

            fn visit_u64<E: serde::de::Error>(self, share: u64) -> Result<Validation, E> {
                self.visit_f64(share as f64)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Validation, A::Error> {
                Source::deserialize(MapAccessDeserializer::new(map)).map(Validation::Source).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(ShareOrSource)
    }
}

/// A task, a `ready` one written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TaskKeys")]
pub struct Task {
    /// Its name in run ids, tables and charts.
    pub name: String,
    /// One text or two.
    pub kind: Kind,
    /// The text columns: one or more for a single input (joined), exactly two for a pair.
    pub text: Vec<Column>,
    /// Put between the columns of a single input.
    pub join: String,
    /// The label column.
    pub label: Column,
    /// Raw values and class names; empty until they are read from the features of the data.
    pub labels: Labels,
    /// Name → coarser name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub merge: IndexMap<String, String>,
    /// Training rows.
    pub train: Source,
    /// Test rows.
    pub test: Source,
    /// Validation rows.
    pub validation: Validation,
    /// The primary metric.
    pub metric: Metric,
    /// Smallest gain worth having, in the metric's units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// Changes of the recipe where this task is trained.
    #[serde(skip_serializing_if = "is_default")]
    pub recipe: RecipeOverride,
}

/// The classes of a task after merging: names in order of class index, and the way from a raw value to its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// Class names; the position is the class index.
    pub names: Vec<String>,
    values: IndexMap<String, usize>,
}

impl LabelSet {
    /// The class index of a raw value, or `None` when the study does not list it.
    pub fn index(&self, raw: &str) -> Option<usize> {
        self.values.get(raw.trim()).copied()
    }

    /// The raw values that are understood, for messages.
    pub fn known(&self) -> String {
        self.values.keys().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ")
    }
}

impl Task {
    /// Resolves `labels` and `merge`.
    ///
    /// # Errors
    /// Fewer than two classes, a label listed twice, or `merge` of an unknown name.
    pub fn label_set(&self) -> Result<LabelSet, String> {
        let raw: Vec<(String, String)> = match &self.labels {
            Labels::Names(names) => names.iter().map(|n| (n.clone(), n.clone())).collect(),
            Labels::Values(values) => values.iter().map(|(v, n)| (v.clone(), n.clone())).collect(),
        };
        if let Some(unknown) = self.merge.keys().find(|k| !raw.iter().any(|(_, name)| name == *k)) {
            return Err(format!("`merge` names `{unknown}`, which is not among the labels"));
        }
        let mut names: Vec<String> = Vec::new();
        let mut values = IndexMap::new();
        for (position, (value, name)) in raw.iter().enumerate() {
            let name = self.merge.get(name).unwrap_or(name);
            let index = names.iter().position(|n| n == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            if values.insert(value.trim().to_owned(), index).is_some() {
                return Err(format!("label `{value}` is listed twice"));
            }
            // A list of names also reads class numbers from 0, unless the names are numbers themselves.
            if matches!(self.labels, Labels::Names(_)) && raw.iter().all(|(v, _)| v.trim().parse::<i64>().is_err()) {
                values.insert(position.to_string(), index);
            }
        }
        if names.len() < 2 {
            return Err(format!("{} class after merging; a classification task needs two or more", names.len()));
        }
        Ok(LabelSet { names, values })
    }

    /// Smallest gain worth having: the task's own, else the metric's.
    pub fn margin(&self) -> f64 {
        self.margin.unwrap_or_else(|| self.metric.default_margin())
    }
}
