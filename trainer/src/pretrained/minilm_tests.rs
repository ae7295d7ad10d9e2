//! A real pretrained encoder, not part of the repository: `tools/fetch-minilm.sh` puts it into models/. Without it
//! these tests say so and check nothing.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use transfermap::study::{Encoder, Precision};

use super::load;
use crate::backend::Host;
use crate::data::tokenise::tokenise;
use crate::data::{Example, TaskData};
use crate::encoder::{Body, Mode, Outputs, named};
use crate::train::evaluate::to_device;
use crate::train::model::Origin;

#[derive(Deserialize)]
struct Case {
    texts: Vec<String>,
    input_ids: Vec<u32>,
    mean_pooled: Vec<f32>,
    pooler_output: Vec<f32>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Embeddings by transformers 5.24 (tests/fixtures/make_minilm.py), here in one padded batch. As a sentence embedding
/// is used by its direction, the vectors of length 1 are compared too.
#[test]
fn embeddings_of_eight_texts_are_those_of_transformers() {
    if !root().join("models/all-minilm-l6-v2/model.safetensors").exists() {
        eprintln!("SKIPPED: models/all-minilm-l6-v2 is absent (tools/fetch-minilm.sh), so this test checked NOTHING");
        return;
    }
    let cases: Vec<Case> =
        serde_json::from_slice(&std::fs::read(root().join("tests/fixtures/minilm.json")).unwrap()).unwrap();
    assert_eq!(cases.len(), 8);
    let encoder: Encoder = serde_json::from_value(
        serde_json::json!({ "name": "minilm", "path": "models/all-minilm-l6-v2", "max_length": 128 }),
    )
    .unwrap();
    let encoder = load(&encoder, &root()).unwrap();
    assert_eq!((encoder.architecture.as_str(), encoder.parameters), ("bert", 22_713_216));

    let example = |(row, case): (usize, &Case)| Example { row, texts: case.texts.clone(), label: 0 };
    let data = TaskData {
        labels: vec!["a".into(), "b".into()],
        train: Vec::new(),
        validation: Vec::new(),
        test: cases.iter().enumerate().map(example).collect(),
        dropped_training_rows: 0,
    };
    let split = tokenise(&data, &encoder.tokenizer_json, 128).unwrap().test;
    for (ids, case) in split.input_ids.iter().zip(&cases) {
        assert_eq!(ids, &case.input_ids, "{:?}", case.texts);
    }

    let device = Default::default();
    let body = Origin { encoder: &encoder, source: None, seed: 1 }.body(&encoder.config, &device).unwrap();
    let batch = crate::data::batch::collate(&split, &[0, 1, 2, 3, 4, 5, 6, 7], encoder.padding());
    let (inputs, _) = to_device::<Host>(&batch, &device);
    let outputs: Outputs<Host> = body.encode(&inputs, &mut Mode::evaluation(Precision::F32));
    let mean = named::values(outputs.mean_pooled(&inputs.attention_mask), false).data;
    let pooled = named::values(outputs.pooler_output, false).data;
    let mut worst = 0.0_f32;
    for ((mean, pooled), case) in mean.chunks_exact(384).zip(pooled.chunks_exact(384)).zip(&cases) {
        assert_eq!((case.mean_pooled.len(), case.pooler_output.len()), (384, 384));
        for (ours, theirs) in [
            (mean.to_vec(), case.mean_pooled.clone()),
            (pooled.to_vec(), case.pooler_output.clone()),
            (unit(mean), unit(&case.mean_pooled)),
        ] {
            for (a, b) in ours.iter().zip(&theirs) {
                worst = worst.max((a - b).abs());
                assert!((a - b).abs() <= 1e-4, "{:?}: {a} {b}", case.texts);
            }
        }
    }
    println!("largest difference from transformers: {worst:.1e}");
}

fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt() as f32;
    vector.iter().map(|x| x / length).collect()
}
