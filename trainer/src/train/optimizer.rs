//! AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), step for step as `torch.optim.AdamW`.
//!
//! Burn's own has no parameter groups and keeps its state by ids that change with every process; this one goes by
//! name, so that decay groups are a rule on names and a checkpoint is a table of named tensors. Steps are counted for
//! each parameter, as `torch` does: the head of a task that sits a step out is no older for it.
//!
//! [`transfermap_kernels::adamw`] moves the numbers, of all parameters at once.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Shape, Tensor, TensorData};
use transfermap::study::Recipe;

use super::gradient::Gradient;
use crate::encoder::init::is_layer_norm;
use crate::encoder::named::{Path, Values};
use transfermap_kernels::Trains;
use transfermap_kernels::adamw::{AdamW as Kernel, Clip, Moved, Moving, Rule};

/// The optimizer and its state.
pub struct AdamW<B: Kernel> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    weight_decay: f64,
    state: BTreeMap<String, Course<B>>,
}

/// How far one parameter has come.
struct Course<B: Kernel> {
    /// Steps with a gradient.
    steps: i32,
    /// Means of its gradients and of their squares.
    moments: [Tensor<B, 1>; 2],
}

/// Whether weight decay applies to a parameter: not to biases, T5's table of them among these, and LayerNorm weights.
pub fn decays(name: &str) -> bool {
    !(name.contains("bias") || is_layer_norm(name))
}

impl<B: Kernel> AdamW<B> {
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

    /// Moves the parameters of a module that have a gradient.
    pub fn step<A, M>(&mut self, module: &mut M, gradient: Gradient<A>, clip: Option<&Clip<B>>, learning_rate: f64)
    where
        A: Trains<InnerBackend = B>,
        M: Module<A>,
    {
        let mut step = Step::new(self, gradient, learning_rate);
        step.take(module, "");
        step.run(clip).put(module, "");
    }

    /// The state for a checkpoint: steps by parameter, and moments as named tensors.
    pub fn state(&self) -> (BTreeMap<String, i32>, BTreeMap<String, Values>) {
        let on_host = |t: &Tensor<B, 1>| crate::encoder::named::values(t.clone(), false);
        let tensors = self.state.iter().flat_map(|(name, Course { moments: [first, second], .. })| {
            [(format!("first.{name}"), on_host(first)), (format!("second.{name}"), on_host(second))]
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
                let moments = [on_device(first), on_device(second)];
                self.state.insert(name.clone(), Course { steps: steps(&name), moments });
            }
        }
    }
}

/// One step of the parameters of some modules, all at once. They are taken out of their modules, so that nobody else
/// holds them and they can be moved in place.
pub struct Step<'o, A: Trains> {
    optimizer: &'o mut AdamW<A::InnerBackend>,
    gradient: Gradient<A>,
    learning_rate: f64,
    taken: Vec<(String, Place)>,
    moving: Vec<Moving<A::InnerBackend>>,
    /// What stands in a module for a parameter that was taken.
    nothing: Option<Tensor<A::InnerBackend, 1>>,
}

/// Where a parameter belongs, and how far it is.
struct Place {
    shape: Shape,
    /// Steps, this one included.
    steps: i32,
}

impl<'o, A: Trains> Step<'o, A> {
    /// With this gradient, which may lack parameters: they stay where they are.
    pub fn new(optimizer: &'o mut AdamW<A::InnerBackend>, gradient: Gradient<A>, learning_rate: f64) -> Self {
        Self { optimizer, gradient, learning_rate, taken: Vec::new(), moving: Vec::new(), nothing: None }
    }

    /// Takes the parameters that have a gradient out of a module; gradient and state go by `prefix` and their names.
    pub fn take<M: Module<A>>(&mut self, module: &mut M, prefix: &str) {
        *module = module.clone().map(&mut Taker { step: self, prefix, path: Path::default() });
    }

    /// Adds a parameter that moves by the rule for `name`; how far it has come is kept under `key`.
    fn add(&mut self, key: String, name: &str, value: Tensor<A::InnerBackend, 1>, shape: Shape) {
        let Some(gradient) = self.gradient.take(&key) else { return };
        let before = self.optimizer.state.remove(&key);
        let steps = before.as_ref().map_or(0, |course| course.steps) + 1;
        let rule = self.optimizer.rule(name, steps, self.learning_rate);
        self.taken.push((key, Place { shape, steps }));
        self.moving.push(Moving { value, gradient, moments: before.map(|course| course.moments), rule });
    }

    /// Moves them, with the gradient clipped.
    pub fn run(self, clip: Option<&Clip<A::InnerBackend>>) -> Stepped<A> {
        let mut values = BTreeMap::new();
        let moved = A::InnerBackend::moved(self.moving, clip);
        for ((key, Place { shape, steps }), Moved { value, moments }) in self.taken.into_iter().zip(moved) {
            self.optimizer.state.insert(key.clone(), Course { steps, moments });
            values.insert(key, (value, shape));
        }
        Stepped { values }
    }
}

/// The parameters after a step.
pub struct Stepped<A: Trains> {
    values: BTreeMap<String, (Tensor<A::InnerBackend, 1>, Shape)>,
}

impl<A: Trains> Stepped<A> {
    /// Puts a module's parameters back.
    pub fn put<M: Module<A>>(&mut self, module: &mut M, prefix: &str) {
        *module = module.clone().map(&mut Putter { stepped: self, prefix, path: Path::default() });
    }
}

struct Taker<'a, 'o, A: Trains> {
    step: &'a mut Step<'o, A>,
    prefix: &'a str,
    path: Path,
}

impl<A: Trains> ModuleMapper<A> for Taker<'_, '_, A> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<A, D>>) -> Param<Tensor<A, D>> {
        let name = self.path.name();
        let key = format!("{}{name}", self.prefix);
        if !self.step.gradient.has(&key) {
            return param;
        }
        let (id, value, _) = param.consume();
        let value = value.inner();
        let (shape, device) = (value.shape(), value.device());
        self.step.add(key, &name, value.reshape([shape.num_elements()]), shape);
        let nothing = self.step.nothing.get_or_insert_with(|| Tensor::empty([1], &device)).clone();
        Param::initialized(id, Tensor::from_inner(nothing.reshape([1; D])))
    }
}

struct Putter<'a, A: Trains> {
    stepped: &'a mut Stepped<A>,
    prefix: &'a str,
    path: Path,
}

impl<A: Trains> ModuleMapper<A> for Putter<'_, A> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<A, D>>) -> Param<Tensor<A, D>> {
        let key = format!("{}{}", self.prefix, self.path.name());
        let Some((value, shape)) = self.stepped.values.remove(&key) else { return param };
        Param::initialized(param.id, Tensor::from_inner(value.reshape(shape)).require_grad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Autodiff;
    use burn_flex::Flex;

    /// A parameter after a step.
    fn moved(
        optimizer: &mut AdamW<Flex>,
        key: &str,
        value: Tensor<Flex, 1>,
        gradient: Tensor<Flex, 1>,
        rate: f64,
    ) -> Tensor<Flex, 1> {
        let gradient = Gradient::<Autodiff<Flex>>::of_one(key, gradient);
        let mut step = Step::new(optimizer, gradient, rate);
        let shape = value.shape();
        step.add(key.to_owned(), "weight", value, shape);
        step.run(None).values.remove(key).unwrap().0
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
            w = moved(&mut optimizer, "weight", w, tensor(of_w), rate);
            if let Some(of_h) = of_h {
                h = moved(&mut optimizer, "heads.t.weight", h, tensor(of_h), rate);
            }
            let now: Vec<f32> = [w.to_data(), h.to_data()].iter().flat_map(|d| d.to_vec::<f32>().unwrap()).collect();
            let close = |(a, b): (&f32, f64)| (f64::from(*a) - b).abs() < 1e-7;
            assert!(now.iter().zip(expected).all(close), "{now:?} {expected:?}");
        }
        let (steps, _) = optimizer.state();
        assert_eq!((steps["weight"], steps["heads.t.weight"]), (4, 2));
    }
}
