//! Reading a study file that a user names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Wrong;
use crate::files;

/// A study file's text and the folder that its paths are relative to.
pub(super) fn read(path: &Path) -> Result<(String, PathBuf), Wrong> {
    let text = files::read_to_string(path).map_err(|e| {
        let remedy = match e.kind() {
            ErrorKind::NotFound => "give the path of a study file; `transfermap init` writes one".to_owned(),
            ErrorKind::IsADirectory => "this is a folder; give the study file in it".to_owned(),
            ErrorKind::InvalidData => "not UTF-8; save it as UTF-8".to_owned(),
            _ => e.to_string(),
        };
        Wrong(format!("cannot read the study ({remedy}): {}", path.display()))
    })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Ok((text, folder.to_owned()))
}
