//! Why a measure has no value for a pair.

/// A pair for which a measure is not defined. Such a pair is missing from the report, never 0 and never NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Undefined {
    /// The probes lack what the measure reads.
    #[error("the probes hold no {0}")]
    Absent(&'static str),
    /// Two lists of which one goes with the other are not of one length.
    #[error("{left} and {right} entries should be as many")]
    Lengths {
        /// Entries of the first.
        left: usize,
        /// Entries of the second.
        right: usize,
    },
    /// Not enough examples.
    #[error("{examples} examples; at least {least} are needed")]
    TooFewExamples {
        /// Examples there are.
        examples: usize,
        /// Examples needed.
        least: usize,
    },
    /// Nothing to tell apart.
    #[error("all examples are of one class")]
    OneClass,
    /// No variance.
    #[error("the {0} are constant")]
    Constant(&'static str),
    /// Every model reaches the largest value, whatever its features say.
    #[error("{dimensions} dimensions for {examples} examples: every model reaches the largest value")]
    Saturated {
        /// Dimensions in which the features vary.
        dimensions: usize,
        /// Examples there are.
        examples: usize,
    },
    /// A vector of length 0 has no direction.
    #[error("the {0} are all zero")]
    Zero(&'static str),
    /// Numbers beyond the range of double precision.
    #[error("the result is not finite")]
    NotFinite,
}
