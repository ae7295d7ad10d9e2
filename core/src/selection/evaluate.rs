//! Every figure of a choice at once, for one target and over targets.

use serde::{Deserialize, Serialize};

use super::{Candidates, NdcgGain, captured_gain, hit, ndcg, regret_of_best, regret_of_means};

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident = $compute:expr),* $(,)?) => {
        /// One value per figure of a choice.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Figures<T> { $($(#[$doc])* pub $name: T),* }

        impl<T> Figures<T> {
            /// Names and values, in the order of tables.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
                [$((stringify!($name), &self.$name)),*].into_iter()
            }

            /// The same figures of another kind.
            pub fn map<U>(self, change: impl Fn(T) -> U) -> Figures<U> {
                Figures { $($name: change(self.$name)),* }
            }
        }

        /// Every figure for one target, where tied predictions are taken in random order.
        pub fn evaluate(candidates: &Candidates) -> Selection {
            Figures { $($name: ($compute)(candidates)),* }
        }

        /// The mean of every figure over targets; a target without the figure is skipped, which
        /// [`MeanOverTargets::targets`] tells.
        pub fn mean(targets: &[Selection]) -> Figures<MeanOverTargets> {
            Figures { $($name: MeanOverTargets::new(targets.iter().filter_map(|target| target.$name))),* }
        }
    };
}

figures! {
    /// [`ndcg`] with [`NdcgGain::Rank`].
    ndcg_rank = |c| ndcg(c, NdcgGain::Rank),
    /// [`ndcg`] with [`NdcgGain::Percent`].
    ndcg_percent = |c| ndcg(c, NdcgGain::Percent),
    /// [`ndcg`] with [`NdcgGain::Fraction`].
    ndcg_fraction = |c| ndcg(c, NdcgGain::Fraction),
    /// [`ndcg`] with [`NdcgGain::Linear`].
    ndcg_linear = |c| ndcg(c, NdcgGain::Linear),
    /// [`regret_of_means`] of 1.
    regret_at_1_mean = |c| regret_of_means(c, 1),
    /// [`regret_of_means`] of 3.
    regret_at_3_mean = |c| regret_of_means(c, 3),
    /// [`regret_of_means`] of 5.
    regret_at_5_mean = |c| regret_of_means(c, 5),
    /// [`regret_of_best`] of 1.
    regret_at_1_best = |c| regret_of_best(c, 1),
    /// [`regret_of_best`] of 3.
    regret_at_3_best = |c| regret_of_best(c, 3),
    /// [`regret_of_best`] of 5.
    regret_at_5_best = |c| regret_of_best(c, 5),
    /// [`hit`] of 1.
    hit_at_1 = |c| hit(c, 1),
    /// [`hit`] of 3.
    hit_at_3 = |c| hit(c, 3),
    /// [`hit`] of 5.
    hit_at_5 = |c| hit(c, 5),
    /// [`captured_gain`] of 1.
    captured_gain = |c| captured_gain(c, 1),
    /// [`captured_gain`] of 3.
    captured_gain_at_3 = |c| captured_gain(c, 3),
    /// [`captured_gain`] of 5.
    captured_gain_at_5 = |c| captured_gain(c, 5),
}

/// The figures of one target; `None` where one is not defined.
pub type Selection = Figures<Option<f64>>;

/// The exact expectation of every figure under a uniformly random order of the candidates: the value to beat.
pub fn random_expectation(candidates: &Candidates) -> Selection {
    evaluate(&candidates.in_random_order())
}

/// A figure over targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanOverTargets {
    /// Mean over the targets that have the figure; `None` when none has.
    pub mean: Option<f64>,
    /// How many have it.
    pub targets: usize,
}

impl MeanOverTargets {
    fn new(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        Self { mean: crate::stats::mean(&values), targets: values.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::reference::candidates;

    #[test]
    fn mean_skips_and_counts_targets_without_the_figure() {
        let good = evaluate(&candidates(&[(0.5, 2.0), (0.25, 1.0)]));
        let bad = evaluate(&candidates(&[(0.5, 1.0), (0.25, 2.0)]));
        let negative = evaluate(&candidates(&[(-0.5, 2.0), (-0.75, 1.0)]));
        let mean = mean(&[good, bad, negative]);
        assert_eq!(mean.regret_at_1_best, MeanOverTargets { mean: Some(0.25), targets: 2 });
        assert_eq!(mean.hit_at_1, MeanOverTargets { mean: Some(2.0 / 3.0), targets: 3 });
        assert_eq!(super::mean(&[negative]).ndcg_linear, MeanOverTargets { mean: None, targets: 0 });
    }

    #[test]
    fn iterates_in_the_order_of_the_fields_under_the_names_of_files() {
        let figures = evaluate(&candidates(&[(0.5, 2.0), (0.25, 1.0)]));
        let names: Vec<&str> = figures.iter().map(|(name, _)| name).collect();
        let json = serde_json::to_value(figures).unwrap();
        assert_eq!(json.as_object().unwrap().len(), names.len());
        assert!(figures.iter().all(|(name, &value)| serde_json::to_value(value).unwrap() == json[name]));
        assert_eq!((names[0], names[15]), ("ndcg_rank", "captured_gain_at_5"));
    }
}
