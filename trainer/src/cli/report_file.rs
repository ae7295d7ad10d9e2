//! Reading a report.json that a user names.

use std::path::Path;

use transfermap::report::Report;

use crate::error::Wrong;

/// The report at `path`, checked.
///
/// # Errors
/// No such file, or not a good report.
pub(super) fn read(path: &Path) -> Result<Report, Wrong> {
    let bytes = std::fs::read(path).map_err(|e| Wrong::at(path.display(), &e))?;
    Report::from_json(&bytes).map_err(|e| Wrong::at(path.display(), &e))
}
