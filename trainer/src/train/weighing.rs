//! The gradient of the body from those of the tasks that take part in a step, and what is seen of them on the way.
//!
//! Methods that look at losses add gradients up as they come. Methods that look at gradients, and steps that are sampled
//! for diagnostics, hold one gradient of the body for each task.

use std::time::Instant;

use rand::seq::SliceRandom;
use transfermap::multitask::diagnostics::Sample;
use transfermap::multitask::gram::Gram;
use transfermap::multitask::method::{Rule, aggregate};
use transfermap::random::stream;

use super::gradient::Gradient;
use super::job::Job;
use super::products::{grams, group, groups};
use transfermap_kernels::Trains;

/// A second batch of a task is looked at once in so many steps at most: it costs a pass.
const BETWEEN_SECOND_LOOKS: u64 = 10;

/// How the tasks of a training are weighed.
pub(super) struct Weighing {
    pub(super) rule: Rule,
    seed: u64,
    set: String,
    tasks: usize,
    /// Between two sampled steps; `None` where nothing is sampled.
    every: Option<u64>,
}

/// What was seen of a step.
#[derive(Default)]
pub(super) struct Seen {
    /// By task that took part: what its gradient weighed in the body's.
    pub weights: Vec<f64>,
    /// Whether the method had no answer.
    pub degenerate: bool,
    /// Numbers of the tasks that were not asked, because their gradient was zero beside the others'.
    pub left_out: Vec<usize>,
    /// Of a sampled step.
    pub sample: Option<Sample>,
    /// Seconds that looking took, weighing left out.
    pub seconds: f64,
}

impl Weighing {
    pub(super) fn new(job: &Job<'_>, steps: u64) -> Self {
        let names: Vec<&str> = job.parts.iter().map(|p| p.task).collect();
        let several = names.len() > 1;
        Self {
            rule: (job.rule)(&names),
            seed: job.run.seed,
            set: job.set_name(),
            tasks: names.len(),
            every: job.joint.filter(|_| several).and_then(|plan| plan.sampled.every(steps)),
        }
    }

    /// Begins step `number`, from 1, in which these tasks take part.
    pub(super) fn step<B: Trains>(&mut self, number: u64, tasks: &[usize]) -> Combining<'_, B> {
        let sampled = self.every.is_some_and(|every| (number - 1).is_multiple_of(every)) && tasks.len() > 1;
        let weights = match &mut self.rule {
            Rule::Weights(rule) => Some(rule.weights(tasks)),
            Rule::Aggregate(_) => None,
        };
        // The task whose noise is looked at goes round.
        let (every, turn) = (self.every.unwrap_or(1), (number - 1) / BETWEEN_SECOND_LOOKS);
        let first_of_turn = number <= every || (number - 1 - every) / BETWEEN_SECOND_LOOKS < turn;
        let second = (sampled && first_of_turn).then(|| usize::try_from(turn).unwrap_or(0) % self.tasks.max(1));
        Combining {
            hold: sampled || weights.is_none(),
            weighing: self,
            number,
            tasks: tasks.to_vec(),
            weights,
            sampled,
            second_of: second,
            second: None,
            sum: Gradient::default(),
            held: Vec::new(),
            taken: 0,
            seconds: 0.0,
        }
    }

    /// Told the losses of a step.
    pub(super) fn observe(&mut self, tasks: &[usize], losses: &[f64]) {
        if let Rule::Weights(rule) = &mut self.rule {
            rule.observe(tasks, losses);
        }
    }
}

/// A step in the making.
pub(super) struct Combining<'w, B: Trains> {
    weighing: &'w mut Weighing,
    number: u64,
    tasks: Vec<usize>,
    /// Of a method that looks at losses.
    weights: Option<Vec<f64>>,
    sampled: bool,
    /// Whether the gradients are held.
    hold: bool,
    /// The task of which a second batch is looked at.
    second_of: Option<usize>,
    second: Option<(usize, Gradient<B>)>,
    /// Σ weight × gradient, of a method that looks at losses.
    sum: Gradient<B>,
    held: Vec<Gradient<B>>,
    /// Gradients so far.
    taken: usize,
    seconds: f64,
}

impl<B: Trains> Combining<'_, B> {
    /// Takes the gradient of the next task that takes part; answers what its head's is scaled by.
    pub(super) fn add(&mut self, body: Gradient<B>) -> f64 {
        let weight = self.weights.as_ref().and_then(|weights| weights.get(self.taken)).copied();
        self.taken += 1;
        match weight {
            Some(weight) => {
                if self.hold {
                    self.held.push(body.clone());
                }
                self.sum = std::mem::take(&mut self.sum).plus(body.scaled(weight));
                weight
            }
            None => {
                self.held.push(body);
                1.0
            }
        }
    }

    /// Whether a second batch of this task, which was added last, is to be looked at.
    pub(super) fn looks_twice_at(&self, task: usize) -> bool {
        self.second_of == Some(task)
    }

    /// The gradient of that batch, and the seconds that it took.
    pub(super) fn second(&mut self, body: Option<Gradient<B>>, seconds: f64) {
        let task = self.second_of.zip(body);
        self.second = task;
        self.seconds += seconds;
    }

    /// The gradient by which the body moves, and what was seen.
    pub(super) fn finish(mut self) -> (Gradient<B>, Seen) {
        let began = Instant::now();
        let names: Vec<String> =
            self.held.first().map(|g| g.parts().map(|(name, _)| name.to_owned()).collect()).unwrap_or_default();
        let groups = groups(names.iter().map(String::as_str));
        let blocks = if self.hold { grams(&self.held, &groups) } else { Vec::new() };
        let sample = self.sampled.then(|| self.sample(&blocks, &groups));
        let share = 1.0 / self.taken.max(1) as f64;
        let mut seen = Seen { sample, ..Seen::default() };
        let orders = self.orders();
        let body = match (&mut self.weighing.rule, self.weights) {
            (Rule::Aggregate(rule), _) => {
                let found = aggregate(&mut **rule, &self.tasks, &blocks, &orders);
                let k = self.tasks.len();
                let of_task = |i: usize| found.weights.iter().filter_map(|w| w.get(i)).sum::<f64>();
                seen.weights = (0..k).map(|i| of_task(i) / found.weights.len().max(1) as f64).collect();
                seen.degenerate = found.degenerate;
                seen.left_out = found.left_out.iter().filter_map(|&i| self.tasks.get(i).copied()).collect();
                let of_block = |name: &str| {
                    let place = groups.iter().position(|g| *g == group(name));
                    let weights = place.and_then(|at| found.weights.get(at));
                    weights.map(|w| w.iter().map(|w| w * share).collect()).unwrap_or_default()
                };
                Gradient::combined(self.held, &of_block)
            }
            (Rule::Weights(_), weights) => {
                seen.weights = weights.unwrap_or_default();
                seen.seconds = if self.hold { began.elapsed().as_secs_f64() } else { 0.0 };
                self.sum.scaled(share)
            }
        };
        seen.seconds += self.seconds;
        (body, seen)
    }

    fn sample(&mut self, blocks: &[Gram], groups: &[String]) -> Sample {
        let own = self.second.take().and_then(|(task, other)| {
            let place = self.tasks.iter().position(|t| *t == task)?;
            let first = self.held.get(place)?.clone();
            Some((task, Gram::sum(&grams(&[first, other], groups)).cosine(0, 1)?))
        });
        Sample {
            step: self.number,
            tasks: self.tasks.clone(),
            grams: blocks.to_vec(),
            self_cosines: own.into_iter().collect(),
        }
    }

    /// Row i: the others in the order in which gradient i meets them, drawn for this step.
    fn orders(&self) -> Vec<Vec<usize>> {
        let k = self.tasks.len();
        let mut random = stream(self.weighing.seed, &self.weighing.set, &format!("order of gradients/{}", self.number));
        let row = |i: usize| {
            let mut others: Vec<usize> = (0..k).filter(|j| *j != i).collect();
            others.shuffle(&mut random);
            others
        };
        (0..k).map(row).collect()
    }
}
