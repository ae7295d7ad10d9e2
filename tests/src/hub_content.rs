//! What the test hub serves: small data sets as Parquet laid out as the hub has them, and a small ALBERT.

use std::collections::HashMap;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use transfermap_trainer::pretrained::{read_tensors, write_tensors};

use crate::hub_server::Files;
use crate::root;

/// Rows of texts and a class number.
pub type Rows = Vec<(Vec<String>, i64)>;

/// A Parquet file with the text columns `texts` and `label`; class names go where `datasets` puts them.
///
/// # Errors
/// What the Parquet library refuses.
pub fn parquet(texts: &[&str], classes: Option<&[&str]>, rows: &Rows) -> Result<Vec<u8>, ParquetError> {
    let columns: String = texts.iter().map(|t| format!("optional binary {t} (UTF8); ")).collect();
    let schema = Arc::new(parse_message_type(&format!("message schema {{ {columns}optional int64 label; }}"))?);
    let metadata = classes.map(|names| {
        let features = serde_json::json!({ "label": { "names": names, "_type": "ClassLabel" } });
        let info = serde_json::json!({ "info": { "features": features } });
        vec![KeyValue { key: "huggingface".into(), value: Some(info.to_string()) }]
    });
    let properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(metadata).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let present = vec![1; rows.len()];
    for at in 0..texts.len() {
        let values: Vec<ByteArray> =
            rows.iter().map(|(t, _)| t.get(at).map(String::as_str).unwrap_or_default().into()).collect();
        if let Some(mut column) = group.next_column()? {
            column.typed::<ByteArrayType>().write_batch(&values, Some(&present), None)?;
            column.close()?;
        }
    }
    let labels: Vec<i64> = rows.iter().map(|(_, label)| *label).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&labels, Some(&present), None)?;
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(bytes)
}

/// `n` rows of `columns` texts that name `what`, over `classes` classes in turn.
pub fn rows(what: &str, n: usize, columns: usize, classes: usize) -> Rows {
    let text = |i: usize, c: usize| format!("{what} {i} text {c} of class {}", i % classes);
    (0..n).map(|i| ((0..columns).map(|c| text(i, c)).collect(), (i % classes) as i64)).collect()
}

/// The five data sets of the student notebook with made-up rows, by their paths on the hub: names of files, columns and
/// classes are those of the hub.
///
/// # Errors
/// What the Parquet library refuses.
pub fn five_data_sets() -> Result<Vec<(&'static str, Files)>, ParquetError> {
    type Set = (&'static str, &'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
    // Path, folder, text columns, classes, splits.
    let sets: [Set; 5] = [
        (
            "datasets/fancyzhx/ag_news",
            "data",
            &["text"],
            &["World", "Sports", "Business", "Sci/Tech"],
            &["train", "test"],
        ),
        (
            "datasets/stanfordnlp/sst2",
            "data",
            &["sentence"],
            &["negative", "positive"],
            &["train", "validation", "test"],
        ),
        (
            "datasets/Yelp/yelp_review_full",
            "yelp_review_full",
            &["text"],
            // Spelt so on the hub.
            &["1 star", "2 star", "3 stars", "4 stars", "5 stars"],
            &["train", "test"],
        ),
        (
            "datasets/nyu-mll/glue",
            "rte",
            &["sentence1", "sentence2"],
            &["entailment", "not_entailment"],
            &["train", "validation", "test"],
        ),
        (
            "datasets/google-research-datasets/paws",
            "labeled_final",
            &["sentence1", "sentence2"],
            &["0", "1"],
            &["train", "validation", "test"],
        ),
    ];
    let mut out = Vec::new();
    for (path, folder, texts, classes, splits) in sets {
        let config = if folder == "data" { "default" } else { folder };
        let mut files = Files::new();
        let mut page = format!("---\nconfigs:\n- config_name: {config}\n  data_files:\n");
        for split in splits {
            page += &format!("  - split: {split}\n    path: {folder}/{split}-*\n");
            let mut made = rows(&format!("{config} {split}"), 60, texts.len(), classes.len());
            // GLUE hides the labels of its test splits.
            if path.ends_with("glue") && *split == "test" {
                made.iter_mut().for_each(|(_, label)| *label = -1);
            }
            files.insert(format!("{folder}/{split}-00000-of-00001.parquet"), parquet(texts, Some(classes), &made)?);
        }
        if path.ends_with("glue") {
            page += "- config_name: cola\n  data_files:\n  - split: train\n    path: cola/train-*\n";
        }
        files.insert("README.md".into(), (page + "---\n# A data set\n").into_bytes());
        out.push((path, files));
    }
    Ok(out)
}

/// GLUE's classification tasks with made-up rows: configurations, columns, class names and splits as the page
/// huggingface.co/datasets/nyu-mll/glue gives them.
///
/// # Errors
/// What the Parquet library refuses.
pub fn glue() -> Result<Files, ParquetError> {
    type Config = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
    let usual: &[&str] = &["train", "validation", "test"];
    let by_genre: &[&str] = &["train", "validation_matched", "validation_mismatched", "test_matched"];
    let configs: [Config; 8] = [
        ("cola", &["sentence"], &["unacceptable", "acceptable"], usual),
        ("sst2", &["sentence"], &["negative", "positive"], usual),
        ("mrpc", &["sentence1", "sentence2"], &["not_equivalent", "equivalent"], usual),
        ("qqp", &["question1", "question2"], &["not_duplicate", "duplicate"], usual),
        ("mnli", &["premise", "hypothesis"], &["entailment", "neutral", "contradiction"], by_genre),
        ("qnli", &["question", "sentence"], &["entailment", "not_entailment"], usual),
        ("rte", &["sentence1", "sentence2"], &["entailment", "not_entailment"], usual),
        ("wnli", &["sentence1", "sentence2"], &["not_entailment", "entailment"], usual),
    ];
    let mut files = Files::new();
    let mut page = "---\nconfigs:\n".to_owned();
    for (config, texts, classes, splits) in configs {
        page += &format!("- config_name: {config}\n  data_files:\n");
        for split in splits {
            page += &format!("  - split: {split}\n    path: {config}/{split}-*\n");
            let mut made = rows(&format!("{config} {split}"), 60, texts.len(), classes.len());
            if split.starts_with("test") {
                made.iter_mut().for_each(|(_, label)| *label = -1);
            }
            files.insert(format!("{config}/{split}-00000-of-00001.parquet"), parquet(texts, Some(classes), &made)?);
        }
    }
    files.insert("README.md".into(), (page + "---\n# GLUE\n").into_bytes());
    Ok(files)
}

/// An ALBERT of the published layout, small and with random weights: the fixture, with positions for 128 tokens.
///
/// # Errors
/// A fixture that cannot be read.
pub fn small_albert() -> Result<Files, Box<dyn std::error::Error>> {
    let fixture = root().join("tests/fixtures/albert_small");
    let config = std::fs::read_to_string(fixture.join("config.json"))?;
    let mut tensors = read_tensors(&std::fs::read(fixture.join("model.safetensors"))?)?;
    let positions = tensors.get_mut("albert.embeddings.position_embeddings.weight").ok_or("no positions")?;
    let width = positions.shape.last().copied().unwrap_or_default();
    positions.data = positions.data.iter().copied().cycle().take(128 * width).collect();
    positions.shape = vec![128, width];
    let format: HashMap<String, String> = [("format".to_owned(), "pt".to_owned())].into();
    let config = config.replace("\"max_position_embeddings\": 40", "\"max_position_embeddings\": 128");
    Ok(Files::from([
        ("README.md".to_owned(), b"---\nlicense: apache-2.0\n---\n# ALBERT\n".to_vec()),
        ("config.json".to_owned(), config.into_bytes()),
        ("tokenizer.json".to_owned(), tokenizer(60).into_bytes()),
        ("model.safetensors".to_owned(), write_tensors(&tensors, Some(format))?),
        ("pytorch_model.bin".to_owned(), b"never fetched".to_vec()),
    ]))
}

/// A model of the hub with the weights of a folder of tests/fixtures, whose tables have 61 rows.
///
/// # Errors
/// A file cannot be read.
pub fn small_model(fixture: &str) -> std::io::Result<Files> {
    let folder = root().join("tests/fixtures").join(fixture);
    let mut files = Files::from([("tokenizer.json".to_owned(), tokenizer(40).into_bytes())]);
    for name in ["config.json", "model.safetensors"] {
        files.insert(name.to_owned(), std::fs::read(folder.join(name))?);
    }
    Ok(files)
}

/// A word-level tokenizer of 14 pieces and this many numbers, with ALBERT's special ones.
fn tokenizer(numbers: usize) -> String {
    let numbers = (0..numbers).map(|i| i.to_string());
    let words = ["text", "of", "class", "train", "test", "validation", "default", "rte", "labeled_final"];
    let special = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned);
    let pieces = special.into_iter().chain(words.map(str::to_owned)).chain(numbers);
    let vocabulary: serde_json::Map<String, serde_json::Value> =
        pieces.enumerate().map(|(id, piece)| (piece, id.into())).collect();
    let special = |id: &str, number: u32, segment: u32| {
        let piece = serde_json::json!({ "SpecialToken": { "id": id, "type_id": segment } });
        (piece, (id.to_owned(), serde_json::json!({ "id": id, "ids": [number], "tokens": [id] })))
    };
    let text = |id: &str, segment: u32| serde_json::json!({ "Sequence": { "id": id, "type_id": segment } });
    let ((cls, cls_entry), (sep, sep_entry), (last, _)) =
        (special("[CLS]", 2, 0), special("[SEP]", 3, 0), special("[SEP]", 3, 1));
    let entries: serde_json::Map<String, serde_json::Value> = [cls_entry, sep_entry].into_iter().collect();
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": { "type": "WhitespaceSplit" }, "decoder": null,
        "post_processor": {
            "type": "TemplateProcessing", "special_tokens": entries,
            "single": [cls.clone(), text("A", 0), sep.clone()],
            "pair": [cls, text("A", 0), sep, text("B", 1), last],
        },
        "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>" }
    })
    .to_string()
}
