//! Probes of a tiny random ALBERT on made-up token ids, against what follows from their definitions.

use std::fs;
use std::path::{Path, PathBuf};

use transfermap::metric::Metric;
use transfermap::plan::PlannedRun;
use transfermap::study::{Precision, Protocol, Recipe};

use super::few_steps::{FewSteps, few_steps, recipe};
use super::forward::forward;
use super::gradient::{gradients, under};
use super::set::{pick, probe_set};
use super::weights::gram;
use super::{ProbeError, Subject};
use crate::backend::{Device, Work, run_on};
use crate::data::TokenisedSplit;
use crate::encoder::Config;
use crate::encoder::named::Values;
use crate::pretrained::{LoadedEncoder, Tensors, write_tensors};
use crate::probes::file::Probe;
use crate::train::evaluate::{Batching, predict};
use crate::train::model::Model;
use transfermap_kernels::Trains;

const CONFIG: &str = r#"{"model_type":"albert","vocab_size":50,"embedding_size":8,"hidden_size":16,"num_hidden_layers":3,
    "num_attention_heads":2,"intermediate_size":24,"max_position_embeddings":16,"initializer_range":0.2}"#;

fn encoder() -> LoadedEncoder {
    let config = Config::read(serde_json::from_str(CONFIG).unwrap()).unwrap();
    LoadedEncoder {
        name: "tiny".into(),
        config_json: CONFIG.into(),
        config,
        tokenizer_json: Vec::new(),
        weights: None,
        max_length: 16,
        pad_to_max_length: false,
        parameters: 0,
        architecture: "albert".into(),
        fingerprint: "tiny".into(),
    }
}

fn subject<'a>(encoder: &'a LoadedEncoder, trained: Option<&'a [u8]>) -> Subject<'a> {
    Subject { encoder, trained, seed: 3, classes: 2, precision: Precision::F32, device: Device::Cpu }
}

/// Inputs of 4 to 11 tokens; class 1 exactly when id 7 stands among them.
fn split(examples: usize) -> TokenisedSplit {
    let mut split = TokenisedSplit::default();
    for i in 0..examples {
        let (label, length) = (i % 2, 4 + (i * 5) % 8);
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

fn always() -> bool {
    true
}

/// The weights of a subject, by name.
fn weights(of: Subject<'_>) -> Tensors {
    struct Names<'a>(Subject<'a>);
    impl Work for Names<'_> {
        type Output = Tensors;
        fn run<B: Trains>(self, device: &B::Device) -> Tensors {
            Model::of_one(self.0.body::<B>(device).unwrap(), self.0.head(device).unwrap()).tensors()
        }
    }
    run_on(Device::Cpu, Names(of)).unwrap()
}

/// Whether a parameter is a head's and not the body's.
fn is_head(name: &str) -> bool {
    !name.starts_with("albert.")
}

/// The same with every shared weight moved by what `by` gives next, in the order of [`super::gradient::Gradients`]: by
/// name, and within a linear weight by input, then output, where a file has it by output, then input.
fn moved(tensors: &Tensors, by: &mut dyn FnMut() -> f32) -> Tensors {
    let change = |(name, v): (&String, &Values)| {
        let shared = !is_head(name);
        let mut moves: Vec<f32> = v.data.iter().map(|_| if shared { by() } else { 0.0 }).collect();
        if let ([outputs, inputs], false) = (v.shape.as_slice(), name.contains("embeddings.")) {
            moves = (0..outputs * inputs).map(|k| moves[k % inputs * outputs + k / inputs]).collect();
        }
        let data = v.data.iter().zip(moves).map(|(x, m)| x + m).collect();
        (name.clone(), Values { shape: v.shape.clone(), data })
    };
    tensors.iter().map(change).collect()
}

#[test]
fn the_set_is_a_seeded_sample_whose_front_part_is_the_smaller_one() {
    let train = split(300);
    let set = probe_set(&train, 100, 42, "t");
    assert_eq!(set.len(), 100);
    assert_eq!(pick(&set, &(0..40).collect::<Vec<_>>()), probe_set(&train, 40, 42, "t"));
    assert_ne!(set, probe_set(&train, 100, 43, "t"));
    assert_ne!(set, probe_set(&train, 100, 42, "u"));
    let mut lengths = probe_set(&train, 1000, 42, "t").full_lengths;
    let mut all = train.full_lengths.clone();
    lengths.sort_unstable();
    all.sort_unstable();
    assert_eq!(lengths, all);
}

#[test]
fn a_forward_pass_gives_what_evaluation_sees() {
    let (encoder, set) = (encoder(), split(150));
    let seen = forward(subject(&encoder, None), &set, &mut always).unwrap().unwrap();
    assert_eq!((seen.pooled.cols, seen.mean_pooled.cols, seen.logits.cols), (16, 16, 2));
    assert_eq!(seen.pooled.data.len(), 150 * 16);
    assert_ne!(seen.pooled, seen.mean_pooled);

    struct Predictions<'a>(Subject<'a>, &'a TokenisedSplit);
    impl Work for Predictions<'_> {
        type Output = Vec<f64>;
        fn run<B: Trains>(self, device: &B::Device) -> Vec<f64> {
            let batching = Batching { padding: self.0.padding(), eval_batch_size: 7, precision: Precision::F32 };
            let (body, head) = (self.0.body::<B>(device).unwrap(), self.0.head(device).unwrap());
            let predictions = predict((&body, &head), self.1, batching, device);
            predictions.iter().map(|p| p.probabilities[1]).collect()
        }
    }
    let expected = run_on(Device::Cpu, Predictions(subject(&encoder, None), &set)).unwrap();
    for (row, p) in seen.logits.data.chunks(2).zip(expected) {
        let odds = f64::from(row[1] - row[0]);
        assert!((1.0 / (1.0 + (-odds).exp()) - p).abs() < 1e-6);
    }
}

#[test]
fn looking_can_be_stopped_and_a_diverged_model_is_named() {
    let (encoder, set) = (encoder(), split(150));
    let mut asked = 0;
    let mut once = || {
        asked += 1;
        asked < 2
    };
    assert_eq!(forward(subject(&encoder, None), &set, &mut once).unwrap(), None);
    assert_eq!(gradients(subject(&encoder, None), &set, &mut || false).unwrap(), None);
    let nan = moved(&weights(subject(&encoder, None)), &mut || f32::NAN);
    let bytes = write_tensors(&nan, None).unwrap();
    let error = forward(subject(&encoder, Some(&bytes)), &set, &mut always).unwrap_err();
    assert!(matches!(error, ProbeError::NotFinite { .. }), "{error}");
    assert!(forward(subject(&encoder, Some(b"half a file")), &set, &mut always).is_err());
}

#[test]
fn the_fisher_information_is_the_mean_of_squared_gradients_of_single_examples() {
    let (encoder, set) = (encoder(), split(10));
    let subject = subject(&encoder, None);
    let seen = gradients(subject, &set, &mut always).unwrap().unwrap();
    let shared: usize = weights(subject).iter().filter(|(n, _)| !is_head(n)).map(|(_, v)| v.data.len()).sum();
    assert_eq!((seen.fisher.len(), seen.mean.len()), (shared, shared));
    assert!(seen.mean.iter().any(|g| g.abs() > 1e-3));
    let pooled = forward(subject, &set, &mut always).unwrap().unwrap().pooled;
    let head = super::head::fit(&pooled.data, pooled.cols, &set.labels, 2);
    let (mut squares, mut sums) = (vec![0.0; shared], vec![0.0; shared]);
    for example in 0..10 {
        let alone = under(subject, &pick(&set, &[example]), head.clone(), &mut always).unwrap().unwrap().mean;
        for ((square, sum), g) in squares.iter_mut().zip(&mut sums).zip(alone) {
            *square += f64::from(g).powi(2) / 10.0;
            *sum += f64::from(g) / 10.0;
        }
    }
    let close = |a: &[f32], b: &[f64], scale: f64| a.iter().zip(b).all(|(a, b)| (f64::from(*a) - b).abs() < scale);
    assert!(close(&seen.fisher, &squares, 1e-6) && close(&seen.mean, &sums, 1e-6));
    assert_eq!(seen, gradients(subject, &set, &mut always).unwrap().unwrap());
}

/// Central difference of the loss under the fitted head, along the gradient itself.
#[test]
fn the_mean_gradient_is_the_slope_of_the_loss() {
    let (encoder, set) = (encoder(), split(24));
    let here = weights(subject(&encoder, None));
    let slope = gradients(subject(&encoder, None), &set, &mut always).unwrap().unwrap().mean;
    let pooled = forward(subject(&encoder, None), &set, &mut always).unwrap().unwrap().pooled;
    let head = super::head::fit(&pooled.data, pooled.cols, &set.labels, 2);
    let loss = |step: f32| {
        let mut along = slope.iter();
        let bytes = write_tensors(&moved(&here, &mut || step * along.next().copied().unwrap_or(0.0)), None).unwrap();
        let pooled = forward(subject(&encoder, Some(&bytes)), &set, &mut always).unwrap().unwrap().pooled;
        let of_example = |(row, label): (&[f32], &usize)| {
            let logit = |c: usize| {
                let weight = &head.weight[c * 16..(c + 1) * 16];
                head.bias[c] + weight.iter().zip(row).map(|(w, x)| w * f64::from(*x)).sum::<f64>()
            };
            (logit(0).exp() + logit(1).exp()).ln() - logit(*label)
        };
        pooled.data.chunks(16).zip(&set.labels).map(of_example).sum::<f64>() / 24.0
    };
    let norm: f64 = slope.iter().map(|g| f64::from(*g).powi(2)).sum();
    let step = 1e-2 / norm.sqrt();
    let numeric = (loss(step as f32) - loss(-step as f32)) / (2.0 * step);
    assert!((numeric / norm - 1.0).abs() < 0.02, "{numeric} {norm}");
}

#[test]
fn inner_products_of_weight_changes_are_those_of_the_whole_vectors() {
    let (encoder, folder) = (encoder(), tempfile::tempdir().unwrap());
    let start = weights(subject(&encoder, None));
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 1e8 - 0.08
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut changes: Vec<Vec<f64>> = Vec::new();
    for i in 0..3 {
        let model = moved(&start, &mut random);
        let difference = |(name, v): (&String, &Values)| {
            let from = &start[name].data;
            v.data.iter().zip(from).map(|(a, b)| f64::from(*a) - f64::from(*b)).collect::<Vec<_>>()
        };
        changes.push(model.iter().filter(|(n, _)| !is_head(n)).flat_map(difference).collect());
        paths.push(folder.path().join(format!("{i}.safetensors")));
        fs::write(&paths[i], write_tensors(&model, None).unwrap()).unwrap();
    }
    let products = gram(subject(&encoder, None), &paths).unwrap();
    for i in 0..3 {
        for j in 0..3 {
            let expected: f64 = changes[i].iter().zip(&changes[j]).map(|(a, b)| a * b).sum();
            assert!((products[i * 3 + j] - expected).abs() <= 1e-10 * expected.abs(), "{i} {j}");
        }
    }
    fs::write(&paths[1], b"half").unwrap();
    let error = gram(subject(&encoder, None), &paths).unwrap_err().to_string();
    assert!(error.contains("1.safetensors"), "{error}");
    assert!(gram(subject(&encoder, None), &[folder.path().join("none")]).is_err());
}

fn short_run(steps: usize) -> PlannedRun {
    let of_target = Recipe { batch_size: 8, learning_rate: 1e-2, ..Recipe::default() };
    PlannedRun {
        id: "few".into(),
        fingerprint: "f".into(),
        encoder: "tiny".into(),
        variant: "default".into(),
        protocol: Protocol::Sequential,
        sources: vec!["s".into()],
        targets: vec!["t".into()],
        seed: 3,
        depends_on: None,
        is_source: false,
        recipe: recipe(&of_target, steps),
        joint: None,
        group: 0,
    }
}

fn few(source: &Path, checkpoint: &Path, examples: usize, go_on: &mut dyn FnMut() -> bool) -> Option<Option<f64>> {
    let encoder = encoder();
    let run = short_run(12);
    let few = FewSteps {
        run: &run,
        encoder: &encoder,
        source_model: source,
        probe_set: &probe_set(&split(200), examples, 42, "t"),
        labels: &["no".into(), "yes".into()],
        metric: Metric::Accuracy,
        checkpoint,
        device: Device::Cpu,
    };
    few_steps(few, go_on).unwrap()
}

#[test]
fn a_few_steps_give_the_same_score_stopped_or_not() {
    let (encoder, folder) = (encoder(), tempfile::tempdir().unwrap());
    let source = folder.path().join("source.safetensors");
    fs::write(&source, write_tensors(&weights(subject(&encoder, None)), None).unwrap()).unwrap();
    let checkpoint = folder.path().join("few.checkpoint");
    let mut steps = 0;
    let whole = few(&source, &checkpoint, 64, &mut || {
        steps += 1;
        true
    });
    assert_eq!(steps, 12);
    let score = whole.unwrap().unwrap();
    assert!((0.0..=1.0).contains(&score));
    let mut left = 5;
    let stopped = few(&source, &checkpoint, 64, &mut || {
        left -= 1;
        left > 0
    });
    assert_eq!(stopped, None);
    assert!(checkpoint.exists());
    let mut rest = 0;
    let resumed = few(&source, &checkpoint, 64, &mut || {
        rest += 1;
        true
    });
    assert_eq!((resumed, rest), (whole, 7));
    assert_eq!(few(&source, &folder.path().join("other"), 1, &mut always), Some(None));
}

#[test]
fn a_file_comes_back_bit_for_bit_and_damage_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.probe");
    let mut probe = Probe { key: "k".into(), seconds: 0.5, numbers: vec![0.1 + 0.2, -1e-300], ..Probe::default() };
    probe.put_vector("fisher", vec![0.1, f32::MIN_POSITIVE]);
    probe.write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(Probe::read(&path, "k"), Some(probe));
    assert_eq!(Probe::read(&path, "another"), None);
    assert_eq!(Probe::read(&folder.path().join("none"), "k"), None);
    for length in [0, 10, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(Probe::read(&path, "k"), None);
    }
    let mut flipped = bytes;
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(&path, flipped).unwrap();
    assert_eq!(Probe::read(&path, "k"), None);
}
