//! Folders as they are met in the wild.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use transfermap::study::{Encoder, Head, Padding, Pooling};

use super::*;
use crate::backend::Host;
use crate::encoder::albert::AlbertConfig;
use crate::encoder::architecture::Configuration;
use crate::encoder::{AnyBody, Body, Config, named};
use crate::train::model::{Model, Origin, TaskHead};

mod as_transformers;
mod shards;

type Device = burn::tensor::Device<Host>;

/// A reference folder of transformers for each architecture, with its prefix.
const FIXTURES: [(&str, &str); 8] = [
    ("albert_small", "albert."),
    ("bert", "bert."),
    ("roberta", "roberta."),
    ("distilbert", "distilbert."),
    ("electra", "electra."),
    ("deberta_v3", "deberta."),
    ("deberta_v2", "deberta."),
    ("t5_mean", "transformer."),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name)
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
        max_length: 20,
        padding: Padding::Longest,
        ..Encoder::default()
    }
}

/// A folder with a fixture's weights under other names, or without some.
fn folder(fixture_name: &str, rename: impl Fn(&str) -> Option<String>) -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("small");
    fs::create_dir(&folder).unwrap();
    fs::copy(fixture(fixture_name).join("config.json"), folder.join("config.json")).unwrap();
    fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    let tensors = read_tensors(&fs::read(fixture(fixture_name).join("model.safetensors")).unwrap()).unwrap();
    let renamed: BTreeMap<_, _> = tensors.into_iter().filter_map(|(name, v)| Some((rename(&name)?, v))).collect();
    fs::write(folder.join("model.safetensors"), write_tensors(&renamed, None).unwrap()).unwrap();
    temporary
}

/// The weights that a run of two classes starts with.
fn first_weights(base: &Path) -> Tensors {
    drawn(&load(&encoder(), base).unwrap(), 3, "t", 2)
}

/// The weights that a run of `task` starts with.
fn drawn(encoder: &LoadedEncoder, seed: u64, task: &str, classes: usize) -> Tensors {
    let origin = Origin { encoder, source: None, seed };
    let body = origin.body(&encoder.config, &Device::default()).unwrap();
    let head = origin.head(&encoder.config, task, classes, Head::Reset, &Device::default()).unwrap();
    Model::<Host>::of_one(body, head).tensors()
}

/// Whether a parameter is a head's and not the body's.
fn is_head(name: &str) -> bool {
    !Config::PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The spellings that are met in checkpoints: of a classifier, of a body alone, without the prefix (as
/// sentence-transformers saves it), and with the names that TensorFlow gave to a LayerNorm's parameters.
#[test]
fn prefix_and_head_may_be_there_or_not_and_layer_norms_may_have_their_old_names() {
    for (name, prefix) in FIXTURES {
        let whole = first_weights(folder(name, |name| Some(name.to_owned())).path());
        let body_only = |name: &str| name.starts_with(prefix).then(|| name.to_owned());
        let bare = |name: &str| name.strip_prefix(prefix).map(str::to_owned);
        let old = |name: &str| {
            let (module, parameter) = name.rsplit_once('.').unwrap();
            let norm = module.ends_with("LayerNorm") || module.ends_with("layer_norm");
            let parameter = match parameter {
                "weight" if norm => "gamma",
                "bias" if norm => "beta",
                other => other,
            };
            Some(format!("{module}.{parameter}"))
        };
        let bare_and_old = |name: &str| old(bare(name)?.as_str());
        assert_eq!(first_weights(folder(name, body_only).path()), whole, "{name}");
        assert_eq!(first_weights(folder(name, bare).path()), whole, "{name}");
        assert_eq!(first_weights(folder(name, old).path()), whole, "{name}");
        assert_eq!(first_weights(folder(name, bare_and_old).path()), whole, "{name}");
        let reference = read_tensors(&fs::read(fixture(name).join("model.safetensors")).unwrap()).unwrap();
        let mut compared = 0;
        for (tensor, values) in reference.iter().filter(|(tensor, _)| tensor.starts_with(prefix)) {
            assert_eq!(&whole[tensor], values, "{tensor}");
            compared += 1;
        }
        assert!(compared > 20, "{name}: {compared}");
    }
}

/// The head of each architecture is drawn for the task, all of it.
#[test]
fn heads_are_those_of_transformers_and_drawn_for_the_task() {
    for (name, head) in [
        ("albert_small", &["classifier.bias", "classifier.weight"][..]),
        ("bert", &["classifier.bias", "classifier.weight"]),
        (
            "roberta",
            &[
                "classifier.dense.bias",
                "classifier.dense.weight",
                "classifier.out_proj.bias",
                "classifier.out_proj.weight",
            ],
        ),
        ("distilbert", &["classifier.bias", "classifier.weight", "pre_classifier.bias", "pre_classifier.weight"]),
        (
            "electra",
            &[
                "classifier.dense.bias",
                "classifier.dense.weight",
                "classifier.out_proj.bias",
                "classifier.out_proj.weight",
            ],
        ),
        ("deberta_v3", &["classifier.bias", "classifier.weight", "pooler.dense.bias", "pooler.dense.weight"]),
        ("t5_mean", &["classifier.bias", "classifier.weight"]),
    ] {
        let whole = folder(name, |name| Some(name.to_owned()));
        let reference = read_tensors(&fs::read(fixture(name).join("model.safetensors")).unwrap()).unwrap();
        let names: Vec<&String> = reference.keys().filter(|n| is_head(n)).collect();
        assert_eq!(names, head, "{name}");
        let drawn = first_weights(whole.path());
        assert_eq!(drawn.keys().collect::<Vec<_>>(), reference.keys().collect::<Vec<_>>(), "{name}");
        for tensor in head {
            assert_ne!(drawn[*tensor].data, reference[*tensor].data, "{tensor}");
        }
    }
}

#[test]
fn rejects_a_folder_that_lacks_a_tensor() {
    for (name, tensor) in [
        ("albert_small", "albert.encoder.embedding_hidden_mapping_in.bias"),
        ("bert", "bert.encoder.layer.1.attention.self.query.weight"),
        ("roberta", "roberta.embeddings.position_embeddings.weight"),
        ("distilbert", "distilbert.transformer.layer.0.sa_layer_norm.bias"),
        ("electra", "electra.embeddings_project.weight"),
        ("deberta_v3", "deberta.encoder.rel_embeddings.weight"),
        ("deberta_v2", "deberta.encoder.layer.0.attention.self.pos_key_proj.bias"),
        ("t5_mean", "transformer.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"),
    ] {
        let without = folder(name, |name| (name != tensor).then(|| name.to_owned()));
        let error = load(&encoder(), without.path()).unwrap_err().to_string();
        assert!(error.contains(tensor) && error.contains("missing"), "{error}");
    }
}

/// A folder whose configuration differs from the fixture's.
fn configured(name: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = folder(name, |name| Some(name.to_owned()));
    let path = folder.path().join("small/config.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
    folder
}

#[test]
fn rejects_another_architecture_by_name() {
    let folder = configured("albert_small", "\"model_type\": \"albert\"", "\"model_type\": \"gpt2\"");
    let error = load(&encoder(), folder.path()).unwrap_err().to_string();
    assert!(error.contains("`gpt2`") && error.contains(&format!("known: {}", Config::KNOWN.join(", "))), "{error}");
}

#[test]
fn rejects_more_tokens_than_positions() {
    // Of RoBERTa's 23 rows two lie before the first token's.
    for (name, at_most) in [("bert", 23), ("roberta", 21), ("distilbert", 23), ("electra", 23), ("deberta_v2", 23)] {
        let folder = folder(name, |name| Some(name.to_owned()));
        assert!(load(&Encoder { max_length: at_most, ..encoder() }, folder.path()).is_ok());
        let error = load(&Encoder { max_length: at_most + 1, ..encoder() }, folder.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("give at most {at_most}")), "{error}");
    }
}

#[test]
fn rejects_weights_that_are_not_there_or_not_whole() {
    let folder = folder("albert_small", |name| Some(name.to_owned()));
    let complaint = || load(&encoder(), folder.path()).unwrap_err().to_string();
    let weights = folder.path().join("small/model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let message = complaint();
    assert!(message.contains("model.safetensors: not a safetensors file, or cut short"), "{message}");
    fs::remove_file(&weights).unwrap();
    let message = complaint();
    assert!(message.contains("model.safetensors: missing") && message.contains("config = { ... }"), "{message}");
    fs::write(folder.path().join("small/pytorch_model.bin"), "x").unwrap();
    let message = complaint();
    assert!(message.contains("only pytorch_model.bin") && message.contains("save_pretrained"), "{message}");
}

#[test]
fn rejects_sizes_that_do_not_fit_one_another() {
    let folder = configured("albert_small", "\"vocab_size\": 120", "\"vocab_size\": 2000");
    let message = load(&encoder(), folder.path()).unwrap_err().to_string();
    assert!(message.contains("word_embeddings.weight` has the shape [120, 16]"), "{message}");
    assert!(message.contains("config.json asks for [2000, 16]"), "{message}");
    let folder = configured("albert_small", "\"vocab_size\": 120", "\"vocab_size\": 4");
    let message = load(&encoder(), folder.path()).unwrap_err().to_string();
    assert!(message.contains("the tokenizer has 5 pieces, the embedding 4 rows"), "{message}");
}

#[test]
fn exported_configurations_name_the_class_that_transformers_loads() {
    for (name, class) in [
        ("albert_small", "AlbertForSequenceClassification"),
        ("bert", "BertForSequenceClassification"),
        ("roberta", "RobertaForSequenceClassification"),
        ("distilbert", "DistilBertForSequenceClassification"),
        ("electra", "ElectraForSequenceClassification"),
        ("deberta_v3", "DebertaV2ForSequenceClassification"),
        ("t5", "T5ForSequenceClassification"),
        ("t5_mean", "T5ForTokenClassification"),
    ] {
        let text = fs::read_to_string(fixture(name).join("config.json")).unwrap();
        // As of a checkpoint of the body in half precision.
        let text = text.replace(class, class.split("For").next().map(|name| format!("{name}Model")).unwrap().as_str());
        let text = text.replace("\"float32\"", "\"float16\"");
        let exported = config_with_labels(&text, &["no".into(), "yes".into()]).unwrap();
        let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
        assert_eq!(exported["architectures"], serde_json::json!([class]));
        assert_eq!(exported["dtype"], "float32");
        assert_eq!(exported["label2id"], serde_json::json!({ "no": 0, "yes": 1 }));
        let original: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(exported["model_type"], original["model_type"]);
        assert_eq!(exported["initializer_range"], original["initializer_range"]);
    }
}

/// One body and two heads: each task's model is taken out under transformers' names.
#[test]
fn a_model_of_several_tasks_is_exported_task_by_task() {
    for (name, _) in FIXTURES {
        let loaded = load(&encoder(), folder(name, |name| Some(name.to_owned())).path()).unwrap();
        let origin = Origin { encoder: &loaded, source: None, seed: 3 };
        let (device, config) = (Device::default(), &loaded.config);
        // One task's name is the beginning of the other's.
        let tasks = [("rte", 2), ("rte.hard", 3)];
        let head = |(task, classes): (&str, usize)| TaskHead {
            prefix: head_prefix(task, 2),
            head: origin.head(config, task, classes, Head::Reset, &device).unwrap(),
        };
        let model = Model::<Host> { body: origin.body(config, &device).unwrap(), heads: tasks.map(head).into() };
        let bytes = to_safetensors(&model.tensors()).unwrap();
        for (task, classes) in tasks {
            let one = of_one_task(bytes.clone(), &loaded.config_json, task, 2).unwrap();
            assert_eq!(read_tensors(&one).unwrap(), drawn(&loaded, 3, task, classes), "{name} {task}");
        }
        let error = of_one_task(bytes, &loaded.config_json, "sst2", 2).unwrap_err();
        assert!(matches!(&error, HeadError::Missing(name) if name.starts_with("heads.sst2.")), "{error}");
    }
}

#[test]
fn pooling_is_a_choice_of_t5_alone_and_goes_with_the_configuration() {
    let mean = || Encoder { pooling: Some(Pooling::Mean), ..encoder() };
    for name in ["albert_small", "bert", "electra", "deberta_v3"] {
        let error = load(&mean(), folder(name, |name| Some(name.to_owned())).path()).unwrap_err().to_string();
        assert!(error.contains("pooling = \"mean\" is not for ") && error.contains("remove it"), "{error}");
    }
    // A checkpoint as T5EncoderModel has it: no prefix, no decoder, and a table that goes by its user's name.
    let bare = |name: &str| {
        let short = name.strip_prefix("transformer.")?;
        Some(if short == "shared.weight" { "encoder.embed_tokens.weight" } else { short }.to_owned())
    };
    let alone = folder("t5_mean", bare);
    let path = alone.path().join("small/config.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"pooling\": \"mean\",", "")).unwrap();
    let loaded = load(&mean(), alone.path()).unwrap();
    assert!(loaded.config_json.contains("\"pooling\":\"mean\""), "{}", loaded.config_json);
    let whole = folder("t5_mean", |name| Some(name.to_owned()));
    assert_eq!(drawn(&loaded, 3, "t", 2), first_weights(whole.path()));
    // The five pieces of TOKENIZER do not end a text.
    let error = load(&encoder(), alone.path()).unwrap_err().to_string();
    assert!(error.contains("eos_token_id 1") && error.contains("the tokenizer does not put it there"), "{error}");
    let tokenizer = TOKENIZER.replace("\"post_processor\":null", ENDS);
    fs::write(alone.path().join("small/tokenizer.json"), tokenizer).unwrap();
    let error = load(&encoder(), alone.path()).unwrap_err().to_string();
    assert!(error.contains("the weights hold no decoder") && error.contains("pooling = \"mean\""), "{error}");
}

/// A post-processor that ends texts with id 1.
const ENDS: &str = r#""post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},
    {"SpecialToken":{"id":"<unk>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
    {"SpecialToken":{"id":"<unk>","type_id":0}},{"Sequence":{"id":"B","type_id":0}},
    {"SpecialToken":{"id":"<unk>","type_id":0}}],"special_tokens":{"<unk>":{"id":"<unk>","ids":[1],"tokens":["<unk>"]}}}"#;

/// transformers' T5 draws every kind of weight from a distribution of its own, and asks for a first token of the decoder.
#[test]
fn t5_is_drawn_and_exported_as_in_transformers() {
    let config =
        r#"{"model_type":"t5","vocab_size":300,"d_model":64,"d_kv":16,"d_ff":100,"num_layers":1,"num_heads":6}"#;
    let loaded = random(config);
    let weights = drawn(&loaded, 1, "t", 2);
    let deviation = |name: &str| {
        let data = &weights[name].data;
        (data.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / data.len() as f64).sqrt()
    };
    // `T5PreTrainedModel._init_weights` with initializer_factor 1.
    for (name, expected) in [
        ("transformer.shared.weight", 1.0),
        ("transformer.encoder.block.0.layer.0.SelfAttention.q.weight", 1.0 / 32.0),
        ("transformer.decoder.block.0.layer.1.EncDecAttention.k.weight", 1.0 / 8.0),
        ("transformer.encoder.block.0.layer.0.SelfAttention.o.weight", 1.0 / 96_f64.sqrt()),
        ("transformer.encoder.block.0.layer.1.DenseReluDense.wo.weight", 0.1),
        ("classification_head.dense.weight", 1.0 / 8.0),
    ] {
        assert!((deviation(name) / expected - 1.0).abs() < 0.05, "{name}: {}", deviation(name));
    }
    assert!(weights["transformer.encoder.final_layer_norm.weight"].data.iter().all(|v| *v == 1.0));
    let exported = config_with_labels(config, &["no".into(), "yes".into()]).unwrap();
    let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["decoder_start_token_id"], 0);
}

/// A configuration with random weights.
fn random(config: &str) -> LoadedEncoder {
    LoadedEncoder {
        name: "random".into(),
        config_json: config.into(),
        config: Config::read(serde_json::from_str(config).unwrap()).unwrap(),
        tokenizer_json: Vec::new(),
        weights: None,
        max_length: 32,
        pad_to_max_length: false,
        parameters: 0,
        architecture: String::new(),
        fingerprint: String::new(),
    }
}

#[test]
fn random_weights_are_drawn_as_transformers_draws_them() {
    let bert = r#""hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128"#;
    for (config, padding_rows) in [
        (
            format!(r#"{{"model_type":"albert","vocab_size":500,"embedding_size":32,{bert}}}"#),
            &[("albert.embeddings.word_embeddings.weight", 0..32)][..],
        ),
        (
            format!(r#"{{"model_type":"bert","vocab_size":500,{bert}}}"#),
            &[("bert.embeddings.word_embeddings.weight", 0..64)],
        ),
        (
            format!(r#"{{"model_type":"roberta","vocab_size":500,{bert}}}"#),
            &[
                ("roberta.embeddings.word_embeddings.weight", 64..128),
                ("roberta.embeddings.position_embeddings.weight", 64..128),
            ],
        ),
        (
            r#"{"model_type":"distilbert","vocab_size":500,"dim":64,"n_layers":2,"n_heads":4,"hidden_dim":128}"#.into(),
            &[("distilbert.embeddings.word_embeddings.weight", 0..64)],
        ),
    ] {
        let random = random(&config);
        let draw = |seed, task| drawn(&random, seed, task, 3);
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
        for (name, row) in padding_rows {
            assert!(weights[*name].data[row.clone()].iter().all(|x| *x == 0.0), "{name}");
            assert!(weights[*name].data[row.end..].iter().all(|x| *x != 0.0), "{name}");
        }
        // Another task: the same body, another head. Another seed: another body.
        let (other, later) = (draw(1, "b"), draw(2, "a"));
        for name in weights.keys().filter(|n| n.ends_with("weight") && !n.contains("LayerNorm") && !n.contains("_norm"))
        {
            assert_eq!(weights[name] != other[name], is_head(name), "{name}");
            assert_ne!(weights[name], later[name], "{name}");
        }
    }
}

/// Parameter counts of the body by transformers 5.24: `sum(p.numel() for p in AutoModel.from_config(config)
/// .parameters())`, `RobertaModel(config, add_pooling_layer=False)` for RoBERTa.
#[test]
fn published_configurations_have_their_published_sizes() {
    let large = r#""num_attention_heads":16"#;
    for (config, parameters) in [
        // albert-base, -large, -xlarge; bert-tiny; MiniLM-L6-H384.
        (
            r#""albert","hidden_size":768,"intermediate_size":3072,"num_attention_heads":12,"hidden_act":"gelu""#
                .to_owned(),
            11_683_584,
        ),
        (format!(r#""albert","hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,{large}"#), 17_683_968),
        (format!(r#""albert","hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":24,{large}"#), 58_724_864),
        (
            r#""bert","hidden_size":128,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":512"#.into(),
            4_385_920,
        ),
        (r#""bert","hidden_size":384,"num_hidden_layers":6,"intermediate_size":1536"#.into(), 22_713_216),
        (
            r#""roberta","hidden_size":128,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":512,
               "max_position_embeddings":514,"type_vocab_size":1"#
                .into(),
            6_896_640,
        ),
        (r#""distilbert","dim":128,"n_layers":2,"n_heads":2,"hidden_dim":512"#.into(), 4_369_152),
    ] {
        let config = random(&format!(r#"{{"model_type":{config}}}"#)).config;
        let body = AnyBody::<Host>::zeros(&config, &Device::default()).unwrap();
        let mut count = 0;
        named::collect(&body, &mut |_, values| count += values.data.len());
        assert_eq!(count, parameters, "{config:?}");
    }
    // xxlarge is what the defaults describe; its shapes follow from the same code.
    assert!(AlbertConfig::default().check().is_ok());
}
