//! Arithmetic over columns, for numbers that a file does not hold as such.

use exmex::{Express, FlatEx};

use super::error::ExpressionError;
use super::file::Row;

/// `0.5*a+b` with `a` and `b` columns; a column whose name is no identifier stands in braces, `{relative gain}`.
#[derive(Debug)]
pub(super) struct Expression {
    pub text: String,
    formula: FlatEx<f64>,
    /// Positions and names of its columns, in the order in which the formula takes them.
    columns: Vec<(usize, String)>,
}

/// Why an expression has no value in a row.
pub(super) enum NoValue {
    /// A column is empty.
    Missing,
    /// A column's text is not a number.
    NotANumber { column: String, value: String },
}

impl Expression {
    /// Reads an expression whose columns `position` finds.
    ///
    /// # Errors
    /// See [`ExpressionError`].
    pub fn new(text: &str, position: impl Fn(&str) -> Option<usize>) -> Result<Self, ExpressionError> {
        let formula = syntax(text)?;
        let mut columns = Vec::new();
        for name in formula.var_names() {
            let column = position(name).ok_or_else(|| ExpressionError::NoColumn(name.clone()))?;
            columns.push((column, name.clone()));
        }
        if columns.is_empty() {
            return Err(ExpressionError::Constant);
        }
        Ok(Self { text: text.to_owned(), formula, columns })
    }

    /// Its value in a row; may be NaN or infinite.
    pub fn value(&self, row: &Row) -> Result<f64, NoValue> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (column, name) in &self.columns {
            let text = row.text(*column);
            if text.is_empty() {
                return Err(NoValue::Missing);
            }
            let bad = || NoValue::NotANumber { column: name.clone(), value: text.to_owned() };
            let cell = || {
                let cell = super::cell::read(text)?;
                let value: f64 = cell.digits.parse().ok()?;
                Some(if cell.percent { value / 100.0 } else { value })
            };
            values.push(text.parse::<f64>().ok().or_else(cell).ok_or_else(bad)?);
        }
        Ok(self.formula.eval(&values).unwrap_or(f64::NAN))
    }
}

/// Whether a text reads as a formula at all, whatever its columns.
pub(super) fn syntax(text: &str) -> Result<FlatEx<f64>, ExpressionError> {
    // The parser finds `)` without `(` only sometimes.
    let mut open = 0i64;
    for c in text.chars() {
        open += i64::from(c == '(') - i64::from(c == ')');
        if open < 0 {
            break;
        }
    }
    if open != 0 {
        return Err(ExpressionError::Parentheses);
    }
    if text.matches('{').count() != text.matches('}').count() {
        return Err(ExpressionError::Braces);
    }
    exmex::parse::<f64>(text).map_err(|e| ExpressionError::Syntax(e.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::file::{CsvFile, Sheet};
    use crate::import::role::Role;

    fn value(expression: &str) -> f64 {
        let file = CsvFile::new("t.csv", "a,b,relative gain\n2,0.5,-3\n");
        let sheet = Sheet::read(&file, Role::Relevance).unwrap();
        Expression::new(expression, |n| sheet.column(n)).unwrap().value(&sheet.rows[0]).ok().unwrap()
    }

    #[test]
    fn arithmetic_over_columns() {
        assert_eq!(value("0.5*a+0.5*(0.2*b-0.1)"), 1.0);
        assert_eq!(value("a - b*2 - 1"), 0.0);
        assert_eq!(value("-{relative gain} / a"), 1.5);
        assert_eq!(value("b^a"), 0.25);
    }

    #[test]
    fn rejects_what_is_no_arithmetic() {
        let error = |text: &str| Expression::new(text, |n| (n == "a").then_some(0)).unwrap_err().to_string();
        assert_eq!(error("a+c"), "no column `c`");
        assert_eq!(error("2*3"), "it names no column");
        assert_eq!(error("(a"), "parentheses do not match");
        assert_eq!(error(")a("), "parentheses do not match");
        assert_eq!(error("{a"), "braces do not match");
        for bad in ["a a", "a+", "*a", "a**2", "", "a,a", "a $ 2", "()"] {
            assert!(Expression::new(bad, |_| Some(0)).is_err(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_text_makes_the_parser_panic(text in "[ab0-9.()+*/^,{} -]{0,12}") {
            let _ = syntax(&text);
        }
    }
}
