//! HuggingFace folders: config.json, tokenizer.json and model.safetensors, into memory and back.

mod embedded;
mod error;
mod export;
mod files;
mod load;
mod note;
mod padding;
mod shards;
mod tensor_file;
mod tokenizer;
mod weights;

pub use embedded::embedded;
pub use error::{FileFault, HeadError, Misfit, PretrainedError, WeightsError};
pub use export::{config_with_labels, export, export_tokenizer, of_one_task};
pub use load::{load, load_with_notes};
pub use note::{Note, NoteKind};
pub use padding::Padding;
pub use tensor_file::TensorFile;
pub use tokenizer::ExportedTokenizer;
pub use weights::{
    Checkpoint, Tensors, head_prefix, is_pooler, read_tensors, tensors_of, to_safetensors, write_tensors,
};

use crate::encoder::Config;

/// An encoder as the study names it, checked and in memory: shared by every run that starts from it.
#[derive(Debug, Clone)]
pub struct LoadedEncoder {
    /// The study's name for it.
    pub name: String,
    /// config.json, verbatim.
    pub config_json: String,
    /// Its architecture's part.
    pub config: Config,
    /// tokenizer.json as transformers takes it: verbatim where tokenizer_config.json has nothing against it.
    pub tokenizer_json: Vec<u8>,
    /// model.safetensors, verbatim, or what is split over several files as one; absent for random weights.
    pub weights: Option<Vec<u8>>,
    /// Longest input in tokens.
    pub max_length: usize,
    /// Whether batches are padded to `max_length` instead of to their longest input.
    pub pad_to_max_length: bool,
    /// Trainable parameters without a classifier.
    pub parameters: u64,
    /// `model_type` of the configuration, as it calls itself.
    pub architecture: String,
    /// Hash of all of it.
    pub fingerprint: String,
}

impl LoadedEncoder {
    /// The files of which an output folder keeps a copy, so that weights can be exported without the study's folder.
    pub fn kept_files(&self) -> [(&'static str, &[u8]); 2] {
        [("config.json", self.config_json.as_bytes()), ("tokenizer.json", &self.tokenizer_json)]
    }

    /// How its batches are padded.
    pub fn padding(&self) -> Padding {
        Padding {
            pad_id: u32::try_from(self.config.sizes().pad_token_id).unwrap_or_default(),
            max_length: self.max_length,
            to_max_length: self.pad_to_max_length,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod minilm_tests;
