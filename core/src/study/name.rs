//! Names of tasks, encoders and blocks, which become folders.

/// The longest name: a file that is named after a run of two tasks must still be one on every system (255 bytes).
const LONGEST: usize = 64;

/// What Windows keeps for devices, whatever follows a dot.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name that can be no folder's.
#[derive(Debug, thiserror::Error)]
pub(super) enum IllegalName {
    #[error(
        "name `{}`: names become folders; use letters, digits, `_`, `-` and `.`, no `--`, no `-` at an end, no `.` at the \
         start or the end", .0.escape_debug()
    )]
    Characters(String),
    #[error("name `{start}…` has {length} characters; names become folders, give one of at most {LONGEST}")]
    Length { start: String, length: usize },
    #[error("name `{0}`: names become folders, and Windows keeps this one for a device; give another")]
    Reserved(String),
}

pub(super) fn check_name(name: &str) -> Result<(), IllegalName> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    // A hyphen at an end would run into the `--` between source and target.
    let ends = name.starts_with(['.', '-']) || name.ends_with(['.', '-']);
    let length = name.chars().count();
    if length > LONGEST {
        return Err(IllegalName::Length {
            start: name.chars().take(20).flat_map(char::escape_debug).collect(),
            length,
        });
    }
    if name.is_empty() || ends || name.contains("--") || !name.chars().all(legal) {
        return Err(IllegalName::Characters(name.to_owned()));
    }
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let port = ["com", "lpt"].iter().any(|port| {
        stem.strip_prefix(port).is_some_and(|number| number.len() == 1 && number.chars().all(|c| c.is_ascii_digit()))
    });
    if port || RESERVED.contains(&stem.as_str()) {
        return Err(IllegalName::Reserved(name.to_owned()));
    }
    Ok(())
}
