//! What is known of a measure without computing it.

use std::collections::BTreeSet;

/// Which values mean a good source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Large values.
    HigherIsMoreSimilar,
    /// Small values: a distance.
    LowerIsMoreSimilar,
}

impl Direction {
    /// The word in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::HigherIsMoreSimilar => "higher_is_more_similar",
            Self::LowerIsMoreSimilar => "lower_is_more_similar",
        }
    }
}

/// Which models must have been trained before a measure can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trained {
    /// None: data and pretrained encoder are enough.
    Nothing,
    /// The source's single-task model.
    Source,
    /// Both tasks' single-task models.
    Both,
}

/// A part of the probes that a measure reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// [`crate::measure::probe::TaskProbe::token_counts`].
    Tokens,
    /// [`crate::measure::probe::TaskProbe::pooled`].
    Pooled,
    /// [`crate::measure::probe::TaskProbe::mean_pooled`].
    MeanPooled,
    /// [`crate::measure::probe::TaskProbe::fisher`].
    Fisher,
    /// [`crate::measure::probe::TaskProbe::gradient`].
    Gradient,
    /// [`crate::measure::probe::SourceProbe::pooled`] of source ≠ target.
    SourceFeatures,
    /// [`crate::measure::probe::SourceProbe::pooled`] of source = target.
    OwnFeatures,
    /// [`crate::measure::probe::SourceProbe::logits`].
    SourceLogits,
    /// [`crate::measure::probe::SourceProbe::few_step_score`].
    FewSteps,
    /// [`crate::measure::probe::SentenceProbe`].
    Sentence,
    /// [`crate::measure::probe::WeightChanges`].
    Weights,
}

/// What a measure costs beyond the training that the study does anyway, from cheap to dear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Counting tokens.
    Counting,
    /// Reading weights, or one sentence through a trained model.
    Reading,
    /// One forward pass per task.
    Forward,
    /// One backward pass per task.
    Backward,
    /// One forward pass per source and target.
    ForwardOfPair,
    /// A few training steps per source and target.
    Training,
}

impl Part {
    /// What it costs to have this part.
    pub fn cost(self) -> Cost {
        match self {
            Self::Tokens => Cost::Counting,
            Self::Sentence | Self::Weights => Cost::Reading,
            Self::Pooled | Self::MeanPooled => Cost::Forward,
            Self::Fisher | Self::Gradient => Cost::Backward,
            Self::SourceFeatures | Self::OwnFeatures | Self::SourceLogits => Cost::ForwardOfPair,
            Self::FewSteps => Cost::Training,
        }
    }

    /// Which models it is read from.
    fn trained(self) -> Trained {
        match self {
            Self::Tokens | Self::Pooled | Self::MeanPooled | Self::Fisher | Self::Gradient => Trained::Nothing,
            Self::SourceFeatures | Self::SourceLogits | Self::FewSteps => Trained::Source,
            Self::OwnFeatures | Self::Sentence | Self::Weights => Trained::Both,
        }
    }
}

/// What a measure is.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureInfo {
    /// Its name in studies, reports and tables.
    pub name: &'static str,
    /// What it is, in one line.
    pub definition: &'static str,
    /// Smallest and largest possible value, infinite where there is none.
    pub range: (f64, f64),
    /// Which values mean a good source.
    pub direction: Direction,
    /// Whether (a, b) and (b, a) are equal by definition; else it is directed.
    pub symmetric: bool,
    /// Whether it reads the labels of the target.
    pub needs_labels: bool,
    /// The parts of the probes that it reads.
    pub needs: &'static [Part],
    /// Who proposed it.
    pub citation: &'static str,
}

impl MeasureInfo {
    /// Which models must have been trained.
    pub fn trained(&self) -> Trained {
        self.needs.iter().map(|p| p.trained()).max().unwrap_or(Trained::Nothing)
    }

    /// Its dearest part's cost.
    pub fn cost(&self) -> Cost {
        self.needs.iter().map(|p| p.cost()).max().unwrap_or(Cost::Counting)
    }

    /// The parts as a set.
    pub(super) fn parts(&self) -> BTreeSet<Part> {
        self.needs.iter().copied().collect()
    }
}
