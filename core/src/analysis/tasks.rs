//! What each task reaches alone: the other half of every gain, and the first thing to distrust.

use serde::Serialize;

use crate::metric::Metric;
use crate::plan::longer_steps;
use crate::report::Report;
use crate::transfer::{Baseline, Outcome, TransferMap};

/// A task with one encoder and variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskAnalysis {
    /// Name.
    pub name: String,
    /// Encoder of the baseline; absent when the task has no single-task run.
    pub encoder: Option<String>,
    /// Recipe variant of the baseline.
    pub variant: Option<String>,
    /// What the scores are of.
    pub metric: Metric,
    /// Smallest gain worth having, in the metric's units.
    pub margin: f64,
    /// Number of classes; 0 when an import does not tell.
    pub classes: usize,
    /// Examples of the training set; absent when an import does not tell.
    pub train_examples: Option<usize>,
    /// Examples of the test set; absent when an import does not tell.
    pub test_examples: Option<usize>,
    /// Accuracy of always predicting the most frequent label of the test set.
    pub majority_accuracy: Option<f64>,
    /// The metric's own value for that constant prediction.
    pub chance: Option<f64>,
    /// Single-task runs.
    pub baseline: BaselineAnalysis,
}

/// Single-task runs over seeds.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BaselineAnalysis {
    /// Mean test score.
    pub mean: Option<f64>,
    /// Sample standard deviation over seeds.
    pub sd: Option<f64>,
    /// Runs with a score.
    pub n: usize,
    /// Runs that collapsed to one class.
    pub constant_runs: usize,
    /// Runs no better than the most frequent label.
    pub at_chance_runs: usize,
    /// Runs that failed.
    pub failed_runs: usize,
}

impl From<&Baseline> for BaselineAnalysis {
    fn from(b: &Baseline) -> Self {
        Self {
            mean: b.arm.mean(),
            sd: b.arm.sd(),
            n: b.arm.scores().len(),
            constant_runs: b.arm.count(|run| run.constant),
            at_chance_runs: b.arm.count(|run| run.at_chance),
            failed_runs: b.arm.count(Outcome::failed),
        }
    }
}

/// Every task, once for each encoder and variant that it has a baseline of, in the study's order.
pub(super) fn tasks(report: &Report, map: &TransferMap, choice: &dyn Fn(&str) -> (Metric, f64)) -> Vec<TaskAnalysis> {
    let mut tasks = Vec::new();
    for task in &report.study.task {
        let summary = report.tasks.iter().find(|t| t.name == task.name);
        let examples = |split: &str| summary.and_then(|s| s.splits.get(split)).map(|s| s.examples).filter(|&n| n > 0);
        let (metric, margin) = choice(&task.name);
        let bare = TaskAnalysis {
            name: task.name.clone(),
            encoder: None,
            variant: None,
            metric,
            margin,
            classes: summary.map_or(0, |s| s.labels.len()),
            train_examples: examples("train"),
            test_examples: examples("test"),
            majority_accuracy: None,
            chance: None,
            baseline: BaselineAnalysis::default(),
        };
        let before = tasks.len();
        // A task that was trained for longer is an arm of joint training, and no baseline.
        let baselines = map.baselines.iter().filter(|b| b.task == task.name && longer_steps(&b.variant).is_none());
        tasks.extend(baselines.map(|b| TaskAnalysis {
            encoder: Some(b.encoder.clone()),
            variant: Some(b.variant.clone()),
            majority_accuracy: b.majority_accuracy,
            chance: b.chance,
            baseline: b.into(),
            ..bare.clone()
        }));
        if tasks.len() == before {
            tasks.push(bare);
        }
    }
    tasks
}
