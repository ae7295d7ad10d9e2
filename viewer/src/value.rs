//! The three ways to look at a gain: as it is, relative to the baseline, corrected for chance.

use transfermap::analysis::PairAnalysis;
use transfermap::metric::Metric;
use transfermap::number;

use crate::choices::{Choice, Choices};

/// What a map shows of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// The gain in the metric's units.
    Gain,
    /// mean(transfer) / mean(single) − 1.
    Relative,
    /// Gain / (perfect − chance level).
    ChanceCorrected,
}

impl Value {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Gain, Self::Relative, Self::ChanceCorrected];

    pub fn chosen(choices: &Choices) -> Self {
        Self::ALL.into_iter().find(|v| choices.is(Choice::Value, v.name())).unwrap_or(Self::Gain)
    }

    /// Its name in the address and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Relative => "relative_gain",
            Self::ChanceCorrected => "chance_corrected_gain",
        }
    }

    /// Its word on the switch.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gain => "Absolute",
            Self::Relative => "Relative",
            Self::ChanceCorrected => "Chance-corrected",
        }
    }

    /// The number of a pair.
    pub fn of(self, pair: &PairAnalysis) -> Option<f64> {
        match self {
            Self::Gain => pair.gain,
            Self::Relative => pair.relative_gain,
            Self::ChanceCorrected => pair.chance_corrected_gain,
        }
        .filter(|v| v.is_finite())
    }

    pub fn show(self, metric: Metric, value: f64) -> String {
        match self {
            Self::Gain => number::gain(metric, value),
            Self::Relative | Self::ChanceCorrected => number::signed(100.0 * value, 1),
        }
    }

    pub fn unit(self, metric: Metric) -> &'static str {
        match self {
            Self::Gain => number::unit(metric),
            Self::Relative => "% of the baseline",
            Self::ChanceCorrected => "% of what can be learnt",
        }
    }

    pub fn title(self, metric: Metric) -> String {
        match (self, number::unit(metric)) {
            (Self::Gain, "") => format!("gain in {}", metric.label()),
            (Self::Gain, unit) => format!("gain in {unit} of {}", metric.label()),
            (Self::Relative, _) => format!("relative gain in per cent, {}", metric.label()),
            (Self::ChanceCorrected, _) => format!("chance-corrected gain in per cent, {}", metric.label()),
        }
    }

    /// How to read a map of it.
    pub fn reading(self) -> &'static str {
        match self {
            Self::Gain => {
                "Each cell: mean score on the target after training on the source first, minus the score without it; \
                 below, half of its interval. Positive is better."
            }
            Self::Relative => "Each cell: mean score after transfer divided by the mean score without, minus one.",
            Self::ChanceCorrected => {
                "Each cell: the gain as a share of the way from always guessing the most frequent class to perfection."
            }
        }
    }

    pub fn definition(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Relative => "relative-gain",
            Self::ChanceCorrected => "chance-corrected-gain",
        }
    }
}
