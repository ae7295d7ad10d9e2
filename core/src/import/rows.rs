//! What one row of each file says, checked as far as the row alone allows.

use indexmap::IndexMap;

use super::ImportError;
use super::file::{Row, Sheet};
use super::mapping::{Fields, Mapping, Number, Text};
use super::number::{Printed, Units};
use crate::metric::Metric;

/// Scores of one run.
pub(super) type Scores = IndexMap<Metric, Printed>;

/// A row of the transfers.
#[derive(Debug)]
pub(super) struct TransferRow {
    pub line: u64,
    pub encoder: String,
    pub variant: String,
    pub source: String,
    pub target: String,
    pub seed: Option<u64>,
    pub scores: Scores,
    /// The target's single-task score, where the file has it in every row.
    pub baseline: Option<Printed>,
}

/// A single-task run: task and scores.
pub(super) type BaselineRow = Entry<(String, Scores)>;

/// A row about a task, or about an ordered pair: of one encoder and variant, or of all.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub line: u64,
    pub encoder: Option<String>,
    pub variant: Option<String>,
    pub seed: Option<u64>,
    pub what: T,
}

impl<T> Entry<T> {
    /// Whether it is about this encoder and variant.
    pub fn is_of(&self, encoder: &str, variant: &str) -> bool {
        self.encoder.as_deref().is_none_or(|e| e == encoder) && self.variant.as_deref().is_none_or(|v| v == variant)
    }
}

/// A number for an ordered pair.
#[derive(Debug)]
pub(super) struct PairValue {
    /// The measure's name; empty for a relevance.
    pub name: String,
    pub source: String,
    pub target: String,
    pub value: f64,
}

/// A class of a task.
#[derive(Debug)]
pub(super) struct Label {
    pub line: u64,
    pub task: String,
    pub label: String,
    pub count: u64,
}

/// Columns of scores.
struct ScoreColumns(Vec<(Metric, Number)>);

impl ScoreColumns {
    /// `score`, else the metric's own column; and every other column that has the name of a metric.
    fn find(fields: &Fields<'_, '_>, metric: Metric) -> Result<Self, ImportError> {
        let score = match fields.number("score", &["score"])? {
            Some(number) => Some(number),
            None => fields.number(metric.name(), &[metric.name()])?,
        };
        let mut columns = vec![(metric, score.ok_or_else(|| fields.missing("score", "score"))?)];
        for &other in Metric::ALL.iter().filter(|&&m| m != metric) {
            if let Some(number) = fields.number(other.name(), &[other.name()])? {
                columns.push((other, number));
            }
        }
        Ok(Self(columns))
    }

    fn of(&self, sheet: &Sheet<'_>, row: &Row, units: Units) -> Result<Scores, ImportError> {
        let mut scores = Scores::new();
        for (metric, number) in &self.0 {
            if let Some(printed) = number.score(sheet, row, *metric, units)? {
                scores.insert(*metric, printed);
            }
        }
        Ok(scores)
    }
}

/// Columns that say whose row it is.
struct Owner {
    encoder: Option<Text>,
    variant: Option<Text>,
    seed: Option<Text>,
}

impl Owner {
    fn find(fields: &Fields<'_, '_>, has: [bool; 3]) -> Result<Self, ImportError> {
        let find = |field: &str, has: bool| if has { fields.text(field, &[field]) } else { Ok(None) };
        let [encoder, variant, seed] = has;
        Ok(Self { encoder: find("encoder", encoder)?, variant: find("variant", variant)?, seed: find("seed", seed)? })
    }

    fn entry<T>(&self, sheet: &Sheet<'_>, row: &Row, what: T) -> Result<Entry<T>, ImportError> {
        let text = |column: &Option<Text>| column.as_ref().map(|c| c.of(sheet, row).map(str::to_owned)).transpose();
        let seed = self.seed.as_ref().map(|c| seed(c, sheet, row)).transpose()?.flatten();
        Ok(Entry { line: row.line, encoder: text(&self.encoder)?, variant: text(&self.variant)?, seed, what })
    }
}

/// The seed; `None` where the field is empty. `7.0` is 7: pandas writes so beside an empty field.
fn seed(column: &Text, sheet: &Sheet<'_>, row: &Row) -> Result<Option<u64>, ImportError> {
    let text = row.text(column.column);
    if text.is_empty() { Ok(None) } else { whole(column, sheet, row).map(Some) }
}

fn whole(column: &Text, sheet: &Sheet<'_>, row: &Row) -> Result<u64, ImportError> {
    let text = row.text(column.column);
    text.strip_suffix(".0").unwrap_or(text).parse().map_err(|_| ImportError::NotANumber {
        file: sheet.file.name.clone(),
        line: row.line,
        column: column.name.clone(),
        value: text.to_owned(),
        what: "a whole number from 0",
    })
}

/// Rows with a score, and how many had none.
pub(super) fn transfers(
    sheet: &Sheet<'_>,
    mappings: &[Mapping],
    metric: Metric,
    units: Units,
    own_baselines: bool,
) -> Result<(Vec<TransferRow>, usize), ImportError> {
    let fields = Fields::new(sheet, mappings);
    let source = fields.required("source", &["source"])?;
    let target = fields.required("target", &["target"])?;
    let owner = Owner::find(&fields, [true; 3])?;
    let scores = ScoreColumns::find(&fields, metric)?;
    let baseline = if own_baselines { fields.number("baseline", &["baseline"])? } else { None };
    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut empty = 0;
    for row in &sheet.rows {
        let (source, target) = (source.of(sheet, row)?, target.of(sheet, row)?);
        if source == target {
            let (file, task) = (sheet.file.name.clone(), source.to_owned());
            return Err(ImportError::SelfTransfer { file, line: row.line, task });
        }
        let scores = scores.of(sheet, row, units)?;
        if scores.is_empty() {
            empty += 1;
            continue;
        }
        let own = owner.entry(sheet, row, ())?;
        rows.push(TransferRow {
            line: row.line,
            encoder: own.encoder.unwrap_or_else(|| "imported".to_owned()),
            variant: own.variant.unwrap_or_else(|| crate::plan::DEFAULT_VARIANT.to_owned()),
            source: source.to_owned(),
            target: target.to_owned(),
            seed: own.seed,
            scores,
            baseline: baseline.as_ref().map(|b| b.score(sheet, row, metric, units)).transpose()?.flatten(),
        });
    }
    if rows.is_empty() {
        return Err(ImportError::NoScores { file: sheet.file.name.clone() });
    }
    Ok((rows, empty))
}

/// Single-task rows with a score, and how many had none.
pub(super) fn baselines(
    sheet: &Sheet<'_>,
    mappings: &[Mapping],
    metric: Metric,
    units: Units,
) -> Result<(Vec<BaselineRow>, usize), ImportError> {
    let fields = Fields::new(sheet, mappings);
    let target = fields.required("target", &["target", "task"])?;
    let owner = Owner::find(&fields, [true; 3])?;
    let scores = ScoreColumns::find(&fields, metric)?;
    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut empty = 0;
    for row in &sheet.rows {
        let scores = scores.of(sheet, row, units)?;
        if scores.is_empty() {
            empty += 1;
        } else {
            rows.push(owner.entry(sheet, row, (target.of(sheet, row)?.to_owned(), scores))?);
        }
    }
    Ok((rows, empty))
}

/// A measure's rows with a value, and how many had none.
pub(super) fn measures(sheet: &Sheet<'_>, mappings: &[Mapping]) -> Result<(Vec<Entry<PairValue>>, usize), ImportError> {
    let fields = Fields::new(sheet, mappings);
    let name = fields.text("measure", &["measure"])?;
    let owner = Owner::find(&fields, [true, false, true])?;
    let value = fields.number("value", &["value", "score"])?.ok_or_else(|| fields.missing("value", "value"))?;
    pair_values(&fields, &owner, name.as_ref(), &value)
}

/// A relevance's rows with a value, and how many had none.
pub(super) fn relevance(
    sheet: &Sheet<'_>,
    mappings: &[Mapping],
) -> Result<(Vec<Entry<PairValue>>, usize), ImportError> {
    let fields = Fields::new(sheet, mappings);
    let owner = Owner::find(&fields, [true, true, false])?;
    let missing = || fields.missing("relevance", "relevance");
    let value = fields.number("relevance", &["relevance"])?.ok_or_else(missing)?;
    pair_values(&fields, &owner, None, &value)
}

fn pair_values(
    fields: &Fields<'_, '_>,
    owner: &Owner,
    name: Option<&Text>,
    value: &Number,
) -> Result<(Vec<Entry<PairValue>>, usize), ImportError> {
    let sheet = fields.sheet;
    let source = fields.required("source", &["source"])?;
    let target = fields.required("target", &["target"])?;
    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut empty = 0;
    for row in &sheet.rows {
        let Some(value) = value.of(sheet, row)? else {
            empty += 1;
            continue;
        };
        let what = PairValue {
            name: name.map_or_else(|| Ok(sheet.file.stem()), |n| n.of(sheet, row))?.to_owned(),
            source: source.of(sheet, row)?.to_owned(),
            target: target.of(sheet, row)?.to_owned(),
            value: value.value,
        };
        rows.push(owner.entry(sheet, row, what)?);
    }
    Ok((rows, empty))
}

/// The classes of tasks.
pub(super) fn labels(sheet: &Sheet<'_>, mappings: &[Mapping]) -> Result<Vec<Label>, ImportError> {
    let fields = Fields::new(sheet, mappings);
    let task = fields.required("task", &["task"])?;
    let label = fields.required("label", &["label"])?;
    let count = fields.required("count", &["count"])?;
    let row = |row: &Row| {
        Ok(Label {
            line: row.line,
            task: task.of(sheet, row)?.to_owned(),
            label: label.of(sheet, row)?.to_owned(),
            count: whole(&count, sheet, row)?,
        })
    };
    sheet.rows.iter().map(row).collect()
}
