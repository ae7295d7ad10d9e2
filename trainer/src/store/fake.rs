//! Plans and records without data and without a neural network, for tests.

use indexmap::IndexMap;
use transfermap::fingerprint::digest;
use transfermap::plan::{Contents, Plan, PlannedRun};
use transfermap::record::{Budget, Cost, Evaluation, JointRecord, RunRecord};
use transfermap::study::Study;

use super::records::ok_record;
use crate::train::{Finished, Prediction};

/// Optimizer steps of every training.
pub const STEPS: u64 = 20;

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

pub fn plan(tasks: &[&str], seeds: &[u64]) -> Plan {
    let study = study(tasks, seeds);
    let contents = Contents {
        tasks: tasks.iter().map(|t| ((*t).to_owned(), digest(t.as_bytes()))).collect(),
        encoders: [("tiny".to_owned(), "e".to_owned())].into_iter().collect(),
        backend: "flex".into(),
        examples: tasks.iter().map(|t| ((*t).to_owned(), 100)).collect(),
        products: None,
    };
    Plan::new(&study, &contents).unwrap()
}

/// A run of several targets.
pub fn of_several(targets: &[&str]) -> PlannedRun {
    let targets: Vec<String> = targets.iter().map(|t| (*t).to_owned()).collect();
    PlannedRun { id: targets.join("+"), targets, ..plan(&["a", "b"], &[1]).runs.remove(0) }
}

/// What a run would come to when it starts from nothing.
pub fn finished(run: &PlannedRun) -> Finished {
    result(run, &digest(run.id.as_bytes()))
}

pub fn record(run: &PlannedRun, finished: &Finished) -> RunRecord {
    ok_record(run, finished, Default::default())
}

/// What a run comes to that ends in `state`, a hash; a target named `inf…` scores infinity.
pub fn result(run: &PlannedRun, state: &str) -> Finished {
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
    let splits: IndexMap<String, Evaluation> = [("test".to_owned(), evaluation)].into_iter().collect();
    let prediction = Prediction { example: 0, label: 1, probabilities: vec![accuracy, 1.0 - accuracy] };
    Finished {
        budget: Budget { steps: STEPS, examples: 1, tokens: 1, epochs: 1.0, by_task: IndexMap::new() },
        evaluations: run.targets.iter().map(|t| (t.clone(), splits.clone())).collect(),
        epochs: Vec::new(),
        curve: Default::default(),
        joint: run.joint.clone().map(|plan| JointRecord::of_plan(plan, run.recipe.learning_rate)),
        cost: Cost { seconds: 0.25, ..Default::default() },
        predictions: run.targets.iter().map(|t| (t.clone(), vec![prediction.clone()])).collect(),
        model: safetensors::serialize([(format!("w.{}", run.targets[0]), view)], None).unwrap(),
    }
}
