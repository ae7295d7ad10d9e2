//! A report as a page that people open: the viewer's files with the report inside or beside them. What the page says
//! first, its sentence and its transfer map, stands in the HTML already, drawn by the viewer's own code.

mod lighter;
mod names;
pub mod page;
pub mod plots;
pub mod png;
pub mod serve;
mod template;
mod texts;
pub mod viewer;

#[cfg(test)]
pub(crate) mod fixture;

use std::path::{Path, PathBuf};

use transfermap::report::Report;

use crate::error::Wrong;
use crate::files;
use crate::store::checksum;
pub use texts::include_texts;

/// A report with the text that it was read from.
#[derive(Clone)]
pub struct Shown {
    /// What the page calls it.
    pub name: String,
    /// The text of its report.json.
    pub json: String,
    pub report: Report,
}

impl Shown {
    /// A report that was read or made.
    ///
    /// # Errors
    /// The text is no report.
    pub fn new(name: String, json: String) -> Result<Self, Wrong> {
        let report = Report::from_json(json.as_bytes()).map_err(|e| Wrong::at(&name, &e))?;
        Ok(Self { name, json, report })
    }

    /// Reads report files; each is called by the shortest part of its path that no other shares.
    ///
    /// # Errors
    /// A file that cannot be read, or is no report.
    pub fn read(paths: &[PathBuf]) -> Result<Vec<Self>, Wrong> {
        let texts = paths.iter().map(|p| read_text(p)).collect::<Result<Vec<_>, _>>()?;
        names::short(paths)
            .into_iter()
            .zip(texts)
            .zip(paths)
            .map(|((name, json), path)| {
                let report = Report::from_json(json.as_bytes()).map_err(|e| Wrong::at(path.display(), &e))?;
                Ok(Self { name, json, report })
            })
            .collect()
    }
}

/// A folder stands for the report.json in it.
fn read_text(path: &Path) -> Result<String, Wrong> {
    let inside = path.join("report.json");
    let path = if path.is_dir() { &inside } else { path };
    let bytes = files::read(path).map_err(|e| Wrong::at(path.display(), &e))?;
    checksum::check(path, &bytes)?;
    String::from_utf8(bytes).map_err(|e| Wrong::at(path.display(), &e))
}
