//! The training loop on tiny random encoders and made-up token ids.

use std::path::Path;
use std::time::Duration;

use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;
use transfermap::study::{Precision, Protocol, Recipe};

use super::*;
use crate::backend::Device;
use crate::data::{TokenisedSplit, TokenisedTask};
use crate::encoder::Config;
use crate::pretrained::{Checkpoint, LoadedEncoder};

const CONFIG: &str = r#"{"model_type":"albert","vocab_size":50,"embedding_size":8,"hidden_size":16,"num_hidden_layers":2,
    "num_attention_heads":2,"intermediate_size":24,"max_position_embeddings":16,"hidden_dropout_prob":0.1,
    "attention_probs_dropout_prob":0.1,"classifier_dropout_prob":0.1}"#;

/// The other architectures in the same size, with transformers' default dropout in every layer.
const OTHERS: [&str; 3] = [
    r#"{"model_type":"bert","vocab_size":50,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":16}"#,
    r#"{"model_type":"roberta","vocab_size":50,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":18,"type_vocab_size":1}"#,
    r#"{"model_type":"distilbert","vocab_size":50,"dim":16,"n_layers":2,"n_heads":2,"hidden_dim":24,
        "max_position_embeddings":16}"#,
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

    fn train(&self, device: Device, source: Option<&Path>, stop_after: &[u64]) -> Result<Outcome, TrainError> {
        let checkpoint = self.folder.path().join("state.bin");
        let job = Job {
            run: &self.run,
            encoder: &self.encoder,
            data: &self.data,
            metric: Metric::Accuracy,
            source_model: source,
            checkpoint: &checkpoint,
            checkpoint_every: Duration::from_secs(3600),
            device,
        };
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
        let accuracy = flex.evaluations["test"].scores["accuracy"];
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
    let accuracy = flex.evaluations["test"].scores["accuracy"];
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
    assert_eq!(whole.evaluations["validation"].scores["accuracy"], best);
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
        hidden_dropout_prob: Some(0.0),
        attention_probs_dropout_prob: Some(0.0),
        precision,
        ..recipe()
    };
    let exact = Setup::new(short(Precision::F32)).finished(Device::Cpu, None, &[]);
    let rounded = Setup::new(short(Precision::Bf16)).finished(Device::Cpu, None, &[]);
    assert_ne!(exact.curve.loss, rounded.curve.loss);
    for (a, b) in exact.curve.loss.iter().zip(&rounded.curve.loss) {
        assert!((a - b).abs() < 1e-2, "{a} {b}");
    }
}
