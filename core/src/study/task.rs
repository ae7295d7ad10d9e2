//! A labelled text-classification problem: where its rows are and what its labels mean.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::columns::{Column, Kind};
use super::labels::{LabelSet, Labels, LabelsError};
use super::ready::{self, NotReady, Ready};
use super::recipe::RecipeOverride;
use super::rows::{HeldOut, Source, is_default};
use crate::metric::Metric;

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
    pub test: HeldOut,
    /// Validation rows.
    pub validation: HeldOut,
    /// The primary metric.
    pub metric: Metric,
    /// Smallest gain worth having, in the metric's units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// Changes of the recipe where this task is trained.
    #[serde(skip_serializing_if = "is_default")]
    pub recipe: RecipeOverride,
}

impl Task {
    /// Resolves `labels` and `merge`.
    ///
    /// # Errors
    /// See [`LabelsError`].
    pub fn label_set(&self) -> Result<LabelSet, LabelsError> {
        LabelSet::new(&self.labels, &self.merge)
    }

    /// Smallest gain worth having: the task's own, else the metric's.
    pub fn margin(&self) -> f64 {
        self.margin.unwrap_or_else(|| self.metric.default_margin())
    }
}

/// The keys of a `[[task]]` as they are written: with `ready`, the table of [`ready`] fills in what is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskKeys {
    name: String,
    ready: Option<String>,
    kind: Option<Kind>,
    text: Option<Vec<Column>>,
    #[serde(default = "space")]
    join: String,
    label: Option<Column>,
    labels: Option<Labels>,
    #[serde(default)]
    merge: IndexMap<String, String>,
    train: Option<Source>,
    test: Option<HeldOut>,
    validation: Option<HeldOut>,
    #[serde(default = "accuracy")]
    metric: Metric,
    margin: Option<f64>,
    #[serde(default)]
    recipe: RecipeOverride,
}

fn space() -> String {
    " ".into()
}

fn accuracy() -> Metric {
    Metric::Accuracy
}

/// Why keys make no task.
#[derive(Debug, thiserror::Error)]
enum KeysError {
    #[error(transparent)]
    Ready(#[from] NotReady),
    #[error("missing field `{0}`")]
    Missing(&'static str),
}

impl TryFrom<TaskKeys> for Task {
    type Error = KeysError;

    fn try_from(written: TaskKeys) -> Result<Self, KeysError> {
        let entry = written.ready.as_deref().map(ready::find).transpose()?;
        let train = source("train", written.train, entry, |e| e.train)?;
        let labels = match (written.labels, entry) {
            (Some(labels), _) => labels,
            (None, Some(entry)) => Labels::Names(entry.labels.iter().map(|l| (*l).to_owned()).collect()),
            (None, None) if train.may_name_classes() => Labels::Names(Vec::new()),
            (None, None) => return Err(KeysError::Missing("labels")),
        };
        let columns = |entry: &Ready| entry.text.iter().map(|c| Column::Name((*c).to_owned())).collect();
        Ok(Self {
            name: written.name,
            kind: written.kind.or(entry.map(Ready::kind)).unwrap_or(Kind::Single),
            text: written.text.or(entry.map(columns)).unwrap_or_default(),
            join: written.join,
            label: written.label.unwrap_or_else(|| Column::Name("label".into())),
            labels,
            merge: written.merge,
            test: match written.test {
                Some(HeldOut::Share(share)) => HeldOut::Share(share),
                Some(HeldOut::Source(rows)) => source("test", Some(rows), entry, |e| e.test)?.into(),
                None => source("test", None, entry, |e| e.test)?.into(),
            },
            validation: match written.validation {
                Some(HeldOut::Source(rows)) => source("validation", Some(rows), entry, |e| e.test)?.into(),
                Some(share) => share,
                None => HeldOut::default(),
            },
            train,
            metric: written.metric,
            margin: written.margin,
            recipe: written.recipe,
        })
    }
}

/// The rows of a split: where the study says, else where the ready task has them.
fn source(
    key: &'static str,
    written: Option<Source>,
    entry: Option<&Ready>,
    split: impl Fn(&Ready) -> &'static str,
) -> Result<Source, KeysError> {
    let Some(entry) = entry else { return written.ok_or(KeysError::Missing(key)) };
    let mut source = written.unwrap_or_default();
    let elsewhere = source.file.is_some() || source.generated.is_some() || source.same_as.is_some();
    if !elsewhere && source.dataset.is_none() {
        source.dataset = Some(entry.dataset.to_owned());
        source.config = source.config.or(entry.config.map(str::to_owned));
        source.split = source.split.or_else(|| Some(split(entry).to_owned()));
    }
    Ok(source)
}
