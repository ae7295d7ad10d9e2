//! Why a job failed, in a file of its folder, so that no worker of this call tries it again.

use std::path::{Path, PathBuf};

use crate::atomic::{self, FileError};

/// The note of a job.
fn path(root: &Path, job: &str) -> PathBuf {
    root.join(job).join("failed.txt")
}

/// Writes why.
///
/// # Errors
/// The file cannot be written.
pub fn write(root: &Path, job: &str, reason: &str) -> Result<(), FileError> {
    atomic::write(&path(root, job), reason.as_bytes())
}

/// Why the job failed, if it did.
pub fn read(root: &Path, job: &str) -> Option<String> {
    std::fs::read_to_string(path(root, job)).ok()
}

/// Forgets it: the next call tries again.
pub fn clear(root: &Path, job: &str) {
    // What cannot be removed keeps the job from being tried, which its reason then says.
    let _ = std::fs::remove_file(path(root, job));
}
