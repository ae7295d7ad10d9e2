//! The training loop on tiny random encoders and made-up token ids.

use std::path::Path;
use std::time::Duration;

use transfermap::metric::Metric;
use transfermap::multitask::method::{Method, Rule, StateError, Weights};
use transfermap::multitask::quotas::Sampling;
use transfermap::multitask::turns::Step;
use transfermap::plan::PlannedRun;
use transfermap::record::EpochRecord;
use transfermap::study::{Diagnostics, Head, JointPlan, LrSchedulerType, Precision, Protocol, Recipe};

use super::super::job::{EQUAL, Finished, MakeRule, Part};
use super::*;
use crate::backend::Device;
use crate::data::{TokenisedSplit, TokenisedTask};
use crate::encoder::Config;
use crate::pretrained::{Checkpoint, LoadedEncoder};

const CONFIG: &str = r#"{"model_type":"albert","vocab_size":50,"embedding_size":8,"hidden_size":16,"num_hidden_layers":2,
    "num_attention_heads":2,"intermediate_size":24,"max_position_embeddings":16,"hidden_dropout_prob":0.1,
    "attention_probs_dropout_prob":0.1,"classifier_dropout_prob":0.1}"#;

/// The other architectures in the same size, with transformers' default dropout in every layer.
const OTHERS: [&str; 7] = [
    r#"{"model_type":"bert","vocab_size":50,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":16}"#,
    r#"{"model_type":"roberta","vocab_size":50,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":18,"type_vocab_size":1}"#,
    r#"{"model_type":"distilbert","vocab_size":50,"dim":16,"n_layers":2,"n_heads":2,"hidden_dim":24,
        "max_position_embeddings":16}"#,
    r#"{"model_type":"electra","vocab_size":50,"embedding_size":8,"hidden_size":16,"num_hidden_layers":2,
        "num_attention_heads":2,"intermediate_size":24,"max_position_embeddings":16}"#,
    r#"{"model_type":"deberta-v2","vocab_size":50,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":16,"relative_attention":true,"position_buckets":4,
        "norm_rel_ebd":"layer_norm","share_att_key":true,"pos_att_type":"p2c|c2p","position_biased_input":false}"#,
    r#"{"model_type":"t5","vocab_size":50,"d_model":16,"d_kv":8,"d_ff":24,"num_layers":2,"num_heads":2,
        "pooling":"mean"}"#,
    r#"{"model_type":"t5","vocab_size":50,"d_model":16,"d_kv":8,"d_ff":24,"num_layers":2,"num_heads":2,
        "num_decoder_layers":1,"feed_forward_proj":"gated-gelu"}"#,
];

fn encoder(config_json: &str) -> LoadedEncoder {
    let config = Config::read(serde_json::from_str(config_json).unwrap()).unwrap();
    LoadedEncoder {
        name: "tiny".into(),
        config_json: config_json.into(),
        architecture: config.model_type().into(),
        config,
        tokenizer_json: Vec::new(),
        weights: None,
        max_length: 16,
        pad_to_max_length: false,
        parameters: 0,
        fingerprint: "tiny".into(),
    }
}

/// Class 1 exactly when id 7 stands among the tokens.
fn split(examples: usize, offset: usize) -> TokenisedSplit {
    let mut split = TokenisedSplit::default();
    for i in offset..offset + examples {
        let label = i % 2;
        let length = 5 + (i * 7) % 8;
        let mut ids: Vec<u32> = (0..length).map(|k| 10 + ((i * 31 + k * 17) % 40) as u32).collect();
        ids[0] = 2;
        ids[1 + i % (length - 1)] = if label == 1 { 7 } else { 8 };
        split.full_lengths.push(length);
        split.token_type_ids.push(vec![0; length]);
        split.input_ids.push(ids);
        split.labels.push(label);
    }
    split
}

fn data() -> TokenisedTask {
    TokenisedTask {
        labels: vec!["without".into(), "with".into()],
        train: split(70, 0),
        validation: split(20, 100),
        test: split(40, 200),
    }
}

fn recipe() -> Recipe {
    Recipe { epochs: 3.0, batch_size: 16, learning_rate: 3e-3, ..Recipe::default() }
}

fn run(recipe: Recipe) -> PlannedRun {
    PlannedRun {
        id: "single/t/s1".into(),
        fingerprint: "f".into(),
        encoder: "tiny".into(),
        variant: "default".into(),
        protocol: Protocol::Single,
        sources: Vec::new(),
        targets: vec!["t".into()],
        seed: 1,
        depends_on: None,
        is_source: false,
        recipe,
        joint: None,
        group: 0,
    }
}

struct Setup {
    folder: tempfile::TempDir,
    encoder: LoadedEncoder,
    data: TokenisedTask,
    run: PlannedRun,
}

impl Setup {
    fn new(recipe: Recipe) -> Self {
        Self::of(CONFIG, recipe)
    }

    fn of(config: &str, recipe: Recipe) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), encoder: encoder(config), data: data(), run: run(recipe) }
    }

    /// The run's task with the run's recipe.
    fn part(&self) -> Part<'_> {
        Part { task: "t", data: &self.data, metric: Metric::Accuracy, recipe: &self.run.recipe }
    }

    fn job<'s>(
        &'s self,
        parts: Vec<Part<'s>>,
        source_model: Option<&'s Path>,
        checkpoint: &'s Path,
        device: Device,
    ) -> Job<'s> {
        let checkpoint_every = Duration::from_secs(3600);
        Job {
            run: &self.run,
            encoder: &self.encoder,
            parts,
            joint: None,
            rule: EQUAL,
            source_model,
            checkpoint,
            checkpoint_every,
            device,
        }
    }

    fn train(&self, device: Device, source: Option<&Path>, stop_after: &[u64]) -> Result<Outcome, TrainError> {
        let checkpoint = self.folder.path().join("state.bin");
        let job = self.job(vec![self.part()], source, &checkpoint, device);
        for stop in stop_after {
            match job.train(&mut |p| p.step < *stop)? {
                Outcome::Stopped => assert!(checkpoint.exists()),
                Outcome::Finished(_) => panic!("finished before step {stop}"),
            }
        }
        job.train(&mut |_| true)
    }

    fn finished(&self, device: Device, source: Option<&Path>, stop_after: &[u64]) -> Finished {
        match self.train(device, source, stop_after).unwrap() {
            Outcome::Finished(f) => *f,
            Outcome::Stopped => panic!("stopped"),
        }
    }
}

fn assert_same_bits(a: &Finished, b: &Finished) {
    assert_eq!(a.model, b.model);
    assert_eq!(a.predictions, b.predictions);
    assert_eq!(a.curve, b.curve);
    assert_eq!(a.epochs, b.epochs);
    assert_eq!(a.evaluations, b.evaluations);
    assert_eq!(a.budget, b.budget);
}

#[test]
fn goes_on_bit_for_bit_after_stops() {
    // 70 examples in batches of 16: 5 steps a pass, the last one smaller. Stops in the middle of a pass, at its end
    // (before the evaluation) and on the very last step; dropout everywhere.
    let whole = Setup::new(recipe()).finished(Device::Cpu, None, &[]);
    let stopped = Setup::new(recipe()).finished(Device::Cpu, None, &[1, 5, 7, 15]);
    assert_same_bits(&whole, &stopped);
    assert_eq!(whole.budget.steps, 15);
    assert_eq!(whole.epochs.len(), 3);
    assert_eq!(whole.budget.examples, 210);
}

#[test]
fn every_architecture_gives_the_same_bits_after_stops_and_with_any_number_of_threads() {
    for config in OTHERS {
        let with_threads = |threads: usize, stop_after: &[u64]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Setup::of(config, recipe()).finished(Device::Cpu, None, stop_after))
        };
        let whole = with_threads(1, &[]);
        assert_same_bits(&whole, &with_threads(1, &[1, 7]));
        assert_same_bits(&whole, &with_threads(3, &[]));
    }
}

#[test]
fn every_architecture_learns_and_agrees_between_backends() {
    for config in OTHERS {
        let recipe = Recipe {
            epochs: 12.0,
            hidden_dropout_prob: Some(0.0),
            attention_probs_dropout_prob: Some(0.0),
            ..recipe()
        };
        let flex = Setup::of(config, recipe.clone()).finished(Device::Cpu, None, &[]);
        let reference = Setup::of(config, recipe).finished(Device::NdArray, None, &[]);
        let accuracy = flex.evaluations["t"]["test"].scores["accuracy"];
        assert!(accuracy > 0.9, "{config}: {accuracy}");
        for (a, b) in flex.curve.loss.iter().zip(&reference.curve.loss).take(10) {
            assert!((a - b).abs() < 1e-4, "{config}: {a} {b}");
        }
    }
}

#[test]
fn learns_and_agrees_between_backends() {
    let recipe =
        Recipe { epochs: 12.0, hidden_dropout_prob: Some(0.0), attention_probs_dropout_prob: Some(0.0), ..recipe() };
    let flex = Setup::new(recipe.clone()).finished(Device::Cpu, None, &[]);
    let reference = Setup::new(recipe).finished(Device::NdArray, None, &[]);
    let accuracy = flex.evaluations["t"]["test"].scores["accuracy"];
    assert!(accuracy > 0.9, "{accuracy}");
    for (a, b) in flex.curve.loss.iter().zip(&reference.curve.loss).take(10) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
}

#[test]
fn accumulated_batches_equal_a_large_one() {
    let plain = |batch_size, gradient_accumulation_steps| Recipe {
        batch_size,
        gradient_accumulation_steps,
        max_steps: Some(3),
        group_by_length: false,
        hidden_dropout_prob: Some(0.0),
        attention_probs_dropout_prob: Some(0.0),
        classifier_dropout_prob: Some(0.0),
        ..recipe()
    };
    let large = Setup::new(plain(16, 1)).finished(Device::Cpu, None, &[]);
    let small = Setup::new(plain(4, 4)).finished(Device::Cpu, None, &[]);
    assert_eq!(large.budget.examples, small.budget.examples);
    for (a, b) in large.curve.loss.iter().zip(&small.curve.loss) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn a_reset_head_is_the_baseline_s_and_a_kept_one_the_source_s() {
    // The very first rate of a warm-up is 0: after one step the weights are still the first ones.
    let first = |head| Recipe { max_steps: Some(1), warmup_steps: Some(5), weight_decay: 0.0, head, ..recipe() };
    let source = Setup::new(recipe()).finished(Device::Cpu, None, &[]);
    let baseline = Setup::new(first(transfermap::study::Head::Reset)).finished(Device::Cpu, None, &[]);
    let classifier = |f: &Finished| Checkpoint::new(&f.model).unwrap().require("classifier.weight", &[2, 16]).unwrap();
    let body = |f: &Finished| Checkpoint::new(&f.model).unwrap().require("albert.pooler.weight", &[16, 16]).unwrap();
    for (head, expected) in [
        (transfermap::study::Head::Reset, classifier(&baseline)),
        (transfermap::study::Head::Keep, classifier(&source)),
    ] {
        let setup = Setup::new(first(head));
        let path = setup.folder.path().join("source.safetensors");
        fs::write(&path, &source.model).unwrap();
        let transferred = setup.finished(Device::Cpu, Some(&path), &[]);
        assert_eq!(classifier(&transferred), expected);
        assert_eq!(body(&transferred), body(&source));
        assert_ne!(body(&transferred), body(&baseline));
    }
}

#[test]
fn a_loss_that_explodes_fails_the_run_with_its_step() {
    let wild = Recipe { learning_rate: 1e30, warmup_ratio: 0.0, max_grad_norm: 0.0, epochs: 10.0, ..recipe() };
    let error = Setup::new(wild).train(Device::Cpu, None, &[]).unwrap_err();
    assert!(matches!(error, TrainError::NonFinite { .. }), "{error}");
    assert!(!error.is_fatal());
    assert!(error.to_string().contains("learning_rate"), "{error}");
}

#[test]
fn stops_early_and_keeps_the_best_epoch() {
    let patient = Recipe { epochs: 40.0, early_stopping_patience: Some(2), load_best_model_at_end: true, ..recipe() };
    let whole = Setup::new(patient.clone()).finished(Device::Cpu, None, &[]);
    assert!(whole.epochs.len() < 40, "{}", whole.epochs.len());
    let validation = |e: &EpochRecord| e.tasks["t"]["validation"].scores["accuracy"];
    let best = whole.epochs.iter().map(validation).fold(0.0, f64::max);
    assert_eq!(whole.evaluations["t"]["validation"].scores["accuracy"], best);
    let stopped = Setup::new(patient).finished(Device::Cpu, None, &[3, 11]);
    assert_same_bits(&whole, &stopped);
}

#[test]
fn the_padding_row_of_the_word_embeddings_stays_zero() {
    // Id 0 at an unmasked position reaches the loss: PyTorch's padding_idx gives its row no gradient all the same.
    let mut setup = Setup::new(recipe());
    for ids in &mut setup.data.train.input_ids {
        ids[1] = 0;
    }
    let finished = setup.finished(Device::Cpu, None, &[]);
    let words = Checkpoint::new(&finished.model)
        .unwrap()
        .require("albert.embeddings.word_embeddings.weight", &[50, 8])
        .unwrap();
    assert_eq!(words[..8], [0.0; 8]);
    assert!(words[8 * 2..8 * 3].iter().any(|w| *w != 0.0));
}

#[test]
fn bfloat16_products_stay_close_to_32_bits() {
    let short = |precision| Recipe {
        max_steps: Some(10),
        hidden_dropout_prob: Some(0.1),
        attention_probs_dropout_prob: Some(0.1),
        precision,
        ..recipe()
    };
    for config in std::iter::once(CONFIG).chain(OTHERS) {
        let exact = Setup::of(config, short(Precision::F32)).finished(Device::Cpu, None, &[]);
        let rounded = Setup::of(config, short(Precision::Bf16)).finished(Device::Cpu, None, &[]);
        assert_ne!(exact.curve.loss, rounded.curve.loss, "{config}");
        for (a, b) in exact.curve.loss.iter().zip(&rounded.curve.loss) {
            assert!((a - b).abs() < 1e-2, "{config}: {a} {b}");
        }
    }
}

/// Two tasks on one body: `t` with 3 passes of 5 steps, and `u` with as many of 2, which sits three steps in five out.
struct Pair {
    setup: Setup,
    other: TokenisedTask,
    of_other: Recipe,
}

impl Pair {
    fn new(changed: impl Fn(Recipe) -> Recipe) -> Self {
        let mut other = data();
        other.train = split(28, 400);
        other.labels.push("never".into());
        let mut setup = Setup::new(changed(recipe()));
        setup.run.targets.push("u".into());
        Self { setup, other, of_other: changed(Recipe { gradient_accumulation_steps: 2, batch_size: 8, ..recipe() }) }
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let other = Part { task: "u", data: &self.other, metric: Metric::F1Weighted, recipe: &self.of_other };
        vec![self.setup.part(), other]
    }

    fn finished(&self, rule: MakeRule<'_>, stop_after: &[u64]) -> Finished {
        let checkpoint = self.setup.folder.path().join("state.bin");
        let job = Job { rule, ..self.setup.job(self.parts(), None, &checkpoint, Device::Cpu) };
        for stop in stop_after {
            assert!(matches!(job.train(&mut |p| p.step < *stop).unwrap(), Outcome::Stopped), "step {stop}");
        }
        match job.train(&mut |_| true).unwrap() {
            Outcome::Finished(finished) => *finished,
            Outcome::Stopped => panic!("stopped"),
        }
    }
}

#[test]
fn two_tasks_are_trained_on_one_body_and_go_on_bit_for_bit_after_stops() {
    let whole = Pair::new(|r| r).finished(EQUAL, &[]);
    assert_same_bits(&whole, &Pair::new(|r| r).finished(EQUAL, &[1, 5, 7, 15]));
    // One pass over `u` is 28 examples in steps of 2 × 8, as many as its single run has.
    let of = |task: &str| whole.budget.by_task[task];
    assert_eq!((whole.budget.steps, of("t").batches, of("u").batches), (15, 15, 6));
    assert_eq!((of("t").examples, of("u").examples, whole.budget.examples), (210, 84, 294));
    assert_eq!((of("t").epochs, of("u").epochs, whole.budget.epochs), (3.0, 3.0, 3.0));
    assert_eq!(of("t").tokens + of("u").tokens, whole.budget.tokens);
    let steps: Vec<u64> = whole.epochs.iter().map(|e| e.step).collect();
    assert_eq!(steps, [5, 10, 15]);
    assert_eq!(whole.evaluations.keys().collect::<Vec<_>>(), ["t", "u"]);
    for of_task in whole.evaluations.values() {
        assert_eq!(of_task.keys().collect::<Vec<_>>(), ["validation", "test"]);
    }
    assert_eq!(whole.predictions["u"][0].probabilities.len(), 3);
    // One body, and a head for each.
    let checkpoint = Checkpoint::new(&whole.model).unwrap();
    assert!(checkpoint.get("albert.pooler.weight", &[16, 16]).unwrap().is_some());
    assert!(checkpoint.get("heads.t.classifier.weight", &[2, 16]).unwrap().is_some());
    assert!(checkpoint.get("heads.u.classifier.weight", &[3, 16]).unwrap().is_some());
    assert!(checkpoint.get("classifier.weight", &[2, 16]).unwrap().is_none());
}

/// The first step of a pair has the batches, masks and weights of the first steps of the single runs.
#[test]
fn a_task_of_a_pair_starts_where_its_single_run_does() {
    let always = |r: Recipe| Recipe { max_steps: Some(4), ..r };
    let pair = Pair::new(always);
    let mut alone = Setup::new(always(recipe()));
    let first = |f: &Finished| f.curve.loss[0];
    let of_t = first(&alone.finished(Device::Cpu, None, &[]));
    let checkpoint = alone.folder.path().join("other.bin");
    alone.run.recipe = pair.of_other.clone();
    let job = alone.job(vec![pair.parts()[1]], None, &checkpoint, Device::Cpu);
    let Outcome::Finished(of_u) = job.train(&mut |_| true).unwrap() else { panic!("stopped") };
    assert_eq!(first(&pair.finished(EQUAL, &[])), (of_t + first(&of_u)) / 2.0);
}

#[test]
fn a_head_that_sits_a_step_out_keeps_its_weights_and_its_moments() {
    let pair = Pair::new(|r| r);
    let path = pair.setup.folder.path().join("state.bin");
    let job = pair.setup.job(pair.parts(), None, &path, Device::Cpu);
    let after = |stop: u64| {
        assert!(matches!(job.train(&mut |p| p.step < stop).unwrap(), Outcome::Stopped));
        checkpoint::load(&path, "f").unwrap().unwrap()
    };
    // `u` takes part in steps 3, 5, 8, ..., counted from 1.
    let (third, fourth, fifth) = (after(3), after(4), after(5));
    let name = "heads.u.classifier.weight";
    let moment = format!("first.{name}");
    assert_eq!((&third.model[name], &third.moments[&moment]), (&fourth.model[name], &fourth.moments[&moment]));
    assert_ne!((&fourth.model[name], &fourth.moments[&moment]), (&fifth.model[name], &fifth.moments[&moment]));
    let steps = |s: &Snapshot, name: &str| s.state.optimizer_steps[name];
    assert_eq!([&third, &fourth, &fifth].map(|s| steps(s, name)), [1, 1, 2]);
    assert_eq!([&third, &fourth, &fifth].map(|s| steps(s, "heads.t.classifier.weight")), [3, 4, 5]);
    assert_eq!([&third, &fourth, &fifth].map(|s| steps(s, "albert.pooler.weight")), [3, 4, 5]);
}

/// A method with a memory: each task weighs what its last loss was.
struct LastLoss(Vec<f64>);

impl Weights for LastLoss {
    fn weights(&mut self, tasks: &[usize]) -> Vec<f64> {
        tasks.iter().map(|t| self.0[*t]).collect()
    }

    fn observe(&mut self, tasks: &[usize], losses: &[f64]) {
        tasks.iter().zip(losses).for_each(|(t, loss)| self.0[*t] = *loss);
    }

    fn state(&self) -> serde_json::Value {
        serde_json::json!(self.0)
    }

    fn restore(&mut self, state: serde_json::Value) -> Result<(), StateError> {
        self.0 = serde_json::from_value(state)?;
        Ok(())
    }
}

const LAST_LOSS: MakeRule<'static> = &|tasks| Rule::Weights(Box::new(LastLoss(vec![1.0; tasks.len()])));

#[test]
fn what_a_method_remembers_survives_a_stop_and_its_weights_reach_the_body_and_the_heads() {
    let whole = Pair::new(|r| r).finished(LAST_LOSS, &[]);
    assert_same_bits(&whole, &Pair::new(|r| r).finished(LAST_LOSS, &[4, 11]));
    assert_ne!(whole.model, Pair::new(|r| r).finished(EQUAL, &[]).model);
}

#[test]
fn a_set_keeps_the_pass_whose_mean_chance_corrected_score_is_best() {
    let patient =
        |r: Recipe| Recipe { epochs: 12.0, early_stopping_patience: Some(2), load_best_model_at_end: true, ..r };
    let whole = Pair::new(patient).finished(EQUAL, &[]);
    // 20 validation examples, 10 of each of two classes: accuracy at chance is 1/2, and F1 weighted of one class 1/3.
    let corrected = |e: &EpochRecord| {
        let score = |task: &str, name: &str| e.tasks[task]["validation"].scores[name];
        ((score("t", "accuracy") - 0.5) / 0.5 + (score("u", "f1_weighted") - 1.0 / 3.0) / (2.0 / 3.0)) / 2.0
    };
    let scores: Vec<f64> = whole.epochs.iter().map(corrected).collect();
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let first_best = scores.iter().position(|s| *s == best).unwrap();
    for (task, name) in [("t", "accuracy"), ("u", "f1_weighted")] {
        let kept = whole.evaluations[task]["validation"].scores[name];
        assert_eq!(kept, whole.epochs[first_best].tasks[task]["validation"].scores[name], "{task}: {scores:?}");
    }
    assert!(whole.epochs.len() == 12 || first_best + 3 == whole.epochs.len(), "{scores:?}");
}

#[test]
fn a_loss_that_explodes_names_its_task() {
    let wild = |r: Recipe| Recipe { learning_rate: 1e30, warmup_ratio: 0.0, max_grad_norm: 0.0, ..r };
    let pair = Pair::new(wild);
    let path = pair.setup.folder.path().join("state.bin");
    let error = pair.setup.job(pair.parts(), None, &path, Device::Cpu).train(&mut |_| true).unwrap_err().to_string();
    assert!(error.contains("loss of t became") || error.contains("loss of u became"), "{error}");
}

fn plan(method: &str) -> JointPlan {
    JointPlan {
        block: "b".into(),
        method: Method { name: method.into(), ..Method::default() },
        sampling: Sampling::default(),
        share: 1.0,
        step: Step::Together,
        sampled: Diagnostics::default(),
    }
}

#[test]
fn a_set_of_one_is_its_single_run_bit_for_bit() {
    let alone = Setup::new(recipe()).finished(Device::Cpu, None, &[]);
    for method in ["equal", "pcgrad", "gradvac"] {
        let (setup, plan) = (Setup::new(recipe()), plan(method));
        let checkpoint = setup.folder.path().join("state.bin");
        let rule: MakeRule<'_> = &|tasks| plan.method.build(tasks);
        let job = Job { joint: Some(&plan), rule, ..setup.job(vec![setup.part()], None, &checkpoint, Device::Cpu) };
        let Outcome::Finished(set) = job.train(&mut |_| true).unwrap() else { panic!("stopped") };
        assert_same_bits(&alone, &set);
    }
}

/// Two tasks on the encoder of tests/fixtures/albert_small, one step by tests/fixtures/make_joint_step.py with PyTorch:
/// clipped gradients (AdamW's first moments over 1 − β1) and weights after it, of the body and of both heads.
#[test]
fn a_joint_step_equals_pytorch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let given: serde_json::Value = serde_json::from_slice(&read("albert_small/inputs.json")).unwrap();
    let rows = |key: &str| -> Vec<Vec<u32>> { serde_json::from_value(given[key].clone()).unwrap() };
    let (ids, types, mask) = (rows("input_ids"), rows("token_type_ids"), rows("attention_mask"));
    let labels: Vec<usize> = serde_json::from_value(given["labels"].clone()).unwrap();
    let task = |moved: usize| {
        let mut train = TokenisedSplit::default();
        for i in 0..4 {
            let length = mask[i].iter().sum::<u32>() as usize;
            train.input_ids.push(ids[i][..length].to_vec());
            train.token_type_ids.push(types[i][..length].to_vec());
            train.labels.push((labels[i] + moved) % 3);
            train.full_lengths.push(length);
        }
        let labels = ["x", "y", "z"].map(str::to_owned).to_vec();
        TokenisedTask { labels, test: train.clone(), train, validation: TokenisedSplit::default() }
    };
    let tasks = [task(0), task(1)];
    let recipe = Recipe {
        max_steps: Some(1),
        batch_size: 2,
        gradient_accumulation_steps: 2,
        learning_rate: 1e-3,
        warmup_ratio: 0.0,
        weight_decay: 0.01,
        max_grad_norm: 1.0,
        lr_scheduler_type: LrSchedulerType::ConstantWithWarmup,
        head: Head::Keep,
        ..Recipe::default()
    };
    let config = String::from_utf8(read("albert_small/config.json")).unwrap();
    let mut setup = Setup::of(&config, recipe);
    setup.encoder.max_length = 40;
    setup.run.targets = vec!["a".into(), "b".into()];
    let expected = read("joint_step/expected.safetensors");
    let expected = Checkpoint::new(&expected).unwrap();
    let source = folder.join("albert_small/model.safetensors");
    for device in [Device::Cpu, Device::NdArray] {
        for method in ["equal", "pcgrad"] {
            let plan = plan(method);
            let checkpoint = setup.folder.path().join(format!("{method}-{device}.bin"));
            let part = |(task, data)| Part { task, data, metric: Metric::Accuracy, recipe: &setup.run.recipe };
            let parts = ["a", "b"].into_iter().zip(&tasks).map(part).collect();
            let rule: MakeRule<'_> = &|tasks| plan.method.build(tasks);
            let job = Job { joint: Some(&plan), rule, ..setup.job(parts, Some(&source), &checkpoint, device) };
            assert!(matches!(job.train(&mut |_| false).unwrap(), Outcome::Stopped));
            let left = checkpoint::load(&checkpoint, "f").unwrap().unwrap();
            assert!(left.model.len() > 20);
            for (name, weights) in &left.model {
                let moments = &left.moments[&format!("first.{name}")];
                let theirs = |kind: &str| expected.require(&format!("{method}.{kind}.{name}"), &weights.shape).unwrap();
                // Moments lie as Burn has them: of linear weights as [in, out].
                let gradient = match weights.shape.as_slice() {
                    [rows, columns] if !name.contains("_embeddings") => {
                        let theirs = theirs("grad");
                        (0..rows * columns).map(|i| theirs[i % rows * columns + i / rows]).collect()
                    }
                    _ => theirs("grad"),
                };
                for (what, found, theirs, scale) in
                    [("gradient", moments, gradient, 10.0_f32), ("weight", weights, theirs("weight"), 1.0)]
                {
                    assert_eq!(found.data.len(), theirs.len());
                    for (ours, theirs) in found.data.iter().zip(theirs) {
                        let apart = (ours * scale - theirs).abs();
                        assert!(apart < 1e-5, "{device} {method} {what} {name}: {} {theirs}", ours * scale);
                    }
                }
            }
        }
    }
}
