//! What is kept of a classifier on a test set; field names are part of the format of records.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::confusion::sum;

/// Scores by metric name.
pub type Scores = IndexMap<String, f64>;

/// One class index per example, in data-set order; in JSON a string with one digit (0–9, then a–z) per example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Classes(Vec<u8>);

impl Classes {
    /// The most classes that one digit tells apart.
    pub const MOST: usize = 36;

    /// Of class indices; `None` when one is not below [`Self::MOST`].
    pub fn new(indices: &[usize]) -> Option<Self> {
        let digit = |&i: &usize| u8::try_from(i).ok().filter(|_| i < Self::MOST);
        indices.iter().map(digit).collect::<Option<_>>().map(Self)
    }

    /// The class indices.
    pub fn indices(&self) -> &[u8] {
        &self.0
    }
}

impl From<Classes> for String {
    fn from(classes: Classes) -> Self {
        classes.0.iter().filter_map(|&i| char::from_digit(u32::from(i), 36)).collect()
    }
}

/// A character that stands for no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no class digit (0–9, a–z)")]
pub struct NoClassDigit(pub char);

impl TryFrom<String> for Classes {
    type Error = NoClassDigit;

    fn try_from(text: String) -> Result<Self, NoClassDigit> {
        let index = |c: char| c.to_digit(36).and_then(|d| u8::try_from(d).ok());
        text.chars().map(|c| index(c).ok_or(NoClassDigit(c))).collect::<Result<_, _>>().map(Self)
    }
}

/// Scores on one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of examples.
    pub examples: usize,
    /// Scores by metric name; fractions for accuracies and F1.
    pub scores: Scores,
    /// Precision, recall and F1 by class, in order of class index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_class: Vec<ClassScores>,
    /// `confusion[label][prediction]` counts; empty where an import does not know them.
    pub confusion: Vec<Vec<u64>>,
    /// The predicted class of every example, in data-set order, so that tests by example need no other file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<Classes>,
    /// One class makes up at least 99 % of the predictions and more than the majority share of the labels.
    pub constant: bool,
    /// Accuracy at most the majority share, and Matthews correlation at most 0.
    pub at_chance: bool,
    /// Share of the most frequent prediction.
    pub predicted_majority_share: f64,
}

impl Evaluation {
    /// Examples by label, as the confusion matrix has them; empty where there is none.
    pub fn label_counts(&self) -> Vec<usize> {
        // More than the machine counts is refused when a report is read.
        let count = |row: &Vec<u64>| usize::try_from(sum(row)).unwrap_or(usize::MAX);
        self.confusion.iter().map(count).collect()
    }
}

/// Scores of one class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// Right among the predicted; 0 when none was predicted.
    pub precision: f64,
    /// Found among the labelled; 0 when none is labelled.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Examples with this label.
    pub support: u64,
}
