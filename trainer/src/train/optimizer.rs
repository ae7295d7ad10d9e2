//! AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), step for step as `torch.optim.AdamW`.
//!
//! Burn's own has no parameter groups and keeps its state by ids that change with every process; this one goes by
//! name, so that decay groups are a rule on names and a checkpoint is a table of named tensors.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use transfermap::study::Recipe;

use super::gradient::Gradient;
use crate::encoder::init::is_layer_norm;
use crate::encoder::named::{Path, Values};

/// The optimizer and its state.
pub struct AdamW<B: Backend> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    weight_decay: f64,
    step: i32,
    moments: BTreeMap<String, Moments<B>>,
}

struct Moments<B: Backend> {
    first: Tensor<B, 1>,
    second: Tensor<B, 1>,
}

/// Whether weight decay applies to a parameter: not to biases and LayerNorm weights.
pub fn decays(name: &str) -> bool {
    !(name.ends_with("bias") || is_layer_norm(name))
}

impl<B: Backend> AdamW<B> {
    /// An optimizer with the recipe's settings that has taken no step.
    pub fn new(recipe: &Recipe) -> Self {
        Self {
            beta1: recipe.adam_beta1,
            beta2: recipe.adam_beta2,
            epsilon: recipe.adam_epsilon,
            weight_decay: recipe.weight_decay,
            step: 0,
            moments: BTreeMap::new(),
        }
    }

    /// Moves the parameters that have a gradient.
    pub fn step<A, M>(&mut self, model: M, gradient: Gradient<A>, learning_rate: f64) -> M
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: Module<A>,
    {
        self.step += 1;
        let mut mover = Mover { optimizer: self, gradient, learning_rate, path: Path::default() };
        model.map(&mut mover)
    }

    fn moved(&mut self, name: String, p: Tensor<B, 1>, g: Tensor<B, 1>, learning_rate: f64) -> Tensor<B, 1> {
        let (first, second) = match self.moments.remove(&name) {
            Some(m) => (
                m.first.mul_scalar(self.beta1) + g.clone().mul_scalar(1.0 - self.beta1),
                m.second.mul_scalar(self.beta2) + g.square().mul_scalar(1.0 - self.beta2),
            ),
            None => (g.clone().mul_scalar(1.0 - self.beta1), g.square().mul_scalar(1.0 - self.beta2)),
        };
        let correction1 = 1.0 - self.beta1.powi(self.step);
        let correction2 = (1.0 - self.beta2.powi(self.step)).sqrt();
        let denominator = second.clone().sqrt().div_scalar(correction2).add_scalar(self.epsilon);
        let update = (first.clone() / denominator).mul_scalar(learning_rate / correction1);
        let decay = if decays(&name) { learning_rate * self.weight_decay } else { 0.0 };
        self.moments.insert(name, Moments { first, second });
        if decay > 0.0 { p.mul_scalar(1.0 - decay) - update } else { p - update }
    }

    /// The state as named tensors, for a checkpoint.
    pub fn state(&self) -> (i32, BTreeMap<String, Values>) {
        let on_host = |t: &Tensor<B, 1>| crate::encoder::named::values(t.clone(), false);
        let tensors = self.moments.iter().flat_map(|(name, m)| {
            [(format!("first.{name}"), on_host(&m.first)), (format!("second.{name}"), on_host(&m.second))]
        });
        (self.step, tensors.collect())
    }

    /// Takes up a state that [`Self::state`] gave.
    pub fn restore(&mut self, step: i32, mut tensors: BTreeMap<String, Values>, device: &B::Device) {
        let on_device = |v: Values| Tensor::from_data(TensorData::new(v.data, v.shape), device);
        self.step = step;
        let names: Vec<String> = tensors.keys().filter_map(|k| k.strip_prefix("first.").map(str::to_owned)).collect();
        for name in names {
            let first = tensors.remove(&format!("first.{name}"));
            if let (Some(first), Some(second)) = (first, tensors.remove(&format!("second.{name}"))) {
                self.moments.insert(name, Moments { first: on_device(first), second: on_device(second) });
            }
        }
    }
}

struct Mover<'a, B: AutodiffBackend> {
    optimizer: &'a mut AdamW<B::InnerBackend>,
    gradient: Gradient<B>,
    learning_rate: f64,
    path: Path,
}

impl<B: AutodiffBackend> ModuleMapper<B> for Mover<'_, B> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let name = self.path.name();
        let Some(gradient) = self.gradient.take(&name) else { return param };
        let id = param.id;
        let value = param.val().inner();
        let shape = value.dims();
        let flat = value.reshape([shape.iter().product::<usize>()]);
        let moved = self.optimizer.moved(name, flat, gradient, self.learning_rate);
        Param::initialized(id, Tensor::from_inner(moved.reshape(shape)).require_grad())
    }
}
