//! Where the rows of a task come from.

use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// What separates the cells of a CSV file: one character, `";"`, `"\t"` or `"|"` where it is no comma.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
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

/// Rows that are kept out of training, for validation or for the test: a share of the training file, or rows of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "a study holds a handful; a box would stand in every match")]
pub enum HeldOut {
    /// Share of the training file, picked by a stable hash of the text: from 0 for validation, above 0 for the test, to
    /// below 1.
    Share(f64),
    /// Rows of their own.
    Source(Source),
}

impl HeldOut {
    /// The share of the training file; 0 where the rows are of their own.
    pub fn share(&self) -> f64 {
        match self {
            Self::Share(share) => *share,
            Self::Source(_) => 0.0,
        }
    }

    /// Where rows of their own come from.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::Share(_) => None,
            Self::Source(source) => Some(source),
        }
    }

    /// As [`source`](Self::source), to be changed.
    pub fn source_mut(&mut self) -> Option<&mut Source> {
        match self {
            Self::Share(_) => None,
            Self::Source(source) => Some(source),
        }
    }

    /// Whether these are the training rows themselves.
    pub fn is_training(&self) -> bool {
        self.source().is_some_and(|source| source.same_as.is_some())
    }
}

impl Default for HeldOut {
    fn default() -> Self {
        Self::Share(0.0)
    }
}

impl From<Source> for HeldOut {
    fn from(source: Source) -> Self {
        Self::Source(source)
    }
}

impl<'de> Deserialize<'de> for HeldOut {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShareOrSource;
        impl<'de> Visitor<'de> for ShareOrSource {
            type Value = HeldOut;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a share of the training rows such as 0.1, or { file = \"...\" }")
            }

            fn visit_f64<E: serde::de::Error>(self, share: f64) -> Result<HeldOut, E> {
                Ok(HeldOut::Share(share))
            }

            fn visit_i64<E: serde::de::Error>(self, share: i64) -> Result<HeldOut, E> {
                self.visit_f64(share as f64)
            }

            fn visit_u64<E: serde::de::Error>(self, share: u64) -> Result<HeldOut, E> {
                self.visit_f64(share as f64)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HeldOut, A::Error> {
                Source::deserialize(MapAccessDeserializer::new(map)).map(HeldOut::Source).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(ShareOrSource)
    }
}
