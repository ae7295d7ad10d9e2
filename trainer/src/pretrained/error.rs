//! What can be wrong with a model folder: every message names the file or the encoder, and the remedy.

use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensorError};

use crate::encoder::ConfigFault;
use crate::encoder::registry::ConfigError;

/// Why an encoder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PretrainedError {
    #[error("{path}: {fault}", path = path.display())]
    File { path: PathBuf, fault: FileFault },
    #[error("encoder `{encoder}`: {misfit}")]
    Misfit { encoder: String, misfit: Misfit },
}

/// What is wrong with one of its files, or with its folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    #[error("no such folder; put config.json, tokenizer.json and model.safetensors there, or correct `path`")]
    NoFolder,
    #[error("is a file; give the folder that holds config.json, tokenizer.json and model.safetensors")]
    NotAFolder,
    #[error("missing; {remedy}")]
    Missing { remedy: &'static str },
    #[error(
        "missing; only pytorch_model.bin is there (whole or split), which can run code when it is read: convert it with \
         transformers' `save_pretrained(..., safe_serialization=True)`"
    )]
    OnlyPickled,
    #[error(
        "missing; adapter_model.safetensors is there, which holds the adapter of a model and not the model: with peft, \
         `model.merge_and_unload().save_pretrained(FOLDER)` writes the whole"
    )]
    OnlyAdapter,
    #[error(
        "missing, as is model.safetensors.index.json; the weights are split over {}: copy the index from the \
         checkpoint too, or write one file with transformers' `save_pretrained(FOLDER, max_shard_size=\"100GB\")`",
        .others.join(", ")
    )]
    NoIndex { others: Vec<String> },
    #[error("missing; the folder holds {}: rename it to model.safetensors if it is the whole model", .others.join(", "))]
    OtherName { others: Vec<String> },
    #[error("not the index of split weights: {0}; fetch it again")]
    NotAnIndex(serde_json::Error),
    #[error("names {path}, which is not in the folder; fetch the checkpoint again", path = .0.display())]
    Outside(PathBuf),
    #[error(
        "missing; {found} is there, of which transformers makes one{}: {}",
        packages(.found),
        one_liner(.folder)
    )]
    NotConverted { found: &'static str, folder: PathBuf },
    #[error("makes no tokenizer: {reason}. Where transformers reads the folder, this writes tokenizer.json: {}", one_liner(.folder))]
    NotAVocabulary { reason: String, folder: PathBuf },
    #[error("not a JSON object; copy it from the checkpoint, or remove it")]
    NotAnObject,
    #[error("{field} is {value}; give true or false")]
    NotABoolean { field: &'static str, value: String },
    #[error("cannot be read ({0})")]
    Io(std::io::Error),
    #[error("not UTF-8")]
    NotUtf8,
    #[error("not JSON: {0}")]
    NotJson(serde_json::Error),
    #[error(transparent)]
    Config(ConfigError),
    #[error("not a tokenizer.json: {0}")]
    NotATokenizer(tokenizers::Error),
    #[error("cannot read a pair of texts: {0}")]
    NoPairs(tokenizers::Error),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// What lets transformers write a tokenizer.json into a folder.
fn one_liner(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "python -c \"from transformers import AutoTokenizer as A; \
         A.from_pretrained('{folder}').save_pretrained('{folder}')\""
    )
}

/// What it needs for that.
fn packages(found: &str) -> &'static str {
    if found.ends_with(".model") { " (pip install transformers sentencepiece protobuf)" } else { "" }
}

/// Why the parts of an encoder do not fit one another, or the study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// A study's `pooling` that the architecture has no choice about.
    #[error("pooling = \"{}\" is not for {architecture}, which is pooled as in transformers; remove it", serde_json::json!(.pooling).as_str().unwrap_or_default())]
    NoPooling { pooling: transfermap::study::Pooling, architecture: &'static str },
    /// An encoder without its decoder.
    #[error(
        "tensor `{0}` is missing: the weights hold no decoder; give `pooling = \"mean\"`, which reads the encoder alone"
    )]
    NoDecoder(String),
    /// A token without which there is nothing to classify.
    #[error(
        "its classifier reads the text's end, {field} {id}, and the tokenizer does not put it there; give the tokenizer.json that belongs to the model"
    )]
    NoEnd { field: &'static str, id: usize },
    #[error("no embedded encoder `{0}`; known: demo-albert")]
    NotEmbedded(String),
    #[error("no tokenizer; give `tokenizer = \"path/to/tokenizer.json\"`")]
    NoTokenizer,
    #[error(transparent)]
    Config(ConfigError),
    /// The configuration makes no model.
    #[error(transparent)]
    Model(ConfigFault),
    #[error(
        "sinusoidal_pos_embds is true, and there are no weights to take the table of positions from; give \
         sinusoidal_pos_embds = false in `config`"
    )]
    Sinusoidal,
    #[error("max_length = {max_length}, but it has {positions} positions; give at most {positions}")]
    TooFewPositions { max_length: usize, positions: usize },
    #[error("the tokenizer has {pieces} pieces, the embedding {rows} rows; they belong to different models")]
    TooFewRows { pieces: usize, rows: usize },
    #[error(
        "the tokenizer tells the {segments} texts of a pair apart, type_vocab_size is {known}: it takes single texts \
         only; join the columns of pairs (`kind = \"single\"`), or take another encoder"
    )]
    TooFewSegments { segments: usize, known: usize },
}

/// Why one task's model cannot be taken out of that of several.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    #[error("config.json: {0}")]
    Config(#[from] ConfigError),
    #[error("the weights have no `{0}`")]
    Missing(String),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Why the tensors of a safetensors file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    #[error("not a safetensors file, or cut short ({0}); fetch it again")]
    Header(SafeTensorError),
    #[error("tensor `{0}` is missing; the weights belong to another architecture or configuration")]
    Missing(String),
    #[error("tensor `{0}` is missing, which model.safetensors.index.json says is here; fetch both again")]
    NotInShard(String),
    #[error(
        "tensor `{name}` has the shape {found:?}, config.json asks for {asked:?}; the weights belong to another \
         configuration"
    )]
    Shape { name: String, found: Vec<usize>, asked: Vec<usize> },
    #[error("tensor `{name}` holds {found:?}; known: F32, BF16, F16")]
    Format { name: String, found: Dtype },
    #[error(transparent)]
    Safetensors(#[from] SafeTensorError),
}
