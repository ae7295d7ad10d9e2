//! From a field's text to a number: scaled, inside its range, and how many digits were printed.

use super::cell;
use super::expression::NoValue;
use super::file::{Row, Sheet};
use super::mapping::Number;
use super::{ImportError, Scale};
use crate::metric::Metric;

/// How scores are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    pub scale: Scale,
    pub keep_out_of_range: bool,
}

/// A number as it was printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Printed {
    /// The number.
    pub value: f64,
    /// Half a unit of the last printed digit; `None` where the number is computed from columns.
    pub tolerance: Option<f64>,
}

impl Printed {
    fn hundredth(self) -> Self {
        Self { value: self.value / 100.0, tolerance: self.tolerance.map(|t| t / 100.0) }
    }
}

impl Number {
    /// What the number is called in messages: its column, or its expression.
    pub fn name(&self) -> &str {
        match self {
            Self::Column(text) => &text.name,
            Self::Expression(expression) => &expression.text,
        }
    }

    /// The finite number in this row; `None` when the field is empty.
    pub fn of(&self, sheet: &Sheet<'_>, row: &Row) -> Result<Option<Printed>, ImportError> {
        Ok(self.finite(sheet, row)?.map(|(printed, _)| printed))
    }

    fn finite(&self, sheet: &Sheet<'_>, row: &Row) -> Result<Option<(Printed, bool)>, ImportError> {
        match self.printed(sheet, row)? {
            Some((printed, _)) if !printed.value.is_finite() => {
                let (file, column) = (sheet.file.name.clone(), self.name().to_owned());
                Err(ImportError::NotFinite { file, line: row.line, column, value: printed.value })
            }
            printed => Ok(printed),
        }
    }

    /// The number, and whether a per cent sign told its unit.
    fn printed(&self, sheet: &Sheet<'_>, row: &Row) -> Result<Option<(Printed, bool)>, ImportError> {
        let not_a_number = |column: String, value: String| {
            let (file, line) = (sheet.file.name.clone(), row.line);
            match cell::with_point(&value) {
                Some(point) => ImportError::DecimalComma { file, line, column, value, point },
                None => ImportError::NotANumber { file, line, column, value, what: "a number" },
            }
        };
        let printed = match self {
            Self::Column(text) => match row.text(text.column) {
                "" => return Ok(None),
                written => {
                    let bare = cell::Cell { digits: written, percent: false, spread: false };
                    let cell = if written.parse::<f64>().is_ok() { Some(bare) } else { cell::read(written) };
                    let number = cell.and_then(|cell| Some((cell, cell.digits.parse().ok()?)));
                    let (cell, value) = number.ok_or_else(|| not_a_number(text.name.clone(), written.to_owned()))?;
                    let printed = Printed { value, tolerance: half_unit(cell.digits) };
                    (if cell.percent { printed.hundredth() } else { printed }, cell.percent)
                }
            },
            Self::Expression(expression) => match expression.value(row) {
                Ok(value) => (Printed { value, tolerance: None }, false),
                Err(NoValue::Missing) => return Ok(None),
                Err(NoValue::NotANumber { column, value }) => return Err(not_a_number(column, value)),
            },
        };
        Ok(Some(printed))
    }

    /// The score of `metric` in this row, scaled to the metric's units. NaN or infinite only where scores out of range
    /// are kept: such a run counts as failed.
    pub fn score(
        &self,
        sheet: &Sheet<'_>,
        row: &Row,
        metric: Metric,
        units: Units,
    ) -> Result<Option<Printed>, ImportError> {
        let printed = if units.keep_out_of_range { self.printed(sheet, row)? } else { self.finite(sheet, row)? };
        let Some((mut printed, signed)) = printed else { return Ok(None) };
        let (low, high) = metric.range();
        // Losses are never given in percent.
        if units.scale == Scale::Percent && high == 1.0 && !signed {
            printed = printed.hundredth();
        }
        if units.keep_out_of_range || (low..=high).contains(&printed.value) {
            return Ok(Some(printed));
        }
        let remedy = if units.scale == Scale::Fraction && high == 1.0 && (low * 100.0..=100.0).contains(&printed.value)
        {
            "give --scale percent if the scores are percentages"
        } else {
            "correct it, name its metric with --metric, or keep such scores with --keep-out-of-range"
        };
        Err(ImportError::OutOfRange {
            file: sheet.file.name.clone(),
            line: row.line,
            column: self.name().to_owned(),
            value: printed.value,
            metric: metric.name(),
            low,
            high,
            remedy,
        })
    }
}

/// Half a unit of the last printed digit: 0.005 of `0.54`, 5 of `1e1`, 0.5 of `3`.
fn half_unit(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, d)| d.len());
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(decimals).ok()?)?;
    Some(0.5 * 10f64.powi(exponent)).filter(|t| t.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_digits_tell_the_tolerance() {
        for (digits, expected) in
            [("0.54", 0.005), ("0.7500", 0.000_05), ("1", 0.5), ("54.1", 0.05), ("5.03e-1", 0.0005), (".5", 0.05)]
        {
            let tolerance = half_unit(digits).unwrap();
            assert!((tolerance - expected).abs() < 1e-15, "{digits}: {tolerance}");
        }
        assert_eq!(half_unit("1e999999999999"), None);
    }
}
