//! The result of one run, as `record.json` keeps it. Field names are part of the format: others read them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use crate::metric::{ClassScores, Classes, Evaluation, Scores};
use crate::multitask::diagnostics::Summary;
use crate::study::{JointPlan, Protocol};

/// The schema that this version writes.
pub const RECORD_SCHEMA: &str = "transfermap.record/1";

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Trained to its end and evaluated.
    Ok,
    /// Stopped; `reason` says why.
    Failed,
}

/// The result of one training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// `transfermap.record/1`.
    pub schema: String,
    /// Run id, for example `sequential/sst2--rte/s1`.
    pub id: String,
    /// Hash of everything that the numbers depend on.
    pub fingerprint: String,
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant; `default` where the study has one.
    pub variant: String,
    /// How the model came to its targets.
    pub protocol: Protocol,
    /// Tasks trained before.
    pub sources: Vec<String>,
    /// Tasks measured.
    pub targets: Vec<String>,
    /// The run's seed; `None` only for imported results that came without one.
    pub seed: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// Why it failed.
    pub reason: Option<String>,
    /// How much training it had.
    pub budget: Budget,
    /// Final scores by target task and split (`validation`, `test`).
    pub evaluations: IndexMap<String, IndexMap<String, Evaluation>>,
    /// Of tasks that were trained together: how, and what was seen on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointRecord>,
    /// Scores after every epoch.
    pub epochs: Vec<EpochRecord>,
    /// Loss and learning rate by step.
    pub curve: Curve,
    /// Time and memory.
    pub cost: Cost,
    /// Who made it, with what.
    pub provenance: Provenance,
}

/// The amount of training.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Budget {
    /// Optimizer steps.
    pub steps: u64,
    /// Training examples seen, repeats included.
    pub examples: u64,
    /// Tokens seen, padding excluded.
    pub tokens: u64,
    /// Passes over the training set, of all tasks together where there are several.
    pub epochs: f64,
    /// What each task had of it; empty where there is one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub by_task: IndexMap<String, TaskBudget>,
}

/// A task's share of a training of several.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskBudget {
    /// Optimizer steps that it took part in, each with a batch of its own.
    pub batches: u64,
    /// Its training examples seen, repeats included.
    pub examples: u64,
    /// Its tokens seen, padding excluded.
    pub tokens: u64,
    /// Passes over its training set.
    pub epochs: f64,
}

/// How tasks were trained together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointRecord {
    /// Block, method, sampling and budget.
    #[serde(flatten)]
    pub plan: JointPlan,
    /// Learning rate of the body.
    pub learning_rate: f64,
    /// Optimizer steps of each task's single run.
    pub alone: IndexMap<String, u64>,
    /// Batches of each task in this run.
    pub quotas: IndexMap<String, u64>,
    /// Steps at which the method had no answer, so that all tasks weighed the same.
    #[serde(default)]
    pub degenerate_steps: u64,
    /// Steps at which a task's gradient was zero beside the others'; tasks without any are left out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub left_out_steps: IndexMap<String, u64>,
    /// Loss and weight of each task at the steps that it took part in.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub curves: IndexMap<String, TaskCurve>,
    /// How the gradients agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Summary>,
}

impl JointRecord {
    /// Of a run that has not been trained.
    pub fn of_plan(plan: JointPlan, learning_rate: f64) -> Self {
        Self {
            plan,
            learning_rate,
            alone: IndexMap::new(),
            quotas: IndexMap::new(),
            degenerate_steps: 0,
            left_out_steps: IndexMap::new(),
            curves: IndexMap::new(),
            diagnostics: None,
        }
    }
}

/// A task's part in a training of several; the three lists are of equal length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskCurve {
    /// Optimizer step, from 1.
    pub step: Vec<u64>,
    /// Mean loss of its batch, in nats.
    pub loss: Vec<f64>,
    /// What its gradient weighed in the body's; 1 for all with equal weights.
    pub weight: Vec<f64>,
}

impl TaskCurve {
    /// Keeps at most `points`, evenly spread, the last one included.
    #[must_use]
    pub fn thinned(&self, points: usize) -> Self {
        let curve = Curve { step: self.step.clone(), loss: self.loss.clone(), learning_rate: self.weight.clone() };
        let Curve { step, loss, learning_rate } = curve.thinned(points);
        Self { step, loss, weight: learning_rate }
    }
}

/// Scores after an epoch, so that gain can be drawn against training length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Passes so far; the last one may be cut short by `max_steps`.
    pub epoch: f64,
    /// Optimizer steps so far.
    pub step: u64,
    /// Mean loss over the epoch's batches.
    pub train_loss: f64,
    /// By task and split.
    pub tasks: IndexMap<String, IndexMap<String, EpochScores>>,
}

/// Loss and scores on one split after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochScores {
    /// Mean cross-entropy in nats.
    pub loss: f64,
    /// Scores by metric name.
    pub scores: Scores,
}

/// Training curve; the three lists are of equal length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Optimizer step, from 1.
    pub step: Vec<u64>,
    /// Mean loss of the step's batches.
    pub loss: Vec<f64>,
    /// Learning rate of the step.
    pub learning_rate: Vec<f64>,
}

impl Curve {
    /// Keeps at most `points`, evenly spread, the last one included.
    #[must_use]
    pub fn thinned(&self, points: usize) -> Self {
        let n = self.step.len();
        if n <= points || points == 0 {
            return self.clone();
        }
        let keep: Vec<usize> = (1..=points).map(|i| i * n / points - 1).collect();
        let pick = |v: &[f64]| keep.iter().filter_map(|&i| v.get(i).copied()).collect();
        Self {
            step: keep.iter().filter_map(|&i| self.step.get(i).copied()).collect(),
            loss: pick(&self.loss),
            learning_rate: pick(&self.learning_rate),
        }
    }
}

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds of training and evaluation, interruptions left out.
    pub seconds: f64,
    /// Training examples per second of training, evaluation left out.
    pub examples_per_second: f64,
    /// Largest resident memory of the worker, in bytes; 0 where the system does not tell.
    pub peak_memory_bytes: u64,
    /// Of the seconds, those that looking at the gradients of joint training took.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub diagnostics_seconds: f64,
}

fn is_zero(seconds: &f64) -> bool {
    *seconds == 0.0
}

/// Who made a record, with what.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of transfermap.
    pub transfermap: String,
    /// Commit it was built from, where known.
    pub git: String,
    /// `flex`, `ndarray` or `cuda`.
    pub backend: String,
    /// Device name.
    pub device: String,
    /// Start, RFC 3339, UTC.
    pub started: String,
    /// Logical cores of the host.
    pub host_cores: usize,
    /// What the study read of the HuggingFace hub, as `organisation/name@commit` and
    /// `datasets/organisation/name@commit`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hub: Vec<String>,
}

impl RunRecord {
    /// The tasks of a joint run, each with how all were trained; none of another run.
    pub fn joint_tasks(&self) -> impl Iterator<Item = (&JointPlan, &str)> {
        let plan = self.joint.as_ref().map(|joint| &joint.plan);
        plan.into_iter().flat_map(|plan| self.targets.iter().map(move |task| (plan, task.as_str())))
    }

    /// Reads a record and refuses other schemas by name.
    ///
    /// # Errors
    /// Truncated or malformed JSON, or a schema that this version does not read.
    pub fn from_json(text: &[u8]) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = serde_json::from_slice(text)?;
        if head.schema != RECORD_SCHEMA {
            return Err(RecordError::Schema(head.schema));
        }
        Ok(serde_json::from_slice(text)?)
    }

    /// Whether the run was trained to its end.
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }

    /// The final evaluation of `task` on `split`.
    pub fn evaluation(&self, task: &str, split: &str) -> Option<&Evaluation> {
        self.evaluations.get(task)?.get(split)
    }
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not JSON, cut short, or a field missing.
    #[error("not a record: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another version.
    #[error("schema `{0}`; this transfermap reads `{RECORD_SCHEMA}`")]
    Schema(String),
}
