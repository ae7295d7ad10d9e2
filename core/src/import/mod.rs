//! Other people's results, given as CSV, become a report.
//!
//! [`Import::report`] reads every file (`file`), finds its fields (`mapping`, `expression`, `number`, `rows`), joins
//! them by encoder, variant, source, target and seed (`join`, `coverage`), solves what published scores tell about predictions
//! (`solve`, `evaluation`), and builds the [`Report`] (`assemble`). No row is taken by its position, and nothing is
//! repaired in silence: what cannot be used is an error with its line, or is counted in a warning.

mod assemble;
mod cell;
mod coverage;
mod error;
mod evaluation;
mod expression;
mod file;
mod filter;
mod join;
mod mapping;
mod number;
mod role;
mod rows;
mod solve;
mod spelling;
#[cfg(test)]
mod tests;
mod wide;

pub use error::{ExpressionError, ImportError};
pub use file::CsvFile;
pub use filter::Filter;
pub use mapping::Mapping;
pub use role::Role;
pub use solve::{Published, Solutions, solve};

use crate::metric::Metric;
use crate::report::Report;
use file::Sheet;

/// The encoder of a measure that is of no encoder of the report; of rows without an encoder column.
pub const ANY_ENCODER: &str = "any";

/// The units of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// The metric's own: fractions for accuracies and F1.
    #[default]
    Fraction,
    /// Percent: scores whose metric ends at 1 are divided by 100.
    Percent,
}

/// A word that names no scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scale `{0}`; give percent or fraction")]
pub struct UnknownScale(pub String);

impl std::str::FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(text: &str) -> Result<Self, UnknownScale> {
        match text {
            "fraction" => Ok(Self::Fraction),
            "percent" => Ok(Self::Percent),
            _ => Err(UnknownScale(text.to_owned())),
        }
    }
}

/// Other people's files, and what explains them.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The study's name; `None`: the transfers' file name.
    pub name: Option<String>,
    /// One row per transfer run.
    pub transfers: CsvFile,
    /// Whether the transfers are a matrix: a row per source, a column per target, each task alone on the diagonal.
    pub wide: bool,
    /// One row per single-task run.
    pub baselines: Option<CsvFile>,
    /// One row per ordered pair.
    pub measures: Vec<CsvFile>,
    /// One row per ordered pair: by what sources are ranked instead of by their score.
    pub relevance: Option<CsvFile>,
    /// One row per class of a task, with the number of test examples.
    pub labels: Option<CsvFile>,
    /// Which rows are kept.
    pub filters: Vec<Filter>,
    /// Which column is which field.
    pub mappings: Vec<Mapping>,
    /// Units of the scores.
    pub scale: Scale,
    /// Keeps scores that the metric cannot have, and counts them in a warning: for published tables that mix metrics
    /// under one name. A run whose score is NaN or infinite then counts as failed.
    pub keep_out_of_range: bool,
    /// What `score` is of; the primary metric of every task.
    pub metric: Metric,
    /// Names of the measures that fall as tasks grow alike.
    pub lower_is_more_similar: Vec<String>,
}

impl Import {
    /// Transfers alone, in fractions of accuracy.
    pub fn new(transfers: CsvFile) -> Self {
        Self {
            name: None,
            transfers,
            wide: false,
            baselines: None,
            measures: Vec::new(),
            relevance: None,
            labels: None,
            filters: Vec::new(),
            mappings: Vec::new(),
            scale: Scale::default(),
            keep_out_of_range: false,
            metric: Metric::Accuracy,
            lower_is_more_similar: Vec::new(),
        }
    }

    /// The report of these files. Tasks, encoders and runs stand in the order in which the transfers name them.
    ///
    /// # Errors
    /// The first thing that is wrong in the options or in a file.
    ///
    /// ```
    /// use transfermap::import::{CsvFile, Import};
    ///
    /// let mut import = Import::new(CsvFile::new("transfers.csv", "source,target,score\nsst2,rte,0.7\n"));
    /// import.baselines = Some(CsvFile::new("baselines.csv", "task,score\nrte,0.6\n"));
    /// let report = import.report()?;
    /// assert_eq!(report.runs[0].id, "single/rte");
    /// assert_eq!(report.runs[1].id, "sequential/sst2--rte");
    /// # Ok::<(), transfermap::import::ImportError>(())
    /// ```
    pub fn report(&self) -> Result<Report, ImportError> {
        let mut sheets = Sheets::read(self)?;
        let mut notes = sheets.notes();
        if !self.wide && wide::is_matrix(&sheets.transfers) {
            return Err(ImportError::Matrix { file: self.transfers.name.clone(), columns: sheets.transfers.known() });
        }
        mapping::check(&self.mappings, &self.filters, &sheets.all())?;
        if self.wide {
            notes.push(wide::to_rows(&mut sheets.transfers, &self.mappings)?);
        }
        let filters = filter::by_column(&self.filters);
        for sheet in sheets.all_mut() {
            sheet.keep(&filters)?;
        }
        let mut joined = join::join(self, &sheets)?;
        notes.append(&mut joined.notes);
        joined.notes = notes;
        Ok(assemble::report(self, &sheets, joined))
    }
}

impl Import {
    fn units(&self) -> number::Units {
        number::Units { scale: self.scale, keep_out_of_range: self.keep_out_of_range }
    }
}

/// The files as they were read.
struct Sheets<'a> {
    transfers: Sheet<'a>,
    baselines: Option<Sheet<'a>>,
    measures: Vec<Sheet<'a>>,
    relevance: Option<Sheet<'a>>,
    labels: Option<Sheet<'a>>,
}

impl<'a> Sheets<'a> {
    fn read(import: &'a Import) -> Result<Self, ImportError> {
        let optional = |file: &'a Option<CsvFile>, role| file.as_ref().map(|f| Sheet::read(f, role)).transpose();
        Ok(Self {
            transfers: Sheet::read(&import.transfers, Role::Transfers)?,
            baselines: optional(&import.baselines, Role::Baselines)?,
            measures: import.measures.iter().map(|f| Sheet::read(f, Role::Measures)).collect::<Result<_, _>>()?,
            relevance: optional(&import.relevance, Role::Relevance)?,
            labels: optional(&import.labels, Role::Labels)?,
        })
    }

    /// Cells that hold more than a number, in words.
    fn notes(&self) -> Vec<String> {
        self.all().into_iter().filter_map(Sheet::spreads).collect()
    }

    fn all(&self) -> Vec<&Sheet<'a>> {
        let rest = self.measures.iter().chain(&self.relevance).chain(&self.labels);
        std::iter::once(&self.transfers).chain(&self.baselines).chain(rest).collect()
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Sheet<'a>> {
        let rest = self.measures.iter_mut().chain(&mut self.relevance).chain(&mut self.labels);
        std::iter::once(&mut self.transfers).chain(&mut self.baselines).chain(rest)
    }
}
