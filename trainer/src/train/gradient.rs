//! The gradient of a model by parameter name: kept off the graph, summed over forward passes, measured and clipped.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use crate::encoder::init::has_padding_row;
use crate::encoder::named::Path;

/// One flat gradient per parameter, by HuggingFace name (Burn's own layout inside). None by default.
#[derive(Clone)]
pub struct Gradient<B: AutodiffBackend> {
    parts: BTreeMap<String, Tensor<B::InnerBackend, 1>>,
}

impl<B: AutodiffBackend> Default for Gradient<B> {
    fn default() -> Self {
        Self { parts: BTreeMap::new() }
    }
}

impl<B: AutodiffBackend> Gradient<B> {
    /// Takes the gradients of `model`'s parameters out of `grads`. `padding_idx` names the row whose gradient is zero in
    /// the tables that have one for padding: PyTorch's `padding_idx` does so, Burn does not.
    pub fn of<M: Module<B>>(model: &M, grads: &mut B::Gradients, padding_idx: Option<usize>) -> Self {
        let mut taker = Taker::<B> { path: Path::default(), grads, padding_idx, parts: BTreeMap::new() };
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

    /// The Euclidean norm over all parameters.
    pub fn norm(&self) -> f64 {
        let squares: Vec<Tensor<B::InnerBackend, 1>> = self.parts.values().map(|g| square_sum(g.clone())).collect();
        if squares.is_empty() {
            return 0.0;
        }
        let squares: Vec<f32> = Tensor::cat(squares, 0).into_data().convert::<f32>().into_vec().unwrap_or_default();
        squares.iter().map(|x| f64::from(*x)).sum::<f64>().sqrt()
    }

    /// Scales to at most `max_norm`, as `torch.nn.utils.clip_grad_norm_` does; 0 leaves it alone.
    #[must_use]
    pub fn clipped(self, norm: f64, max_norm: f64) -> Self {
        let factor = max_norm / (norm + 1e-6);
        if max_norm > 0.0 && factor < 1.0 { self.scaled(factor) } else { self }
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

    /// Takes the gradient of one parameter out.
    pub fn take(&mut self, name: &str) -> Option<Tensor<B::InnerBackend, 1>> {
        self.parts.remove(name)
    }
}

/// Sum of squares, row by row: a single sum over millions of 32-bit numbers loses digits on some backends.
fn square_sum<B: burn::tensor::backend::Backend>(g: Tensor<B, 1>) -> Tensor<B, 1> {
    const ROW: usize = 1024;
    let [n] = g.dims();
    let whole = n / ROW * ROW;
    let squares = g.square();
    if whole == 0 {
        return squares.sum();
    }
    let body = squares.clone().narrow(0, 0, whole).reshape([n / ROW, ROW]).sum_dim(1).sum();
    if whole == n { body } else { body + squares.narrow(0, whole, n - whole).sum() }
}

struct Taker<'a, B: AutodiffBackend> {
    path: Path,
    grads: &'a mut B::Gradients,
    padding_idx: Option<usize>,
    parts: BTreeMap<String, Tensor<B::InnerBackend, 1>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Taker<'_, B> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(mut grad) = param.val().grad_remove(self.grads) else { return };
        let name = self.path.name();
        let shape = grad.dims();
        if let (Some(row), true) = (self.padding_idx, has_padding_row(&name))
            && let [rows, width] = *shape.as_slice()
            && row < rows
        {
            let zeros = Tensor::zeros([1, width], &grad.device());
            grad = grad.reshape([rows, width]).slice_assign([row..row + 1, 0..width], zeros).reshape(shape);
        }
        self.parts.insert(name, grad.reshape([shape.iter().product::<usize>()]));
    }
}
