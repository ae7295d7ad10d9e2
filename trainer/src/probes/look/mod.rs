//! What is observed of tasks and models before any measure is computed: features, logits, gradients, weight changes.
//!
//! [`set`] picks the examples of a task, [`forward`] passes them through a model, [`gradient`] streams the diagonal
//! Fisher information and the mean gradient under a [`head`] fitted to them, [`few_steps`] trains a little,
//! [`sentence`] embeds the notebook's sentence, [`weights`] compares where trainings went. No study, no plan and no
//! process is known here; [`probes`](super) decides what is observed when.

pub mod few_steps;
pub mod forward;
pub mod gradient;
pub mod head;
pub mod sentence;
pub mod set;
#[cfg(test)]
mod tests;
pub mod weights;

use std::path::PathBuf;

use transfermap::study::{Head as Fate, LabelsError, Precision, Recipe};

use crate::backend::{Device, DeviceError};
use crate::encoder::{AnyBody, AnyHead};
use crate::pretrained::{LoadedEncoder, Padding};
use crate::train::TrainError;
use crate::train::model::{ModelError, Origin, configured};
use transfermap_kernels::Kernels;

/// A model to look at: an encoder before any training, or the final weights of a run.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub encoder: &'a LoadedEncoder,
    /// model.safetensors of a run; `None` for the encoder as the runs start from it.
    pub trained: Option<&'a [u8]>,
    /// Seed of the run, and of an encoder whose weights are drawn.
    pub seed: u64,
    /// Classes of the model's head.
    pub classes: usize,
    /// Number format of the matrix products.
    pub precision: Precision,
    /// Where it is computed.
    pub device: Device,
}

impl Subject<'_> {
    fn origin(&self) -> Origin<'_> {
        Origin { encoder: self.encoder, source: self.trained, seed: self.seed }
    }

    /// The body with its weights.
    fn body<B: Kernels>(&self, device: &B::Device) -> Result<AnyBody<B>, ProbeError> {
        let config = configured(self.encoder, &Recipe::default());
        Ok(self.origin().body(&config, device)?)
    }

    /// The head with its weights. Without a trained run it is drawn at random and means nothing.
    fn head<B: Kernels>(&self, device: &B::Device) -> Result<AnyHead<B>, ProbeError> {
        let config = configured(self.encoder, &Recipe::default());
        Ok(self.origin().head(&config, "", self.classes, Fate::Keep, device)?)
    }

    /// As little padding as there can be, whatever the encoder's trainings have.
    fn padding(&self) -> Padding {
        Padding { to_max_length: false, ..self.encoder.padding() }
    }
}

/// Why nothing could be observed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The weights do not fit the configuration.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The task's labels make no classes.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error("the study has no task `{0}`")]
    NoTask(String),
    #[error("{what}: a value is not finite; the model diverged, or its weights are damaged")]
    NotFinite {
        /// What was observed.
        what: &'static str,
    },
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// The texts cannot be tokenised.
    #[error(transparent)]
    Data(#[from] crate::data::DataError),
    /// A few training steps went wrong.
    #[error(transparent)]
    Train(#[from] TrainError),
}

/// Numbers that are all finite, or the word that they are not.
fn finite(what: &'static str, values: Vec<f32>) -> Result<Vec<f32>, ProbeError> {
    if values.iter().all(|v| v.is_finite()) { Ok(values) } else { Err(ProbeError::NotFinite { what }) }
}
