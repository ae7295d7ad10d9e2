//! The models: one file per architecture, field and tensor names as in HuggingFace.

pub mod activation;
pub mod albert;
pub mod architecture;
pub mod attention;
pub mod bert;
pub mod block;
pub mod config_file;
pub mod deberta_v2;
pub mod distilbert;
pub mod electra;
pub mod error;
pub mod init;
pub mod layers;
pub mod named;
pub mod registry;
pub mod roberta;
pub mod t5;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use transfermap::study::Precision;

pub use architecture::{Body, Head};
pub use error::{ConfigFault, ParameterError};
pub use registry::{AnyBody, AnyHead, Config};

use transfermap_kernels::Kernels;
use transfermap_kernels::mask::{Dropout, Mask};

/// A padded batch. The ids stay on the host: the tables that they are looked up in want them in order too.
#[derive(Debug, Clone)]
pub struct Inputs<B: Backend> {
    /// Token ids, row by row of `attention_mask`.
    pub input_ids: Vec<i32>,
    /// Segment ids, likewise.
    pub token_type_ids: Vec<i32>,
    /// 1 for tokens, 0 for padding, `[batch, sequence]`.
    pub attention_mask: Tensor<B, 2>,
}

impl<B: Backend> Inputs<B> {
    /// `[batch, sequence]`.
    pub fn shape(&self) -> [usize; 2] {
        self.attention_mask.dims()
    }

    /// The place of every token in its input, from 0.
    pub fn positions(&self) -> Vec<i32> {
        let [batch, sequence] = self.shape();
        let places = i32::try_from(sequence).unwrap_or(i32::MAX);
        (0..batch).flat_map(|_| 0..places).collect()
    }
}

/// What an encoder makes of a batch.
#[derive(Debug, Clone)]
pub struct Outputs<B: Backend> {
    /// One vector per token, `[batch, sequence, hidden]`; rows of padding mean nothing.
    pub last_hidden_state: Tensor<B, 3>,
    /// What the task's head reads, `[batch, hidden]`: tanh of a linear map of the first token (ALBERT, BERT), the first
    /// token itself where the body has no pooler (RoBERTa, DistilBERT, ELECTRA, DeBERTa), or what T5's decoder makes of the
    /// text's end.
    pub pooler_output: Tensor<B, 2>,
    /// What went into the first layer and what came out of each, every one `[batch, sequence, hidden]`; empty unless
    /// [`Mode::keep_hidden_states`].
    pub hidden_states: Vec<Tensor<B, 3>>,
}

impl<B: Backend> Outputs<B> {
    /// Mean over the tokens of each input, padding left out: `[batch, hidden]`.
    pub fn mean_pooled(&self, attention_mask: &Tensor<B, 2>) -> Tensor<B, 2> {
        mean_over_tokens(&self.last_hidden_state, attention_mask)
    }
}

/// Mean of `[batch, sequence, hidden]` over the tokens of each input, padding left out: `[batch, hidden]`.
pub fn mean_over_tokens<B: Backend>(states: &Tensor<B, 3>, attention_mask: &Tensor<B, 2>) -> Tensor<B, 2> {
    let mask = attention_mask.clone().unsqueeze_dim::<3>(2);
    let sum = (states.clone() * mask.clone()).sum_dim(1);
    (sum / mask.sum_dim(1)).squeeze_dim(1)
}

/// How a forward pass is done.
pub struct Mode<'a> {
    /// The masks to draw in training; `None` in evaluation.
    pub dropout: Option<&'a mut Dropout>,
    /// Number format of the matrix products.
    pub precision: Precision,
    /// Whether every layer's output is kept.
    pub keep_hidden_states: bool,
}

impl<'a> Mode<'a> {
    /// Without dropout.
    pub fn evaluation(precision: Precision) -> Self {
        Mode { dropout: None, precision, keep_hidden_states: false }
    }

    /// With dropout.
    pub fn training(precision: Precision, dropout: &'a mut Dropout) -> Self {
        Mode { dropout: Some(dropout), precision, keep_hidden_states: false }
    }

    /// The mask of the next place where dropout stands, in training; `None` where nothing is dropped.
    pub fn mask(&mut self, probability: f64) -> Option<Mask> {
        self.dropout.as_mut().and_then(|dropout| dropout.next(probability))
    }

    /// Zeroes each element with `probability` and scales the others by `1 / (1 - probability)`, in training only.
    pub fn drop<B: Kernels>(&mut self, x: Tensor<B, 2>, probability: f64) -> Tensor<B, 2> {
        match self.mask(probability) {
            Some(mask) => B::drop(x, mask),
            None => x,
        }
    }
}
