//! How the gradients of tasks agreed, over the seeds of a set.

use serde::Serialize;

use crate::analysis::context::Context;
use crate::multitask::diagnostics::{ALL, Summary, TaskPair};
use crate::statistics::mean;

/// The gradients of the tasks of one set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConflictAnalysis {
    /// Encoder.
    pub encoder: String,
    /// Block.
    pub block: String,
    /// The set.
    pub tasks: Vec<String>,
    /// Runs with diagnostics.
    pub runs: usize,
    /// Sampled steps of all these runs.
    pub samples: usize,
    /// By pair of tasks, in the order of the set.
    pub pairs: Vec<ConflictPair>,
}

/// Two tasks of a set; means over runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConflictPair {
    /// The earlier of the set.
    pub a: String,
    /// The later.
    pub b: String,
    /// Mean cosine of their gradients of the whole body.
    pub cosine: Option<f64>,
    /// Share of sampled steps with a cosine below 0.
    pub conflict_rate: Option<f64>,
    /// How alike the gradients are in length, from 0 to 1.
    pub magnitude_similarity: Option<f64>,
    /// Mean cosine of two batches of the same task, of the two tasks: what a cosine can be at most expected to be.
    pub noise_floor: Option<f64>,
}

/// By encoder, block and set, in the order of the runs.
pub(super) fn conflicts(context: &Context<'_>) -> Vec<ConflictAnalysis> {
    let mut sets: Vec<(ConflictAnalysis, Vec<&Summary>)> = Vec::new();
    for run in &context.report.runs {
        let Some(joint) = &run.joint else { continue };
        let Some(summary) = joint.diagnostics.as_ref().filter(|d| d.samples > 0) else { continue };
        let same =
            |c: &ConflictAnalysis| (&c.encoder, &c.block, &c.tasks) == (&run.encoder, &joint.plan.block, &run.targets);
        match sets.iter_mut().find(|(known, _)| same(known)) {
            Some((_, summaries)) => summaries.push(summary),
            None => sets.push((
                ConflictAnalysis {
                    encoder: run.encoder.clone(),
                    block: joint.plan.block.clone(),
                    tasks: run.targets.clone(),
                    runs: 0,
                    samples: 0,
                    pairs: Vec::new(),
                },
                vec![summary],
            )),
        }
    }
    let filled = |(mut found, summaries): (ConflictAnalysis, Vec<&Summary>)| {
        found.runs = summaries.len();
        found.samples = summaries.iter().map(|s| s.samples).sum();
        for (i, a) in found.tasks.iter().enumerate() {
            found.pairs.extend(found.tasks.iter().skip(i + 1).filter_map(|b| pair(&summaries, a, b)));
        }
        found
    };
    sets.into_iter().map(filled).collect()
}

fn pair(summaries: &[&Summary], a: &str, b: &str) -> Option<ConflictPair> {
    let of = |s: &&'_ Summary| -> Option<TaskPair> { s.pairs.iter().find(|p| p.a == a && p.b == b).cloned() };
    let pairs: Vec<TaskPair> = summaries.iter().filter_map(of).collect();
    if pairs.is_empty() {
        return None;
    }
    let over = |value: &dyn Fn(&TaskPair) -> Option<f64>| mean(&pairs.iter().filter_map(value).collect::<Vec<f64>>());
    let own = summaries.iter().flat_map(|s| &s.tasks).filter(|t| t.task == a || t.task == b);
    Some(ConflictPair {
        a: a.to_owned(),
        b: b.to_owned(),
        cosine: over(&|p| p.cosine.iter().find(|c| c.group == ALL).map(|c| c.mean)),
        conflict_rate: over(&|p| p.conflict.iter().find(|c| c.group == ALL).map(|c| c.rate)),
        magnitude_similarity: over(&|p| p.magnitude_similarity),
        noise_floor: mean(&own.filter_map(|t| t.self_cosine).collect::<Vec<f64>>()),
    })
}
