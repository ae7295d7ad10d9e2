//! Pretraining of the demo's encoder, from the suite's grammar alone: masked words, and whether two segments tell of
//! the same event. A tiny transformer does not learn to compare two segments in the few hundred steps of a demo run.
//!
//! The files that ship in the binary, trainer/assets/demo-albert, were made by `transfermap pretrain-demo-encoder` when
//! the training algorithm had version 1. Today's operations round otherwise: the command makes an encoder as good, whose
//! bytes are the same whenever it is made on one machine, and others than those.

mod batch;
mod initial;
mod model;

use std::path::Path;

use burn::tensor::Tensor;
use serde_json::json;
use transfermap::study::{Precision, Recipe};

use crate::atomic::FileError;
use crate::backend::{Device, DeviceError, Work, run_on};
use crate::data::generated::tokenizer_json;
use crate::encoder::albert::AlbertConfig;
use crate::encoder::{ConfigFault, ParameterError, named};
use crate::pretrained::{WeightsError, export, tensors_of, to_safetensors};
use crate::train::gradient::Gradient;
use crate::train::optimizer::AdamW;
use crate::train::schedule::Schedule;
use batch::Texts;
use model::AlbertForPreTraining;
use transfermap_kernels::Trains;

/// Optimizer steps of the encoder that ships.
pub const STEPS: u64 = 2000;

/// Seed of the encoder that ships.
pub const SEED: u64 = 1;

/// Weight of the masked-word loss beside the matching loss.
const MASKED_WORD_WEIGHT: f64 = 0.3;

/// How the last tenth of the pretraining went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Mean cross-entropy of the masked words, in nats.
    pub masked_word_loss: f64,
    /// Share of the pairs whose match was told right.
    pub matching_accuracy: f64,
}

/// Why no encoder was made.
#[derive(Debug, thiserror::Error)]
pub enum PretrainError {
    #[error("tokenizer: {0}")]
    Tokenizer(#[from] tokenizers::Error),
    #[error("config.json: {0}")]
    Config(serde_json::Error),
    /// The configuration makes no model.
    #[error(transparent)]
    Model(#[from] ConfigFault),
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Pretrains the demo's encoder and writes config.json, tokenizer.json and model.safetensors into `out`. `observe` is
/// told step and loss.
///
/// # Errors
/// A file cannot be written; the message names it.
pub fn demo_encoder(
    out: &Path,
    steps: u64,
    seed: u64,
    observe: &mut dyn FnMut(u64, f64),
) -> Result<Summary, PretrainError> {
    let tokenizer = tokenizer_json();
    let texts = Texts::new(&tokenizer, steps, seed)?;
    let config = config_json(texts.vocabulary());
    let albert = serde_json::from_str(&config).map_err(PretrainError::Config)?;
    let (weights, summary) = run_on(Device::Cpu, Pretraining { config: albert, texts, steps, seed, observe })??;
    export(out, &config, tokenizer.as_bytes(), &weights)?;
    Ok(summary)
}

fn config_json(vocabulary: usize) -> String {
    let config = json!({
        "architectures": ["AlbertModel"],
        "model_type": "albert",
        "vocab_size": vocabulary,
        "embedding_size": 64,
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_hidden_groups": 1,
        "inner_group_num": 1,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "hidden_act": "gelu_new",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "classifier_dropout_prob": 0.1,
        "max_position_embeddings": 48,
        "type_vocab_size": 2,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 3,
    });
    format!("{config:#}\n")
}

struct Pretraining<'a> {
    config: AlbertConfig,
    texts: Texts,
    steps: u64,
    seed: u64,
    observe: &'a mut dyn FnMut(u64, f64),
}

impl Work for Pretraining<'_> {
    type Output = Result<(Vec<u8>, Summary), PretrainError>;

    fn run<B: Trains>(self, device: &B::Device) -> Self::Output {
        let recipe =
            Recipe { learning_rate: 1e-3, warmup_ratio: 0.05, max_steps: Some(self.steps), ..Recipe::default() };
        let schedule = Schedule::new(&recipe, self.steps);
        let mut optimizer = AdamW::<B::InnerBackend>::new(&recipe);
        let zeros = AlbertForPreTraining::<B>::zeros(&self.config, device)?;
        let mut model = named::fill(zeros, &mut |name, shape| initial::weights(name, shape, self.seed))?;
        let mut tail = Tail::default();
        for step in 0..self.steps {
            let masked = self.texts.masked(step, device);
            let pairs = self.texts.pairs(step, device);
            let word_loss = model.masked_word_loss(&masked, Precision::F32);
            let (match_loss, right) = model.matching_loss(&pairs, Precision::F32);
            let values = [number(word_loss.clone()), number(match_loss.clone()), right];
            let loss = word_loss * MASKED_WORD_WEIGHT + match_loss;
            let gradient = Gradient::of(&model, &mut loss.backward());
            let clip = gradient.clip(&gradient.norm(), recipe.max_grad_norm);
            optimizer.step(&mut model, gradient, clip.as_ref(), schedule.rate(step));
            if step >= self.steps - self.steps.div_ceil(10) {
                tail.add(values);
            }
            (self.observe)(step + 1, values[0] * MASKED_WORD_WEIGHT + values[1]);
        }
        let weights = to_safetensors(&tensors_of(&model.albert))?;
        Ok((weights, tail.summary()))
    }
}

fn number<B: Trains>(tensor: Tensor<B, 1>) -> f64 {
    let values: Vec<f32> = tensor.into_data().convert::<f32>().into_vec().unwrap_or_default();
    values.first().copied().map_or(f64::NAN, f64::from)
}

/// Sums over the last steps.
#[derive(Default)]
struct Tail {
    steps: f64,
    word_loss: f64,
    right: f64,
}

impl Tail {
    fn add(&mut self, [word_loss, _, right]: [f64; 3]) {
        self.steps += 1.0;
        self.word_loss += word_loss;
        self.right += right;
    }

    fn summary(&self) -> Summary {
        Summary { masked_word_loss: self.word_loss / self.steps, matching_accuracy: self.right / self.steps }
    }
}

#[cfg(test)]
mod tests;
