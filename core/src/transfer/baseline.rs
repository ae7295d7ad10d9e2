//! What a task reaches alone, over seeds: the other half of every gain.

use serde::Serialize;

use super::Outcome;
use crate::metric::Metric;
use crate::sorted::SortedMap;
use crate::stats;

/// The single-task runs of one task with one encoder and variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// Task name.
    pub task: String,
    /// What `mean` and `sd` are of.
    pub metric: Metric,
    /// The runs by seed.
    pub seeds: SortedMap<Option<u64>, Outcome>,
    /// Mean test score over seeds; `None` without any.
    pub mean: Option<f64>,
    /// Sample standard deviation over seeds; `None` with fewer than two.
    pub sd: Option<f64>,
    /// Number of seeds with a score.
    pub n: usize,
    /// Runs that collapsed to one class.
    pub constant_runs: usize,
    /// Runs no better than always predicting the most frequent label; collapsed ones may be among them.
    pub at_chance_runs: usize,
    /// Runs that failed.
    pub failed_runs: usize,
    /// Accuracy of always predicting the most frequent label of the test set; `None` when no record tells the counts.
    pub majority_accuracy: Option<f64>,
    /// The metric's chance level on the test set; `None` when no record tells the counts.
    pub chance: Option<f64>,
}

impl Baseline {
    /// Summarises `seeds`; `label_counts` are those of the test set, where known.
    pub(super) fn new(
        (encoder, variant, task): (&str, &str, &str),
        metric: Metric,
        seeds: SortedMap<Option<u64>, Outcome>,
        label_counts: Option<&[usize]>,
    ) -> Self {
        let scores: Vec<f64> = seeds.values().filter_map(|o| o.score).collect();
        let count = |is: fn(&Outcome) -> bool| seeds.values().filter(|o| is(o)).count();
        Self {
            encoder: encoder.to_owned(),
            variant: variant.to_owned(),
            task: task.to_owned(),
            metric,
            mean: stats::mean(&scores),
            sd: stats::sd(&scores),
            n: scores.len(),
            constant_runs: count(|o| o.constant),
            at_chance_runs: count(|o| o.at_chance),
            failed_runs: count(Outcome::failed),
            majority_accuracy: label_counts.and_then(|counts| Metric::Accuracy.chance(counts)),
            chance: label_counts.and_then(|counts| metric.chance(counts)),
            seeds,
        }
    }
}
