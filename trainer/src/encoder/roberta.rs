//! RoBERTa (Liu et al. 2019, arXiv:1907.11692) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/roberta/modeling_roberta.py>.
//!
//! BERT's layers; what differs: positions are counted from `pad_token_id` + 1 and padding has a position of its own,
//! segments are not told apart (transformers' RoBERTa tokenizers give none), the body has no pooler, and the head is
//! two layers on the first token.

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde::Deserialize;
use serde_json::Value;

use super::architecture::{Body, Configuration, DropoutRates, Head, Sizes, first_tokens};
use super::bert::{BertConfig, BertEmbeddings, BertEncoder};
use super::error::ConfigFault;
use super::layers::Linear;
use super::{Inputs, Mode};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::norm::Normalised;

/// `config.json` of a RoBERTa checkpoint: BERT's fields, with the defaults of transformers' `RobertaConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct RobertaConfig {
    bert: BertConfig,
}

impl Configuration for RobertaConfig {
    const MODEL_TYPE: &'static str = "roberta";
    const CLASS: &'static str = "RobertaForSequenceClassification";
    const PREFIX: &'static str = "roberta.";

    fn read(mut value: Value) -> Result<Self, serde_json::Error> {
        if let Some(fields) = value.as_object_mut() {
            // Where RobertaConfig's defaults are not BertConfig's.
            for (name, default) in [("vocab_size", 50_265), ("pad_token_id", 1)] {
                fields.entry(name).or_insert(default.into());
            }
        }
        serde_json::from_value(value)
    }

    fn check(&self) -> Result<(), ConfigFault> {
        self.bert.check()?;
        let (positions, first) = (self.bert.max_position_embeddings, self.first_position());
        if positions <= first {
            return Err(ConfigFault::Positions { positions, first });
        }
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        let bert = self.bert.sizes();
        Sizes { max_length: bert.max_length.saturating_sub(self.first_position()), segments: None, ..bert }
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.bert.set_dropout(rates);
    }
}

impl RobertaConfig {
    /// The position of the first token.
    fn first_position(&self) -> usize {
        self.bert.pad_token_id + 1
    }
}

/// `RobertaModel` without a pooler.
#[derive(Module, Debug)]
pub struct RobertaModel<B: Backend> {
    embeddings: BertEmbeddings<B>,
    encoder: BertEncoder<B>,
    #[module(skip)]
    padding_idx: i32,
}

impl<B: Kernels> RobertaModel<B> {
    /// `create_position_ids_from_input_ids`: tokens are counted from `padding_idx` + 1, padding ids are at
    /// `padding_idx` and do not count, wherever they stand.
    fn position_ids(&self, inputs: &Inputs<B>) -> Vec<i32> {
        let [_, sequence] = inputs.shape();
        let mut positions = Vec::with_capacity(inputs.input_ids.len());
        for row in inputs.input_ids.chunks(sequence.max(1)) {
            let mut last = self.padding_idx;
            positions.extend(row.iter().map(|&id| {
                if id == self.padding_idx {
                    return self.padding_idx;
                }
                last += 1;
                last
            }));
        }
        positions
    }

    fn embed(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Normalised<B> {
        let segments = vec![0; inputs.input_ids.len()];
        self.embeddings.forward(inputs, &self.position_ids(inputs), &segments, mode)
    }
}

/// The body of `RobertaForSequenceClassification`.
#[derive(Module, Debug)]
pub struct RobertaBody<B: Backend> {
    roberta: RobertaModel<B>,
}

impl<B: Kernels> Body<B> for RobertaBody<B> {
    type Config = RobertaConfig;

    fn zeros(config: &RobertaConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        Ok(Self {
            roberta: RobertaModel {
                embeddings: BertEmbeddings::zeros(&config.bert, device).with_padding_position(config.bert.pad_token_id),
                encoder: BertEncoder::zeros(&config.bert, device)?,
                padding_idx: i32::try_from(config.bert.pad_token_id).map_err(ConfigFault::PaddingSize)?,
            },
        })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let embedded = self.roberta.embed(inputs, mode);
        self.roberta.encoder.forward(embedded, &inputs.attention_mask, mode, observe)
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        first_tokens(last_hidden_state)
    }
}

/// `RobertaClassificationHead`.
#[derive(Module, Debug)]
pub struct RobertaClassificationHead<B: Backend> {
    dense: Linear<B>,
    out_proj: Linear<B>,
    classifier_dropout: f64,
}

/// The head of `RobertaForSequenceClassification`.
#[derive(Module, Debug)]
pub struct RobertaHead<B: Backend> {
    classifier: RobertaClassificationHead<B>,
}

impl<B: Kernels> Head<B> for RobertaHead<B> {
    type Config = RobertaConfig;

    fn zeros(config: &RobertaConfig, classes: usize, device: &Device<B>) -> Self {
        let hidden = config.bert.hidden_size;
        Self {
            classifier: RobertaClassificationHead {
                dense: Linear::zeros(hidden, hidden, device),
                out_proj: Linear::zeros(hidden, classes, device),
                classifier_dropout: config.bert.classifier_rate(),
            },
        }
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let head = &self.classifier;
        let pooled = mode.drop(pooled, head.classifier_dropout);
        let inner = head.dense.forward(pooled, Activation::Tanh);
        head.out_proj.forward(mode.drop(inner, head.classifier_dropout), Activation::Identity)
    }
}
