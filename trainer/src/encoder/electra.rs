//! ELECTRA (Clark et al. 2020, arXiv:2003.10555), the discriminator, with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/electra/modeling_electra.py>.
//!
//! BERT's layers; what differs: embeddings may be narrower than the layers and are then projected, the body has no
//! pooler, and the head is two layers on the first token.

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde::Deserialize;
use serde_json::Value;

use super::architecture::{
    Body, Configuration, DropoutRates, Head, Sizes, bounded, first_tokens, fits, table_parameters,
};
use super::bert::{BertConfig, BertEmbeddings, BertEncoder};
use super::error::ConfigFault;
use super::layers::Linear;
use super::{Inputs, Mode};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::linear::wide;
use transfermap_kernels::norm::Normalised;

/// `config.json` of an ELECTRA checkpoint: BERT's fields and the width of the embeddings, with the defaults of
/// transformers' `ElectraConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ElectraConfig {
    /// Width of the embeddings; where it is not `hidden_size`, they are projected.
    #[serde(default = "embedding_size")]
    pub embedding_size: usize,
    #[serde(flatten)]
    bert: BertConfig,
}

fn embedding_size() -> usize {
    128
}

impl Configuration for ElectraConfig {
    const MODEL_TYPE: &'static str = "electra";
    const CLASS: &'static str = "ElectraForSequenceClassification";
    const PREFIX: &'static str = "electra.";

    fn read(mut value: Value) -> Result<Self, serde_json::Error> {
        if let Some(fields) = value.as_object_mut() {
            // Where ElectraConfig's defaults are not BertConfig's.
            for (name, default) in [("hidden_size", 256), ("num_attention_heads", 4), ("intermediate_size", 1024)] {
                fields.entry(name).or_insert(default.into());
            }
        }
        serde_json::from_value(value)
    }

    fn check(&self) -> Result<(), ConfigFault> {
        bounded("embedding_size", self.embedding_size)?;
        self.bert.check()?;
        fits(table_parameters(&[self.bert.sizes().vocab_size], self.embedding_size))
    }

    fn sizes(&self) -> Sizes {
        self.bert.sizes()
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.bert.set_dropout(rates);
    }
}

/// `ElectraModel`.
#[derive(Module, Debug)]
pub struct ElectraModel<B: Backend> {
    embeddings: BertEmbeddings<B>,
    embeddings_project: Option<Linear<B>>,
    encoder: BertEncoder<B>,
}

impl<B: Kernels> ElectraModel<B> {
    fn embed(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Normalised<B> {
        let embedded = self.embeddings.forward(inputs, &inputs.positions(), &inputs.token_type_ids, mode);
        let Some(project) = &self.embeddings_project else { return embedded };
        let project = project.map_for(mode.precision);
        let operand = project.forward(embedded.operand, Activation::Identity);
        Normalised { y: wide(operand.clone()), operand }
    }
}

/// The body of `ElectraForSequenceClassification`.
#[derive(Module, Debug)]
pub struct ElectraBody<B: Backend> {
    electra: ElectraModel<B>,
}

impl<B: Kernels> Body<B> for ElectraBody<B> {
    type Config = ElectraConfig;

    fn zeros(config: &ElectraConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        let (embedding, hidden) = (config.embedding_size, config.bert.hidden_size);
        let of_embeddings = BertConfig { hidden_size: embedding, ..config.bert.clone() };
        Ok(Self {
            electra: ElectraModel {
                embeddings: BertEmbeddings::zeros(&of_embeddings, device),
                embeddings_project: (embedding != hidden).then(|| Linear::zeros(embedding, hidden, device)),
                encoder: BertEncoder::zeros(&config.bert, device)?,
            },
        })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let embedded = self.electra.embed(inputs, mode);
        self.electra.encoder.forward(embedded, &inputs.attention_mask, mode, observe)
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        first_tokens(last_hidden_state)
    }
}

/// `ElectraClassificationHead`.
#[derive(Module, Debug)]
pub struct ElectraClassificationHead<B: Backend> {
    dense: Linear<B>,
    out_proj: Linear<B>,
    classifier_dropout: f64,
}

/// The head of `ElectraForSequenceClassification`.
#[derive(Module, Debug)]
pub struct ElectraHead<B: Backend> {
    classifier: ElectraClassificationHead<B>,
}

impl<B: Kernels> Head<B> for ElectraHead<B> {
    type Config = ElectraConfig;

    fn zeros(config: &ElectraConfig, classes: usize, device: &Device<B>) -> Self {
        let hidden = config.bert.hidden_size;
        Self {
            classifier: ElectraClassificationHead {
                dense: Linear::zeros(hidden, hidden, device),
                out_proj: Linear::zeros(hidden, classes, device),
                classifier_dropout: config.bert.classifier_rate(),
            },
        }
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let head = &self.classifier;
        let pooled = mode.drop(pooled, head.classifier_dropout);
        // Whatever `hidden_act` is.
        let inner = head.dense.forward(pooled, Activation::Gelu);
        head.out_proj.forward(mode.drop(inner, head.classifier_dropout), Activation::Identity)
    }
}
