//! What a training comes to: scores after every pass, the best pass where one is kept, and the end.

use indexmap::IndexMap;
use transfermap::multitask::diagnostics::Summary;
use transfermap::record::{Cost, EpochRecord, EpochScores, Evaluation, JointRecord};
use transfermap::transfer::chance_corrected_gain;

use super::evaluate::{predict, score};
use super::job::{Finished, Prediction, TrainError};
use super::member::Member;
use super::memory;
use super::model::TaskHead;
use super::products;
use super::run::Trainee;
use crate::data::TokenisedSplit;
use crate::pretrained::{tensors_of, to_safetensors};
use transfermap_kernels::Trains;

/// Most points of a task's curve in a record.
const POINTS: usize = 50;

/// Predictions and scores of one task by split.
type OfTask = IndexMap<&'static str, (Vec<Prediction>, Evaluation)>;

/// Of every task, in the order of the parts.
pub(super) type Results = IndexMap<String, OfTask>;

impl<B: Trains> Trainee<'_, B> {
    /// Scores the model on every split of every task, and books the pass.
    pub(super) fn score_all(&mut self) -> Result<Results, TrainError> {
        let results = self.results()?;
        let scores = |(split, (_, evaluation)): (&&str, &(Vec<Prediction>, Evaluation))| {
            let loss = evaluation.scores.get("log_loss").copied().unwrap_or(f64::NAN);
            ((*split).to_owned(), EpochScores { loss, scores: evaluation.scores.clone() })
        };
        let record = EpochRecord {
            epoch: self.passes(),
            step: self.state.step,
            train_loss: self.state.loss_sum / (self.state.loss_examples as f64).max(1.0),
            tasks: results.iter().map(|(task, of)| (task.clone(), of.iter().map(scores).collect())).collect(),
        };
        if let Some(value) = self.validation_score(&results) {
            self.note_validation(value);
        }
        let passes = self.passes();
        let state = &mut self.state;
        state.epochs.push(record);
        state.budget.epochs = passes;
        state.loss_sum = 0.0;
        state.loss_examples = 0;
        self.tick();
        Ok(results)
    }

    fn results(&self) -> Result<Results, TrainError> {
        let model = self.model.valid();
        let mut results = Results::new();
        for (member, TaskHead { head, .. }) in self.members.iter().zip(&model.heads) {
            let data = member.part.data;
            let of = |split: &TokenisedSplit| -> Result<_, TrainError> {
                let predictions = predict((&model.body, head), split, member.batching, &self.device);
                let evaluation = score(&predictions, data.labels.len()).map_err(|_| TrainError::NonFinite {
                    what: member.name_of("a prediction"),
                    value: f64::NAN,
                    step: self.state.step,
                })?;
                Ok((predictions, evaluation))
            };
            let splits = [("validation", &data.validation), ("test", &data.test)];
            let of_task = splits.into_iter().filter(|(_, split)| !split.is_empty());
            let of_task: Result<OfTask, TrainError> = of_task.map(|(name, split)| Ok((name, of(split)?))).collect();
            results.insert(member.task().to_owned(), of_task?);
        }
        Ok(results)
    }

    /// How good the model is on the validation sets, more is better: the metric of a single task, and the mean over
    /// several of their chance-corrected ones, which have a scale in common: 0 at chance, 1 at the best.
    fn validation_score(&self, results: &Results) -> Option<f64> {
        let of = |member: &Member<'_>| of_member(member, &results.get(member.task())?.get("validation")?.1);
        let scores: Vec<f64> = self.members.iter().filter_map(of).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    }

    fn note_validation(&mut self, value: f64) {
        if self.state.best_score.is_none_or(|best| value > best) {
            self.state.best_score = Some(value);
            self.state.epochs_without_gain = 0;
            if self.job.run.recipe.load_best_model_at_end {
                self.best = self.model.tensors();
            }
        } else {
            self.state.epochs_without_gain += 1;
        }
    }

    /// How the tasks were trained together, where the run says how.
    fn joint_record(&self) -> Option<JointRecord> {
        let plan = self.job.joint?;
        let names = || self.members.iter().map(|m| m.task().to_owned());
        let state = &self.state;
        let set: Vec<&str> = self.members.iter().map(Member::task).collect();
        let diagnostics = plan.sampled.every(self.turns.steps()).filter(|_| !state.samples.is_empty()).map(|every| {
            let names = tensors_of(&self.model.valid().body);
            Summary::new(&set, &products::groups(names.keys().map(String::as_str)), every, &state.samples)
        });
        Some(JointRecord {
            plan: plan.clone(),
            learning_rate: self.job.run.recipe.learning_rate,
            alone: names().zip(self.alone.iter().copied()).collect(),
            quotas: names().zip(self.turns.quotas().iter().copied()).collect(),
            degenerate_steps: state.degenerate_steps,
            left_out_steps: state.left_out_steps.clone(),
            curves: state.curves.iter().map(|(task, curve)| (task.clone(), curve.thinned(POINTS))).collect(),
            diagnostics,
        })
    }

    /// Turns the last pass, or the best one where asked for, into the result.
    pub(super) fn finish(mut self, mut results: Results) -> Result<Finished, TrainError> {
        if !self.best.is_empty() {
            let best = std::mem::take(&mut self.best);
            self.model = self.model.set(best)?;
            results = self.results()?;
        }
        self.tick();
        let model = to_safetensors(&self.model.tensors())?;
        let (mut evaluations, mut predictions) = (IndexMap::new(), IndexMap::new());
        for (task, of_task) in results {
            let mut by_split = IndexMap::new();
            for (split, (predicted, mut evaluation)) in of_task {
                if split == "test" {
                    predictions.insert(task.clone(), predicted);
                } else {
                    // Only the test set's labels are in the report.
                    evaluation.predicted = None;
                }
                by_split.insert(split.to_owned(), evaluation);
            }
            evaluations.insert(task, by_split);
        }
        let joint = self.joint_record();
        let state = self.state;
        Ok(Finished {
            joint,
            cost: Cost {
                seconds: state.seconds,
                examples_per_second: state.budget.examples as f64 / state.training_seconds.max(1e-9),
                peak_memory_bytes: memory::peak_bytes(),
                diagnostics_seconds: state.diagnostics_seconds,
            },
            budget: state.budget,
            evaluations,
            epochs: state.epochs,
            curve: state.curve,
            predictions,
            model,
        })
    }
}

/// A task's share of the validation score.
fn of_member(member: &Member<'_>, evaluation: &Evaluation) -> Option<f64> {
    let metric = member.part.metric;
    let score = *evaluation.scores.get(metric.name())?;
    if member.alone {
        return Some(if metric.higher_is_better() { score } else { -score });
    }
    let chance = metric.chance(&evaluation.label_counts())?;
    chance_corrected_gain(metric, metric.gain(score, chance), chance)
}
