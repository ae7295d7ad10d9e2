//! The range that an estimate may lie in.

use serde::{Deserialize, Serialize};

/// Lower and upper end; `[low, high]` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// `centre` ± `half`.
    pub fn around(centre: f64, half: f64) -> Self {
        Self { low: centre - half, high: centre + half }
    }

    /// Whether it lies inside ± `margin`, the ends left out.
    pub fn inside(self, margin: f64) -> bool {
        -margin < self.low && self.high < margin
    }

    /// Half of its width.
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The same interval of a shifted or scaled value; `f` must be increasing.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { low: f(self.low), high: f(self.high) }
    }
}

impl From<[f64; 2]> for Interval {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.low, interval.high]
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Interval {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Interval".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <[f64; 2]>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_list_of_its_ends_in_json() {
        let interval = Interval { low: -0.5, high: 2.0 };
        assert_eq!(serde_json::to_string(&interval).unwrap(), "[-0.5,2.0]");
        assert_eq!(serde_json::from_str::<Interval>("[-0.5,2.0]").unwrap(), interval);
    }

    #[test]
    fn lies_inside_a_margin_without_touching_it() {
        assert!(Interval::around(0.25, 0.25).inside(1.0));
        assert!(!Interval::around(0.0, 1.0).inside(1.0) && !Interval::around(2.0, 0.5).inside(1.0));
    }
}
