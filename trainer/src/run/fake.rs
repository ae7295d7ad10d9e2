//! A training without a neural network, for tests: a hash that grows by one link per step, with checkpoints.
//!
//! What it does to a run is in the target's name: `nan…` diverges, `disk…` fills the disk, `panic…` panics at its third
//! step, `once…` does so the first time only, `inf…` scores infinity, `slow…` takes its time.

use std::path::Path;
use std::time::Duration;

use indexmap::IndexMap;
use transfermap::fingerprint::digest;
use transfermap::plan::{Contents, Plan, PlannedRun};
use transfermap::record::{Budget, Cost, Evaluation, RunRecord};
use transfermap::study::Study;

use super::worker::{Trainer, ok_record};
use crate::train::{Finished, Outcome, Prediction, StepProgress, TrainError};

const STEPS: u64 = 20;

/// A study of tasks of these names.
pub fn study_text(tasks: &[&str], seeds: &[u64]) -> String {
    let mut text =
        format!("version = 1\nname = \"fake\"\nseeds = {seeds:?}\n[[encoder]]\nname = \"tiny\"\npath = \"x\"\n");
    for task in tasks {
        text += &format!("[[task]]\nname = \"{task}\"\ntext = [\"t\"]\nlabels = [\"n\", \"y\"]\n");
        text += "train = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n";
    }
    text
}

/// That study, read.
pub fn study(tasks: &[&str], seeds: &[u64]) -> Study {
    Study::from_toml(&study_text(tasks, seeds)).unwrap()
}

/// Its plan.
pub fn plan(tasks: &[&str], seeds: &[u64]) -> Plan {
    let study = study(tasks, seeds);
    let contents = Contents {
        tasks: tasks.iter().map(|t| ((*t).to_owned(), digest(t.as_bytes()))).collect(),
        encoders: [("tiny".to_owned(), "e".to_owned())].into_iter().collect(),
        backend: "flex".into(),
    };
    Plan::new(&study, &contents).unwrap()
}

/// The trainer.
pub struct Fake;

impl Trainer for Fake {
    fn train(
        &mut self,
        run: &PlannedRun,
        source_model: Option<&Path>,
        checkpoint: &Path,
        observe: &mut dyn FnMut(StepProgress) -> bool,
    ) -> Result<Outcome, TrainError> {
        let io = |path: &Path, source| TrainError::Io { path: path.to_owned(), source };
        let start = match source_model {
            Some(path) => digest(&std::fs::read(path).map_err(|e| io(path, e))?),
            None => run.encoder.clone(),
        };
        let target = run.targets[0].as_str();
        let (mut step, mut state) = (0, digest(format!("{start}/{target}/{}", run.seed).as_bytes()));
        let first_time = !checkpoint.exists();
        if let Ok(text) = std::fs::read_to_string(checkpoint) {
            let corrupt = || TrainError::CorruptCheckpoint { path: checkpoint.to_owned(), reason: "no colon".into() };
            let (at, hash) = text.split_once(':').ok_or_else(corrupt)?;
            (step, state) = (at.parse().unwrap(), hash.to_owned());
        }
        while step < STEPS {
            step += 1;
            state = digest(state.as_bytes());
            std::fs::write(checkpoint, format!("{step}:{state}")).map_err(|e| io(checkpoint, e))?;
            std::thread::sleep(Duration::from_millis(if target.starts_with("slow") { 20 } else { 1 }));
            if step == 3 {
                if target.starts_with("nan") {
                    return Err(TrainError::NonFinite { what: "loss", value: f64::NAN, step });
                }
                if target.starts_with("disk") {
                    return Err(io(checkpoint, std::io::ErrorKind::StorageFull.into()));
                }
                if target.starts_with("once") && first_time {
                    panic!("a first time");
                }
            }
            if target.starts_with("panic") && step >= 3 {
                panic!("index out of bounds");
            }
            let progress = StepProgress { step, total_steps: STEPS, epoch: step as f64 / STEPS as f64, loss: 0.5 };
            if !observe(progress) {
                return Ok(Outcome::Stopped);
            }
        }
        Ok(Outcome::Finished(Box::new(result(run, &state))))
    }

    fn metric(&self, _: &PlannedRun) -> String {
        "accuracy".into()
    }
}

/// What a run would come to when it starts from nothing.
pub fn finished(run: &PlannedRun) -> Finished {
    result(run, &digest(run.id.as_bytes()))
}

/// Its record.
pub fn record(run: &PlannedRun, finished: &Finished) -> RunRecord {
    ok_record(run, finished, Default::default())
}

fn result(run: &PlannedRun, state: &str) -> Finished {
    let accuracy = if run.targets[0].starts_with("inf") { f64::INFINITY } else { 0.0 };
    let accuracy = accuracy + f64::from(u8::from_str_radix(&state[..2], 16).unwrap()) / 255.0;
    let evaluation = Evaluation {
        examples: 10,
        scores: [("accuracy".to_owned(), accuracy), ("f1_weighted".to_owned(), accuracy)].into_iter().collect(),
        per_class: Vec::new(),
        confusion: vec![vec![5, 0], vec![5, 0]],
        predicted: None,
        constant: false,
        at_chance: accuracy <= 0.5,
        predicted_majority_share: 0.5,
    };
    let values: Vec<u8> = state.bytes().collect();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::U8, vec![values.len()], &values).unwrap();
    let evaluations: IndexMap<String, Evaluation> = [("test".to_owned(), evaluation)].into_iter().collect();
    Finished {
        budget: Budget { steps: STEPS, examples: 1, tokens: 1, epochs: 1.0 },
        evaluations,
        epochs: Vec::new(),
        curve: Default::default(),
        cost: Cost { seconds: 0.25, ..Default::default() },
        predictions: vec![Prediction { example: 0, label: 1, probabilities: vec![accuracy, 1.0 - accuracy] }],
        model: safetensors::serialize([(format!("w.{}", run.targets[0]), view)], None).unwrap(),
    }
}
