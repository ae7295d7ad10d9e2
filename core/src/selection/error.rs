//! Why candidates cannot be ranked.

/// Candidates about which no figure can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// There is nothing to choose from.
    #[error("no candidate sources; leave the target out")]
    NoCandidates,
    /// A value that has no place in an order or a mean.
    #[error("the {column} of candidate {index} is not a finite number; leave the candidate out")]
    NotFinite {
        /// `score`, `relevance`, `gain` or `predicted`.
        column: &'static str,
        /// Position of the candidate as given.
        index: usize,
    },
}
