//! What may be said of a pair: one word, and the flags that limit it.

use serde::{Deserialize, Serialize};

/// What the runs of a pair show, on these test rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Holm p < α and the mean gain is positive.
    Helps,
    /// Holm p < α and the mean gain is negative.
    Harms,
    /// Both one-sided tests inside ± margin, Holm over the family, < α.
    Equivalent,
    /// Neither a difference nor its absence is shown.
    Undecided,
    /// An arm has fewer than two runs.
    Untested,
}

impl Verdict {
    /// Every verdict, in the order of tables and legends.
    pub const ALL: [Self; 5] = [Self::Helps, Self::Harms, Self::Equivalent, Self::Undecided, Self::Untested];

    /// The word in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Helps => "helps",
            Self::Harms => "harms",
            Self::Equivalent => "equivalent",
            Self::Undecided => "undecided",
            Self::Untested => "untested",
        }
    }

    /// A sign, so that nothing is told by colour alone.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Helps => "▲",
            Self::Harms => "▼",
            Self::Equivalent => "=",
            Self::Undecided => "?",
            Self::Untested => "–",
        }
    }

    /// Sign and word.
    pub fn signed(self) -> String {
        format!("{} {}", self.sign(), self.name())
    }

    /// Whether the runs have shown something.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Helps | Self::Harms | Self::Equivalent)
    }

    /// Decides by Holm-corrected p values: `difference` of the test against 0, `equivalence` of the two one-sided ones;
    /// absent p values decide nothing. `has_verdict`: there are enough runs for one.
    pub(super) fn of(
        has_verdict: bool,
        mean: Option<f64>,
        difference: Option<f64>,
        equivalence: Option<f64>,
        alpha: f64,
    ) -> Self {
        let below = |p: Option<f64>| p.is_some_and(|p| p < alpha);
        match mean {
            _ if !has_verdict => Self::Untested,
            Some(mean) if below(difference) && mean > 0.0 => Self::Helps,
            Some(mean) if below(difference) && mean < 0.0 => Self::Harms,
            _ if below(equivalence) => Self::Equivalent,
            _ => Self::Undecided,
        }
    }
}

/// What limits a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// Significant, and too small to matter: the interval lies inside ± margin.
    Negligible,
    /// Without the seeds at which a run collapsed, the verdict is another.
    DependsOnCollapsed,
    /// Runs failed; the verdict speaks of the others only.
    LacksFailedRuns,
    /// Models of the source from which the transfer started had collapsed.
    SourceCollapsed,
    /// Test texts of the target stand in the source's training set.
    Leak,
    /// The target is evaluated on its training rows.
    EvaluatedOnTrainingRows,
    /// No arm of the target varies over its seeds: no variance to test against.
    IdenticalScores,
    /// Transfer and single-task runs share no seed: no paired test stands beside the verdict.
    Unpaired,
    /// One of the two arms is a single run, whose own noise nobody knows: at most a p, and no verdict.
    OneRun,
    /// A raced pair was decided before its last look: its gain is biased away from zero.
    StoppedEarly,
    /// Joint runs whose learning rate is not the one that the target has alone.
    RateDiffers,
    /// Joint runs whose method had no answer at more than one step of twenty.
    DegenerateSteps,
    /// Joint runs in which another task collapsed.
    MemberCollapsed,
    /// The arm was chosen among others, by validation scores.
    ChosenOnValidation,
    /// A run of the pair says two things that cannot both be, such as a score that its own predictions do not give.
    ContradictsItself,
}

impl Flag {
    /// The word in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negligible => "negligible",
            Self::DependsOnCollapsed => "depends_on_collapsed",
            Self::LacksFailedRuns => "lacks_failed_runs",
            Self::SourceCollapsed => "source_collapsed",
            Self::Leak => "leak",
            Self::EvaluatedOnTrainingRows => "evaluated_on_training_rows",
            Self::IdenticalScores => "identical_scores",
            Self::Unpaired => "unpaired",
            Self::OneRun => "one_run",
            Self::StoppedEarly => "stopped_early",
            Self::RateDiffers => "rate_differs",
            Self::DegenerateSteps => "degenerate_steps",
            Self::MemberCollapsed => "member_collapsed",
            Self::ChosenOnValidation => "chosen_on_validation",
            Self::ContradictsItself => "contradicts_itself",
        }
    }

    /// For people, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Negligible => "significant, and smaller than the margin",
            Self::DependsOnCollapsed => "another verdict without the collapsed runs",
            Self::LacksFailedRuns => "some runs failed",
            Self::SourceCollapsed => "the source itself had collapsed",
            Self::Leak => "test texts stand in the source’s training set",
            Self::EvaluatedOnTrainingRows => "evaluated on training rows",
            Self::IdenticalScores => "no arm of the target varies",
            Self::Unpaired => "no shared seeds",
            Self::OneRun => "an arm of one run",
            Self::RateDiffers => "trained together at another learning rate than alone",
            Self::DegenerateSteps => "the method had no answer at more than 5 % of steps",
            Self::MemberCollapsed => "another task of the set collapsed",
            Self::ChosenOnValidation => "chosen among others by validation scores",
            Self::ContradictsItself => "a score is not that of its own predictions",
            Self::StoppedEarly => "decided at an early look, so the gain is biased away from zero",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
        for flag in [Flag::Negligible, Flag::DependsOnCollapsed, Flag::Leak, Flag::EvaluatedOnTrainingRows] {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.name());
        }
    }

    #[test]
    fn each_verdict_from_its_evidence() {
        let of = |n, mean, p, e| Verdict::of(n >= 2, Some(mean), p, e, 0.05);
        assert_eq!(of(3, 0.1, Some(0.049), Some(0.5)), Verdict::Helps);
        assert_eq!(of(3, -0.1, Some(0.049), Some(0.01)), Verdict::Harms, "a difference goes before equivalence");
        assert_eq!(of(3, 0.001, Some(0.05), Some(0.049)), Verdict::Equivalent);
        assert_eq!(of(3, 0.001, Some(0.05), Some(0.05)), Verdict::Undecided);
        assert_eq!(of(3, 0.1, None, None), Verdict::Undecided, "scores that do not vary decide nothing");
        assert_eq!(of(1, 0.1, Some(0.0), Some(0.0)), Verdict::Untested);
    }
}
