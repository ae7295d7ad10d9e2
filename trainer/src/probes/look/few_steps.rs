//! The cheap honest baseline: train the target for a few steps from the source's model, and see how good it is.

use std::path::Path;
use std::time::Duration;

use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;
use transfermap::study::{Head, Recipe};

use super::ProbeError;
use super::set::pick;
use crate::backend::Device;
use crate::data::{TokenisedSplit, TokenisedTask};
use crate::pretrained::LoadedEncoder;
use crate::train::{EQUAL, Job, Outcome, Part};

/// A few steps of one target from one source.
#[derive(Debug, Clone, Copy)]
pub struct FewSteps<'a> {
    /// Who it is: source, target, seed, and the recipe that [`recipe`] made.
    pub run: &'a PlannedRun,
    pub encoder: &'a LoadedEncoder,
    /// The source's model.safetensors.
    pub source_model: &'a Path,
    /// The target's probe set.
    pub probe_set: &'a TokenisedSplit,
    /// The target's class names.
    pub labels: &'a [String],
    /// The target's primary metric.
    pub metric: Metric,
    /// Where a stop leaves the training, and where it is taken up.
    pub checkpoint: &'a Path,
    /// Where to train.
    pub device: Device,
}

/// The target's recipe cut down to `steps` optimizer steps from a fresh head, the last weights kept.
pub fn recipe(of_target: &Recipe, steps: usize) -> Recipe {
    Recipe {
        max_steps: Some(steps as u64),
        warmup_steps: None,
        head: Head::Reset,
        early_stopping_patience: None,
        load_best_model_at_end: false,
        ..of_target.clone()
    }
}

/// Halves the probe set: trains on the front half, as often round as the steps ask for, and scores on the other half.
/// The score is the target's primary metric, negated where less is better. Head, order and dropout come from the
/// target's own streams, so every source of a target has the same. `Ok(None)` when `go_on`, asked after every step, says
/// no (the checkpoint is saved then); `Ok(Some(None))` when a half is empty.
///
/// # Errors
/// A training that fails.
pub fn few_steps(few: FewSteps<'_>, go_on: &mut dyn FnMut() -> bool) -> Result<Option<Option<f64>>, ProbeError> {
    let half = few.probe_set.len() / 2;
    let recipe = &few.run.recipe;
    let wanted = recipe.max_steps.unwrap_or(1) as usize * recipe.batch_size * recipe.gradient_accumulation_steps;
    if half == 0 {
        return Ok(Some(None));
    }
    // One pass over the half, repeated, instead of many passes: a pass ends with an evaluation.
    let round: Vec<usize> = (0..half).cycle().take(wanted).collect();
    let rest: Vec<usize> = (half..few.probe_set.len()).collect();
    let data = TokenisedTask {
        labels: few.labels.to_vec(),
        train: pick(few.probe_set, &round),
        validation: TokenisedSplit::default(),
        test: pick(few.probe_set, &rest),
    };
    let job = Job {
        run: few.run,
        encoder: few.encoder,
        parts: few.run.targets.iter().map(|task| Part { task, data: &data, metric: few.metric, recipe }).collect(),
        joint: None,
        rule: EQUAL,
        source_model: Some(few.source_model),
        checkpoint: few.checkpoint,
        checkpoint_every: Duration::MAX,
        device: few.device,
    };
    match job.train(&mut |_| go_on())? {
        Outcome::Stopped => Ok(None),
        Outcome::Finished(finished) => {
            let mut tests = finished.evaluations.values().filter_map(|splits| splits.get("test"));
            let score = tests.next().and_then(|e| e.scores.get(few.metric.name())).copied();
            Ok(Some(score.map(|s| few.metric.gain(s, 0.0))))
        }
    }
}
