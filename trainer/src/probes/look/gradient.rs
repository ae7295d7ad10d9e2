//! The diagonal Fisher information and the mean gradient of a task at the encoder's first weights, streamed.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::forward::forward;
use super::head::{LogisticRegression, fit};
use super::{ProbeError, Subject, finite};
use crate::backend::{Work, run_on};
use crate::data::TokenisedSplit;
use crate::data::batch::collate;
use crate::encoder::{Body, Mode};
use crate::train::evaluate::to_device;
use crate::train::gradient::Gradient;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::{Kernels, Trains};

/// One number per shared parameter, tensors in order of their names, a linear weight as [in, out].
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// Mean over examples of the squared gradient of log p(label | input): the diagonal of the empirical Fisher
    /// information (with the true labels, as Vu et al. 2020; Achille et al. 2019 draw them from the model).
    pub fisher: Vec<f32>,
    /// Mean over examples of the gradient of the cross-entropy.
    pub mean: Vec<f32>,
}

/// Fits a classifier to the pooled features of `split` ([`fit`]), then goes back through the encoder example by
/// example, without dropout. In memory are the model and two more copies of it: the sums. `subject` must be an encoder
/// before training. `go_on` is asked before every example; `None` when it says no.
///
/// # Errors
/// As [`forward`].
pub fn gradients(
    subject: Subject<'_>,
    split: &TokenisedSplit,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Gradients>, ProbeError> {
    let Some(seen) = forward(subject, split, go_on)? else { return Ok(None) };
    under(subject, split, fit(&seen.pooled.data, seen.pooled.cols, &split.labels, subject.classes), go_on)
}

/// The same under a given classifier.
pub(super) fn under(
    subject: Subject<'_>,
    split: &TokenisedSplit,
    head: LogisticRegression,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Gradients>, ProbeError> {
    run_on(subject.device, Pass { subject, split, head, go_on })?
}

struct Pass<'a, 'o> {
    subject: Subject<'a>,
    split: &'a TokenisedSplit,
    head: LogisticRegression,
    go_on: &'o mut dyn FnMut() -> bool,
}

impl Work for Pass<'_, '_> {
    type Output = Result<Option<Gradients>, ProbeError>;

    fn run<B: Trains>(self, device: &B::Device) -> Self::Output {
        let body = self.subject.body::<B>(device)?;
        let head = Head::<B>::new(&self.head, device);
        let mut sums: BTreeMap<String, Sums<B::InnerBackend>> = BTreeMap::new();
        for example in 0..self.split.len() {
            if !(self.go_on)() {
                return Ok(None);
            }
            let batch = collate(self.split, &[example], self.subject.padding());
            let (inputs, labels) = to_device::<B>(&batch, device);
            let pooled = body.encode(&inputs, &mut Mode::evaluation(self.subject.precision)).pooler_output;
            let mut grads = B::cross_entropy(head.forward(pooled), labels).backward();
            for (name, gradient) in Gradient::of(&body, &mut grads).into_parts() {
                let sum = sums.remove(&name);
                sums.insert(name, Sums::plus(sum, gradient));
            }
        }
        let examples = self.split.len().max(1) as f64;
        let (mut fisher, mut mean) = (Vec::new(), Vec::new());
        for sum in sums.into_values() {
            fisher.extend(on_host(sum.squares, examples));
            mean.extend(on_host(sum.plain, examples));
        }
        Ok(Some(Gradients { fisher: finite("Fisher information", fisher)?, mean: finite("gradient", mean)? }))
    }
}

struct Sums<B: Backend> {
    plain: Tensor<B, 1>,
    squares: Tensor<B, 1>,
}

impl<B: Backend> Sums<B> {
    fn plus(sum: Option<Self>, gradient: Tensor<B, 1>) -> Self {
        let squares = gradient.clone().square();
        match sum {
            Some(sum) => Self { plain: sum.plain + gradient, squares: sum.squares + squares },
            None => Self { plain: gradient, squares },
        }
    }
}

fn on_host<B: Backend>(sum: Tensor<B, 1>, examples: f64) -> Vec<f32> {
    sum.div_scalar(examples).into_data().convert::<f32>().into_vec().unwrap_or_default()
}

/// The fitted classifier on a device: it stands in the place of the model's own head, whatever layers that has.
struct Head<B: Backend> {
    /// `[width, classes]`.
    weight: Tensor<B, 2>,
    /// `[classes]`.
    bias: Tensor<B, 1>,
}

impl<B: Kernels> Head<B> {
    fn new(fitted: &LogisticRegression, device: &B::Device) -> Self {
        let (classes, width) = (fitted.classes, fitted.width);
        let weight = (0..width).flat_map(|i| (0..classes).map(move |c| fitted.weight[c * width + i] as f32));
        let bias = fitted.bias.iter().map(|b| *b as f32).collect();
        Self {
            weight: Tensor::from_data(TensorData::new(weight.collect(), [width, classes]), device),
            bias: Tensor::from_data(TensorData::new(bias, [classes]), device),
        }
    }

    /// Logits `[batch, classes]`, from pooled outputs.
    fn forward(&self, pooled: Tensor<B, 2>) -> Tensor<B, 2> {
        B::activate(B::multiply(pooled, self.weight.clone()), self.bias.clone(), Activation::Identity)
    }
}
