//! The report: a study, its tasks and every record, in one file that the analysis and the viewer read.

mod agreement;
mod check;
mod family;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

pub use agreement::{Contradiction, Disagreement};

pub use crate::measure::{Measure, MeasureValue};
use crate::record::{Classes, RunRecord};
use crate::study::{Kind, Study};

/// The schema that this version writes.
pub const REPORT_SCHEMA: &str = "transfermap.report/1";

/// The points of a training curve that a report keeps; the record has all.
pub const REPORT_CURVE_POINTS: usize = 200;

/// Everything that a study found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// `transfermap.report/1`.
    pub schema: String,
    /// The study as it was asked.
    pub study: Study,
    /// The tasks as they were read.
    pub tasks: Vec<TaskSummary>,
    /// The encoders as they were loaded.
    pub encoders: Vec<EncoderSummary>,
    /// Every record, thinned.
    pub runs: Vec<RunRecord>,
    /// Numbers for ordered pairs, computed without training on the pair.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// How good a source really was for a target, where an import brings its own judgement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relevance: Vec<Relevance>,
    /// Published scores of several metrics stand under one name, so their ranges cannot be checked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed_metrics: bool,
    /// What limits the conclusions, in words.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// A task as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSummary {
    /// Name.
    pub name: String,
    /// One text or two.
    pub kind: Kind,
    /// Class names in order of class index, after merging.
    pub labels: Vec<String>,
    /// `train`, `validation` and `test`.
    pub splits: IndexMap<String, SplitSummary>,
    /// Training rows left out because their text also stands in the validation or test set.
    #[serde(default)]
    pub dropped_training_rows: usize,
    /// Test texts found in another task's training set.
    pub overlaps: Vec<Overlap>,
    /// Hash of the selected and mapped examples.
    pub fingerprint: String,
}

/// One split of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitSummary {
    /// Number of examples.
    pub examples: usize,
    /// Examples by class, in order of class index.
    pub label_counts: Vec<usize>,
    /// The label of every example, in data-set order; of the test set only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_sequence: Option<Classes>,
    /// The texts of every example, in data-set order, one or two each; of the test set only, and only in reports that
    /// were asked to carry them (`transfermap report --include-text`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<Vec<Vec<String>>>,
    /// Quantiles of the length in tokens, special ones included, before truncation.
    pub token_lengths: TokenLengths,
    /// Inputs longer than `max_length`.
    #[serde(default)]
    pub truncated: usize,
}

/// Lengths in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenLengths {
    /// Median.
    pub p50: usize,
    /// 95 % are at most so long.
    pub p95: usize,
    /// Longest.
    pub max: usize,
}

/// Test examples of a task one of whose texts stands in the training set of `source`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The task whose training set holds them.
    pub source: String,
    /// Number of test examples.
    pub test_examples: usize,
}

/// An encoder as it was loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderSummary {
    /// Name.
    pub name: String,
    /// `model_type` of its configuration.
    pub architecture: String,
    /// Trainable parameters without a classifier.
    pub parameters: u64,
    /// Whether its weights were trained before this study.
    pub pretrained: bool,
    /// Hash of configuration, tokenizer and weights.
    pub fingerprint: String,
}

/// How good a source really was for a target, by which sources are ranked instead of by their score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relevance {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
    /// Higher is better.
    pub value: f64,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not JSON, cut short, or a field missing.
    #[error("not a report: {0}; {remedy}", remedy = remedy(.0))]
    Json(#[from] serde_json::Error),
    /// Written by a later version, or something else.
    #[error(
        "schema `{0}`; this transfermap reads `{REPORT_SCHEMA}` and its minor versions; a newer transfermap reads it"
    )]
    Schema(String),
    /// Two tasks of one name.
    #[error("the study has two tasks `{task}`; rename one")]
    DuplicateTask {
        /// The name.
        task: String,
    },
    /// Two records of one run.
    #[error("runs {first} and {second} (counted from 0) are both `{run}`; remove one")]
    DuplicateRun {
        /// The id that both have.
        run: String,
        /// Position of the first.
        first: usize,
        /// Position of the second.
        second: usize,
    },
    /// A task that the study does not have.
    #[error("{place}: the study has no task `{task}`; add the task or remove the entry")]
    UnknownTask {
        /// The run or measure.
        place: String,
        /// The task's name.
        task: String,
    },
    /// A score that its metric cannot have.
    #[error(
        "run `{run}`, task `{task}`: {metric} {score} is not between {low} and {high}; \
         scores are fractions, divide percent by 100"
    )]
    Score {
        /// The run's id.
        run: String,
        /// The task's name.
        task: String,
        /// The metric's name.
        metric: &'static str,
        /// The offending value.
        score: f64,
        /// Smallest possible value.
        low: f64,
        /// Largest possible value.
        high: f64,
    },
    /// A confusion matrix that counts more than there is.
    #[error(
        "run `{run}`, task `{task}`, {split}: the entries of its confusion matrix add up to more than its {examples} \
         examples; leave the matrix out, or take the run out"
    )]
    Confusion {
        /// The run's id.
        run: String,
        /// The task's name.
        task: String,
        /// `validation` or `test`.
        split: String,
        /// Examples, as the record says.
        examples: usize,
    },
    /// Label counts that count more than there is.
    #[error(
        "task `{task}`, {split}: its label counts add up to more than its {examples} examples; correct one of them"
    )]
    LabelCounts {
        /// The task's name.
        task: String,
        /// `train`, `validation` or `test`.
        split: String,
        /// Examples, as the report says.
        examples: usize,
    },
    /// A number of examples that nobody has.
    #[error("{place}: {examples} examples; no data set has more than 2^53")]
    Examples {
        /// The run or the task.
        place: String,
        /// The offending number.
        examples: usize,
    },
    /// A measure that is no number.
    #[error("{place}, {source_task} → {target}: {value} is no finite number; leave the pair out")]
    Value {
        /// The measure.
        place: String,
        /// Trained first.
        source_task: String,
        /// Measured.
        target: String,
        /// The offending value.
        value: f64,
    },
    /// A measure with two values for one pair.
    #[error("{place}: two values for {source_task} → {target}; keep one")]
    DuplicateValue {
        /// The measure.
        place: String,
        /// Trained first.
        source_task: String,
        /// Measured.
        target: String,
    },
}

/// What mends a text that is no report.
fn remedy(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Eof => "the file is cut short: copy it again, or write it again",
        Category::Syntax => "this is no JSON; a score of NaN or infinity is none either, leave it out",
        Category::Data => "docs/report-format.md says what a report holds; what is not known is left out",
        Category::Io => "try again",
    }
}

impl Report {
    /// The measures that are of this encoder, or of none of the report's.
    pub fn measures_of(&self, encoder: &str) -> Vec<&Measure> {
        let of_another = |m: &Measure| m.encoder != encoder && self.study.encoder.iter().any(|e| e.name == m.encoder);
        self.measures.iter().filter(|m| !of_another(m)).collect()
    }

    /// Reads a report, this major version with any minor one, and checks it.
    ///
    /// # Errors
    /// Truncated or malformed JSON, another major version, or what [`Self::check`] finds.
    pub fn from_json(text: &[u8]) -> Result<Self, ReportError> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = serde_json::from_slice(text)?;
        let known = head.schema == REPORT_SCHEMA || head.schema.starts_with(&format!("{REPORT_SCHEMA}."));
        if !known {
            return Err(ReportError::Schema(head.schema));
        }
        let report: Self = serde_json::from_slice(text)?;
        report.check()?;
        Ok(report)
    }
}
