//! What a worker process and the process that started it say to each other: JSON lines over the worker's pipes. And who
//! is told of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use transfermap::plan::PlannedRun;
use transfermap::record::Provenance;
use transfermap::study::Study;

use crate::probes::plan::Job;
use crate::store::inputs::Inputs;
use crate::store::records::KeepModels;
use crate::train::StepProgress;

/// Parent to worker, the first line: all that it needs to know.
/// Any later line, and the end of the pipe, means: save a checkpoint and end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assignment {
    /// The output folder.
    pub out: PathBuf,
    /// What paths in the study are relative to.
    pub base: PathBuf,
    /// The study, with the class names and the commits that were found.
    pub study: Study,
    /// The runs to train, in order; each stands behind what it needs.
    pub runs: Vec<PlannedRun>,
    /// Where the tokenised tasks are.
    pub inputs: Inputs,
    /// Device, as on the command line.
    pub device: String,
    /// Which weights stay.
    pub keep_models: KeepModels,
    /// Seconds between mid-run checkpoints.
    pub checkpoint_every: u64,
    /// Goes into every record.
    pub provenance: Provenance,
    /// Probes to make. Where there are any, the runs are not trained.
    #[serde(default)]
    pub probes: Vec<Job>,
}

/// Worker to parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A training begins.
    Start { run: String },
    /// It goes on.
    Step {
        run: String,
        /// How far it is.
        #[serde(flatten)]
        progress: StepProgress,
    },
    /// Probes go on.
    Probe {
        run: String,
        /// Made here and now.
        done: usize,
        /// To make.
        total: usize,
    },
    /// It is finished and on disk.
    Done {
        run: String,
        /// Seconds of work.
        seconds: f64,
        /// The primary metric on the test set of each task; none where nothing was scored.
        scores: Vec<(String, f64)>,
    },
    /// It failed, which is on disk too.
    Failed { run: String, reason: String },
    /// It was interrupted; a later run goes on from its checkpoint.
    Stopped { run: String },
    /// Something that the user should know.
    Message { text: String },
    /// No run can succeed until the user does something.
    Fatal { message: String },
}

/// Told what happens while a study runs.
pub trait Monitor {
    /// Work begins on so many of what `noun` names, in the plural.
    fn begin(&mut self, total: usize, noun: &'static str);
    /// A worker says something.
    fn show(&mut self, event: &Event);
    /// A run's worker died and another will take it.
    fn died(&mut self, run: &str, text: &str);
    /// Something that the user should know.
    fn message(&mut self, text: &str);
    /// Time passes.
    fn tick(&mut self);
    /// The work has ended.
    fn finish(&mut self);
}
