//! A run's final weights as a folder that `transformers` loads: config.json, tokenizer.json, model.safetensors.

use std::path::{Path, PathBuf};

use anyhow::Context;
use transfermap::record::RunRecord;

use crate::error::Wrong;
use crate::pretrained::{config_with_labels, export};
use crate::store::inputs::Inputs;

/// Writes `run` (a folder `OUT/runs/<id>`) to `to`; returns what was written.
///
/// # Errors
/// No such run, no weights kept, or a file that cannot be written.
pub fn export_model(run: &Path, to: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let record = read(&run.join("record.json"), "give the folder of a finished run, OUT/runs/<id>")?;
    let record = RunRecord::from_json(&record).map_err(|e| Wrong::at(run.join("record.json").display(), &e))?;
    let model = read(
        &run.join("model.safetensors"),
        "weights of runs that nothing starts from are kept with `run --keep-models all` only",
    )?;
    let absolute = std::path::absolute(run)?;
    let root = absolute.ancestors().find(|p| p.join("plan.json").is_file());
    let root =
        root.ok_or_else(|| Wrong(format!("no plan.json above it; copy whole output folders: {}", run.display())))?;
    let encoder = root.join("cache/encoders").join(&record.encoder);
    let again = "`transfermap run` with this --out writes it again";
    let config = read(&encoder.join("config.json"), again)?;
    let tokenizer = read(&encoder.join("tokenizer.json"), again)?;
    let inputs: Inputs = serde_json::from_slice(&read(&root.join("cache/inputs.json"), again)?)?;
    let target = record.targets.first().map_or("", String::as_str);
    let labels = inputs.tasks.iter().find(|t| t.name == target).map(|t| t.labels.as_slice()).unwrap_or_default();
    let config = config_with_labels(&String::from_utf8_lossy(&config), labels).context("config.json")?;
    Ok(export(to, &config, &tokenizer, &model)?)
}

fn read(path: &Path, remedy: &str) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path).map_err(|e| Wrong(format!("{e} ({remedy}): {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_run_without_weights() {
        let dir = tempfile::tempdir().unwrap();
        let message = export_model(dir.path(), &dir.path().join("x")).unwrap_err();
        assert!(message.is::<Wrong>() && message.to_string().contains("OUT/runs/<id>"), "{message}");
        assert!(!dir.path().join("x").exists());
    }
}
