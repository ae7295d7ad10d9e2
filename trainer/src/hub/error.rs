//! What can go wrong with the hub: every message names the path or the file, what happened, and the remedy.

use std::path::{Path, PathBuf};

use crate::error::Wrong;

/// Why something of the hub cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    #[error("{method} {url}: {status}; {remedy}")]
    Status {
        /// `GET` or `HEAD`.
        method: &'static str,
        /// The address, without its query: that may hold a signature.
        url: String,
        /// Number and words.
        status: String,
        code: u16,
        remedy: String,
    },
    #[error("{method} {url}: {reason}; {remedy}")]
    Network {
        /// `GET` or `HEAD`.
        method: &'static str,
        /// The address, without its query.
        url: String,
        reason: String,
        remedy: &'static str,
    },
    #[error(
        "{url}: {kind} is {found}, the hub announced {expected}; nothing was kept: try again, and if it stays so, \
         something between here and the hub alters files (a proxy, or the mirror in HF_ENDPOINT)"
    )]
    Checksum {
        url: String,
        /// `SHA-256` or `git SHA-1`.
        kind: &'static str,
        /// Of what came.
        found: String,
        /// Of what should have come.
        expected: String,
    },
    #[error("{what} is not in the cache ({}), and {why}; {remedy}", .cache.display())]
    NotCached {
        /// The model or data set.
        what: String,
        cache: PathBuf,
        /// Why it is not fetched.
        why: String,
        remedy: String,
    },
    #[error("{repository}: {reason}")]
    Content { repository: String, reason: String },
    #[error("cannot {what} {}: {source}{}", .path.display(), remedy(.source))]
    File {
        /// What was to be done with it.
        what: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{name}: {reason}")]
    Setting { name: &'static str, reason: String },
    #[error("{}: no such folder; and as a model of the hub: {error}", .folder.display())]
    Neither {
        folder: PathBuf,
        /// Why the hub's model cannot be had.
        error: Box<HubError>,
    },
    #[error("stopped while fetching {0}; what came so far is kept, the same command goes on from there")]
    Stopped(String),
    /// A data file that was fetched cannot be used.
    #[error(transparent)]
    Data(#[from] crate::data::DataError),
}

impl HubError {
    pub(super) fn file(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::File { what, path: path.to_owned(), source }
    }

    pub(super) fn content(repository: impl ToString, reason: impl Into<String>) -> Self {
        Self::Content { repository: repository.to_string(), reason: reason.into() }
    }

    /// Whether another request mends it, and not another time.
    pub fn is_wrong_request(&self) -> bool {
        match self {
            Self::Status { code, .. } => !matches!(code, 408 | 429 | 500..),
            Self::Network { .. } | Self::Checksum { .. } | Self::Stopped(_) => false,
            Self::Neither { error, .. } => error.is_wrong_request(),
            _ => true,
        }
    }

    /// As the command line tells it: a wrong request, or work that failed.
    pub fn into_told(self) -> anyhow::Error {
        if self.is_wrong_request() { Wrong::of(&self).into() } else { self.into() }
    }

    /// Whether the hub knows no such repository, revision or file.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Status { code: 401 | 404, .. })
    }
}

fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{
        FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull, Unsupported,
    };
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => {
            "; free some space or set HF_HOME to a larger disk, then run the same command again to resume"
        }
        PermissionDenied | ReadOnlyFilesystem => "; set HF_HOME to a folder that you may write to",
        Unsupported => "; this file system has no locks: set HF_HOME to one that has",
        _ => "",
    }
}
