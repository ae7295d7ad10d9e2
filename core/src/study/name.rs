//! Names of tasks, encoders and blocks, which become folders.

/// A name that can be no folder's.
#[derive(Debug, thiserror::Error)]
#[error(
    "name `{0}`: names become folders; use letters, digits, `_`, `-` and `.`, no `--`, no `-` at an end, no `.` at the start"
)]
pub(super) struct IllegalName(String);

pub(super) fn check_name(name: &str) -> Result<(), IllegalName> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    // A hyphen at an end would run into the `--` between source and target.
    let ends = name.starts_with(['.', '-']) || name.ends_with('-');
    if name.is_empty() || ends || name.contains("--") || !name.chars().all(legal) {
        return Err(IllegalName(name.to_owned()));
    }
    Ok(())
}
