//! What the runs of a study start from, as the output folder keeps it: the plan, and what was found in the data and the
//! encoders.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use transfermap::fingerprint::digest;
use transfermap::plan::Plan;
use transfermap::report::{EncoderSummary, TaskSummary};
use transfermap::study::Encoder;

use crate::data::{self, DataError, TokenisedTask};
use crate::error::Wrong;
use crate::files;
use crate::seal;

/// What was found in the data and the encoders. Kept beside the plan, so that a report needs no second reading.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// What the study's paths are relative to, absolute. Empty in folders of earlier versions.
    #[serde(default)]
    pub base: PathBuf,
    /// The tasks, in the study's order.
    pub tasks: Vec<TaskSummary>,
    /// The encoders, in the study's order.
    pub encoders: Vec<EncoderSummary>,
    /// What limits the conclusions.
    pub warnings: Vec<String>,
    /// Tokenised tasks by encoder and task.
    pub tokenised: IndexMap<String, IndexMap<String, PathBuf>>,
    /// Folders of the encoders that are of the hub, by name.
    #[serde(default)]
    pub folders: IndexMap<String, PathBuf>,
    /// The checksums of the tokenised tasks, by encoder and task. Empty in folders of earlier versions.
    #[serde(default)]
    pub tokenised_sha256: IndexMap<String, IndexMap<String, String>>,
    /// SHA-256 of the encoders' files, by their path in the output folder. Empty in folders of earlier versions.
    #[serde(default)]
    pub encoder_files: IndexMap<String, String>,
    /// SHA-256 of the study's text, study.toml. Absent in folders of earlier versions.
    #[serde(default)]
    pub study_sha256: Option<String>,
}

/// A task in the tokens of an encoder that is not what was prepared.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("{}: not what the study was prepared with; give the `run` command again", .0.display())]
    Other(PathBuf),
    #[error("task `{0}` is not prepared; give the `run` command again")]
    Absent(String),
}

impl Inputs {
    /// Reads what the last `run` left in an output folder. Tokenised tasks are looked for in that folder only.
    ///
    /// # Errors
    /// There is nothing, it cannot be read, or it is not what was written.
    pub fn read(root: &Path) -> Result<Self, Wrong> {
        let path = root.join("cache/inputs.json");
        let mut inputs: Self = read_sealed(&path)?;
        for file in inputs.tokenised.values_mut().flat_map(IndexMap::values_mut) {
            // The folder may have moved since, and what another one holds is none of its tasks.
            *file = root.join("cache").join(file.file_name().unwrap_or_default());
        }
        Ok(inputs)
    }

    /// A task in the tokens of an encoder, checked against what was prepared.
    ///
    /// # Errors
    /// There is none, it cannot be read, or it is another.
    pub fn tokens(&self, encoder: &str, task: &str) -> Result<TokenisedTask, TokensError> {
        let file = self.tokenised.get(encoder).and_then(|tasks| tasks.get(task));
        let file = file.ok_or_else(|| TokensError::Absent(task.to_owned()))?;
        let tokens = data::cache::read(file)?;
        match self.tokenised_sha256.get(encoder).and_then(|tasks| tasks.get(task)) {
            Some(known) if *known != tokens.sha256 => Err(TokensError::Other(file.clone())),
            _ => Ok(tokens.task),
        }
    }

    /// The checksums of tasks in the tokens of an encoder, where they are known.
    pub fn hashes_of(&self, encoder: &str, tasks: &[String]) -> IndexMap<String, String> {
        let known = self.tokenised_sha256.get(encoder);
        let of = |task: &String| Some((task.clone(), known?.get(task)?.clone()));
        tasks.iter().filter_map(of).collect()
    }

    /// The study's text from the output folder, checked.
    ///
    /// # Errors
    /// It is not there, or not what was written.
    pub fn study(&self, root: &Path) -> Result<String, Wrong> {
        let path = root.join("study.toml");
        let again = "`transfermap run` with this --out writes it again";
        let text = files::read_to_string(&path).map_err(|e| Wrong(format!("{e} ({again}): {}", path.display())))?;
        match &self.study_sha256 {
            Some(known) if *known != digest(text.as_bytes()) => {
                Err(Wrong(format!("not what was written ({again}): {}", path.display())))
            }
            _ => Ok(text),
        }
    }

    /// An encoder's configuration or tokenizer from the output folder, checked.
    ///
    /// # Errors
    /// It is not there, or not what was written.
    pub fn encoder_file(&self, root: &Path, encoder: &str, file: &str) -> Result<Vec<u8>, Wrong> {
        let name = encoder_file(encoder, file);
        let path = root.join(&name);
        let again = "`transfermap run` with this --out writes it again";
        let bytes = files::read(&path).map_err(|e| Wrong(format!("{e} ({again}): {}", path.display())))?;
        match self.encoder_files.get(&name) {
            Some(known) if *known != digest(&bytes) => {
                Err(Wrong(format!("not what was written ({again}): {}", path.display())))
            }
            _ => Ok(bytes),
        }
    }
    /// An encoder of the study with the folder that it was found in, where it is of the hub.
    pub fn located(&self, encoder: &Encoder) -> Encoder {
        let folder = encoder.folder.clone().or_else(|| self.folders.get(&encoder.name).cloned());
        Encoder { folder, ..encoder.clone() }
    }
}

/// The path of an encoder's file in an output folder.
pub fn encoder_file(encoder: &str, file: &str) -> String {
    format!("cache/encoders/{encoder}/{file}")
}

/// Reads a file of an output folder that tells whether it is what was written.
fn read_sealed<T: DeserializeOwned>(path: &Path) -> Result<T, Wrong> {
    let again = "let `transfermap run` with this --out finish";
    let bytes = files::read(path).map_err(|e| Wrong(format!("{e}; {again}: {}", path.display())))?;
    seal::check(&bytes).map_err(|e| Wrong(format!("{e}; {again}: {}", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|e| Wrong::at(path.display(), &e))
}

/// Reads the plan of an output folder.
///
/// # Errors
/// There is none, it cannot be read, or it is not what was written.
pub fn read_plan(root: &Path) -> anyhow::Result<Plan> {
    let path = root.join("plan.json");
    let text = files::read(&path).map_err(|e| {
        Wrong(format!("no plan ({e}); give the --out folder of a `transfermap run`: {}", path.display()))
    })?;
    seal::check(&text)
        .map_err(|e| Wrong(format!("{e}; `transfermap run` with this --out writes it again: {}", path.display())))?;
    Ok(serde_json::from_slice(&text).map_err(|e| Wrong(format!("not a plan ({e}): {}", path.display())))?)
}
