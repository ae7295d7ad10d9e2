//! One part of a training: its examples in the order of a stream of its own, whoever else is trained beside it.

use burn::tensor::Tensor;
use transfermap::random::stream;

use super::evaluate::{Batching, to_device};
use super::gradient::Gradient;
use super::job::{Job, Part};
use super::model::Model;
use crate::data::batch::{collate, epoch_batches};
use crate::encoder::Mode;
use transfermap_kernels::Trains;
use transfermap_kernels::mask::Dropout;

/// The examples of one optimizer step: indices by forward pass.
type Step = Vec<Vec<usize>>;

/// A part in training.
pub(super) struct Member<'j> {
    pub(super) part: Part<'j>,
    pub(super) batching: Batching,
    /// Whether nobody is trained beside it.
    pub(super) alone: bool,
    seed: u64,
    /// A pass and its steps: the one that was last asked for.
    pass: Option<(u64, Vec<Step>)>,
}

/// What a forward and a backward pass give.
pub(super) struct Passed<B: Trains> {
    /// Of the body, averaged over examples.
    pub(super) body: Gradient<B>,
    /// Of the task's head.
    pub(super) head: Gradient<B>,
    /// Mean over examples: one number, which nobody has waited for.
    pub(super) loss: Tensor<B::InnerBackend, 1>,
    pub(super) examples: u64,
    /// Padding left out.
    pub(super) tokens: u64,
}

impl<'j> Member<'j> {
    pub(super) fn new(job: &Job<'j>, part: Part<'j>) -> Self {
        let (encoder, recipe) = (job.encoder, part.recipe);
        let batching = Batching {
            padding: encoder.padding(),
            eval_batch_size: recipe.eval_batch_size,
            precision: recipe.precision,
        };
        Self { part, batching, alone: job.parts.len() == 1, seed: job.run.seed, pass: None }
    }

    /// A name for something of this task in a message: as it is where there is no other.
    pub(super) fn name_of(&self, what: &str) -> String {
        if self.alone { what.to_owned() } else { format!("{what} of {}", self.task()) }
    }

    pub(super) fn task(&self) -> &'j str {
        self.part.task
    }

    /// Optimizer steps of one pass over its examples.
    pub(super) fn per_pass(&self) -> u64 {
        self.part.recipe.steps_per_epoch(self.part.data.train.len())
    }

    /// Passes that so many examples make.
    pub(super) fn passes(&self, examples: u64) -> f64 {
        examples as f64 / self.part.data.train.len().max(1) as f64
    }

    /// The examples of its step `number`, from 0: those of its single run.
    fn step(&mut self, number: u64) -> Step {
        let per_pass = self.per_pass();
        let (pass, place) = (number / per_pass, number % per_pass);
        if self.pass.as_ref().is_none_or(|(known, _)| *known != pass) {
            let recipe = self.part.recipe;
            let mut order = stream(self.seed, self.task(), &format!("order/{pass}"));
            let batches = epoch_batches(&self.part.data.train, recipe.batch_size, recipe.group_by_length, &mut order);
            let steps = batches.chunks(recipe.gradient_accumulation_steps).map(<[_]>::to_vec).collect();
            self.pass = Some((pass, steps));
        }
        let steps = self.pass.as_ref().map(|(_, steps)| steps.as_slice()).unwrap_or_default();
        steps.get(place as usize).cloned().unwrap_or_default()
    }

    /// Passes the examples of its step `number`, from 0, through the body and the head at `place`, and back; `None` where
    /// a step has none.
    pub(super) fn pass<B: Trains>(
        &mut self,
        number: u64,
        model: &Model<B>,
        place: usize,
        device: &B::Device,
    ) -> Option<Passed<B>> {
        let step = self.step(number);
        let examples: usize = step.iter().map(Vec::len).sum();
        let mut passed: Option<Passed<B>> = None;
        for (micro, indices) in step.iter().enumerate() {
            let batch = collate(&self.part.data.train, indices, self.batching.padding);
            let (inputs, labels) = to_device::<B>(&batch, device);
            let mut dropout = Dropout::new(self.seed, self.task(), number, micro);
            let mut mode = Mode::training(self.batching.precision, &mut dropout);
            let mut loss = B::cross_entropy(model.forward(place, &inputs, &mut mode), labels);
            if step.len() > 1 {
                loss = loss * (batch.rows as f64 / examples as f64);
            }
            let (body, head) = model.gradients(place, loss.backward());
            let of_micro =
                Passed { body, head, loss: loss.inner(), examples: batch.rows as u64, tokens: batch.tokens as u64 };
            passed = Some(match passed {
                Some(passed) => passed.plus(of_micro),
                None => of_micro,
            });
        }
        passed
    }
}

impl<B: Trains> Passed<B> {
    fn plus(self, other: Self) -> Self {
        Self {
            body: self.body.plus(other.body),
            head: self.head.plus(other.head),
            loss: self.loss + other.loss,
            examples: self.examples + other.examples,
            tokens: self.tokens + other.tokens,
        }
    }
}
