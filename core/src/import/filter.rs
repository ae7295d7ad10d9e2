//! Which rows are read: `--where column=value`, `--where column!=value`.

use std::str::FromStr;

use indexmap::IndexMap;

use super::ImportError;

/// `--where column=value`: keep rows with this value, in every file that has the column; `--where column!=value`: those
/// without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Column name.
    pub column: String,
    /// The text that it has to hold, or must not hold.
    pub value: String,
    /// Whether rows with the value are left out.
    pub excludes: bool,
}

impl FromStr for Filter {
    type Err = ImportError;

    fn from_str(text: &str) -> Result<Self, ImportError> {
        let parts = text.split_once('=').map(|(column, value)| match column.strip_suffix('!') {
            Some(column) => (column.trim(), value.trim(), true),
            None => (column.trim(), value.trim(), false),
        });
        match parts {
            Some((column, value, excludes)) if !column.is_empty() => {
                Ok(Self { column: column.to_owned(), value: value.to_owned(), excludes })
            }
            _ => Err(ImportError::Filter { filter: text.to_owned() }),
        }
    }
}

/// What the filters ask of one column: any of some values, if there are some, and none of others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted<'a> {
    any_of: Vec<&'a str>,
    none_of: Vec<&'a str>,
}

impl Wanted<'_> {
    pub(super) fn has(&self, value: &str) -> bool {
        (self.any_of.is_empty() || self.any_of.contains(&value)) && !self.none_of.contains(&value)
    }
}

/// What is asked of each column: the same column twice is either value.
pub(super) fn by_column(filters: &[Filter]) -> IndexMap<&str, Wanted<'_>> {
    let mut out: IndexMap<&str, Wanted<'_>> = IndexMap::new();
    for filter in filters {
        let wanted = out.entry(&filter.column).or_default();
        if filter.excludes { &mut wanted.none_of } else { &mut wanted.any_of }.push(&filter.value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_some_values_and_leaves_out_others() {
        let filters = ["model=t5", "model=bert", "seed != 3"].map(|f| f.parse::<Filter>().unwrap());
        let wanted = by_column(&filters);
        let has = |column: &str, value: &str| wanted[column].has(value);
        assert!(has("model", "t5") && has("model", "bert") && !has("model", "gpt"));
        assert!(has("seed", "1") && !has("seed", "3"));
        for bad in ["model", "=t5", "!=t5"] {
            assert!(matches!(bad.parse::<Filter>(), Err(ImportError::Filter { .. })), "{bad}");
        }
    }
}
