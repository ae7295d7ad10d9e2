//! The gradient of a model by parameter name: kept off the graph, and summed over forward passes.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::encoder::named::Path;
use transfermap_kernels::Trains;
use transfermap_kernels::adamw::{AdamW, Clip};

/// One flat gradient per parameter, by HuggingFace name (Burn's own layout inside). None by default.
#[derive(Clone)]
pub struct Gradient<B: Trains> {
    parts: BTreeMap<String, Tensor<B::InnerBackend, 1>>,
}

impl<B: Trains> Default for Gradient<B> {
    fn default() -> Self {
        Self { parts: BTreeMap::new() }
    }
}

impl<B: Trains> Gradient<B> {
    /// Takes the gradients of `model`'s parameters out of `grads`.
    pub fn of<M: Module<B>>(model: &M, grads: &mut B::Gradients) -> Self {
        let mut taker = Taker::<B> { path: Path::default(), grads, parts: BTreeMap::new() };
        model.visit(&mut taker);
        Self { parts: taker.parts }
    }

    /// Of one parameter.
    #[cfg(test)]
    pub fn of_one(name: &str, gradient: Tensor<B::InnerBackend, 1>) -> Self {
        Self { parts: [(name.to_owned(), gradient)].into() }
    }

    /// The same with `prefix` before every name.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        if prefix.is_empty() {
            return self;
        }
        Self { parts: self.parts.into_iter().map(|(name, g)| (format!("{prefix}{name}"), g)).collect() }
    }

    /// Adds another gradient, of the same parameters or of others.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        for (name, g) in other.parts {
            let sum = match self.parts.remove(&name) {
                Some(mine) => mine + g,
                None => g,
            };
            self.parts.insert(name, sum);
        }
        self
    }

    /// The Euclidean norm over all parameters, one number, on the device.
    pub fn norm(&self) -> Tensor<B::InnerBackend, 1> {
        let parts: Vec<_> = self.parts.values().cloned().collect();
        <B::InnerBackend as AdamW>::norm(&parts)
    }

    /// How to scale it to a norm of at most `max_norm`; not at all where that is 0.
    pub fn clip(&self, norm: &Tensor<B::InnerBackend, 1>, max_norm: f64) -> Option<Clip<B::InnerBackend>> {
        (max_norm > 0.0).then(|| Clip { norm: norm.clone(), most: max_norm })
    }

    /// Σ weight × gradient, each parameter by the weights of its block.
    pub fn combined(gradients: Vec<Self>, weights: &dyn Fn(&str) -> Vec<f64>) -> Self {
        let mut sum = BTreeMap::new();
        for (i, gradient) in gradients.into_iter().enumerate() {
            for (name, g) in gradient.parts {
                let g = g.mul_scalar(weights(&name).get(i).copied().unwrap_or(0.0));
                let all = match sum.remove(&name) {
                    Some(all) => all + g,
                    None => g,
                };
                sum.insert(name, all);
            }
        }
        Self { parts: sum }
    }

    /// The parts by name, in order of names.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Tensor<B::InnerBackend, 1>)> {
        self.parts.iter().map(|(name, g)| (name.as_str(), g))
    }

    /// Every part times `factor`.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        if factor == 1.0 {
            return self;
        }
        // Moved and not cloned: Flex writes in place what nobody else holds.
        Self { parts: self.parts.into_iter().map(|(name, g)| (name, g.mul_scalar(factor))).collect() }
    }

    /// The gradients by name, in order of names.
    pub fn into_parts(self) -> BTreeMap<String, Tensor<B::InnerBackend, 1>> {
        self.parts
    }

    /// Whether it has a part for this parameter.
    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// Takes the gradient of one parameter out.
    pub fn take(&mut self, name: &str) -> Option<Tensor<B::InnerBackend, 1>> {
        self.parts.remove(name)
    }
}

struct Taker<'a, B: Trains> {
    path: Path,
    grads: &'a mut B::Gradients,
    parts: BTreeMap<String, Tensor<B::InnerBackend, 1>>,
}

impl<B: Trains> ModuleVisitor<B> for Taker<'_, B> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(grad) = param.val().grad_remove(self.grads) else { return };
        let numbers = grad.shape().num_elements();
        self.parts.insert(self.path.name(), grad.reshape([numbers]));
    }
}
