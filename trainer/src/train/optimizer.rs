//! AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), step for step as `torch.optim.AdamW`.
//!
//! Burn's own has no parameter groups and keeps its state by ids that change with every process; this one goes by
//! name, so that decay groups are a rule on names and a checkpoint is a table of named tensors. Steps are counted for
//! each parameter, as `torch` does: the head of a task that sits a step out is no older for it.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use transfermap::study::Recipe;

use super::gradient::Gradient;
use crate::backend::in_memory;
use crate::encoder::init::is_layer_norm;
use crate::encoder::named::{Path, Values};

/// The optimizer and its state.
pub struct AdamW<B: Backend> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    weight_decay: f64,
    state: BTreeMap<String, Course<B>>,
}

/// How far one parameter has come.
struct Course<B: Backend> {
    /// Steps with a gradient.
    steps: i32,
    moments: Moments<B>,
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
            state: BTreeMap::new(),
        }
    }

    /// Moves the parameters of `module` that have a gradient under `prefix` and their name, and takes that out.
    pub fn step<A, M>(&mut self, module: M, prefix: &str, gradient: &mut Gradient<A>, learning_rate: f64) -> M
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: Module<A>,
    {
        let mut mover = Mover { optimizer: self, prefix, gradient, learning_rate, path: Path::default() };
        module.map(&mut mover)
    }

    /// A parameter's next value by the rule for `name`; how far it has come is kept under `key`.
    fn moved(
        &mut self,
        (key, name): (String, &str),
        p: Tensor<B, 1>,
        g: Tensor<B, 1>,
        learning_rate: f64,
    ) -> Tensor<B, 1> {
        let (steps, before) = self.state.remove(&key).map_or((0, None), |c| (c.steps, Some(c.moments)));
        let steps = steps + 1;
        let rule = self.rule(name, steps, learning_rate);
        let (p, moments) = if in_memory::<B>() { rule.in_one_pass(p, g, before) } else { rule.by_tensor(p, g, before) };
        self.state.insert(key, Course { steps, moments });
        p
    }

    /// The numbers of a parameter's step number `steps`, from 1.
    fn rule(&self, name: &str, steps: i32, learning_rate: f64) -> Rule {
        let correction1 = 1.0 - self.beta1.powi(steps);
        let decay = if decays(name) { learning_rate * self.weight_decay } else { 0.0 };
        Rule {
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            correction2: (1.0 - self.beta2.powi(steps)).sqrt(),
            rate: learning_rate / correction1,
            keep: 1.0 - decay,
        }
    }

    /// The state for a checkpoint: steps by parameter, and moments as named tensors.
    pub fn state(&self) -> (BTreeMap<String, i32>, BTreeMap<String, Values>) {
        let on_host = |t: &Tensor<B, 1>| crate::encoder::named::values(t.clone(), false);
        let tensors = self.state.iter().flat_map(|(name, Course { moments: m, .. })| {
            [(format!("first.{name}"), on_host(&m.first)), (format!("second.{name}"), on_host(&m.second))]
        });
        (self.state.iter().map(|(name, c)| (name.clone(), c.steps)).collect(), tensors.collect())
    }

    /// Takes up a state that [`Self::state`] gave; `steps` tells those of a parameter.
    pub fn restore(&mut self, steps: impl Fn(&str) -> i32, mut tensors: BTreeMap<String, Values>, device: &B::Device) {
        let on_device = |v: Values| Tensor::from_data(TensorData::new(v.data, v.shape), device);
        let names: Vec<String> = tensors.keys().filter_map(|k| k.strip_prefix("first.").map(str::to_owned)).collect();
        for name in names {
            let first = tensors.remove(&format!("first.{name}"));
            if let (Some(first), Some(second)) = (first, tensors.remove(&format!("second.{name}"))) {
                let moments = Moments { first: on_device(first), second: on_device(second) };
                self.state.insert(name.clone(), Course { steps: steps(&name), moments });
            }
        }
    }
}

/// The numbers of one step: `p ← keep·p − rate·m / (√v / correction2 + epsilon)`.
#[derive(Debug, Clone, Copy)]
struct Rule {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    correction2: f64,
    rate: f64,
    keep: f64,
}

impl Rule {
    /// Tensor by tensor, on any backend: thirteen passes over memory, which a GPU's backend fuses.
    fn by_tensor<B: Backend>(
        self,
        p: Tensor<B, 1>,
        g: Tensor<B, 1>,
        before: Option<Moments<B>>,
    ) -> (Tensor<B, 1>, Moments<B>) {
        let (first, second) = match before {
            Some(m) => (
                m.first.mul_scalar(self.beta1) + g.clone().mul_scalar(1.0 - self.beta1),
                m.second.mul_scalar(self.beta2) + g.square().mul_scalar(1.0 - self.beta2),
            ),
            None => (g.clone().mul_scalar(1.0 - self.beta1), g.square().mul_scalar(1.0 - self.beta2)),
        };
        let denominator = second.clone().sqrt().div_scalar(self.correction2).add_scalar(self.epsilon);
        let update = (first.clone() / denominator).mul_scalar(self.rate);
        let p = if self.keep < 1.0 { p.mul_scalar(self.keep) } else { p };
        (p - update, Moments { first, second })
    }

    /// Number by number where the tensors lie in this process's memory: one pass, and the same bits, because the
    /// operations on each number are the same in the same order.
    fn in_one_pass<B: Backend>(
        self,
        p: Tensor<B, 1>,
        g: Tensor<B, 1>,
        before: Option<Moments<B>>,
    ) -> (Tensor<B, 1>, Moments<B>) {
        let device = p.device();
        // Added to anything, minus zero gives it back with its sign.
        let nothing = || Tensor::full_like(&g, -0.0);
        let before = before.unwrap_or_else(|| Moments { first: nothing(), second: nothing() });
        let (mut p, g) = (p.into_data(), g.into_data());
        let (mut first, mut second) = (before.first.into_data(), before.second.into_data());
        match (p.as_mut_slice(), g.as_slice(), first.as_mut_slice(), second.as_mut_slice()) {
            (Ok(p), Ok(g), Ok(first), Ok(second)) => self.move_all(p, g, first, second),
            // `in_memory` promises 32-bit numbers.
            _ => unreachable!("a parameter, its gradient or its moments are not of f32"),
        }
        let on_device = |data: TensorData| Tensor::from_data(data, &device);
        (on_device(p), Moments { first: on_device(first), second: on_device(second) })
    }

    fn move_all(self, p: &mut [f32], g: &[f32], first: &mut [f32], second: &mut [f32]) {
        let (beta1, rest1) = (self.beta1 as f32, (1.0 - self.beta1) as f32);
        let (beta2, rest2) = (self.beta2 as f32, (1.0 - self.beta2) as f32);
        let (correction2, epsilon) = (self.correction2 as f32, self.epsilon as f32);
        let (rate, keep) = (self.rate as f32, self.keep as f32);
        for (((p, g), m), v) in p.iter_mut().zip(g).zip(first).zip(second) {
            *m = *m * beta1 + *g * rest1;
            *v = *v * beta2 + *g * *g * rest2;
            *p = *p * keep - *m / (v.sqrt() / correction2 + epsilon) * rate;
        }
    }
}

struct Mover<'a, B: AutodiffBackend> {
    optimizer: &'a mut AdamW<B::InnerBackend>,
    prefix: &'a str,
    gradient: &'a mut Gradient<B>,
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
        let key = format!("{}{name}", self.prefix);
        let Some(gradient) = self.gradient.take(&key) else { return param };
        let id = param.id;
        let value = param.val().inner();
        let shape = value.dims();
        let flat = value.reshape([shape.iter().product::<usize>()]);
        let moved = self.optimizer.moved((key, &name), flat, gradient, self.learning_rate);
        Param::initialized(id, Tensor::from_inner(moved.reshape(shape)).require_grad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn_flex::Flex;
    use burn_ndarray::NdArray;
    use rand::Rng;
    use transfermap::random::stream;

    fn bits<B: Backend>(t: &Tensor<B, 1>) -> Vec<u32> {
        t.to_data().to_vec::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    /// The step by tensors is the one that the parity fixtures check against PyTorch on NdArray.
    fn same_bits_both_ways<B: Backend>() {
        let device = B::Device::default();
        for keep in [1.0, 1.0 - 1e-6] {
            let mut random = stream(1, "adamw", "test");
            let mut draw = || {
                let values: Vec<f32> =
                    (0..1037).map(|i| (random.random::<f32>() - 0.5) * if i % 5 == 0 { -0.0 } else { 1e-2 }).collect();
                Tensor::<B, 1>::from_data(TensorData::new(values, [1037]), &device)
            };
            let (mut by_tensor, mut in_one_pass) = (draw(), None);
            let (mut tensors, mut passes) = (None, None);
            for step in 1..=5_i32 {
                let g = draw();
                let rule = Rule {
                    beta1: 0.9,
                    beta2: 0.999,
                    epsilon: 1e-8,
                    correction2: (1.0 - 0.999_f64.powi(step)).sqrt(),
                    rate: 1e-3 / (1.0 - 0.9_f64.powi(step)),
                    keep,
                };
                let before = in_one_pass.take().unwrap_or_else(|| by_tensor.clone());
                let (p, m) = rule.in_one_pass(before, g.clone(), passes.take());
                (in_one_pass, passes) = (Some(p), Some(m));
                let (p, m) = rule.by_tensor(by_tensor, g, tensors.take());
                (by_tensor, tensors) = (p, Some(m));
            }
            assert_eq!(bits(&by_tensor), bits(&in_one_pass.unwrap()));
            let (a, b) = (tensors.unwrap(), passes.unwrap());
            assert_eq!(bits(&a.first), bits(&b.first));
            assert_eq!(bits(&a.second), bits(&b.second));
        }
    }

    /// ```python
    /// w, h = Parameter(tensor([0.5, -0.25])), Parameter(tensor([1.0, 0.125]))
    /// opt = torch.optim.AdamW([w, h], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    /// gw, gh = [[.5, -1.], [.25, .75], [-1.5, .5], [.125, .25]], [None, [1., -.5], None, [-.25, 2.]]
    /// for a, b, lr in zip(gw, gh, [0.1, 0.05, 0.025, 0.0125]):
    ///     for group in opt.param_groups: group["lr"] = lr
    ///     w.grad, h.grad = tensor(a), None if b is None else tensor(b)
    ///     opt.step(); print(w, h)
    /// ```
    /// PyTorch 2.15, float32.
    #[test]
    fn a_parameter_that_sits_steps_out_counts_its_own_as_in_torch() {
        let recipe = Recipe { weight_decay: 0.01, ..Recipe::default() };
        let mut optimizer = AdamW::<Flex>::new(&recipe);
        let tensor = |values: [f32; 2]| Tensor::<Flex, 1>::from_floats(values, &Default::default());
        let (mut w, mut h) = (tensor([0.5, -0.25]), tensor([1.0, 0.125]));
        for (of_w, of_h, rate, expected) in [
            ([0.5, -1.0], None, 0.1, [0.399_500_01, -0.149_750_02, 1.0, 0.125]),
            ([0.25, 0.75], Some([1.0, -0.5]), 0.05, [0.352_691_26, -0.145_208_9, 0.949_499_96, 0.174_937_49]),
            ([-1.5, 0.5], None, 0.025, [0.361_283_7, -0.149_505_47, 0.949_499_96, 0.174_937_49]),
            ([0.125, 0.25], Some([-0.25, 2.0]), 0.0125, [0.364_217_2, -0.152_559_28, 0.943_512_9, 0.167_921_83]),
        ] {
            w = optimizer.moved(("weight".into(), "weight"), w, tensor(of_w), rate);
            if let Some(of_h) = of_h {
                h = optimizer.moved(("heads.t.weight".into(), "weight"), h, tensor(of_h), rate);
            }
            let now: Vec<f32> = [w.to_data(), h.to_data()].iter().flat_map(|d| d.to_vec::<f32>().unwrap()).collect();
            let close = |(a, b): (&f32, f64)| (f64::from(*a) - b).abs() < 1e-7;
            assert!(now.iter().zip(expected).all(close), "{now:?} {expected:?}");
        }
        let (steps, _) = optimizer.state();
        assert_eq!((steps["weight"], steps["heads.t.weight"]), (4, 2));
    }

    #[test]
    fn one_pass_gives_the_bits_of_the_tensors() {
        same_bits_both_ways::<Flex>();
        same_bits_both_ways::<NdArray>();
    }
}
