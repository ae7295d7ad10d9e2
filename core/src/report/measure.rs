//! A measure as numbers by ordered pair, and which measures speak of an encoder.

use std::collections::HashMap;

use super::{Measure, Report};
use crate::sort;
use crate::stats;

impl Measure {
    /// Mean over seeds by (source, target). A symmetric measure that gives one direction gives both.
    pub fn means(&self) -> HashMap<(&str, &str), f64> {
        type Seeds = Vec<(Option<u64>, f64)>;
        let mut all: HashMap<(&str, &str), Seeds> = HashMap::new();
        for v in &self.values {
            all.entry((&v.source, &v.target)).or_default().push((v.seed, v.value));
        }
        let mean = |values: &mut Seeds| {
            // By seed, so that the order of the file does not reach the last digit.
            sort::by(values, |a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            stats::mean(&values.iter().map(|(_, v)| *v).collect::<Vec<f64>>())
        };
        let mut means: HashMap<(&str, &str), f64> =
            all.iter_mut().filter_map(|(&key, values)| Some((key, mean(values)?))).collect();
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
