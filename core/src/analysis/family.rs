//! Pairs that are tested together: all of one encoder, variant and protocol.

use serde::Serialize;

use super::{FamilyKey, Interval, Verdict};
use crate::metric::Metric;
use crate::statistics::variance::Asymmetry;

/// What all pairs of a family say together. Gains are in the metric's units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FamilyAnalysis {
    /// Which family.
    #[serde(flatten)]
    pub key: FamilyKey,
    /// The answer in one sentence.
    pub sentence: String,
    /// The metric of all pairs; absent when targets have different ones, which makes a common variance doubtful.
    pub metric: Option<Metric>,
    /// Pairs with a test: what Holm corrects for.
    pub family_size: usize,
    /// Pairs by verdict.
    pub verdicts: VerdictCounts,
    /// The variance that differences are believed to have before their own seeds are looked at, by the moderated t test.
    pub prior: Option<PriorAnalysis>,
    /// Correlation of single-task and transfer scores over seeds, within pairs and pooled over all of them: what pairing by
    /// seed is worth. The deciding test takes it for 0.
    pub pair_correlation: Option<f64>,
    /// Mean gain over pairs.
    pub mean_gain: Option<f64>,
    /// Median over pairs of the gain that is detected with 80 % power; absent when targets have different metrics.
    pub smallest_detectable_gain: Option<f64>,
    /// Sources by their effect on the gain beside the mean of all pairs, in the study's order.
    pub donors: Vec<TaskEffect>,
    /// Targets likewise.
    pub receivers: Vec<TaskEffect>,
    /// Estimates of the variance components; may be negative.
    pub variance_components: Option<VarianceComponents>,
    /// The same as shares of their sum, negative ones as 0.
    pub variance_shares: Option<VarianceComponents>,
    /// Why there are no variance components.
    pub variance_absent: Option<String>,
    /// How far the two directions of a pair of tasks differ.
    pub asymmetry: Option<Asymmetry>,
    /// Split-half reliability of the gains over seeds, stepped up by Spearman and Brown.
    pub reliability: Option<f64>,
    /// Square root of the reliability: the ceiling of any correlation with the gains.
    pub ceiling: Option<f64>,
    /// The same reliability of the order of sources within targets.
    pub within_target_reliability: Option<f64>,
    /// Its square root: the ceiling of any mean correlation within targets.
    pub within_target_ceiling: Option<f64>,
}

/// The prior of the moderated t test (limma's `s2.prior` and `df.prior`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriorAnalysis {
    /// Standard deviation of a gain over seeds.
    pub sd: f64,
    /// How many seeds it is worth; absent when infinite: all pairs have one variance.
    pub df: Option<f64>,
}

/// A task's row or column effect in the additive model gain = mean + source + target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskEffect {
    /// Task name.
    pub task: String,
    /// Effect on the gain; the effects of all sources add up to 0, and those of all targets.
    pub effect: f64,
    /// t interval over seeds at level 1 − α; with at least two seeds that have every pair.
    pub ci: Option<Interval>,
}

/// Where the variance of the gains comes from: gain = mean + source + target + interaction + baseline of (target, seed)
/// + rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VarianceComponents {
    /// Some sources help more than others.
    pub source: f64,
    /// Some targets gain more than others.
    pub target: f64,
    /// This source for this target; with one seed, noise as well.
    pub interaction: f64,
    /// The baseline run that all gains of a target and seed share.
    pub baseline: Option<f64>,
    /// The transfer run's own seed.
    pub residual: Option<f64>,
}

/// How many pairs have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerdictCounts {
    /// Pairs that help.
    pub helps: usize,
    /// Pairs that harm.
    pub harms: usize,
    /// Pairs shown to be equivalent.
    pub equivalent: usize,
    /// Pairs of which nothing is shown.
    pub undecided: usize,
    /// Pairs of which an arm has fewer than two runs.
    pub untested: usize,
}

impl VerdictCounts {
    /// Counts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            *match verdict {
                Verdict::Helps => &mut counts.helps,
                Verdict::Harms => &mut counts.harms,
                Verdict::Equivalent => &mut counts.equivalent,
                Verdict::Undecided => &mut counts.undecided,
                Verdict::Untested => &mut counts.untested,
            } += 1;
        }
        counts
    }

    /// All pairs.
    pub fn total(&self) -> usize {
        self.helps + self.harms + self.equivalent + self.undecided + self.untested
    }
}
