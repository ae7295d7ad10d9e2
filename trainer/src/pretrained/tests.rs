//! Folders as they are met in the wild.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use transfermap::study::{Encoder, Head, Padding};

use super::*;
use crate::backend::Host;
use crate::encoder::albert::{AlbertConfig, AlbertModel};
use crate::encoder::named;
use crate::train::model::{self, Start};

type Device = burn::tensor::Device<Host>;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/albert_small")
}

/// A word-level tokenizer of five pieces: smaller than any embedding here.
const TOKENIZER: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
    "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
    "model":{"type":"WordLevel","vocab":{"<pad>":0,"<unk>":1,"[CLS]":2,"[SEP]":3,"a":4},"unk_token":"<unk>"}}"#;

fn encoder() -> Encoder {
    Encoder {
        name: "small".into(),
        path: Some("small".into()),
        embedded: None,
        config: None,
        tokenizer: None,
        max_length: 32,
        padding: Padding::Longest,
        ..Encoder::default()
    }
}

/// A folder with the fixture's weights under other names, or without some.
fn folder(rename: impl Fn(&str) -> Option<String>) -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("small");
    fs::create_dir(&folder).unwrap();
    fs::copy(fixture().join("config.json"), folder.join("config.json")).unwrap();
    fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    let tensors = read_tensors(&fs::read(fixture().join("model.safetensors")).unwrap()).unwrap();
    let renamed: BTreeMap<_, _> = tensors.into_iter().filter_map(|(name, v)| Some((rename(&name)?, v))).collect();
    fs::write(folder.join("model.safetensors"), write_tensors(&renamed, None).unwrap()).unwrap();
    temporary
}

/// The weights that a run of two classes starts with.
fn first_weights(base: &Path) -> Tensors {
    let loaded = load(&encoder(), base).unwrap();
    let start = Start { encoder: &loaded, source: None, head: Head::Reset, seed: 3, task: "t", classes: 2 };
    tensors_of(&model::start::<Host>(&start, &loaded.config, &Device::default()).unwrap())
}

#[test]
fn prefix_and_classifier_may_be_there_or_not() {
    let whole = first_weights(folder(|name| Some(name.to_owned())).path());
    let body_only = |name: &str| (!name.starts_with("classifier.")).then(|| name.to_owned());
    let bare = |name: &str| name.strip_prefix("albert.").map(str::to_owned);
    assert_eq!(first_weights(folder(body_only).path()), whole);
    assert_eq!(first_weights(folder(bare).path()), whole);
    let reference = read_tensors(&fs::read(fixture().join("model.safetensors")).unwrap()).unwrap();
    for (name, values) in reference.iter().filter(|(name, _)| name.starts_with("albert.")) {
        assert_eq!(&whole[name], values, "{name}");
    }
    assert_eq!(whole["classifier.weight"].shape, [2, 32]);
}

#[test]
fn rejects_a_folder_that_lacks_a_tensor() {
    let without = folder(|name| (!name.contains("pooler.weight")).then(|| name.to_owned()));
    let error = load(&encoder(), without.path()).unwrap_err().to_string();
    assert!(error.contains("albert.pooler.weight") && error.contains("missing"), "{error}");
}

#[test]
fn rejects_another_architecture_by_name() {
    let bert = folder(|name| Some(name.to_owned()));
    let config = bert.path().join("small/config.json");
    let text = fs::read_to_string(&config).unwrap().replace("\"model_type\": \"albert\"", "\"model_type\": \"bert\"");
    fs::write(&config, text).unwrap();
    let error = load(&encoder(), bert.path()).unwrap_err().to_string();
    assert!(error.contains("`bert`") && error.contains("known: albert"), "{error}");
}

#[test]
fn random_weights_are_drawn_as_transformers_draws_them() {
    let config = AlbertConfig {
        vocab_size: 500,
        embedding_size: 32,
        hidden_size: 64,
        num_attention_heads: 4,
        intermediate_size: 128,
        ..AlbertConfig::default()
    };
    let random = LoadedEncoder {
        name: "random".into(),
        config_json: String::new(),
        config: config.clone(),
        tokenizer_json: Vec::new(),
        weights: None,
        max_length: 32,
        pad_to_max_length: false,
        parameters: 0,
        architecture: "albert".into(),
        fingerprint: String::new(),
    };
    let draw = |seed, task| {
        let start = Start { encoder: &random, source: None, head: Head::Reset, seed, task, classes: 3 };
        tensors_of(&model::start::<Host>(&start, &config, &Device::default()).unwrap())
    };
    let weights = draw(1, "a");
    for (name, values) in &weights {
        if name.ends_with("bias") {
            assert!(values.data.iter().all(|x| *x == 0.0), "{name}");
        } else if name.contains("LayerNorm") || name.contains("layer_norm") {
            assert!(values.data.iter().all(|x| *x == 1.0), "{name}");
        } else if values.data.len() > 1000 {
            let n = values.data.len() as f64;
            let mean = values.data.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
            let sd = (values.data.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n).sqrt();
            // Five standard errors of a standard deviation, and of a mean.
            assert!((sd - 0.02).abs() < 5.0 * 0.02 / (2.0 * n).sqrt() + 2e-4, "{name}: {sd}");
            assert!(mean.abs() < 5.0 * 0.02 / n.sqrt(), "{name}: {mean}");
        }
    }
    assert_eq!(weights["albert.embeddings.word_embeddings.weight"].data[..32], [0.0; 32]);
    // Another task: the same body, another head. Another seed: another body.
    let other = draw(1, "b");
    assert_eq!(weights["albert.pooler.weight"], other["albert.pooler.weight"]);
    assert_ne!(weights["classifier.weight"], other["classifier.weight"]);
    assert_ne!(weights["albert.pooler.weight"], draw(2, "a")["albert.pooler.weight"]);
}

/// Parameter counts of `AlbertModel` by transformers 5.23: `sum(p.numel() for p in AlbertModel(config).parameters())`.
#[test]
fn published_configurations_have_their_published_sizes() {
    let large = r#""num_attention_heads":16"#;
    for (config, parameters) in [
        (r#""hidden_size":768,"intermediate_size":3072,"num_attention_heads":12"#.to_owned(), 11_683_584),
        (
            r#""hidden_size":768,"intermediate_size":3072,"num_attention_heads":12,"hidden_act":"gelu",
               "hidden_dropout_prob":0.1,"attention_probs_dropout_prob":0.1"#
                .to_owned(),
            11_683_584,
        ),
        (format!(r#""hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,{large}"#), 17_683_968),
        (format!(r#""hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":24,{large}"#), 58_724_864),
    ] {
        let config: AlbertConfig = serde_json::from_str(&format!(r#"{{"model_type":"albert",{config}}}"#)).unwrap();
        let model = AlbertModel::<Host>::zeros(&config, &Device::default()).unwrap();
        let mut count = 0;
        named::collect(&model, &mut |_, values| count += values.data.len());
        assert_eq!(count, parameters, "{config:?}");
    }
    // xxlarge is what the defaults describe; its shapes follow from the same code.
    assert!(AlbertConfig::default().check().is_ok());
}
