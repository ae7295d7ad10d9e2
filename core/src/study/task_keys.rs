//! The keys of a `[[task]]` as they are written: with `ready`, the table of [`super::ready`] fills in what is left out.

use indexmap::IndexMap;
use serde::Deserialize;

use super::ready::{self, Ready};
use super::recipe::RecipeOverride;
use super::task::{Column, Kind, Labels, Source, Task, Validation};
use crate::metric::Metric;

/// The keys of a `[[task]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskKeys {
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
    test: Option<Source>,
    validation: Option<Validation>,
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

impl TryFrom<TaskKeys> for Task {
    type Error = String;

    fn try_from(written: TaskKeys) -> Result<Self, String> {
        let entry = written.ready.as_deref().map(ready::find).transpose()?;
        let train = source("train", written.train, entry, |e| e.train)?;
        let labels = match (written.labels, entry) {
            (Some(labels), _) => labels,
            (None, Some(entry)) => Labels::Names(entry.labels.iter().map(|l| (*l).to_owned()).collect()),
            (None, None) if train.may_name_classes() => Labels::Names(Vec::new()),
            (None, None) => return Err("missing field `labels`".into()),
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
            test: source("test", written.test, entry, |e| e.test)?,
            validation: match written.validation {
                Some(Validation::Source(rows)) => {
                    Validation::Source(source("validation", Some(rows), entry, |e| e.test)?)
                }
                Some(share) => share,
                None => Validation::default(),
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
    key: &str,
    written: Option<Source>,
    entry: Option<&Ready>,
    split: impl Fn(&Ready) -> &'static str,
) -> Result<Source, String> {
    let Some(entry) = entry else { return written.ok_or_else(|| format!("missing field `{key}`")) };
    let mut source = written.unwrap_or_default();
    let elsewhere = source.file.is_some() || source.generated.is_some() || source.same_as.is_some();
    if !elsewhere && source.dataset.is_none() {
        source.dataset = Some(entry.dataset.to_owned());
        source.config = source.config.or(entry.config.map(str::to_owned));
        source.split = source.split.or_else(|| Some(split(entry).to_owned()));
    }
    Ok(source)
}
