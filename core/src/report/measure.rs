//! A measure as numbers by ordered pair, and which measures speak of an encoder.

use std::collections::HashMap;

use super::{Measure, MeasureValue, Report};
use crate::sort;
use crate::stats;

impl Measure {
    /// Mean over seeds by (source, target). A symmetric measure that gives one direction gives both.
    pub fn means(&self) -> HashMap<(&str, &str), f64> {
        let mut values: Vec<&MeasureValue> = self.values.iter().collect();
        // By seed, so that the order of the file does not reach the last digit.
        sort::by(&mut values, |a, b| {
            (&a.source, &a.target, a.seed).cmp(&(&b.source, &b.target, b.seed)).then(a.value.total_cmp(&b.value))
        });
        let mean = |of_pair: &[&MeasureValue]| stats::mean(&of_pair.iter().map(|v| v.value).collect::<Vec<f64>>());
        let mut means = HashMap::new();
        for of_pair in values.chunk_by(|a, b| a.source == b.source && a.target == b.target) {
            if let Some((first, mean)) = of_pair.first().zip(mean(of_pair)) {
                means.insert((first.source.as_str(), first.target.as_str()), mean);
            }
        }
        if self.symmetric {
            for ((source, target), value) in means.clone() {
                means.entry((target, source)).or_insert(value);
            }
        }
        means
    }
}

impl Report {
    /// The measures that are of this encoder, or of none of the report's.
    pub fn measures_of(&self, encoder: &str) -> Vec<&Measure> {
        let of_another = |m: &Measure| m.encoder != encoder && self.study.encoder.iter().any(|e| e.name == m.encoder);
        self.measures.iter().filter(|m| !of_another(m)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::MeasureValue;
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
}
