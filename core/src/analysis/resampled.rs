//! What the resampling adds to an analysis, apart from the rest: one thread may resample while another shows the tests,
//! and only this passes between them.

use serde::{Deserialize, Serialize};

use super::correlation::{CoefficientAnalysis, PartialAnalysis, PermutationAnalysis, WithinTargetAnalysis};
use super::{Analysis, Interval};

/// The fields that [`Analysis::tests`] leaves absent, in the order of the analysis that they were taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resampled {
    correlations: Vec<OfCorrelation>,
    predictors: Vec<OfPredictors>,
    pairs: Vec<OfPair>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfCorrelation {
    /// Pearson's, Spearman's, Kendall's.
    coefficients: [CoefficientAnalysis; 3],
    within_targets: WithinTargetAnalysis,
    partial: Vec<PartialAnalysis>,
    permutations: PermutationAnalysis,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfPredictors {
    sentence: String,
    /// Of every row: QAP p, p within targets, its p max.
    p: Vec<[Option<f64>; 3]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfPair {
    improvement: Option<Interval>,
    population: Option<Interval>,
    /// By seed.
    examples: Vec<Option<Interval>>,
}

impl Analysis {
    /// What the resampling added to it.
    pub fn resampled(&self) -> Resampled {
        Resampled {
            correlations: self
                .correlations
                .iter()
                .map(|c| OfCorrelation {
                    coefficients: [c.pearson, c.spearman, c.kendall],
                    within_targets: c.within_target_spearman,
                    partial: c.partial.clone(),
                    permutations: c.permutations.clone(),
                })
                .collect(),
            predictors: self
                .predictors
                .iter()
                .map(|of| OfPredictors {
                    sentence: of.sentence.clone(),
                    p: of.table.iter().map(|r| [r.p_qap, r.within_target_p, r.within_target_p_max]).collect(),
                })
                .collect(),
            pairs: self
                .pairs
                .iter()
                .map(|pair| OfPair {
                    improvement: pair.probability_of_improvement_ci,
                    population: pair.gain_ci_population,
                    examples: pair.examples.iter().map(|seed| seed.accuracy_gain_ci).collect(),
                })
                .collect(),
        }
    }

    /// Takes over what was resampled for the same report and options; `None` when it is of another analysis.
    #[must_use]
    pub fn with_resampled(mut self, resampled: Resampled) -> Option<Self> {
        let Resampled { correlations, predictors, pairs } = resampled;
        let lengths = [correlations.len(), predictors.len(), pairs.len()];
        if lengths != [self.correlations.len(), self.predictors.len(), self.pairs.len()] {
            return None;
        }
        for (into, of) in self.correlations.iter_mut().zip(correlations) {
            [into.pearson, into.spearman, into.kendall] = of.coefficients;
            into.within_target_spearman = of.within_targets;
            into.partial = of.partial;
            into.permutations = of.permutations;
        }
        for (into, of) in self.predictors.iter_mut().zip(predictors) {
            into.sentence = of.sentence;
            for (row, p) in into.table.iter_mut().zip(of.p) {
                [row.p_qap, row.within_target_p, row.within_target_p_max] = p;
            }
        }
        for (into, of) in self.pairs.iter_mut().zip(pairs) {
            into.probability_of_improvement_ci = of.improvement;
            into.gain_ci_population = of.population;
            for (seed, ci) in into.examples.iter_mut().zip(of.examples) {
                seed.accuracy_gain_ci = ci;
            }
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::report::Report;

    fn sample(name: &str) -> Report {
        let path = format!("{}/../www/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Report::from_json(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn tests_and_what_was_resampled_elsewhere_are_the_whole() {
        for name in ["real-small", "notebook"] {
            let report = sample(name);
            let whole = Analysis::new(&report, &Options::default()).unwrap();
            let json = serde_json::to_string(&whole.resampled()).unwrap();
            let tests = Analysis::tests(&report, &Options::default()).unwrap();
            assert_ne!(tests, whole);
            assert_eq!(tests.with_resampled(serde_json::from_str(&json).unwrap()), Some(whole), "{name}");
        }
    }

    #[test]
    fn what_is_of_another_report_is_refused() {
        let of = |name| Analysis::tests(&sample(name), &Options::default()).unwrap();
        assert_eq!(of("real-small").with_resampled(of("notebook").resampled()), None);
    }
}
