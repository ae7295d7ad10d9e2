//! Reproducible, complete, and the shipped files belong together.

use burn::backend::Autodiff;
use transfermap::study::Encoder;

use super::*;
use crate::backend::Host;
use crate::pretrained::{embedded, load};

type B = Autodiff<Host>;

#[test]
fn pretraining_is_reproducible_and_makes_a_folder_that_loads() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for name in ["a", "b"] {
        let out = folder.path().join(name);
        demo_encoder(&out, 3, 7, &mut |_, loss| assert!(loss.is_finite())).unwrap();
        files.push(std::fs::read(out.join("model.safetensors")).unwrap());
    }
    assert!(files[0] == files[1], "two runs differ");
    let encoder: Encoder = serde_json::from_value(json!({ "name": "demo", "path": "a", "max_length": 32 })).unwrap();
    assert_eq!(load(&encoder, folder.path()).unwrap().architecture, "albert");
}

#[test]
fn every_parameter_receives_a_gradient() {
    let texts = Texts::new(&tokenizer_json(), 1, 1).unwrap();
    let config: AlbertConfig = serde_json::from_str(&config_json(texts.vocabulary())).unwrap();
    let device = Default::default();
    let zeros = AlbertForPreTraining::<B>::zeros(&config, &device).unwrap();
    let model = named::fill(zeros, &mut |name, shape| initial::weights(name, shape, 1)).unwrap();
    let loss = model.masked_word_loss(&texts.masked(0, &device), Precision::F32)
        + model.matching_loss(&texts.pairs(0, &device), Precision::F32).0;
    let mut gradient = Gradient::of(&model, &mut loss.backward());
    let mut names = Vec::new();
    named::collect(&model, &mut |name, _| names.push(name));
    for name in names {
        let largest = gradient.take(&name).map(|g| g.abs().max().into_scalar());
        assert!(largest.is_some_and(|g| g > 0.0) || name.ends_with("key.bias"), "{name}: {largest:?}");
    }
}

#[test]
fn the_shipped_files_belong_to_this_grammar() {
    let (config, tokenizer, weights) = embedded("demo-albert").unwrap();
    assert_eq!(std::str::from_utf8(tokenizer).unwrap(), tokenizer_json());
    let texts = Texts::new(&tokenizer_json(), 0, 0).unwrap();
    assert_eq!(config, config_json(texts.vocabulary()));
    assert!(weights.len() <= 400_000, "{} bytes", weights.len());
    let encoder: Encoder =
        serde_json::from_value(json!({ "name": "demo", "embedded": "demo-albert", "max_length": 32 })).unwrap();
    load(&encoder, Path::new("")).unwrap();
    assert!(embedded("demo-bert").is_none());
}
