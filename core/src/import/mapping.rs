//! Which column is which field: `--map [file.]field=column`.

use std::str::FromStr;

use super::expression::{Expression, syntax};
use super::file::{Row, Sheet};
use super::filter::Filter;
use super::role::Role;
use super::{ExpressionError, ImportError};
use crate::metric::Metric;

/// `--map [file.]field=column`: where a field of the report comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Only for this file; `None`: for every file that has the column.
    pub role: Option<Role>,
    /// A field, for example `encoder`.
    pub field: String,
    /// A column, or for a number arithmetic over columns.
    pub column: String,
}

impl FromStr for Mapping {
    type Err = ImportError;

    fn from_str(text: &str) -> Result<Self, ImportError> {
        let bad = || ImportError::Mapping { mapping: text.to_owned() };
        let (left, column) = text.split_once('=').ok_or_else(bad)?;
        let (left, column) = (left.trim(), column.trim());
        if left.is_empty() || column.is_empty() {
            return Err(bad());
        }
        let (role, field) = match left.split_once('.') {
            Some((role, field)) => (Role::ALL.into_iter().find(|r| r.name() == role), field),
            None => (None, left),
        };
        let known = match role {
            Some(role) => fields(role),
            None if left.contains('.') => Vec::new(),
            None => Role::ALL.into_iter().flat_map(fields).collect(),
        };
        if !known.contains(&field) {
            return Err(unknown(text, left, role));
        }
        Ok(Self { role, field: field.to_owned(), column: column.to_owned() })
    }
}

impl std::fmt::Display for Mapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.left(), self.column)
    }
}

impl Mapping {
    fn left(&self) -> String {
        self.role.map_or_else(|| self.field.clone(), |role| format!("{role}.{}", self.field))
    }

    fn is_for(&self, role: Role) -> bool {
        fields(role).contains(&self.field.as_str()) && self.role.is_none_or(|r| r == role)
    }
}

fn unknown(mapping: &str, field: &str, role: Option<Role>) -> ImportError {
    let of = |role: Role| format!("of {role}: {}", fields(role).join(", "));
    let known = role.map_or_else(|| Role::ALL.map(of).join("; "), of);
    ImportError::UnknownField { mapping: mapping.to_owned(), field: field.to_owned(), known }
}

/// The fields that are no numbers, or whole ones: no arithmetic makes them.
const TEXT_FIELDS: [&str; 9] = ["source", "target", "task", "label", "encoder", "variant", "measure", "seed", "count"];

/// The fields of a file.
fn fields(role: Role) -> Vec<&'static str> {
    let metrics = Metric::ALL.iter().map(|m| m.name());
    match role {
        Role::Transfers => {
            ["source", "target", "seed", "score", "encoder", "variant", "baseline"].into_iter().chain(metrics).collect()
        }
        Role::Baselines => ["target", "seed", "score", "encoder", "variant"].into_iter().chain(metrics).collect(),
        Role::Measures => vec!["source", "target", "seed", "value", "measure", "encoder"],
        Role::Relevance => vec!["source", "target", "relevance", "encoder", "variant"],
        Role::Labels => vec!["task", "label", "count"],
    }
}

/// A field that is text: a column.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub column: usize,
    pub name: String,
}

impl Text {
    /// The text, which has to be there.
    pub fn of<'r>(&self, sheet: &Sheet<'_>, row: &'r Row) -> Result<&'r str, ImportError> {
        let text = row.text(self.column);
        if text.is_empty() {
            let (file, column) = (sheet.file.name.clone(), self.name.clone());
            return Err(ImportError::EmptyField { file, line: row.line, column });
        }
        Ok(text)
    }
}

/// A field that is a number: a column, or arithmetic over columns.
#[derive(Debug)]
pub(super) enum Number {
    Column(Text),
    Expression(Box<Expression>),
}

/// Finds the fields of one file.
pub(super) struct Fields<'s, 'a> {
    pub sheet: &'s Sheet<'a>,
    mappings: &'s [Mapping],
}

impl<'s, 'a> Fields<'s, 'a> {
    pub fn new(sheet: &'s Sheet<'a>, mappings: &'s [Mapping]) -> Self {
        Self { sheet, mappings }
    }

    /// The mapping of a field: the one for this file alone goes before the one for all.
    pub fn mapping(&self, field: &str) -> Option<&'s Mapping> {
        let here = |m: &&Mapping| m.field == field && m.is_for(self.sheet.role);
        let own = self.mappings.iter().filter(here).find(|m| m.role.is_some());
        own.or_else(|| self.mappings.iter().filter(here).find(|m| applies(m, self.sheet)))
    }

    fn column(&self, name: &str) -> Option<Text> {
        self.sheet.column(name).map(|column| Text { column, name: name.to_owned() })
    }

    pub fn missing(&self, field: &str, wanted: &str) -> ImportError {
        ImportError::MissingColumn {
            file: self.sheet.file.name.clone(),
            role: self.sheet.role,
            field: field.to_owned(),
            wanted: wanted.to_owned(),
            columns: self.sheet.known(),
        }
    }

    /// A field of text: as mapped, else the first of `names` that is there.
    pub fn text(&self, field: &str, names: &[&str]) -> Result<Option<Text>, ImportError> {
        match self.mapping(field) {
            Some(m) => self.column(&m.column).map(Some).ok_or_else(|| self.missing(field, &m.column)),
            None => Ok(names.iter().find_map(|name| self.column(name))),
        }
    }

    /// [`Self::text`], which has to be there.
    pub fn required(&self, field: &str, names: &[&str]) -> Result<Text, ImportError> {
        self.text(field, names)?.ok_or_else(|| self.missing(field, field))
    }

    /// A field of numbers.
    pub fn number(&self, field: &str, names: &[&str]) -> Result<Option<Number>, ImportError> {
        let Some(mapping) = self.mapping(field) else {
            return Ok(names.iter().find_map(|name| self.column(name)).map(Number::Column));
        };
        if let Some(text) = self.column(&mapping.column) {
            return Ok(Some(Number::Column(text)));
        }
        let error = |reason: ExpressionError| ImportError::Expression {
            mapping: mapping.to_string(),
            file: self.sheet.file.name.clone(),
            reason,
            columns: self.sheet.known(),
        };
        Expression::new(&mapping.column, |name| self.sheet.column(name))
            .map(|e| Some(Number::Expression(Box::new(e))))
            .map_err(error)
    }
}

/// Whether the file has what a mapping names.
fn applies(mapping: &Mapping, sheet: &Sheet<'_>) -> bool {
    let is_text = TEXT_FIELDS.contains(&mapping.field.as_str());
    sheet.column(&mapping.column).is_some()
        || !is_text && Expression::new(&mapping.column, |name| sheet.column(name)).is_ok()
}

/// Checks what the options say against the files that are there.
pub(super) fn check(mappings: &[Mapping], filters: &[Filter], sheets: &[&Sheet<'_>]) -> Result<(), ImportError> {
    let columns = || {
        let of = |s: &&Sheet<'_>| format!("{} has {}", s.file.name, s.known());
        sheets.iter().map(of).collect::<Vec<_>>().join("; ")
    };
    if let Some(f) = filters.iter().find(|f| sheets.iter().all(|s| s.column(&f.column).is_none())) {
        return Err(ImportError::FilterColumn { column: f.column.clone(), columns: columns() });
    }
    for (i, mapping) in mappings.iter().enumerate() {
        if mappings.iter().take(i).any(|m| m.left() == mapping.left()) {
            return Err(ImportError::MappedTwice { field: mapping.left() });
        }
        let mut here = sheets.iter().filter(|s| mapping.is_for(s.role)).peekable();
        let first = here.peek().map(|s| (s.file.name.clone(), s.known()));
        if here.any(|s| applies(mapping, s)) {
            continue;
        }
        if let (Some((file, columns)), false) = (first, TEXT_FIELDS.contains(&mapping.field.as_str()))
            && let Err(reason) = syntax(&mapping.column)
        {
            return Err(ImportError::Expression { mapping: mapping.to_string(), file, reason, columns });
        }
        return Err(ImportError::UnusedMapping { mapping: mapping.to_string(), columns: columns() });
    }
    Ok(())
}
