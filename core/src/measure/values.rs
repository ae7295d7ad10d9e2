//! A measure's numbers, as a report has them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::statistics;
use crate::statistics::dyadic::{Matrix, cluster_order};

/// Below this share of its size the range of a list of numbers is rounding: an order of them would be an order of noise.
pub const ROUNDING: f64 = 1e-9;

/// Whether all of these numbers are the same but for rounding; fewer than two are not.
pub fn is_level(values: impl IntoIterator<Item = f64>) -> bool {
    let (mut low, mut high, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    for value in values {
        (low, high, count) = (low.min(value), high.max(value), count + 1);
    }
    count > 1 && high - low <= ROUNDING * low.abs().max(high.abs())
}

/// To twelve digits of the largest of them.
fn rounded(means: &mut HashMap<(&str, &str), f64>) {
    let largest = means.values().fold(0.0, |m: f64, v| m.max(v.abs()));
    let digits = 11.0 - largest.log10().floor();
    // Powers of ten up to the 22nd are exact, and so is the rounding.
    if digits.is_finite() && digits.abs() <= 22.0 {
        let power = 10f64.powi(digits.abs() as i32);
        let round = |v: f64| if digits < 0.0 { (v / power).round() * power } else { (v * power).round() / power };
        means.values_mut().for_each(|v| *v = round(*v));
    }
}

/// A measure's values for ordered pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Name.
    pub name: String,
    /// The encoder of the report that it was computed with; `any` for a measure that is of no encoder of the report.
    pub encoder: String,
    /// `higher_is_more_similar` or `lower_is_more_similar`.
    pub direction: String,
    /// Whether (a, b) and (b, a) are equal by definition.
    pub symmetric: bool,
    /// Seconds that it took.
    pub cost_seconds: f64,
    /// The numbers.
    pub values: Vec<MeasureValue>,
}

/// A measure's value for one ordered pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureValue {
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
    /// The seed of the models, where it depends on one.
    pub seed: Option<u64>,
    /// The number.
    pub value: f64,
}

impl Measure {
    /// Whether small values mean similar tasks, and so, one hopes, good sources.
    pub fn lower_is_more_similar(&self) -> bool {
        self.direction == "lower_is_more_similar"
    }

    /// Mean over seeds by (source, target), rounded to twelve digits of the largest, so that what differs by the order of
    /// a sum is a tie. A symmetric measure that gives one direction gives both.
    pub fn means(&self) -> HashMap<(&str, &str), f64> {
        let mut values: Vec<&MeasureValue> = self.values.iter().collect();
        // By seed, so that the order of the file does not reach the last digit.
        values.sort_by(|a, b| {
            (&a.source, &a.target, a.seed).cmp(&(&b.source, &b.target, b.seed)).then(a.value.total_cmp(&b.value))
        });
        let mean = |of_pair: &[&MeasureValue]| statistics::mean(&of_pair.iter().map(|v| v.value).collect::<Vec<f64>>());
        let mut means = HashMap::new();
        for of_pair in values.chunk_by(|a, b| a.source == b.source && a.target == b.target) {
            if let Some((first, mean)) = of_pair.first().zip(mean(of_pair)) {
                means.insert((first.source.as_str(), first.target.as_str()), mean);
            }
        }
        rounded(&mut means);
        if self.symmetric {
            for ((source, target), value) in means.clone() {
                means.entry((target, source)).or_insert(value);
            }
        }
        means
    }

    /// The names in an order in which similar ones stand together; those without any value come last.
    pub fn cluster_order<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        let means = self.means();
        let sign = if self.lower_is_more_similar() { 1.0 } else { -1.0 };
        let distance = |a: usize, b: usize| means.get(&(names[a], names[b])).map(|mean| sign * mean);
        match Matrix::from_fn(names.len(), |a, b| distance(a, b).filter(|d| d.is_finite())) {
            Ok(distances) => cluster_order(&distances).into_iter().map(|i| names[i]).collect(),
            Err(_) => names.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_seeds_and_symmetric_measures_give_both_directions() {
        let value = |source: &str, target: &str, seed, value| MeasureValue {
            source: source.to_owned(),
            target: target.to_owned(),
            seed,
            value,
        };
        let mut measure = Measure {
            name: "m".to_owned(),
            encoder: "any".to_owned(),
            direction: "higher_is_more_similar".to_owned(),
            symmetric: false,
            cost_seconds: 0.0,
            values: vec![value("a", "b", Some(1), 0.25), value("a", "b", Some(2), 0.75), value("c", "a", None, 1.0)],
        };
        assert_eq!(measure.means(), HashMap::from([(("a", "b"), 0.5), (("c", "a"), 1.0)]));
        measure.symmetric = true;
        let both = [(("a", "b"), 0.5), (("b", "a"), 0.5), (("c", "a"), 1.0), (("a", "c"), 1.0)];
        assert_eq!(measure.means(), HashMap::from(both));
    }

    #[test]
    fn what_differs_by_rounding_alone_is_a_tie() {
        for unit in [1.0, 1e-8, 1e6] {
            let values = [("a", 0.1 + 0.2), ("b", 0.3), ("c", 0.3 + 1e-9)];
            let value = |(source, value): (&str, f64)| MeasureValue {
                source: source.to_owned(),
                target: "t".to_owned(),
                seed: None,
                value: unit * value,
            };
            let measure = Measure {
                name: "m".to_owned(),
                encoder: "any".to_owned(),
                direction: "higher_is_more_similar".to_owned(),
                symmetric: false,
                cost_seconds: 0.0,
                values: values.map(value).to_vec(),
            };
            let means = measure.means();
            let of = |source| means[&(source, "t")];
            assert!(of("a") == of("b") && of("b") < of("c"), "{unit}");
            assert!((of("b") / (0.3 * unit) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_range_of_rounding_is_level() {
        assert!(is_level([2.0, 2.0 + 1e-9, 2.0 - 5e-10]) && is_level([0.0, 0.0]) && is_level([-1e-30, -1e-30]));
        assert!(!is_level([2.0, 2.0 + 3e-9]) && !is_level([1e-30, 2e-30]) && !is_level([0.0, 1e-30]));
        assert!(!is_level([0.5]) && !is_level([]));
    }

    #[test]
    fn similar_tasks_stand_together_whatever_the_direction() {
        let rows = [("a", "b", 4.0), ("c", "a", 1.0), ("b", "c", 6.0)];
        let measure = |direction: &str, sign: f64| Measure {
            name: "m".to_owned(),
            encoder: "any".to_owned(),
            direction: direction.to_owned(),
            symmetric: true,
            cost_seconds: 0.0,
            values: rows
                .map(|(s, t, v)| MeasureValue { source: s.into(), target: t.into(), seed: None, value: sign * v })
                .to_vec(),
        };
        for measure in [measure("lower_is_more_similar", 1.0), measure("higher_is_more_similar", -1.0)] {
            assert_eq!(measure.cluster_order(&["d", "a", "b", "c"]), ["b", "a", "c", "d"]);
        }
    }
}
