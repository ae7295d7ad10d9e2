//! `race.json`: the rounds of a race, each written before it starts.
//!
//! What is written stands: a later look at the same records would choose the same, but records may have been retried since.

use std::path::Path;

use serde::{Deserialize, Serialize};
use transfermap::race::{Course, Round};
use transfermap::study::Race;

use crate::atomic::{self, FileError};

const SCHEMA: &str = "transfermap.race/1";

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    schema: String,
    race: Race,
    rounds: Vec<Round>,
}

/// The rounds that `root` holds of this race; none where there is no such file, or it is of another race.
pub fn read(root: &Path, course: &Course<'_>) -> Vec<Round> {
    let text = std::fs::read(root.join("race.json")).unwrap_or_default();
    let written: Option<Written> = serde_json::from_slice(&text).ok();
    let rounds = written.filter(|w| w.schema == SCHEMA).map(|w| w.rounds);
    rounds.filter(|rounds| course.has_run(rounds)).unwrap_or_default()
}

/// Writes the rounds so far.
///
/// # Errors
/// The file cannot be written.
pub fn write(root: &Path, race: &Race, rounds: &[Round]) -> anyhow::Result<()> {
    let written = Written { schema: SCHEMA.into(), race: race.clone(), rounds: rounds.to_vec() };
    let mut json = serde_json::to_vec_pretty(&written)?;
    json.push(b'\n');
    let written: Result<(), FileError> = atomic::write(&root.join("race.json"), &json);
    Ok(written?)
}
