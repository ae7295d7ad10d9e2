//! A run's final weights as a folder that `transformers` loads: config.json, model.safetensors, and a tokenizer that reads
//! texts as in training.

use std::path::{Path, PathBuf};

use anyhow::Context;
use transfermap::record::RunRecord;
use transfermap::study::Study;

use crate::encoder::Config;
use crate::error::Wrong;
use crate::pretrained::{ExportedTokenizer, config_with_labels, export, export_tokenizer, of_one_task};
use crate::store::inputs::Inputs;

/// Writes `run` (a folder `OUT/runs/<id>`) to `to`, with the head of `task`, which a run of several needs to be told;
/// returns what was written.
///
/// # Errors
/// No such run, no such task in it, no weights kept, or a file that cannot be written.
pub fn export_model(run: &Path, task: Option<&str>, to: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let record = read(&run.join("record.json"), "give the folder of a finished run, OUT/runs/<id>")?;
    let record = RunRecord::from_json(&record).map_err(|e| Wrong::at(run.join("record.json").display(), &e))?;
    let task = chosen(&record, task)?;
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
    let labels = inputs.tasks.iter().find(|t| t.name == task).map(|t| t.labels.as_slice()).unwrap_or_default();
    let config = String::from_utf8_lossy(&config);
    let model = of_one_task(model, &config, task, record.targets.len()).with_context(|| run.display().to_string())?;
    let config = config_with_labels(&config, labels).context("config.json")?;
    let sizes = Config::read(serde_json::from_str(&config).context("config.json")?).context("config.json")?.sizes();
    let max_length = max_length(root, &record.encoder).unwrap_or(sizes.max_length);
    let tokenizer = ExportedTokenizer::new(sizes, &tokenizer, max_length).context("tokenizer.json")?;
    let mut written = export(to, &config, &tokenizer.tokenizer, &model)?;
    written.extend(export_tokenizer(to, &tokenizer)?);
    Ok(written)
}

/// The longest input that the encoder was trained with, as the study of the output folder says.
fn max_length(root: &Path, encoder: &str) -> Option<usize> {
    let text = std::fs::read_to_string(root.join("study.toml")).ok()?;
    let study = Study::from_toml(&text).ok()?;
    study.encoder.iter().find(|e| e.name == encoder).map(|e| e.max_length)
}

/// The task whose head is exported.
fn chosen<'r>(record: &'r RunRecord, asked: Option<&str>) -> Result<&'r str, Wrong> {
    let tasks = || record.targets.join(", ");
    match (asked, record.targets.as_slice()) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Wrong(format!("{} has a head for each of {}; give one with --task", record.id, tasks()))),
        (Some(asked), targets) => targets
            .iter()
            .find(|t| *t == asked)
            .map(String::as_str)
            .ok_or_else(|| Wrong(format!("{} was not trained on `{asked}`; --task knows {}", record.id, tasks()))),
    }
}

fn read(path: &Path, remedy: &str) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path).map_err(|e| Wrong(format!("{e} ({remedy}): {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fake;

    #[test]
    fn rejects_a_run_without_weights() {
        let dir = tempfile::tempdir().unwrap();
        let message = export_model(dir.path(), None, &dir.path().join("x")).unwrap_err();
        assert!(message.is::<Wrong>() && message.to_string().contains("OUT/runs/<id>"), "{message}");
        assert!(!dir.path().join("x").exists());
    }

    #[test]
    fn rejects_a_task_that_the_run_does_not_have_and_asks_which_of_several() {
        let of = |targets: &[&str]| {
            let run = fake::of_several(targets);
            fake::record(&run, &fake::finished(&run))
        };
        let (one, two) = (of(&["rte"]), of(&["rte", "sst2"]));
        assert_eq!(chosen(&one, None).unwrap(), "rte");
        assert_eq!(chosen(&one, Some("rte")).unwrap(), "rte");
        assert_eq!(chosen(&two, Some("sst2")).unwrap(), "sst2");
        let message = |record: &RunRecord, task| chosen(record, task).unwrap_err().to_string();
        assert!(message(&two, None).contains("rte, sst2; give one with --task"), "{}", message(&two, None));
        assert!(message(&two, Some("paws")).contains("`paws`; --task knows rte, sst2"));
        assert!(message(&one, Some("paws")).contains("--task knows rte"));
    }
}
