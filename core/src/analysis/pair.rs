//! What the analysis says of one ordered pair; field names are those of `transfermap analyze --json`.

use serde::Serialize;

use super::{Flag, Verdict};
use crate::metric::Metric;
use crate::statistics::Interval;
use crate::transfer::PairKey;

/// One source and one target with one encoder, variant and protocol. Gains are oriented, positive is better, in the
/// metric's units; what cannot be computed is absent (`null`), never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairAnalysis {
    /// Which transfer.
    #[serde(flatten)]
    pub key: PairKey,
    /// What the gains are of.
    pub metric: Metric,
    /// Smallest gain worth having.
    pub margin: f64,
    /// Runs alone that count.
    pub n_single: usize,
    /// Runs after the source that count.
    pub n_transfer: usize,
    /// Seeds that both arms have.
    pub n: usize,
    /// Mean score of the runs alone.
    pub single: Option<f64>,
    /// Mean score of the runs after the source.
    pub transfer: Option<f64>,
    /// Difference of the two means.
    pub gain: Option<f64>,
    /// Sample standard deviation of the differences over seeds.
    pub sd: Option<f64>,
    /// Interval of this pair alone at level 1 − α, by the deciding test; of a raced pair at level 1 − α / looks.
    pub gain_ci: Option<Interval>,
    /// Level of that interval.
    pub gain_ci_level: f64,
    /// Interval that holds for all pairs of the family together: level 1 − α / family size.
    pub gain_ci_simultaneous: Option<Interval>,
    /// Interval when seeds and test examples are both drawn anew, level 1 − α: in closed form for accuracy, by a bootstrap
    /// for other metrics of predicted classes. The others speak of these test rows only.
    pub gain_ci_population: Option<Interval>,
    /// mean(transfer) / mean(single) − 1, oriented.
    pub relative_gain: Option<f64>,
    /// Gain / (perfect − chance level).
    pub chance_corrected_gain: Option<f64>,
    /// (perfect − transfer) / (perfect − single) − 1: the relative change of the errors, negative is better; only of
    /// metrics whose range is 0 to 1 and for which 1 is perfect.
    pub error_rate_change: Option<f64>,
    /// Which test decides.
    pub test: Test,
    /// Two-sided p of the deciding test; Holm's correction of it decides.
    pub p: Option<f64>,
    /// P(gain > 0), by the deciding test.
    pub probability_positive: Option<f64>,
    /// Two-sided p of the moderated paired t test.
    pub p_moderated: Option<f64>,
    /// What the moderated paired t test alone would say, with Holm over the pairs of at least two paired seeds.
    pub verdict_moderated: Verdict,
    /// Runs in each arm at the last look that a raced pair had.
    pub look: Option<usize>,
    /// Runs after the source, with and without a score.
    pub seeds_spent: usize,
    /// Of an undecided pair, the runs in each arm at which a gain as large as it came out, or as the margin, would be
    /// detected with 80 % power; absent where more than 200 would be needed.
    pub seeds_needed: Option<usize>,
    /// Two-sided p of the plain paired t test.
    pub p_plain: Option<f64>,
    /// Exact two-sided sign-flip p; up to 12 seeds.
    pub p_sign_flip: Option<f64>,
    /// Welch's p where transfer and single-task runs share no seed.
    pub p_welch: Option<f64>,
    /// `p` after Holm over the family.
    pub p_holm: Option<f64>,
    /// `p` after Benjamini and Hochberg over the family.
    pub q_bh: Option<f64>,
    /// The larger of the two one-sided p values against ± margin.
    pub p_equivalence: Option<f64>,
    /// `p_equivalence` after Holm over the family.
    pub p_equivalence_holm: Option<f64>,
    /// Pairs of the family with a test: what Holm corrects for.
    pub family_size: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// What limits it.
    pub flags: Vec<Flag>,
    /// Transfer runs that collapsed to one class.
    pub collapsed_runs: usize,
    /// Runs of the target alone that collapsed.
    pub collapsed_singles: usize,
    /// Runs of the source, from which the transfer started, that collapsed.
    pub source_collapsed_runs: usize,
    /// Runs of either arm that failed.
    pub failed_runs: usize,
    /// The gain that this design finds with 80 % power at α / family size.
    pub smallest_detectable_gain: Option<f64>,
    /// Correlation of single-task and transfer scores over seeds: what pairing is worth.
    pub pair_correlation: Option<f64>,
    /// Mean gain / standard deviation of the gains (Cohen's d of paired differences).
    pub cohen_d: Option<f64>,
    /// Mean gain / moderated standard deviation.
    pub cohen_d_moderated: Option<f64>,
    /// Share of (transfer, single) run pairs in which transfer is better, ties by half.
    pub probability_of_improvement: Option<f64>,
    /// Bootstrap interval of it over seeds, level 1 − α.
    pub probability_of_improvement_ci: Option<Interval>,
    /// The same verdict without the runs that collapsed.
    pub without_collapsed: WithoutCollapsed,
    /// Tests by example, one for each paired seed whose predictions the report has.
    pub examples: Vec<SeedExamples>,
}

/// Which test decides on a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The target's arms with a pooled variance.
    Pooled,
    /// The same at planned looks.
    Raced,
}

impl Test {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::Raced => "raced",
        }
    }
}

/// The pair without the runs that collapsed; the whole family is analysed so.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WithoutCollapsed {
    /// Runs after the source that are left.
    pub n: usize,
    /// Mean gain.
    pub gain: Option<f64>,
    /// p after Holm over the family.
    pub p_holm: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

/// The test examples of one seed: which were right before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeedExamples {
    /// The seed.
    pub seed: Option<u64>,
    /// Examples that only the single-task model got right.
    pub only_single_right: u64,
    /// Examples that only the transferred model got right.
    pub only_transfer_right: u64,
    /// Exact two-sided McNemar p.
    pub p_mcnemar: f64,
    /// Paired bootstrap interval of the difference in accuracy over test examples, level 1 − α; absent before the
    /// resampling.
    pub accuracy_gain_ci: Option<Interval>,
}
