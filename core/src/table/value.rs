//! What stands in a cell: a value, and the way in which people read it.

use crate::metric::Metric;
use crate::number::{self, MISSING};
use crate::statistics::Interval;

/// How a number is shown to people. Programs get it with all its digits, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Show {
    /// With all its digits.
    Exact,
    /// With so many decimals.
    Plain(usize),
    /// With so many decimals, and a sign.
    Signed(usize),
    /// A share in per cent, without the sign of it.
    Share,
    /// A share in per cent.
    Percent,
    /// The share of the possible gain that a choice captured, in per cent without the sign of it: below −100 there is
    /// nothing that a reader could do with the number.
    Captured,
    /// A p value.
    P,
    /// A score: points where the metric is a fraction.
    Score(Metric),
    /// A gain: points where the metric is a fraction, with a sign.
    Gain(Metric),
}

impl Show {
    /// A number for people.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Exact => value.to_string(),
            Self::Plain(decimals) => number::plain(value, decimals),
            Self::Signed(decimals) => number::signed(value, decimals),
            Self::Share => number::plain(100.0 * value, 1),
            Self::Percent => number::percent(value),
            Self::Captured if value < -1.0 => "loses more than there is to gain".to_owned(),
            Self::Captured => number::plain(100.0 * value, 1),
            Self::P => number::p_value(value),
            Self::Score(metric) => number::score(metric, value),
            Self::Gain(metric) => number::gain(metric, value),
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// There is no such cell: a task as its own source.
    #[default]
    Nothing,
    /// There is no number where one might be.
    Missing,
    /// Words.
    Words(String),
    /// One of a few known things: its name for programs, its words for people.
    Named(&'static str, String),
    /// Several names: with spaces between them for programs, with commas for people.
    List(Vec<&'static str>),
    /// How many.
    Count(u64),
    /// Yes or no.
    Truth(bool),
    /// A number.
    Number(f64, Show),
    /// A number and its standard deviation.
    Spread(f64, f64, Show),
    /// A gain with the sign of what is known of it: ▲ ▼ = ? –
    Marked(f64, Show, &'static str),
    /// Lower and upper end.
    Interval(Interval, Show),
}

impl Value {
    /// A number where there is one.
    pub fn number(value: Option<f64>, show: Show) -> Self {
        value.map_or(Self::Missing, |value| Self::Number(value, show))
    }

    /// An interval where there is one.
    pub fn interval(value: Option<Interval>, show: Show) -> Self {
        value.map_or(Self::Missing, |value| Self::Interval(value, show))
    }

    /// A count where there is one.
    pub fn count(value: Option<usize>) -> Self {
        value.map_or(Self::Missing, Self::from)
    }

    /// For people: a dash for a missing number, a real minus.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Missing => MISSING.to_owned(),
            Self::Words(words) | Self::Named(_, words) => words.clone(),
            Self::List(names) => names.join(", "),
            Self::Count(n) => n.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Number(value, show) => show.text(*value),
            Self::Spread(value, sd, show) => format!("{} ± {}", show.text(*value), show.text(*sd)),
            Self::Marked(value, show, mark) => format!("{} {mark}", show.text(*value)),
            Self::Interval(Interval { low, high }, show) => format!("[{}, {}]", show.text(*low), show.text(*high)),
        }
    }

    /// For programs: the shortest text that reads back as the same number; nothing for a missing one. An interval's two
    /// ends stand in two fields.
    pub(super) fn fields(&self) -> Vec<String> {
        match self {
            Self::Nothing | Self::Missing => vec![String::new()],
            Self::Number(value, _) | Self::Spread(value, ..) | Self::Marked(value, ..) => vec![value.to_string()],
            Self::Interval(Interval { low, high }, _) => vec![low.to_string(), high.to_string()],
            Self::Named(name, _) => vec![(*name).to_owned()],
            Self::List(names) => vec![names.join(" ")],
            Self::Words(_) | Self::Count(_) | Self::Truth(_) => vec![self.text()],
        }
    }
}

impl From<&str> for Value {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Value {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&String> for Value {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

/// Where it is there.
impl From<Option<usize>> for Value {
    fn from(count: Option<usize>) -> Self {
        count.map_or(Self::Missing, Self::from)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

/// With all its digits.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value, Show::Exact)
    }
}

/// With all its digits, where it is there.
impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        Self::number(value, Show::Exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_points_and_programs_all_digits() {
        let gain = Value::number(Some(-0.176), Show::Gain(Metric::Accuracy));
        assert_eq!((gain.text(), gain.fields()), ("−17.6".to_owned(), vec!["-0.176".to_owned()]));
        let spread = Value::Spread(0.75, 0.0125, Show::Score(Metric::Accuracy));
        assert_eq!((spread.text(), spread.fields()), ("75.0 ± 1.2".to_owned(), vec!["0.75".to_owned()]));
        let interval = Value::Interval([-0.004, 0.039].into(), Show::Gain(Metric::Accuracy));
        assert_eq!(interval.text(), "[−0.4, +3.9]");
        assert_eq!(interval.fields(), ["-0.004", "0.039"]);
        let missing = Value::number(None, Show::P);
        assert_eq!((missing.text(), missing.fields()), ("—".to_owned(), vec![String::new()]));
    }

    #[test]
    fn numbers_for_programs_read_back() {
        for value in [0.75, 0.1 + 0.2, 1.0, 1e-12, -1.0 / 3.0, 0.749998] {
            assert_eq!(Value::from(value).fields()[0].parse::<f64>().unwrap(), value);
        }
    }
}
