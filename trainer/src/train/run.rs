//! The training loop. Every random number comes from a keyed stream and every position is in the checkpoint, so a
//! training that was killed goes on bit for bit.

use std::fs;
use std::time::Instant;

use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use indexmap::IndexMap;
use transfermap::random::stream;
use transfermap::record::{Cost, EpochRecord, EpochScores, Evaluation};

use super::checkpoint::{self, Snapshot, State};
use super::evaluate::{Batching, predict, score, to_device};
use super::gradient::Gradient;
use super::job::{Finished, Job, Outcome, Prediction, StepProgress, TrainError};
use super::loss::cross_entropy;
use super::memory;
use super::model::{self, Classifier, Start};
use super::optimizer::AdamW;
use super::schedule::{Schedule, total_steps};
use crate::backend::{Work, run_on};
use crate::data::batch::{collate, epoch_batches};
use crate::encoder::dropout::Dropout;
use crate::encoder::{Mode, SequenceClassifier};
use crate::pretrained::{Tensors, tensors_of, to_safetensors};

impl Job<'_> {
    /// Trains. `observe` is told after every optimizer step and answers whether to go on; on `false` the training
    /// saves its checkpoint and returns [`Outcome::Stopped`].
    ///
    /// # Errors
    /// See [`TrainError`].
    pub fn train(&self, observe: &mut dyn FnMut(StepProgress) -> bool) -> Result<Outcome, TrainError> {
        run_on(self.device, Training { job: self, observe }).map_err(|e| TrainError::Weights(e.to_string()))?
    }

    fn task(&self) -> &str {
        self.run.targets.first().map_or("", String::as_str)
    }
}

struct Training<'j, 'd, 'o> {
    job: &'j Job<'d>,
    observe: &'o mut dyn FnMut(StepProgress) -> bool,
}

impl Work for Training<'_, '_, '_> {
    type Output = Result<Outcome, TrainError>;

    fn run<B: AutodiffBackend>(self, device: &B::Device) -> Self::Output {
        let mut trainee = Trainee::<B>::start(self.job, device)?;
        loop {
            if !trainee.rest_of_epoch(self.observe)? {
                trainee.save()?;
                return Ok(Outcome::Stopped);
            }
            let results = trainee.end_epoch()?;
            if trainee.finished() {
                return trainee.finish(results).map(|f| Outcome::Finished(Box::new(f)));
            }
        }
    }
}

/// Predictions and scores by split.
type Results = IndexMap<&'static str, (Vec<Prediction>, Evaluation)>;

/// A model in training.
struct Trainee<'j, 'd, B: AutodiffBackend> {
    job: &'j Job<'d>,
    device: B::Device,
    model: Classifier<B>,
    optimizer: AdamW<B::InnerBackend>,
    schedule: Schedule,
    batching: Batching,
    state: State,
    best: Tensors,
    clock: Instant,
    last_save: Instant,
}

impl<'j, 'd, B: AutodiffBackend> Trainee<'j, 'd, B> {
    /// The first weights, or where the checkpoint stands.
    fn start(job: &'j Job<'d>, device: &B::Device) -> Result<Self, TrainError> {
        let recipe = &job.run.recipe;
        let config = model::configured(job.encoder, recipe);
        let source = match job.source_model {
            Some(path) => Some(fs::read(path).map_err(|source| TrainError::Io { path: path.to_owned(), source })?),
            None => None,
        };
        let start = Start {
            encoder: job.encoder,
            source: source.as_deref(),
            head: recipe.head,
            seed: job.run.seed,
            task: job.task(),
            classes: job.data.labels.len(),
        };
        let model = model::start(&start, &config, device).map_err(TrainError::Weights)?;
        let total = total_steps(recipe, job.data.train.labels.len());
        let mut trainee = Self {
            job,
            device: device.clone(),
            model,
            optimizer: AdamW::new(recipe),
            schedule: Schedule::new(recipe, total),
            batching: Batching {
                pad_id: u32::try_from(config.sizes().pad_token_id).unwrap_or_default(),
                pad_to: job.encoder.pad_to_max_length.then_some(job.encoder.max_length),
                eval_batch_size: recipe.eval_batch_size,
                precision: recipe.precision,
            },
            state: State { fingerprint: job.run.fingerprint.clone(), ..State::default() },
            best: Tensors::new(),
            clock: Instant::now(),
            last_save: Instant::now(),
        };
        if let Some(snapshot) = checkpoint::load(job.checkpoint, &job.run.fingerprint)? {
            trainee.resume(snapshot)?;
        }
        Ok(trainee)
    }

    fn resume(&mut self, snapshot: Snapshot) -> Result<(), TrainError> {
        let model = self.model.clone();
        self.model = model::set(model, snapshot.model).map_err(|reason| self.corrupt(reason))?;
        self.optimizer.restore(snapshot.state.optimizer_step, snapshot.moments, &self.device);
        self.best = snapshot.best;
        self.state = snapshot.state;
        Ok(())
    }

    fn corrupt(&self, reason: String) -> TrainError {
        TrainError::CorruptCheckpoint { path: self.job.checkpoint.to_owned(), reason }
    }

    fn save(&mut self) -> Result<(), TrainError> {
        self.tick();
        let (optimizer_step, moments) = self.optimizer.state();
        self.state.optimizer_step = optimizer_step;
        let snapshot =
            Snapshot { state: self.state.clone(), model: tensors_of(&self.model), moments, best: self.best.clone() };
        checkpoint::save(self.job.checkpoint, &snapshot)?;
        self.last_save = Instant::now();
        Ok(())
    }

    /// Books the time since the last tick.
    fn tick(&mut self) -> f64 {
        let seconds = self.clock.elapsed().as_secs_f64();
        self.clock = Instant::now();
        self.state.seconds += seconds;
        seconds
    }

    /// Trains to the end of the current pass; `false` when asked to stop before.
    fn rest_of_epoch(&mut self, observe: &mut dyn FnMut(StepProgress) -> bool) -> Result<bool, TrainError> {
        let (job, recipe) = (self.job, &self.job.run.recipe);
        let mut order = stream(job.run.seed, job.task(), &format!("order/{}", self.state.epoch));
        let batches = epoch_batches(&job.data.train, recipe.batch_size, recipe.group_by_length, &mut order);
        for step in batches.chunks(recipe.gradient_accumulation_steps).skip(self.state.batch) {
            if self.state.step >= self.schedule.total_steps {
                break;
            }
            let loss = self.step(step)?;
            self.state.training_seconds += self.tick();
            let progress = StepProgress {
                step: self.state.step,
                total_steps: self.schedule.total_steps,
                epoch: self.passes(),
                loss,
            };
            if !observe(progress) {
                return Ok(false);
            }
            if self.last_save.elapsed() >= job.checkpoint_every {
                self.save()?;
            }
        }
        Ok(true)
    }

    /// One optimizer step over one or more batches; returns their mean loss over examples.
    fn step(&mut self, batches: &[Vec<usize>]) -> Result<f64, TrainError> {
        let (job, recipe) = (self.job, &self.job.run.recipe);
        let rate = self.schedule.rate(self.state.step);
        let number = self.state.step + 1;
        let examples: usize = batches.iter().map(Vec::len).sum();
        let mut gradient: Option<Gradient<B>> = None;
        let mut mean_loss = 0.0;
        for (micro, indices) in batches.iter().enumerate() {
            let batch = collate(&job.data.train, indices, self.batching.pad_id, self.batching.pad_to);
            let (inputs, labels) = to_device::<B>(&batch, &self.device);
            let mut dropout = Dropout::new(job.run.seed, job.task(), number, micro);
            let mut mode = Mode::training(recipe.precision, &mut dropout);
            let loss = cross_entropy(self.model.forward(&inputs, &mut mode), labels);
            let share = batch.rows as f64 / examples as f64;
            let grads = loss.clone().mul_scalar(share).backward();
            let part = Gradient::of(&self.model, grads, usize::try_from(self.batching.pad_id).ok());
            gradient = Some(match gradient {
                Some(sum) => sum.plus(part),
                None => part,
            });
            let value = loss.into_data().convert::<f64>().into_vec::<f64>().unwrap_or_default();
            mean_loss += share * value.first().copied().unwrap_or(f64::NAN);
            self.state.budget.tokens += batch.tokens as u64;
        }
        finite("loss", mean_loss, number)?;
        if let Some(gradient) = gradient {
            let norm = gradient.norm();
            finite("gradient norm", norm, number)?;
            let gradient = gradient.clipped(norm, recipe.max_grad_norm);
            self.model = self.optimizer.step(self.model.clone(), gradient, rate);
        }
        let state = &mut self.state;
        state.step = number;
        state.batch += 1;
        state.loss_sum += mean_loss * examples as f64;
        state.loss_examples += examples as u64;
        state.budget.steps = number;
        state.budget.examples += examples as u64;
        state.curve.step.push(number);
        state.curve.loss.push(mean_loss);
        state.curve.learning_rate.push(rate);
        Ok(mean_loss)
    }

    /// Passes over the training set so far.
    fn passes(&self) -> f64 {
        self.state.budget.examples as f64 / self.job.data.train.labels.len().max(1) as f64
    }

    /// Scores the model on every split and books the pass.
    fn end_epoch(&mut self) -> Result<Results, TrainError> {
        let results = self.results()?;
        let scores = results.iter().map(|(split, (_, evaluation))| {
            let loss = evaluation.scores.get("log_loss").copied().unwrap_or(f64::NAN);
            ((*split).to_owned(), EpochScores { loss, scores: evaluation.scores.clone() })
        });
        let record = EpochRecord {
            epoch: self.passes(),
            step: self.state.step,
            train_loss: self.state.loss_sum / (self.state.loss_examples as f64).max(1.0),
            tasks: [(self.job.task().to_owned(), scores.collect())].into_iter().collect(),
        };
        if let Some((_, validation)) = results.get("validation") {
            self.note_validation(validation);
        }
        let passes = self.passes();
        let state = &mut self.state;
        state.epochs.push(record);
        state.budget.epochs = passes;
        state.epoch += 1;
        state.batch = 0;
        state.loss_sum = 0.0;
        state.loss_examples = 0;
        self.tick();
        Ok(results)
    }

    fn results(&self) -> Result<Results, TrainError> {
        let data = self.job.data;
        let model = self.model.valid();
        let mut results = Results::new();
        for (name, split) in [("validation", &data.validation), ("test", &data.test)] {
            if split.labels.is_empty() {
                continue;
            }
            let predictions = predict::<B::InnerBackend>(&model, split, self.batching, &self.device);
            let evaluation = score(&predictions, data.labels.len()).map_err(|_| TrainError::NonFinite {
                what: "a prediction",
                value: f64::NAN,
                step: self.state.step,
            })?;
            results.insert(name, (predictions, evaluation));
        }
        Ok(results)
    }

    fn note_validation(&mut self, evaluation: &Evaluation) {
        let metric = self.job.metric;
        let Some(value) = evaluation.scores.get(metric.name()) else { return };
        let value = if metric.higher_is_better() { *value } else { -value };
        if self.state.best_score.is_none_or(|best| value > best) {
            self.state.best_score = Some(value);
            self.state.epochs_without_gain = 0;
            if self.job.run.recipe.load_best_model_at_end {
                self.best = tensors_of(&self.model);
            }
        } else {
            self.state.epochs_without_gain += 1;
        }
    }

    fn finished(&self) -> bool {
        let patience = self.job.run.recipe.early_stopping_patience;
        self.state.step >= self.schedule.total_steps
            || patience.is_some_and(|p| self.state.epochs_without_gain >= p && self.state.best_score.is_some())
    }

    /// Turns the last pass, or the best one where asked for, into the result.
    fn finish(mut self, mut results: Results) -> Result<Finished, TrainError> {
        if !self.best.is_empty() {
            let best = std::mem::take(&mut self.best);
            self.model = model::set(self.model, best).map_err(TrainError::Weights)?;
            results = self.results()?;
        }
        self.tick();
        let model = to_safetensors(&self.model).map_err(|e| TrainError::Weights(e.to_string()))?;
        let predictions = results.get("test").map(|(p, _)| p.clone()).unwrap_or_default();
        // Only the test set's labels are in the report.
        if let Some((_, validation)) = results.get_mut("validation") {
            validation.predicted = None;
        }
        let state = self.state;
        Ok(Finished {
            budget: state.budget,
            evaluations: results.into_iter().map(|(split, (_, e))| (split.to_owned(), e)).collect(),
            epochs: state.epochs,
            curve: state.curve,
            cost: Cost {
                seconds: state.seconds,
                examples_per_second: state.budget.examples as f64 / state.training_seconds.max(1e-9),
                peak_memory_bytes: memory::peak_bytes(),
            },
            predictions,
            model,
        })
    }
}

fn finite(what: &'static str, value: f64, step: u64) -> Result<(), TrainError> {
    if value.is_finite() { Ok(()) } else { Err(TrainError::NonFinite { what, value, step }) }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
