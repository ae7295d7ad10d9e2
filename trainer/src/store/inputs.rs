//! What the runs of a study start from, as the output folder keeps it: the plan, and what was found in the data and the
//! encoders.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use transfermap::plan::Plan;
use transfermap::report::{EncoderSummary, TaskSummary};
use transfermap::study::Encoder;

use crate::error::Wrong;

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
}

impl Inputs {
    /// An encoder of the study with the folder that it was found in, where it is of the hub.
    pub fn located(&self, encoder: &Encoder) -> Encoder {
        let folder = encoder.folder.clone().or_else(|| self.folders.get(&encoder.name).cloned());
        Encoder { folder, ..encoder.clone() }
    }
}

/// Reads the plan of an output folder.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn read_plan(root: &Path) -> anyhow::Result<Plan> {
    let path = root.join("plan.json");
    let text = std::fs::read(&path).map_err(|e| {
        Wrong(format!("no plan ({e}); give the --out folder of a `transfermap run`: {}", path.display()))
    })?;
    Ok(serde_json::from_slice(&text).map_err(|e| Wrong(format!("not a plan ({e}): {}", path.display())))?)
}
