//! Comparison with PyTorch: a folder of reference numbers against this encoder on any backend.
//!
//! A folder holds config.json and model.safetensors as transformers wrote them, inputs.json, and expected.safetensors
//! with outputs, every gradient and eight AdamW steps. `tests/fixtures/albert_*` were made by the script
//! `make_albert.py` beside them (transformers 5.23, PyTorch on CPU, float32, dropout off); the folders of
//! `make_encoders.py` (transformers 5.24) also hold every layer's output, and logits and gradients of a pass in
//! training, with the dropout masks of our own keyed stream in transformers' model.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use serde::Deserialize;
use transfermap::study::{Precision, Recipe};

use crate::backend::{Device, DeviceError, Work, run_on};
use crate::encoder::registry::ConfigError;
use crate::encoder::{AnyBody, AnyHead, Body, Config, Head, Inputs, Mode, named};
use crate::pretrained::{Checkpoint, WeightsError};
use crate::train::gradient::Gradient;
use crate::train::model::{Model, ModelError};
use crate::train::optimizer::AdamW;
use crate::train::schedule::Schedule;
use transfermap_kernels::Trains;
use transfermap_kernels::mask::Dropout;

/// The largest absolute differences from the reference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Differences {
    pub logits: f64,
    pub pooler_output: f64,
    /// Mean over tokens.
    pub mean_pooled: f64,
    /// What goes into the first layer and what comes out of each; absent where the folder has none.
    pub hidden_states: Option<f64>,
    /// Logits and every gradient with dropout; absent where the folder has none.
    pub dropout: Option<f64>,
    pub loss: f64,
    pub gradients: f64,
    /// Global gradient norm.
    pub gradient_norm: f64,
    /// Losses of eight AdamW steps.
    pub train_losses: f64,
    /// Learning rates of those steps.
    pub learning_rates: f64,
    /// Logits after them.
    pub logits_after_training: f64,
    /// Parameters without a gradient; must be empty.
    pub without_gradient: Vec<String>,
}

impl Differences {
    /// The worst of all.
    pub fn max(&self) -> f64 {
        [
            self.logits,
            self.pooler_output,
            self.mean_pooled,
            self.loss,
            self.gradients,
            self.gradient_norm,
            self.train_losses,
            self.learning_rates,
            self.logits_after_training,
        ]
        .into_iter()
        .chain(self.hidden_states)
        .chain(self.dropout)
        // NaN must not hide behind a maximum.
        .fold(0.0, worse)
    }
}

/// Whether a parameter of two dimensions is no linear weight.
fn is_table(name: &str) -> bool {
    ["embeddings.weight", "shared.weight", "relative_attention_bias.weight"].iter().any(|table| name.ends_with(table))
}

/// The larger one; NaN is the largest.
fn worse(a: f64, b: f64) -> f64 {
    if b.is_nan() || b > a { b } else { a }
}

#[derive(Deserialize)]
struct Case {
    input_ids: Vec<Vec<i32>>,
    token_type_ids: Vec<Vec<i32>>,
    attention_mask: Vec<Vec<f32>>,
    labels: Vec<i32>,
    optimizer: Settings,
    dropout: Option<MaskKey>,
}

/// The stream of the masks.
#[derive(Deserialize)]
struct MaskKey {
    seed: u64,
    task: String,
    batch: u64,
    micro: usize,
}

#[derive(Deserialize)]
struct Settings {
    lr: f64,
    betas: [f64; 2],
    eps: f64,
    weight_decay: f64,
    clip_global_norm: f64,
    warmup_steps: u64,
    total_steps: u64,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    #[error("{path}: {source}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration makes no model, or the weights do not fit it.
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("expected.safetensors holds no logits")]
    NoLogits,
    #[error("{0} hidden states")]
    HiddenStates(usize),
    #[error("{0} has no gradient with dropout")]
    NoGradient(String),
}

/// Compares the folder's reference with this encoder on `device`.
///
/// # Errors
/// A file is missing or does not fit.
pub fn compare(folder: &Path, device: Device) -> Result<Differences, ParityError> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|source| ParityError::Read { path, source })
    };
    let config = Config::read(serde_json::from_slice(&read("config.json")?)?)?;
    let case: Case = serde_json::from_slice(&read("inputs.json")?)?;
    let (weights, expected) = (read("model.safetensors")?, read("expected.safetensors")?);
    run_on(device, Comparison { config, case, weights: &weights, expected: Checkpoint::new(&expected)? })?
}

struct Comparison<'a> {
    config: Config,
    case: Case,
    weights: &'a [u8],
    expected: Checkpoint<'a>,
}

impl Comparison<'_> {
    fn difference(&self, name: &str, shape: &[usize], values: &[f32]) -> Result<f64, ParityError> {
        let expected = self.expected.require(name, shape)?;
        Ok(values.iter().zip(&expected).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, worse))
    }

    fn tensor<B: Backend, const D: usize>(&self, name: &str, tensor: Tensor<B, D>) -> Result<f64, ParityError> {
        let values = named::values(tensor, false);
        self.difference(name, &values.shape, &values.data)
    }

    /// Classes, as the logits have columns.
    fn classes(&self) -> Result<usize, ParityError> {
        (2..64)
            .find(|n| matches!(self.expected.get("logits", &[self.case.labels.len(), *n]), Ok(Some(_))))
            .ok_or(ParityError::NoLogits)
    }

    fn inputs<B: Backend>(&self, device: &B::Device) -> Inputs<B> {
        let width = self.case.input_ids.first().map_or(0, Vec::len);
        let shape = [self.case.labels.len(), width];
        let mask = TensorData::new(self.case.attention_mask.concat(), shape);
        Inputs {
            input_ids: self.case.input_ids.concat(),
            token_type_ids: self.case.token_type_ids.concat(),
            attention_mask: Tensor::from_data(mask, device),
        }
    }

    /// The gradient that a loss leaves of the whole model.
    fn gradient<B: Trains>(&self, model: &Model<B>, loss: Tensor<B, 1>) -> Gradient<B> {
        let (body, head) = model.gradients(0, loss.backward());
        body.plus(head)
    }

    /// The largest difference of a gradient from `{prefix}NAME`, and the names of parameters that have none.
    fn gradients<B: Trains>(
        &self,
        model: &Model<B>,
        mut gradient: Gradient<B>,
        prefix: &str,
    ) -> Result<(f64, Vec<String>), ParityError> {
        let (mut worst, mut without) = (0.0, Vec::new());
        for (name, values) in model.tensors() {
            let shape = values.shape;
            let Some(g) = gradient.take(&name) else {
                without.push(name);
                continue;
            };
            let values = match *shape.as_slice() {
                // A linear weight is transposed here.
                [outputs, inputs] if !is_table(&name) => named::values(g.reshape([inputs, outputs]), true),
                _ => named::values(g, false),
            };
            worst = worse(worst, self.difference(&format!("{prefix}{name}"), &shape, &values.data)?);
        }
        Ok((worst, without))
    }

    /// Every layer's output at the tokens; padding counts as 0.
    fn hidden_states<B: Trains>(&self, model: &Model<B>, inputs: &Inputs<B>) -> Result<Option<f64>, ParityError> {
        let width = self.config.sizes().hidden_size;
        let [batch, sequence] = inputs.shape();
        if self.expected.get("hidden_states.0", &[batch, sequence, width])?.is_none() {
            return Ok(None);
        }
        let mut mode = Mode::evaluation(Precision::F32);
        mode.keep_hidden_states = true;
        let states = model.body.encode(inputs, &mut mode).hidden_states;
        if states.len() != self.config.sizes().layers + 1 {
            return Err(ParityError::HiddenStates(states.len()));
        }
        let mask = inputs.attention_mask.clone().unsqueeze_dim::<3>(2);
        let mut worst = 0.0;
        for (i, state) in states.into_iter().enumerate() {
            worst = worse(worst, self.tensor(&format!("hidden_states.{i}"), state * mask.clone())?);
        }
        Ok(Some(worst))
    }

    /// Logits and gradients of a pass with dropout.
    fn dropout<B: Trains>(
        &self,
        model: &Model<B>,
        inputs: &Inputs<B>,
        labels: Tensor<B, 1, Int>,
    ) -> Result<Option<f64>, ParityError> {
        let Some(key) = &self.case.dropout else { return Ok(None) };
        let mut masks = Dropout::new(key.seed, &key.task, key.batch, key.micro);
        let logits = model.forward(0, inputs, &mut Mode::training(Precision::F32, &mut masks));
        let worst = self.tensor("dropout.logits", logits.clone())?;
        let gradient = self.gradient(model, B::cross_entropy(logits, labels));
        let (gradients, without) = self.gradients(model, gradient, "dropout.grad.")?;
        if let Some(name) = without.into_iter().next() {
            return Err(ParityError::NoGradient(name));
        }
        Ok(Some(worse(worst, gradients)))
    }

    /// Eight steps of AdamW: losses, learning rates, and logits after them.
    fn training<B: Trains>(
        &self,
        mut model: Model<B>,
        inputs: &Inputs<B>,
        labels: &Tensor<B, 1, Int>,
    ) -> Result<[f64; 3], ParityError> {
        let settings = &self.case.optimizer;
        let recipe = Recipe {
            learning_rate: settings.lr,
            adam_beta1: settings.betas[0],
            adam_beta2: settings.betas[1],
            adam_epsilon: settings.eps,
            weight_decay: settings.weight_decay,
            warmup_steps: Some(settings.warmup_steps),
            ..Recipe::default()
        };
        let schedule = Schedule::new(&recipe, settings.total_steps);
        let mut optimizer = AdamW::<B::InnerBackend>::new(&recipe);
        let mut mode = Mode::evaluation(Precision::F32);
        let (mut losses, mut rates) = (Vec::new(), Vec::new());
        for step in 0..settings.total_steps {
            let loss = B::cross_entropy(model.forward(0, inputs, &mut mode), labels.clone());
            losses.extend(named::values(loss.clone(), false).data);
            rates.push(schedule.rate(step) as f32);
            let gradient = self.gradient(&model, loss);
            let clip = gradient.clip(&gradient.norm(), settings.clip_global_norm);
            model.step(&mut optimizer, gradient, clip.as_ref(), schedule.rate(step));
        }
        Ok([
            self.difference("train_losses", &[losses.len()], &losses)?,
            self.difference("train_learning_rates", &[rates.len()], &rates)?,
            self.tensor("logits_after_training", model.forward(0, inputs, &mut mode))?,
        ])
    }
}

impl Work for Comparison<'_> {
    type Output = Result<Differences, ParityError>;

    fn run<B: Trains>(self, device: &B::Device) -> Self::Output {
        let inputs = self.inputs::<B>(device);
        let labels = TensorData::new(self.case.labels.clone(), [self.case.labels.len()]);
        let labels = Tensor::<B, 1, Int>::from_data(labels, device);
        let checkpoint = Checkpoint::new(self.weights)?;
        let mut weights = |name: &str, shape: &[usize]| Ok::<_, ModelError>(checkpoint.require(name, shape)?);
        let body = AnyBody::<B>::zeros(&self.config, device).map_err(ModelError::Config)?;
        let head = AnyHead::zeros(&self.config, self.classes()?, device);
        let model = Model::of_one(named::fill(body, &mut weights)?, named::fill(head, &mut weights)?);
        let mut mode = Mode::evaluation(Precision::F32);

        let outputs = model.body.encode(&inputs, &mut mode);
        let logits = model.forward(0, &inputs, &mut mode);
        let loss = B::cross_entropy(logits.clone(), labels.clone());
        let mut out = Differences {
            pooler_output: self.tensor("pooler_output", outputs.pooler_output.clone())?,
            mean_pooled: self.tensor("mean_pooled", outputs.mean_pooled(&inputs.attention_mask))?,
            hidden_states: self.hidden_states(&model, &inputs)?,
            logits: self.tensor("logits", logits)?,
            loss: self.tensor("loss", loss.clone())?,
            ..Differences::default()
        };
        let gradient = self.gradient(&model, loss);
        out.gradient_norm = self.tensor("grad_norm", gradient.norm())?;
        (out.gradients, out.without_gradient) = self.gradients(&model, gradient, "grad.")?;
        out.dropout = self.dropout(&model, &inputs, labels.clone())?;
        [out.train_losses, out.learning_rates, out.logits_after_training] = self.training(model, &inputs, &labels)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
    }

    fn check(folder: &str) -> Differences {
        let mut last = Differences::default();
        for device in [Device::Cpu, Device::NdArray] {
            let d = compare(&root().join(folder), device).unwrap();
            println!("{device} {folder}: {d:?}");
            assert!(d.without_gradient.is_empty(), "{:?}", d.without_gradient);
            assert!(d.max() <= 1e-5, "{device} {folder}: {d:?}");
            last = d;
        }
        last
    }

    /// Made by ../shared/fixtures/make_albert.py (quoted in tests/fixtures/README.md).
    #[test]
    fn albert_equals_transformers_on_every_cpu_backend() {
        for folder in ["albert_small", "albert_groups", "albert_gelu"] {
            check(folder);
        }
    }

    /// Made by tests/fixtures/make_encoders.py; the commands are in tests/fixtures/README.md.
    #[test]
    fn every_architecture_equals_transformers_with_dropout_and_in_every_layer() {
        for folder in [
            "albert_dropout",
            "bert",
            "roberta",
            "distilbert",
            "electra",
            "electra_wide",
            "deberta_v3",
            "deberta_v2",
            "t5",
            "t5_gated",
            "t5_mean",
        ] {
            let d = check(folder);
            assert!(d.dropout.is_some() && d.hidden_states.is_some(), "{folder}: {d:?}");
        }
    }
}
