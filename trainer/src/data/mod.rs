//! From data files to tokenised tasks: read, map labels, pick rows, find leaks, tokenise once.

pub mod batch;
pub mod cache;
#[cfg(test)]
mod cache_tests;
mod class_numbers;
mod delimited;
mod digest;
mod encoding;
mod error;
mod features;
mod findings;
pub mod generated;
mod head;
mod json_text;
mod jsonl;
mod labels;
mod load;
mod open;
mod overlaps;
pub mod parquet;
mod quotes;
#[cfg(test)]
mod real_tests;
mod rows;
mod select;
mod spelling;
mod summary;
#[cfg(test)]
mod tests;
pub mod tokenise;

use serde::{Deserialize, Serialize};

pub use digest::digest;
pub use encoding::utf_8;
pub use error::DataError;
pub use features::Features;
pub use findings::{Findings, findings};
pub use head::{Head, head};
pub use load::{Blank, Loaded, load, read};
pub use overlaps::overlaps;
pub use rows::{Row, Rows};
pub use spelling::{look_alikes, plain as plain_label};

/// One labelled input, as it stands in the data file but for white space at the ends of its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Row in its file, from 0; header and blank lines not counted.
    pub row: usize,
    /// One text, or two for a pair.
    pub texts: Vec<String>,
    /// Class index.
    pub label: usize,
}

/// A task's rows after label mapping, validation carve, leak removal and subsampling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskData {
    /// Class names, in order of class index.
    pub labels: Vec<String>,
    /// Training rows.
    pub train: Vec<Example>,
    /// Validation rows; may be empty.
    pub validation: Vec<Example>,
    /// Test rows, in data-set order.
    pub test: Vec<Example>,
    /// Training rows left out because their text also stands in the validation or test set.
    pub dropped_training_rows: usize,
}

/// One split as the model sees it: inputs of at most `max_length` tokens, special tokens included, not padded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenisedSplit {
    /// Token ids, one list per example.
    pub input_ids: Vec<Vec<u32>>,
    /// Segment ids (0 or 1), one list per example.
    pub token_type_ids: Vec<Vec<u32>>,
    /// Class indices.
    pub labels: Vec<usize>,
    /// Lengths before truncation, special tokens included.
    pub full_lengths: Vec<usize>,
}

/// A task ready for training; what workers read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenisedTask {
    /// Class names, in order of class index.
    pub labels: Vec<String>,
    /// Training examples.
    pub train: TokenisedSplit,
    /// Validation examples; may be empty.
    pub validation: TokenisedSplit,
    /// Test examples, in data-set order.
    pub test: TokenisedSplit,
}
