//! What is said of the sources of a target; field names are those of `transfermap recommend --json`.

use serde::Serialize;

use super::{FamilyKey, Flag, Interval, Verdict};
use crate::metric::Metric;

/// Sources for a target, best first, for one family.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommendation {
    /// Which family.
    #[serde(flatten)]
    pub family: FamilyKey,
    /// The target.
    pub target: String,
    /// What the gains are of.
    pub metric: Metric,
    /// Best first: by measured or predicted gain; sources of which nothing is known stand last.
    pub sources: Vec<RecommendedSource>,
    /// What the predicted gains rest on, and which of them stand at the end of the measured range; absent where none is
    /// predicted.
    pub prediction: Option<String>,
    /// What to make of it, in a sentence.
    pub advice: String,
}

/// One source for the target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecommendedSource {
    /// Place, from 1.
    pub rank: usize,
    /// The source.
    pub source: String,
    /// What the gain rests on.
    pub basis: Basis,
    /// Measured mean gain, or the predicted one.
    pub gain: Option<f64>,
    /// Interval of the measured mean, or of a new pair's gain around the prediction, level 1 − α.
    pub interval: Option<Interval>,
    /// The verdict on the question of this target alone, where it was measured: Holm over the target's sources.
    pub verdict: Option<Verdict>,
    /// P(gain > 0), where it was measured and could be tested.
    pub probability_positive: Option<f64>,
    /// Where it is undecided: the seeds of both arms at which a gain of this size, but at least the margin, would be
    /// detected with 80 % power.
    pub seeds_needed: Option<usize>,
    /// What limits the verdict.
    pub flags: Vec<Flag>,
    /// The sentence that says why; empty where the gain is predicted, which `prediction` speaks of once for all.
    pub reason: String,
}

/// What a recommendation rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Basis {
    /// The pair was trained.
    Measured,
    /// A predictor that predicted gains on the other targets.
    Predicted {
        /// Its name.
        predictor: String,
        /// Spearman's coefficient within the other targets, mean over them.
        spearman: f64,
        /// Targets in that mean.
        targets: usize,
    },
    /// Not trained, and nothing predicts it.
    Unknown,
}

impl Basis {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Predicted { .. } => "predicted",
            Self::Unknown => "unknown",
        }
    }
}
