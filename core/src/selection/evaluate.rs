//! Every figure of a choice at once, for one target and over targets.

use serde::Serialize;

use super::{Candidates, NdcgGain, captured_gain, hit, ndcg, regret_of_best, regret_of_means};

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident = $compute:expr),* $(,)?) => {
        /// The figures of a choice for one target, or their means over targets; `None` where one is not defined.
        #[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Selection { $($(#[$doc])* pub $name: Option<f64>),* }

        impl Selection {
            /// Names and values, in the order of tables.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<f64>)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }

        /// Every figure for one target, where tied predictions are taken in random order.
        pub fn evaluate(candidates: &Candidates) -> Selection {
            Selection { $($name: ($compute)(candidates)),* }
        }

        /// The mean of every figure over the targets that have it.
        pub fn mean(targets: &[Selection]) -> Selection {
            let over = |of: fn(&Selection) -> Option<f64>| {
                crate::statistics::mean(&targets.iter().filter_map(of).collect::<Vec<f64>>())
            };
            Selection { $($name: over(|target| target.$name)),* }
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

/// The exact expectation of every figure under a uniformly random order of the candidates: the value to beat.
pub fn random_expectation(candidates: &Candidates) -> Selection {
    evaluate(&candidates.in_random_order())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::reference::candidates;

    #[test]
    fn mean_skips_targets_without_the_figure() {
        let good = evaluate(&candidates(&[(0.5, 2.0), (0.25, 1.0)]));
        let bad = evaluate(&candidates(&[(0.5, 1.0), (0.25, 2.0)]));
        let negative = evaluate(&candidates(&[(-0.5, 2.0), (-0.75, 1.0)]));
        let mean = mean(&[good, bad, negative]);
        assert_eq!(mean.regret_at_1_best, Some(0.25));
        assert_eq!(mean.hit_at_1, Some(2.0 / 3.0));
        assert_eq!(super::mean(&[negative]).ndcg_linear, None);
    }

    #[test]
    fn names_are_the_fields_in_their_order() {
        let figures = evaluate(&candidates(&[(0.5, 2.0), (0.25, 1.0)]));
        let json = serde_json::to_value(figures).unwrap();
        assert_eq!(json.as_object().unwrap().len(), figures.iter().count());
        assert!(figures.iter().all(|(name, value)| serde_json::json!(value) == json[name]));
    }
}
