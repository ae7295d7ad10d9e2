//! T5, T5 v1.1 and FLAN-T5 (Raffel et al. 2020, arXiv:1910.10683) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py>.
//!
//! Encoder and decoder read the same text, and what the decoder makes of its end is classified; or, with the study's
//! `pooling = "mean"`, the encoder stands alone and the mean of its tokens is.

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]
#![allow(clippy::large_enum_variant, reason = "a process holds few of them, and derived records cannot be annotated")]

mod config;
mod stack;
#[cfg(test)]
mod tests;

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use transfermap::study::Precision;

use super::architecture::{Body, Configuration, Head};
use super::attention::ids;
use super::error::ConfigFault;
use super::layers::{Embedding, Linear, embed};
use super::{Inputs, Mode, mean_over_tokens};
use stack::{Encoded, T5Stack};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;

pub use config::T5Config;

/// `T5Model`, or `T5EncoderModel` where there is no decoder.
#[derive(Module, Debug)]
pub struct T5Model<B: Backend> {
    shared: Embedding<B>,
    encoder: T5Stack<B>,
    decoder: Option<T5Stack<B>>,
    #[module(skip)]
    eos_token_id: i32,
    #[module(skip)]
    decoder_start_token_id: i32,
}

impl<B: Kernels> T5Model<B> {
    fn zeros(config: &T5Config, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        let id = |id: usize| i32::try_from(id).map_err(ConfigFault::PaddingSize);
        let decoder = (!config.is_mean()).then(|| T5Stack::zeros(config, true, device));
        Ok(Self {
            // Without a row for padding, unlike the others.
            shared: Embedding::zeros(config.vocab_size, config.d_model, device),
            encoder: T5Stack::zeros(config, false, device)?,
            decoder: decoder.transpose()?,
            eos_token_id: id(config.eos_token_id)?,
            decoder_start_token_id: id(config.decoder_start())?,
        })
    }

    fn embed(&self, input_ids: &[i32], device: &Device<B>) -> Tensor<B, 2> {
        embed([&self.shared], [input_ids], device)
    }

    /// What the decoder makes of each text's last end-of-sequence token, `[batch, d_model]`.
    fn ends(
        &self,
        decoder: &T5Stack<B>,
        states: &Tensor<B, 3>,
        inputs: &Inputs<B>,
        mode: &mut Mode<'_>,
    ) -> Tensor<B, 2> {
        let [batch, sequence, width] = states.dims();
        let states = states.clone().reshape([batch * sequence, width]);
        let device = states.device();
        let states = match mode.precision {
            Precision::F32 => states,
            Precision::Bf16 => states.cast(burn::tensor::FloatDType::BF16),
        };
        let encoded = Encoded { states: &states, mask: &inputs.attention_mask };
        let embedded = self.embed(&shift_right(&inputs.input_ids, sequence, self.decoder_start_token_id), &device);
        let all = inputs.attention_mask.ones_like();
        let decoded = decoder.forward(embedded, &all, Some(&encoded), mode, &mut |_| {});
        let ends = last_places(&inputs.input_ids, sequence, self.eos_token_id);
        B::lookup([decoded], [&ids(&ends, batch * sequence, &device)])
    }
}

/// `_shift_right`: every row begins with `first` and loses its last token.
fn shift_right(input_ids: &[i32], sequence: usize, first: i32) -> Vec<i32> {
    let rows = input_ids.chunks(sequence.max(1));
    rows.flat_map(|row| std::iter::once(first).chain(row.iter().copied().take(sequence.saturating_sub(1)))).collect()
}

/// Where in the batch each row has its last `id`; at its end where it has none.
fn last_places(input_ids: &[i32], sequence: usize, id: i32) -> Vec<i32> {
    let place = |(i, row): (usize, &[i32])| {
        let last = row.iter().rposition(|of_token| *of_token == id).unwrap_or(sequence.saturating_sub(1));
        i32::try_from(i * sequence + last).unwrap_or(i32::MAX)
    };
    input_ids.chunks(sequence.max(1)).enumerate().map(place).collect()
}

/// The body of `T5ForSequenceClassification`, or of `T5ForTokenClassification`.
#[derive(Module, Debug)]
pub struct T5Body<B: Backend> {
    transformer: T5Model<B>,
}

impl<B: Kernels> Body<B> for T5Body<B> {
    type Config = T5Config;

    fn zeros(config: &T5Config, device: &Device<B>) -> Result<Self, ConfigFault> {
        Ok(Self { transformer: T5Model::zeros(config, device)? })
    }

    /// Those of the encoder.
    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let [batch, sequence] = inputs.shape();
        let mask = &inputs.attention_mask;
        let embedded = self.transformer.embed(&inputs.input_ids, &mask.device());
        let x = self.transformer.encoder.forward(embedded, mask, None, mode, observe);
        let [_, width] = x.dims();
        x.reshape([batch, sequence, width])
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        match &self.transformer.decoder {
            Some(decoder) => self.transformer.ends(decoder, last_hidden_state, inputs, mode),
            None => mean_over_tokens(last_hidden_state, &inputs.attention_mask),
        }
    }
}

/// `T5ClassificationHead`.
#[derive(Module, Debug)]
pub struct T5ClassificationHead<B: Backend> {
    dense: Linear<B>,
    out_proj: Linear<B>,
}

/// The head of `T5ForSequenceClassification`.
#[derive(Module, Debug)]
pub struct T5SequenceHead<B: Backend> {
    classification_head: T5ClassificationHead<B>,
    classifier_dropout: f64,
}

/// The head of `T5ForTokenClassification`.
#[derive(Module, Debug)]
pub struct T5MeanHead<B: Backend> {
    classifier: Linear<B>,
    classifier_dropout: f64,
}

/// Either.
#[derive(Module, Debug)]
pub enum T5Head<B: Backend> {
    /// On what the decoder makes of the text's end.
    Sequence(T5SequenceHead<B>),
    /// On the mean of the encoder's tokens.
    Mean(T5MeanHead<B>),
}

impl<B: Kernels> Head<B> for T5Head<B> {
    type Config = T5Config;

    fn zeros(config: &T5Config, classes: usize, device: &Device<B>) -> Self {
        let (width, classifier_dropout) = (config.d_model, config.classifier_dropout);
        let linear = |outputs| Linear::zeros(width, outputs, device);
        if config.is_mean() {
            return Self::Mean(T5MeanHead { classifier: linear(classes), classifier_dropout });
        }
        let classification_head = T5ClassificationHead { dense: linear(width), out_proj: linear(classes) };
        Self::Sequence(T5SequenceHead { classification_head, classifier_dropout })
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        match self {
            Self::Sequence(T5SequenceHead { classification_head: head, classifier_dropout }) => {
                let pooled = mode.drop(pooled, *classifier_dropout);
                let inner = head.dense.forward(pooled, Activation::Tanh);
                head.out_proj.forward(mode.drop(inner, *classifier_dropout), Activation::Identity)
            }
            Self::Mean(T5MeanHead { classifier, classifier_dropout }) => {
                classifier.forward(mode.drop(pooled, *classifier_dropout), Activation::Identity)
            }
        }
    }
}
