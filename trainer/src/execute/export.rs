//! A run's final weights as a folder that `transformers` loads: config.json, tokenizer.json, model.safetensors.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use transfermap::record::RunRecord;

use super::prepare::Inputs;
use super::whole;
use super::wrong::Wrong;

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
    let config = with_labels(serde_json::from_slice(&config)?, labels);
    let mut written = Vec::new();
    for (name, bytes) in [
        ("config.json", serde_json::to_vec_pretty(&config)?),
        ("tokenizer.json", tokenizer),
        ("model.safetensors", model),
    ] {
        let path = to.join(name);
        whole::write(&path, &bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// The encoder's configuration with the classes of the target, as `AutoModelForSequenceClassification` wants it.
fn with_labels(mut config: Map<String, Value>, labels: &[String]) -> Map<String, Value> {
    let by_number: Map<String, Value> = labels.iter().enumerate().map(|(i, l)| (i.to_string(), json!(l))).collect();
    let by_name: Map<String, Value> = labels.iter().enumerate().map(|(i, l)| (l.clone(), json!(i))).collect();
    config.remove("num_labels");
    config.insert("id2label".into(), Value::Object(by_number));
    config.insert("label2id".into(), Value::Object(by_name));
    if config.get("model_type") == Some(&json!("albert")) {
        config.insert("architectures".into(), json!(["AlbertForSequenceClassification"]));
    }
    config
}

fn read(path: &Path, remedy: &str) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path).map_err(|e| Wrong(format!("{e} ({remedy}): {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_the_classes() {
        let config = serde_json::from_str(r#"{"model_type":"albert","num_labels":5,"hidden_size":8}"#).unwrap();
        let config = Value::Object(with_labels(config, &["no".into(), "yes".into()]));
        assert_eq!(config["id2label"], json!({"0": "no", "1": "yes"}));
        assert_eq!(config["label2id"]["yes"], json!(1));
        assert_eq!(config["architectures"][0], json!("AlbertForSequenceClassification"));
        assert_eq!(config["hidden_size"], json!(8));
        assert!(config.get("num_labels").is_none());
    }

    #[test]
    fn rejects_a_run_without_weights() {
        let dir = tempfile::tempdir().unwrap();
        let message = export_model(dir.path(), &dir.path().join("x")).unwrap_err();
        assert!(message.is::<Wrong>() && message.to_string().contains("OUT/runs/<id>"), "{message}");
        assert!(!dir.path().join("x").exists());
    }
}
