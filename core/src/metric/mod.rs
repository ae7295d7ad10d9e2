//! Scores of a classifier on a test set: one file per metric, and the registry that declares what each number means.
//!
//! A metric is one file with its formula and its `Declaration`, and one line in the list below; records, tables,
//! the command line and the viewer take it from there. Fractions run from 0 to 1, correlations from −1 to 1, losses
//! from 0 upwards. Only people see points (× 100).

mod accuracy;
mod balanced_accuracy;
mod brier;
mod cohen_kappa;
mod confusion;
mod error;
mod evaluate;
mod evaluation;
mod expected_calibration_error;
mod log_loss;
mod matthews_corrcoef;
mod precision_recall_f1;
mod predictions;
#[cfg(test)]
mod reference;

use serde::{Deserialize, Serialize};

pub use accuracy::accuracy;
pub use balanced_accuracy::balanced_accuracy;
pub use brier::brier;
pub use cohen_kappa::cohen_kappa;
pub use confusion::{Confusion, MOST_EXAMPLES};
pub use error::{MetricError, SUM_TOLERANCE, UnknownMetric};
pub use evaluate::{evaluate, is_at_chance, is_constant, majority_accuracy};
pub use evaluation::{ClassScores, Classes, Evaluation, NoClassDigit, Scores};
pub use expected_calibration_error::{CALIBRATION_BINS, expected_calibration_error};
pub use log_loss::log_loss;
pub use matthews_corrcoef::matthews_corrcoef;
pub use precision_recall_f1::{Average, average, per_class};
pub use predictions::Predictions;

/// What a metric says about itself; every metric's file holds its own.
struct Declaration {
    /// Name in records, study files and on the command line.
    name: &'static str,
    /// Name for people.
    label: &'static str,
    /// Smallest and largest possible value.
    range: (f64, f64),
    /// Whether a larger number is a better classifier.
    higher_is_better: bool,
    /// Smallest gain worth having, where a task names none.
    default_margin: f64,
    /// How it is computed.
    score: Score,
}

/// How a metric is computed, and from what.
enum Score {
    /// From predicted classes alone.
    Labels(fn(&Confusion) -> f64),
    /// From probabilities; `prior` is the value when every example is given the label shares as its probabilities.
    Probabilities { score: fn(&Predictions<'_>) -> f64, prior: fn(&[f64]) -> f64 },
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $variant:ident = $declaration:path),* $(,)?) => {
        /// A score that can be a task's primary metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Metric { $($(#[$doc])* $variant),* }

        impl Metric {
            /// Every metric, in the order of records and tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn declaration(self) -> &'static Declaration {
                match self { $(Self::$variant => &$declaration),* }
            }
        }
    };
}

metrics! {
    /// Share of right predictions.
    Accuracy = accuracy::ACCURACY,
    /// Mean recall over the labelled classes.
    BalancedAccuracy = balanced_accuracy::BALANCED_ACCURACY,
    /// Mean F1 over classes.
    F1Macro = precision_recall_f1::F1_MACRO,
    /// Mean F1 over examples' classes.
    F1Weighted = precision_recall_f1::F1_WEIGHTED,
    /// Mean precision over classes.
    PrecisionMacro = precision_recall_f1::PRECISION_MACRO,
    /// Mean recall over classes.
    RecallMacro = precision_recall_f1::RECALL_MACRO,
    /// Mean precision over examples' classes.
    PrecisionWeighted = precision_recall_f1::PRECISION_WEIGHTED,
    /// Mean recall over examples' classes: equal to accuracy.
    RecallWeighted = precision_recall_f1::RECALL_WEIGHTED,
    /// Correlation of labels and predictions.
    MatthewsCorrcoef = matthews_corrcoef::MATTHEWS_CORRCOEF,
    /// Agreement beyond that of the margins.
    CohenKappa = cohen_kappa::COHEN_KAPPA,
    /// Mean cross-entropy in nats.
    LogLoss = log_loss::LOG_LOSS,
    /// Mean squared distance of the probabilities from the label.
    Brier = brier::BRIER,
    /// Mean distance of confidence from accuracy.
    ExpectedCalibrationError = expected_calibration_error::EXPECTED_CALIBRATION_ERROR,
}

impl Metric {
    /// The name in records, study files and on the command line, for example `f1_weighted`.
    pub fn name(self) -> &'static str {
        self.declaration().name
    }

    /// The name for people, for example `F1 (weighted)`.
    pub fn label(self) -> &'static str {
        self.declaration().label
    }

    /// Smallest and largest possible value; a loss without a bound ends at infinity.
    pub fn range(self) -> (f64, f64) {
        self.declaration().range
    }

    /// Whether a larger number is a better classifier.
    pub fn higher_is_better(self) -> bool {
        self.declaration().higher_is_better
    }

    /// The value of a classifier that is always right, and sure of it: the better end of the range.
    pub fn perfect(self) -> f64 {
        let (low, high) = self.range();
        if self.higher_is_better() { high } else { low }
    }

    /// The smallest gain worth having where a task names none, in the metric's units.
    ///
    /// All are worth about one right answer in a hundred. Fractions: 0.01. Matthews and kappa: 0.02, because on two
    /// balanced classes both are 2 · accuracy − 1. Brier: 0.02, because for sure predictions it is 2 · (1 − accuracy).
    /// Log-loss: 0.01 nats, which is 1 % more probability (geometric mean) on the right class. Calibration error: 0.01,
    /// because it is a difference of two fractions.
    pub fn default_margin(self) -> f64 {
        self.declaration().default_margin
    }

    /// The chance level on a test set with these label counts (one per class): the metric's own value for the constant
    /// prediction of the most frequent class, the first of several.
    ///
    /// For metrics of probabilities (log-loss, Brier, calibration error), the constant prediction gives every example
    /// the label shares: putting all probability on one class makes the log-loss unbounded, and the shares are the
    /// best that a classifier can do without looking at the input. Log-loss is then their entropy, Brier 1 − Σ p², and
    /// the calibration error 0, so that a calibration error has no chance-corrected gain.
    ///
    /// `None` without examples, and above [`MOST_EXAMPLES`].
    ///
    /// ```
    /// use transfermap::metric::Metric;
    ///
    /// assert_eq!(Metric::Accuracy.chance(&[30, 70]), Some(0.7));
    /// assert_eq!(Metric::MatthewsCorrcoef.chance(&[30, 70]), Some(0.0));
    /// assert_eq!(Metric::LogLoss.chance(&[50, 50]), Some(2f64.ln()));
    /// ```
    pub fn chance(self, label_counts: &[usize]) -> Option<f64> {
        let total = label_counts.iter().fold(0usize, |sum, &count| sum.saturating_add(count));
        // More would be no exact number; a report that claims them is refused when it is read.
        if total == 0 || total as u64 > MOST_EXAMPLES {
            return None;
        }
        Some(match &self.declaration().score {
            Score::Labels(score) => score(&Confusion::of_majority(label_counts)),
            Score::Probabilities { prior, .. } => {
                let shares: Vec<f64> = label_counts.iter().map(|&c| c as f64 / total as f64).collect();
                prior(&shares)
            }
        })
    }

    /// Score after transfer against the single-task score, oriented so that positive is better.
    ///
    /// ```
    /// use transfermap::metric::Metric;
    ///
    /// assert_eq!(Metric::Accuracy.gain(0.75, 0.5), 0.25);
    /// assert_eq!(Metric::LogLoss.gain(0.75, 0.5), -0.25);
    /// ```
    pub fn gain(self, transfer: f64, single: f64) -> f64 {
        if self.higher_is_better() { transfer - single } else { single - transfer }
    }

    /// The score, where predicted classes suffice for it; `None` for metrics of probabilities.
    pub fn of_confusion(self, confusion: &Confusion) -> Option<f64> {
        match &self.declaration().score {
            Score::Labels(score) => Some(score(confusion)),
            Score::Probabilities { .. } => None,
        }
    }

    /// The score of `predictions`, whose counts are `confusion`.
    fn score(self, predictions: &Predictions<'_>, confusion: &Confusion) -> f64 {
        match &self.declaration().score {
            Score::Labels(score) => score(confusion),
            Score::Probabilities { score, .. } => score(predictions),
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Self, UnknownMetric> {
        Self::ALL.iter().copied().find(|m| m.name() == name).ok_or_else(|| UnknownMetric(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_the_one_that_serde_writes_and_reads() {
        for &metric in Metric::ALL {
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
            assert_eq!(serde_json::from_value::<Metric>(metric.name().into()).unwrap(), metric);
            assert_eq!(metric.name().parse::<Metric>().unwrap(), metric);
        }
    }

    #[test]
    fn rejects_an_unknown_name_and_lists_the_known_ones() {
        let from_serde = serde_json::from_str::<Metric>("\"f1\"").unwrap_err().to_string();
        let from_str = "f1_weigthed".parse::<Metric>().unwrap_err().to_string();
        for metric in Metric::ALL {
            assert!(from_serde.contains(metric.name()), "{from_serde}");
            assert!(from_str.contains(metric.name()), "{from_str}");
        }
        assert!(from_str.contains("did you mean `f1_weighted`"), "{from_str}");
    }

    #[test]
    fn chance_is_no_better_than_perfect_and_inside_the_range() {
        for &metric in Metric::ALL {
            for counts in [&[3, 7][..], &[5, 5], &[0, 4, 9], &[6, 0]] {
                let chance = metric.chance(counts).unwrap();
                let (low, high) = metric.range();
                assert!((low..=high).contains(&chance), "{metric}: {chance}");
                assert!(metric.gain(metric.perfect(), chance) >= 0.0, "{metric}: {chance}");
            }
            assert_eq!(metric.chance(&[0, 0]), None);
            assert_eq!(metric.chance(&[]), None);
        }
    }

    #[test]
    fn chance_of_each_metric_on_one_uneven_test_set() {
        // sklearn on y = [0]*3 + [1]*7, predictions all 1 (zero_division=0), or all probabilities [0.3, 0.7].
        let near = |metric: Metric, expected: f64| {
            let chance = metric.chance(&[3, 7]).unwrap();
            assert!((chance - expected).abs() < 1e-15, "{metric}: {chance}");
        };
        near(Metric::Accuracy, 0.7);
        near(Metric::BalancedAccuracy, 0.5);
        near(Metric::F1Macro, 1.4 / 1.7 / 2.0);
        near(Metric::F1Weighted, 0.7 * 1.4 / 1.7);
        near(Metric::PrecisionMacro, 0.35);
        near(Metric::PrecisionWeighted, 0.49);
        near(Metric::RecallMacro, 0.5);
        near(Metric::RecallWeighted, 0.7);
        near(Metric::MatthewsCorrcoef, 0.0);
        near(Metric::CohenKappa, 0.0);
        near(Metric::LogLoss, -(0.3 * 0.3f64.ln() + 0.7 * 0.7f64.ln()));
        near(Metric::Brier, 0.42);
        near(Metric::ExpectedCalibrationError, 0.0);
    }

    #[test]
    fn labels_are_unique_and_margins_positive() {
        let labels: std::collections::BTreeSet<_> = Metric::ALL.iter().map(|m| m.label()).collect();
        assert_eq!(labels.len(), Metric::ALL.len());
        assert!(Metric::ALL.iter().all(|m| m.default_margin() > 0.0));
        assert_eq!(Metric::F1Weighted.label(), "F1 (weighted)");
    }
}
