//! What a measure is asked to predict: a number for every measured pair.

use serde::{Deserialize, Serialize};

use super::PairAnalysis;
use crate::transfer::negative_relative_gain;

/// A number for an ordered pair that has been trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PairOutcome {
    /// Mean gain.
    Gain,
    /// mean(transfer) / mean(single) − 1.
    RelativeGain,
    /// max(0, −relative gain), the notebook's outcome: higher is worse.
    NegativeRelativeGain,
    /// Gain / (perfect − chance level).
    ChanceCorrectedGain,
}

impl PairOutcome {
    /// Every outcome, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Gain, Self::RelativeGain, Self::ChanceCorrectedGain, Self::NegativeRelativeGain];

    /// The word in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::RelativeGain => "relative_gain",
            Self::NegativeRelativeGain => "negative_relative_gain",
            Self::ChanceCorrectedGain => "chance_corrected_gain",
        }
    }

    /// What it is called in titles.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::RelativeGain => "relative gain",
            Self::NegativeRelativeGain => "negative relative gain",
            Self::ChanceCorrectedGain => "chance-corrected gain",
        }
    }

    /// The pair's number; `None` where it cannot be computed.
    pub fn of(self, pair: &PairAnalysis) -> Option<f64> {
        match self {
            Self::Gain => pair.gain,
            Self::RelativeGain => pair.relative_gain,
            Self::NegativeRelativeGain => pair.relative_gain.map(negative_relative_gain),
            Self::ChanceCorrectedGain => pair.chance_corrected_gain,
        }
    }
}
