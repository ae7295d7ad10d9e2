//! Training speed of an encoder with random weights: the real loop on made-up tokens, for comparison with other
//! software (benches/gpu).

use std::time::{Duration, Instant};

use serde::Serialize;
use transfermap::metric::Metric;
use transfermap::multitask::method::Method;
use transfermap::plan::{DEFAULT_VARIANT, PlannedRun};
use transfermap::study::{Precision, Protocol, Recipe};

use crate::backend::Device;
use crate::data::{TokenisedSplit, TokenisedTask};
use crate::encoder::Config;
use crate::encoder::albert::AlbertConfig;
use crate::pretrained::LoadedEncoder;
use crate::train::{Job, Outcome, Part, TrainError};

/// Steps before the clock starts: kernels are compiled and tuned in them.
const WARM_UP: u64 = 10;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Load {
    pub config: Config,
    pub device: Device,
    /// Number format of the products.
    pub precision: Precision,
    /// Examples per step.
    pub batch: usize,
    /// Tokens per example.
    pub length: usize,
    /// Steps that are timed.
    pub steps: u64,
    /// Tasks that take part in every step, each with a batch of its own; 1 is ordinary training.
    pub tasks: usize,
    /// How the gradients of several tasks are weighed.
    pub method: Method,
}

/// What came out.
#[derive(Debug, Clone, Serialize)]
pub struct Throughput {
    /// Training examples per second, of all tasks.
    pub examples_per_second: f64,
    /// Seconds per optimizer step.
    pub seconds_per_step: f64,
    /// Loss of the last step: two equal runs have the same, to the last bit.
    pub loss: f64,
    /// Steps before the clock started.
    pub warmup_steps: u64,
    pub device: String,
}

/// albert-base-v2's published configuration.
pub fn albert_base() -> Config {
    let base = AlbertConfig::default();
    Config::Albert(AlbertConfig { hidden_size: 768, num_attention_heads: 12, intermediate_size: 3072, ..base })
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum ThroughputError {
    #[error("a temporary folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("stopped")]
    Stopped,
    #[error("no step was taken")]
    NoStep,
}

/// Trains and times.
///
/// # Errors
/// The device cannot be used, or the training failed.
pub fn measure(load: Load) -> Result<Throughput, ThroughputError> {
    let (architecture, vocabulary) = (load.config.model_type(), load.config.sizes().vocab_size);
    let encoder = LoadedEncoder {
        name: architecture.into(),
        config_json: String::new(),
        config: load.config,
        tokenizer_json: Vec::new(),
        weights: None,
        max_length: load.length,
        pad_to_max_length: false,
        parameters: 0,
        architecture: architecture.into(),
        fingerprint: String::new(),
    };
    let steps = WARM_UP + load.steps;
    let data = TokenisedTask {
        labels: vec!["a".into(), "b".into()],
        train: split(load.batch * steps as usize, load.length, vocabulary),
        validation: TokenisedSplit::default(),
        test: split(2, load.length, vocabulary),
    };
    let tasks: Vec<String> = (1..=load.tasks).map(|i| format!("task{i}")).collect();
    let run = PlannedRun {
        id: "throughput".into(),
        fingerprint: "throughput".into(),
        encoder: architecture.into(),
        variant: DEFAULT_VARIANT.into(),
        protocol: Protocol::Single,
        sources: Vec::new(),
        targets: tasks.clone(),
        seed: 1,
        depends_on: None,
        is_source: false,
        recipe: Recipe {
            batch_size: load.batch,
            max_steps: Some(steps),
            precision: load.precision,
            ..Recipe::default()
        },
        joint: None,
        group: 0,
    };
    let folder = tempfile::tempdir()?;
    let job = Job {
        run: &run,
        encoder: &encoder,
        parts: tasks
            .iter()
            .map(|task| Part { task, data: &data, metric: Metric::Accuracy, recipe: &run.recipe })
            .collect(),
        joint: None,
        rule: &|tasks| load.method.build(tasks),
        source_model: None,
        checkpoint: &folder.path().join("state.bin"),
        checkpoint_every: Duration::from_secs(86_400),
        device: load.device,
    };
    let (mut start, mut end, mut loss) = (None, None, f64::NAN);
    // Every step ends with its loss and its norm on the host, so the clock reads finished work.
    let outcome = job.train(&mut |progress| {
        if progress.step == WARM_UP {
            start = Some(Instant::now());
        }
        end = Some(Instant::now());
        loss = progress.loss;
        true
    });
    match outcome? {
        Outcome::Finished(_) => {}
        Outcome::Stopped => return Err(ThroughputError::Stopped),
    }
    let (Some(start), Some(end)) = (start, end) else { return Err(ThroughputError::NoStep) };
    let seconds = end.duration_since(start).as_secs_f64() / load.steps as f64;
    Ok(Throughput {
        examples_per_second: (load.batch * load.tasks) as f64 / seconds,
        seconds_per_step: seconds,
        loss,
        warmup_steps: WARM_UP,
        device: load.device.to_string(),
    })
}

/// Examples of equal length with ids that repeat in no short cycle.
fn split(examples: usize, length: usize, vocabulary: usize) -> TokenisedSplit {
    let ordinary = vocabulary.saturating_sub(10).max(1);
    let ids = |i: usize| (0..length).map(|k| 5 + ((i * 7919 + k * 104_729) % ordinary) as u32).collect();
    TokenisedSplit {
        input_ids: (0..examples).map(ids).collect(),
        token_type_ids: vec![vec![0; length]; examples],
        labels: (0..examples).map(|i| i % 2).collect(),
        full_lengths: vec![length; examples],
    }
}
