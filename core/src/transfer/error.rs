//! Why records do not form a map.

/// Records that contradict each other or the study.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// Two records of one encoder, variant, protocol, source, target and seed.
    #[error("two records of one run: `{first}` and `{second}`; remove one")]
    Duplicate {
        /// Id of the record that came first.
        first: String,
        /// Id of the other.
        second: String,
    },
    /// A record of a task that the study does not have.
    #[error("run `{run}`: the study has no task `{task}`")]
    UnknownTask {
        /// The record's id.
        run: String,
        /// The task's name.
        task: String,
    },
}
