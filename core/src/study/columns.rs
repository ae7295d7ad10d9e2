//! The columns of a data file that a task reads.

use serde::{Deserialize, Serialize};

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
