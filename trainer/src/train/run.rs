//! The training loop. Every random number comes from a keyed stream and every position is in the checkpoint, so a
//! training that was killed goes on bit for bit.

use std::fs;
use std::time::Instant;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, Transaction};
use transfermap::multitask::quotas::{Sampling, quotas};
use transfermap::multitask::turns::{self, Step, Turn, Turns};
use transfermap::random::stream;

use super::checkpoint::{self, Snapshot, State};
use super::gradient::Gradient;
use super::job::{Job, Outcome, StepProgress, TrainError};
use super::member::Member;
use super::model::{Model, Origin, TaskHead, configured};
use super::optimizer::AdamW;
use super::schedule::Schedule;
use super::weighing::{Seen, Weighing};
use crate::backend::{Work, run_on};
use crate::pretrained::{Tensors, head_prefix};
use transfermap_kernels::Trains;

impl Job<'_> {
    /// Trains. `observe` is told after every optimizer step and answers whether to go on; on `false` the training
    /// saves its checkpoint and returns [`Outcome::Stopped`].
    ///
    /// # Errors
    /// See [`TrainError`].
    pub fn train(&self, observe: &mut dyn FnMut(StepProgress) -> bool) -> Result<Outcome, TrainError> {
        run_on(self.device, Training { job: self, observe })?
    }
}

struct Training<'j, 'd, 'o> {
    job: &'j Job<'d>,
    observe: &'o mut dyn FnMut(StepProgress) -> bool,
}

impl Work for Training<'_, '_, '_> {
    type Output = Result<Outcome, TrainError>;

    fn run<B: Trains>(self, device: &B::Device) -> Self::Output {
        let mut trainee = Trainee::<B>::start(self.job, device)?;
        loop {
            if !trainee.train_until_scores(self.observe)? {
                trainee.save()?;
                return Ok(Outcome::Stopped);
            }
            let results = trainee.score_all()?;
            if trainee.finished() {
                return trainee.finish(results).map(|f| Outcome::Finished(Box::new(f)));
            }
        }
    }
}

/// A model in training.
pub(super) struct Trainee<'j, B: Trains> {
    pub(super) job: &'j Job<'j>,
    pub(super) device: B::Device,
    pub(super) model: Model<B>,
    /// One for each head of the model.
    pub(super) members: Vec<Member<'j>>,
    pub(super) turns: Turns,
    /// Batches of each part's single run.
    pub(super) alone: Vec<u64>,
    weighing: Weighing,
    optimizer: AdamW<B::InnerBackend>,
    schedule: Schedule,
    pub(super) state: State,
    pub(super) best: Tensors,
    clock: Instant,
    last_save: Instant,
}

impl<'j, B: Trains> Trainee<'j, B> {
    /// The first weights, or where the checkpoint stands.
    fn start(job: &'j Job<'_>, device: &B::Device) -> Result<Self, TrainError> {
        let recipe = &job.run.recipe;
        let alone: Vec<u64> = job.parts.iter().map(|p| p.recipe.total_steps(p.data.train.len())).collect();
        let members: Vec<Member<'_>> = job.parts.iter().map(|part| Member::new(job, *part)).collect();
        let turns = turns_of(job, &alone, &members.iter().map(Member::per_pass).collect::<Vec<u64>>());
        let mut trainee = Self {
            job,
            device: device.clone(),
            model: first_weights(job, device)?,
            members,
            weighing: Weighing::new(job, turns.steps()),
            optimizer: AdamW::new(recipe),
            schedule: Schedule::new(recipe, turns.steps()),
            turns,
            alone,
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

    fn resume(&mut self, mut snapshot: Snapshot) -> Result<(), TrainError> {
        let corrupt = |reason| TrainError::CorruptCheckpoint { path: self.job.checkpoint.to_owned(), reason };
        self.model = self.model.clone().set(snapshot.model).map_err(|e| corrupt(e.to_string()))?;
        let of_method = std::mem::take(&mut snapshot.state.method);
        self.weighing.rule.restore(of_method).map_err(|e| corrupt(e.to_string()))?;
        self.optimizer.restore(|name| snapshot.state.steps_of(name), snapshot.moments, &self.device);
        self.best = snapshot.best;
        self.state = snapshot.state;
        Ok(())
    }

    fn save(&mut self) -> Result<(), TrainError> {
        self.tick();
        let (optimizer_steps, moments) = self.optimizer.state();
        let state = State { optimizer_steps, method: self.weighing.rule.state(), ..self.state.clone() };
        let snapshot = Snapshot { state, model: self.model.tensors(), moments, best: self.best.clone() };
        checkpoint::save(self.job.checkpoint, &snapshot)?;
        self.last_save = Instant::now();
        Ok(())
    }

    /// Books the time since the last tick.
    pub(super) fn tick(&mut self) -> f64 {
        let seconds = self.clock.elapsed().as_secs_f64();
        self.clock = Instant::now();
        self.state.seconds += seconds;
        seconds
    }

    /// Trains until the model is to be scored; `false` when asked to stop before.
    fn train_until_scores(&mut self, observe: &mut dyn FnMut(StepProgress) -> bool) -> Result<bool, TrainError> {
        let per_pass: Vec<u64> = self.members.iter().map(Member::per_pass).collect();
        let end = self.turns.scored_after(self.state.epochs.len() as u64 + 1, &self.alone, &per_pass);
        while self.state.step < end {
            let loss = self.step()?;
            self.state.training_seconds += self.tick();
            let progress =
                StepProgress { step: self.state.step, total_steps: self.turns.steps(), epoch: self.passes(), loss };
            if !observe(progress) {
                return Ok(false);
            }
            if self.last_save.elapsed() >= self.job.checkpoint_every {
                self.save()?;
            }
        }
        Ok(true)
    }

    /// One optimizer step of the body, and of the heads whose turn it is; returns the mean of their losses. A GPU has all
    /// of it queued before loss and norm are waited for.
    fn step(&mut self) -> Result<f64, TrainError> {
        let (rate, number) = (self.schedule.rate(self.state.step), self.state.step + 1);
        let turns = self.turns.of(self.state.step);
        let share = 1.0 / turns.len().max(1) as f64;
        let tasks: Vec<usize> = turns.iter().map(|t| t.part).collect();
        let mut combining = self.weighing.step(number, &tasks);
        let (mut heads, mut numbers, mut passes) = (Gradient::default(), Vec::new(), Vec::new());
        for Turn { part, batch } in turns {
            // Turns are those of the parts, and a part has examples.
            let Some(passed) = self.members[part].pass(batch, &self.model, part, &self.device) else { continue };
            heads = heads.plus(passed.head.scaled(combining.add(passed.body)));
            numbers.push(passed.loss);
            passes.push((part, passed.examples, passed.tokens));
            if combining.looks_twice_at(part) {
                // Another batch of the same task at the same weights: what it tells of the task's own noise.
                let began = Instant::now();
                let other = self.members[part].pass(batch + 1, &self.model, part, &self.device);
                combining.second(other.map(|other| other.body), began.elapsed().as_secs_f64());
            }
        }
        let (body, seen) = combining.finish();
        let gradient = body.plus(heads);
        let norm = gradient.norm();
        let clip = gradient.clip(&norm, self.job.run.recipe.max_grad_norm);
        self.model.step(&mut self.optimizer, gradient, clip.as_ref(), rate);
        numbers.push(norm);
        let mut losses = on_host(numbers);
        let norm = losses.pop().unwrap_or_default();
        for ((part, examples, tokens), loss) in passes.into_iter().zip(&losses) {
            self.book(part, examples, tokens, *loss)?;
        }
        finite("gradient norm", norm, number)?;
        self.weighing.observe(&tasks, &losses);
        self.note(number, &tasks, &losses, seen);
        let loss = losses.iter().sum::<f64>() * share;
        let state = &mut self.state;
        state.step = number;
        state.budget.steps = number;
        state.curve.step.push(number);
        state.curve.loss.push(loss);
        state.curve.learning_rate.push(rate);
        Ok(loss)
    }

    /// Books what was seen of a step of several tasks.
    fn note(&mut self, number: u64, tasks: &[usize], losses: &[f64], seen: Seen) {
        if self.members.len() < 2 {
            return;
        }
        let state = &mut self.state;
        for ((part, loss), weight) in tasks.iter().zip(losses).zip(&seen.weights) {
            let curve = state.curves.entry(self.members[*part].task().to_owned()).or_default();
            curve.step.push(number);
            curve.loss.push(*loss);
            curve.weight.push(*weight);
        }
        state.degenerate_steps += u64::from(seen.degenerate);
        for part in seen.left_out {
            *state.left_out_steps.entry(self.members[part].task().to_owned()).or_default() += 1;
        }
        state.samples.extend(seen.sample);
        state.diagnostics_seconds += seen.seconds;
    }

    /// Books a task's batch.
    fn book(&mut self, part: usize, examples: u64, tokens: u64, loss: f64) -> Result<(), TrainError> {
        let member = &self.members[part];
        finite(&member.name_of("loss"), loss, self.state.step + 1)?;
        let state = &mut self.state;
        state.loss_sum += loss * examples as f64;
        state.loss_examples += examples;
        state.budget.examples += examples;
        state.budget.tokens += tokens;
        if !member.alone {
            let of_task = state.budget.by_task.entry(member.task().to_owned()).or_default();
            of_task.batches += 1;
            of_task.examples += examples;
            of_task.tokens += tokens;
            of_task.epochs = member.passes(of_task.examples);
        }
        Ok(())
    }

    /// Passes over the training sets so far.
    pub(super) fn passes(&self) -> f64 {
        let rows: usize = self.job.parts.iter().map(|p| p.data.train.len()).sum();
        self.state.budget.examples as f64 / rows.max(1) as f64
    }

    fn finished(&self) -> bool {
        let patience = self.job.run.recipe.early_stopping_patience;
        self.state.step >= self.turns.steps()
            || patience.is_some_and(|p| self.state.epochs_without_gain >= p && self.state.best_score.is_some())
    }
}

/// Whose turn each step is: what each part has alone, together, where the run does not say otherwise.
fn turns_of(job: &Job<'_>, alone: &[u64], per_pass: &[u64]) -> Turns {
    let Some(plan) = job.joint else { return Turns::new(alone.to_vec()) };
    let stretches = usize::try_from(turns::most_passes(alone, per_pass)).unwrap_or(1);
    let sampling: &Sampling = &plan.sampling;
    let quotas = quotas(sampling, alone, plan.share, stretches);
    match plan.step {
        Step::Together => Turns::together(quotas),
        Step::Alternate => Turns::alternate(quotas, &mut stream(job.run.seed, &job.set_name(), "schedule")),
    }
}

/// One body, and a head for each part.
fn first_weights<B: Trains>(job: &Job<'_>, device: &B::Device) -> Result<Model<B>, TrainError> {
    let source = match job.source_model {
        Some(path) => Some(fs::read(path).map_err(|source| TrainError::Io { path: path.to_owned(), source })?),
        None => None,
    };
    let origin = Origin { encoder: job.encoder, source: source.as_deref(), seed: job.run.seed };
    let body = origin.body(&configured(job.encoder, &job.run.recipe), device)?;
    let mut heads = Vec::with_capacity(job.parts.len());
    for part in &job.parts {
        let config = configured(job.encoder, part.recipe);
        let head = origin.head(&config, part.task, part.data.labels.len(), part.recipe.head, device)?;
        heads.push(TaskHead { prefix: head_prefix(part.task, job.parts.len()), head });
    }
    Ok(Model { body, heads })
}

/// Single numbers of a device, all waited for together.
fn on_host<B: Backend>(numbers: Vec<Tensor<B, 1>>) -> Vec<f64> {
    let all = numbers.into_iter().fold(Transaction::default(), Transaction::register);
    let number = |data: burn::tensor::TensorData| data.iter::<f64>().next().unwrap_or(f64::NAN);
    all.execute().into_iter().map(number).collect()
}

fn finite(what: &str, value: f64, step: u64) -> Result<(), TrainError> {
    if value.is_finite() { Ok(()) } else { Err(TrainError::NonFinite { what: what.to_owned(), value, step }) }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
