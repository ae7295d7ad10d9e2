//! What each of an import's files holds.

use std::fmt;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// One row per transfer run.
    Transfers,
    /// One row per single-task run.
    Baselines,
    /// One row per ordered pair.
    Measures,
    /// One row per ordered pair: how good the source really was.
    Relevance,
    /// One row per class of a task.
    Labels,
}

impl Role {
    /// Every role, in the order of the command line's options.
    pub const ALL: [Self; 5] = [Self::Transfers, Self::Baselines, Self::Measures, Self::Relevance, Self::Labels];

    /// The name of its option.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transfers => "transfers",
            Self::Baselines => "baselines",
            Self::Measures => "measures",
            Self::Relevance => "relevance",
            Self::Labels => "labels",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
