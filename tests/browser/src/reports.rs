//! The reports that the tests look at.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use transfermap::report::Report;
use transfermap_viewer::choices::Choices;
use transfermap_viewer::look::Look;

use crate::root;

/// Five tasks, three seeds, with examples.
pub const REAL_SMALL: &str = "real-small";
/// Published numbers without seeds.
pub const NOTEBOOK: &str = "notebook";

/// The file of a sample.
pub fn sample(name: &str) -> PathBuf {
    root().join("www/samples").join(format!("{name}.json"))
}

/// A report and its analysis in this process: what the page in the browser must show.
///
/// # Errors
/// When the file cannot be read or analysed.
pub fn look(file: &Path, choices: &str) -> Result<Look> {
    let report = Report::from_json(&fs::read(file)?)?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Look::new(&name, report, Choices::parse(choices))?.context("the report has no transfer run")
}

/// A sample with a change, as a file in `folder`.
///
/// # Errors
/// When the sample cannot be read.
pub fn changed(folder: &Path, name: &str, sample_name: &str, change: impl FnOnce(&mut Value)) -> Result<PathBuf> {
    let mut report: Value = serde_json::from_slice(&fs::read(sample(sample_name))?)?;
    change(&mut report);
    written(folder, name, &serde_json::to_string(&report)?)
}

/// A file in `folder`.
///
/// # Errors
/// When it cannot be written.
pub fn written(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text)?;
    Ok(file)
}

/// Five tasks with two measures of similarity, one of each direction, so that permutations of tasks have something to
/// test. Their numbers follow from the places of the tasks and mean nothing.
///
/// # Errors
/// When the sample cannot be read.
pub fn with_measures(folder: &Path) -> Result<PathBuf> {
    changed(folder, "with-measures.json", REAL_SMALL, |report| {
        let tasks: Vec<String> = report["study"]["task"]
            .as_array()
            .map(|tasks| tasks.iter().filter_map(|t| t["name"].as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        let measure = |name: &str, direction: &str, symmetric: bool, value: fn(usize, usize) -> usize| {
            let pairs = (0..tasks.len()).flat_map(|s| (0..tasks.len()).map(move |t| (s, t))).filter(|(s, t)| s != t);
            let values = pairs.map(|(s, t)| {
                json!({"source": tasks[s], "target": tasks[t], "seed": null, "value": value(s, t) as f64 / 37.0})
            });
            json!({
                "name": name, "encoder": "any", "direction": direction, "symmetric": symmetric, "cost_seconds": 0.0,
                "values": values.collect::<Vec<_>>(),
            })
        };
        report["measures"] = json!([
            measure("likeness", "higher_is_more_similar", true, |s, t| (7 * s.min(t) + 5 * s.max(t)) % 37),
            measure("distance", "lower_is_more_similar", false, |s, t| (11 * s + 3 * t + s * t) % 37),
        ]);
    })
}
