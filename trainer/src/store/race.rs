//! `race.json`: the rounds of a race, each written before it starts.
//!
//! What is written stands: a later look at the same records would choose the same, but records may have been retried since.

use std::path::Path;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use transfermap::race::{Course, Round};
use transfermap::study::Race;

use crate::atomic::{self, FileError};
use crate::files;
use crate::seal;

const SCHEMA: &str = "transfermap.race/1";

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    schema: String,
    race: Race,
    rounds: Vec<Round>,
}

/// The rounds that `root` holds of this race; none where there is no such file, or it is of another race. One that is not
/// what was written is set aside, and said: the records give the rounds again.
///
/// # Errors
/// A damaged file cannot be moved.
pub fn read(root: &Path, course: &Course<'_>, say: &mut dyn FnMut(&str)) -> Result<Vec<Round>, FileError> {
    let path = root.join("race.json");
    let text = files::read(&path).unwrap_or_default();
    let cut = !text.is_empty() && serde_json::from_slice::<IgnoredAny>(&text).is_err();
    if cut || seal::check(&text).is_err() {
        let aside = atomic::set_aside(&path, &path, "damaged")?;
        say(&format!("{}: not what was written; moved to {}, made again", path.display(), aside.display()));
        return Ok(Vec::new());
    }
    let written: Option<Written> = serde_json::from_slice(&text).ok();
    let rounds = written.filter(|w| w.schema == SCHEMA).map(|w| w.rounds);
    Ok(rounds.filter(|rounds| course.has_run(rounds)).unwrap_or_default())
}

/// Writes the rounds so far.
///
/// # Errors
/// The file cannot be written.
pub fn write(root: &Path, race: &Race, rounds: &[Round]) -> anyhow::Result<()> {
    let written = Written { schema: SCHEMA.into(), race: race.clone(), rounds: rounds.to_vec() };
    let json = seal::sealed(&serde_json::to_vec_pretty(&written)?);
    let written: Result<(), FileError> = atomic::write(&root.join("race.json"), &json);
    Ok(written?)
}
