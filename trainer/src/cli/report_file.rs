//! Reading a report.json that a user names.

use std::path::Path;

use transfermap::report::Report;

use crate::error::Wrong;
use crate::files;
use crate::store::checksum;

/// The report at `path`, checked.
///
/// # Errors
/// No such file, one that is not what was written, or not a good report.
pub(super) fn read(path: &Path) -> Result<Report, Wrong> {
    let bytes = files::read(path).map_err(|e| Wrong::at(path.display(), &e))?;
    checksum::check(path, &bytes)?;
    Report::from_json(&bytes).map_err(|e| Wrong::at(path.display(), &e))
}
