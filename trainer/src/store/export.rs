//! A run's final weights as a folder that `transformers` loads: config.json, model.safetensors, and a tokenizer that reads
//! texts as in training.

use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use transfermap::fingerprint::digest;
use transfermap::record::RunRecord;
use transfermap::study::Study;

use crate::encoder::Config;
use crate::error::Wrong;
use crate::files;
use crate::pretrained::{ExportedTokenizer, config_with_labels, export, export_tokenizer, of_one_task};
use crate::seal;
use crate::store::inputs::Inputs;

/// Writes `run` (a folder `OUT/runs/<id>`) to `to`, with the head of `task`, which a run of several needs to be told;
/// returns what was written.
///
/// # Errors
/// No such run, no such task in it, no weights kept, or a file that cannot be written.
pub fn export_model(run: &Path, task: Option<&str>, to: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let path = run.join("record.json");
    let record = read(&path, "give the folder of a finished run, OUT/runs/<id>")?;
    seal::check(&record).map_err(|e| Wrong::at(path.display(), &e))?;
    let record = RunRecord::from_json(&record).map_err(|e| Wrong::at(path.display(), &e))?;
    let task = chosen(&record, task)?;
    let path = run.join("model.safetensors");
    let model = read(&path, "weights of runs that nothing starts from are kept with `run --keep-models all` only")?;
    let known = record.sha256.as_ref().and_then(|hashes| hashes.weights.as_ref());
    if known.is_some_and(|known| *known != digest(&model)) {
        let again = "`transfermap run` with this --out makes them again where they are needed";
        return Err(Wrong(format!("not the weights that the run left ({again}): {}", path.display())).into());
    }
    let absolute = std::path::absolute(run)?;
    let root = absolute.ancestors().find(|p| p.join("plan.json").is_file());
    let root =
        root.ok_or_else(|| Wrong(format!("no plan.json above it; copy whole output folders: {}", run.display())))?;
    let inputs = Inputs::read(root)?;
    // A record may come from anywhere, and its encoder is a part of a path.
    if inputs.encoders.iter().all(|encoder| encoder.name != record.encoder) || !is_one_folder(&record.encoder) {
        let encoder = record.encoder.escape_debug();
        return Err(Wrong(format!("its encoder `{encoder}` is none of the study's: {}", run.display())).into());
    }
    let config = inputs.encoder_file(root, &record.encoder, "config.json")?;
    let tokenizer = inputs.encoder_file(root, &record.encoder, "tokenizer.json")?;
    let labels = inputs.tasks.iter().find(|t| t.name == task).map(|t| t.labels.as_slice()).unwrap_or_default();
    let config = String::from_utf8_lossy(&config);
    let model = of_one_task(model, &config, task, record.targets.len()).with_context(|| run.display().to_string())?;
    let config = config_with_labels(&config, labels).context("config.json")?;
    let sizes = Config::read(serde_json::from_str(&config).context("config.json")?).context("config.json")?.sizes();
    let max_length = max_length(&inputs.study(root)?, &record.encoder).unwrap_or(sizes.max_length);
    let tokenizer = ExportedTokenizer::new(sizes, &tokenizer, max_length).context("tokenizer.json")?;
    let mut written = export(to, &config, &tokenizer.tokenizer, &model)?;
    written.extend(export_tokenizer(to, &tokenizer)?);
    Ok(written)
}

/// Whether a name leads nowhere but to a folder of that name.
fn is_one_folder(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
}

/// The longest input that the encoder was trained with, as the study of the output folder says.
fn max_length(study: &str, encoder: &str) -> Option<usize> {
    let study = Study::from_toml(study).ok()?;
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
    files::read(path).map_err(|e| Wrong(format!("{e} ({remedy}): {}", path.display())))
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
    fn a_name_is_one_folder_or_leads_elsewhere() {
        assert!(is_one_folder("albert-base-v2") && is_one_folder("a.b"));
        for name in ["", ".", "..", "../x", "a/b", "/etc", "a/", "a/.."] {
            assert!(!is_one_folder(name), "{name}");
        }
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
