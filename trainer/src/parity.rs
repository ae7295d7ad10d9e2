//! Comparison with PyTorch: a folder of reference numbers against this encoder on any backend.
//!
//! A folder holds config.json and model.safetensors as transformers wrote them, inputs.json, and expected.safetensors
//! with outputs, every gradient and eight AdamW steps. `tests/fixtures/albert_*` were made by the script
//! `make_albert.py` beside them (transformers 5.23, PyTorch on CPU, float32, dropout off).

use std::fs;
use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Int, Tensor, TensorData};
use serde::Deserialize;
use transfermap::study::{Precision, Recipe};

use crate::backend::{Device, Work, run_on};
use crate::encoder::albert::AlbertConfig;
use crate::encoder::{Inputs, Mode, named};
use crate::pretrained::Checkpoint;
use crate::train::gradient::Gradient;
use crate::train::loss::cross_entropy;
use crate::train::model::Classifier;
use crate::train::optimizer::AdamW;
use crate::train::schedule::Schedule;

/// The largest absolute differences from the reference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Differences {
    /// Logits.
    pub logits: f64,
    /// Pooler output.
    pub pooler_output: f64,
    /// Mean over tokens.
    pub mean_pooled: f64,
    /// Loss.
    pub loss: f64,
    /// Every gradient.
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
        // NaN must not hide behind a maximum.
        .fold(0.0, |worst, x| if x.is_nan() || x > worst { x } else { worst })
    }
}

#[derive(Deserialize)]
struct Case {
    input_ids: Vec<Vec<i64>>,
    token_type_ids: Vec<Vec<i64>>,
    attention_mask: Vec<Vec<f32>>,
    labels: Vec<i64>,
    optimizer: Settings,
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

/// Compares the folder's reference with this encoder on `device`.
///
/// # Errors
/// A file is missing or does not fit.
pub fn compare(folder: &Path, device: Device) -> Result<Differences, String> {
    let read = |name: &str| fs::read(folder.join(name)).map_err(|e| format!("{}: {e}", folder.join(name).display()));
    let config: AlbertConfig = serde_json::from_slice(&read("config.json")?).map_err(|e| e.to_string())?;
    let case: Case = serde_json::from_slice(&read("inputs.json")?).map_err(|e| e.to_string())?;
    let (weights, expected) = (read("model.safetensors")?, read("expected.safetensors")?);
    run_on(device, Comparison { config, case, weights: &weights, expected: Checkpoint::new(&expected)? })?
}

struct Comparison<'a> {
    config: AlbertConfig,
    case: Case,
    weights: &'a [u8],
    expected: Checkpoint<'a>,
}

impl Comparison<'_> {
    fn difference(&self, name: &str, shape: &[usize], values: &[f32]) -> Result<f64, String> {
        let expected = self.expected.require(name, shape)?;
        Ok(values
            .iter()
            .zip(&expected)
            .map(|(a, b)| f64::from((a - b).abs()))
            .fold(0.0, |worst, x| if x.is_nan() || x > worst { x } else { worst }))
    }
}

impl Work for Comparison<'_> {
    type Output = Result<Differences, String>;

    fn run<B: AutodiffBackend>(self, device: &B::Device) -> Self::Output {
        let rows = self.case.labels.len();
        let width = self.case.input_ids.first().map_or(0, Vec::len);
        let ids = |v: &[Vec<i64>]| Tensor::<B, 2, Int>::from_data(TensorData::new(v.concat(), [rows, width]), device);
        let inputs = Inputs {
            input_ids: ids(&self.case.input_ids),
            token_type_ids: ids(&self.case.token_type_ids),
            attention_mask: Tensor::from_data(
                TensorData::new(self.case.attention_mask.concat(), [rows, width]),
                device,
            ),
        };
        let labels = Tensor::<B, 1, Int>::from_data(TensorData::new(self.case.labels.clone(), [rows]), device);
        let checkpoint = Checkpoint::new(self.weights)?;
        let classes = self.config_classes()?;
        let mut model = Classifier::<B>::zeros(&self.config, classes, device)?;
        model = named::fill(model, &mut |name, shape| checkpoint.require(name, shape))?;
        let mut mode = Mode::evaluation(Precision::F32);
        let mut out = Differences::default();

        let outputs = model.albert.forward(&inputs, &mut mode);
        let check = |name: &str, tensor: Tensor<B, 2>| {
            let values = named::values(tensor, false);
            self.difference(name, &values.shape, &values.data)
        };
        out.pooler_output = check("pooler_output", outputs.pooler_output.clone())?;
        out.mean_pooled = check("mean_pooled", outputs.mean_pooled(&inputs.attention_mask))?;
        let logits = model.classify(outputs.pooler_output, &mut mode);
        out.logits = check("logits", logits.clone())?;
        let loss = cross_entropy(logits, labels.clone());
        out.loss = self.difference("loss", &[1], &named::values(loss.clone(), false).data)?;

        let grads = loss.backward();
        let mut gradient = Gradient::of(&model, grads, None);
        out.gradient_norm = self.difference("grad_norm", &[1], &[gradient.norm() as f32])?;
        let mut parameters = Vec::new();
        named::collect(&model, &mut |name, values| parameters.push((name, values.shape)));
        for (name, shape) in parameters {
            match gradient.take(&name) {
                None => out.without_gradient.push(name),
                Some(g) => {
                    let transposed = !name.contains("embeddings.") && shape.len() == 2;
                    let own: Vec<usize> =
                        if transposed { shape.iter().rev().copied().collect() } else { shape.clone() };
                    let values = if own.len() == 2 {
                        named::values(g.reshape([own[0], own[1]]), transposed)
                    } else {
                        named::values(g, false)
                    };
                    let difference = self.difference(&format!("grad.{name}"), &shape, &values.data)?;
                    out.gradients = out.gradients.max(difference);
                }
            }
        }

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
        let (mut losses, mut rates) = (Vec::new(), Vec::new());
        for step in 0..settings.total_steps {
            let loss = cross_entropy(model.forward(&inputs, &mut mode), labels.clone());
            losses.extend(named::values(loss.clone(), false).data);
            rates.push(schedule.rate(step) as f32);
            let grads = loss.backward();
            let gradient = Gradient::of(&model, grads, Some(self.config.pad_token_id));
            let norm = gradient.norm();
            model = optimizer.step(model, gradient.clipped(norm, settings.clip_global_norm), schedule.rate(step));
        }
        out.train_losses = self.difference("train_losses", &[losses.len()], &losses)?;
        out.learning_rates = self.difference("train_learning_rates", &[rates.len()], &rates)?;
        out.logits_after_training = {
            let values = named::values(model.forward(&inputs, &mut mode), false);
            self.difference("logits_after_training", &values.shape, &values.data)?
        };
        Ok(out)
    }
}

impl Comparison<'_> {
    fn config_classes(&self) -> Result<usize, String> {
        (2..64)
            .find(|n| matches!(self.expected.get("logits", &[self.case.labels.len(), *n]), Ok(Some(_))))
            .ok_or_else(|| "expected.safetensors holds no logits".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by ../shared/fixtures/make_albert.py (quoted in tests/fixtures/README.md).
    fn fixtures() -> [std::path::PathBuf; 3] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
        ["albert_small", "albert_groups", "albert_gelu"].map(|name| root.join(name))
    }

    #[test]
    fn equals_transformers_on_every_cpu_backend() {
        for folder in fixtures() {
            for device in [Device::Cpu, Device::NdArray] {
                let d = compare(&folder, device).unwrap();
                println!("{device} {}: {d:?}", folder.display());
                assert!(d.without_gradient.is_empty(), "{:?}", d.without_gradient);
                assert!(d.max() <= 1e-5, "{device} {}: {d:?}", folder.display());
            }
        }
    }
}
