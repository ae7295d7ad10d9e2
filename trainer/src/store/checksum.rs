//! The hash of a report beside it, in the form of `sha256sum`: a report that was changed by accident is not believed.
//!
//! Beside and not in it: a report is the same, byte for byte, wherever the same records give it.

use std::io;
use std::path::{Path, PathBuf};

use transfermap::fingerprint::digest;

use crate::atomic::{self, FileError};
use crate::error::Wrong;

/// The file beside a report.
fn beside(report: &Path) -> PathBuf {
    let mut name = report.file_name().unwrap_or_default().to_owned();
    name.push(".sha256");
    report.with_file_name(name)
}

/// Writes a report, and its hash after it. Killed in between, or with another process that writes at the same time, there
/// is no hash, and nothing false.
///
/// # Errors
/// A file cannot be written or removed.
pub fn write(report: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let file = beside(report);
    remove(&file)?;
    atomic::write(report, bytes)?;
    let name = report.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let hash = digest(bytes);
    atomic::write(&file, format!("{hash}  {name}\n").as_bytes())?;
    match std::fs::read(report) {
        Ok(now) if digest(&now) == hash => Ok(()),
        _ => remove(&file),
    }
}

/// Checks a report against the hash beside it, where there is one.
///
/// # Errors
/// It is another report than the one that was written.
pub fn check(report: &Path, bytes: &[u8]) -> Result<(), Wrong> {
    let file = beside(report);
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(()) };
    match text.split_whitespace().next() {
        Some(hash) if hash == digest(bytes) => Ok(()),
        _ => Err(Wrong(format!(
            "{}: not what was written, {} says; `transfermap run` writes it again. Remove the second file if you changed \
             the first on purpose",
            report.display(),
            file.display()
        ))),
    }
}

fn remove(file: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("cannot remove", file, e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_report_is_refused_and_one_without_a_hash_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("report.json");
        write(&report, b"{\"a\":1}").unwrap();
        assert!(check(&report, b"{\"a\":1}").is_ok());
        let message = check(&report, b"{\"a\":2}").unwrap_err().to_string();
        assert!(message.contains("report.json.sha256") && message.contains("writes it again"), "{message}");
        write(&report, b"{\"a\":2}").unwrap();
        assert!(check(&report, b"{\"a\":2}").is_ok());
        std::fs::remove_file(dir.path().join("report.json.sha256")).unwrap();
        assert!(check(&report, b"anything").is_ok());
    }
}
