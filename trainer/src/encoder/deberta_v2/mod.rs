//! DeBERTa-v2 and v3 (He et al. 2021, arXiv:2006.03654 and arXiv:2111.09543) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/deberta_v2/modeling_deberta_v2.py>.
//!
//! BERT's layers; what differs: attention is disentangled, and the pooler belongs to the head.

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]

mod attention;
mod config;
#[cfg(test)]
mod tests;

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};

use super::activation;
use super::architecture::{Body, Configuration, Head, first_tokens};
use super::bert::{BertIntermediate, BertOutput};
use super::block::Rest;
use super::error::ConfigFault;
use super::layers::{Embedding, LayerNorm, Linear, embed};
use super::{Inputs, Mode};
use attention::{DisentangledSelfAttention, Relative};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::norm::Normalised;

pub use config::{DebertaV2Config, PosAttType};

/// `DebertaV2Embeddings`.
#[derive(Module, Debug)]
pub struct DebertaV2Embeddings<B: Backend> {
    word_embeddings: Embedding<B>,
    position_embeddings: Option<Embedding<B>>,
    token_type_embeddings: Option<Embedding<B>>,
    embed_proj: Option<Linear<B>>,
    LayerNorm: LayerNorm<B>,
    hidden_dropout_prob: f64,
}

impl<B: Kernels> DebertaV2Embeddings<B> {
    fn zeros(config: &DebertaV2Config, device: &Device<B>) -> Self {
        let (width, hidden) = (config.embedding_width(), config.hidden_size);
        let table = |rows| Embedding::zeros(rows, width, device);
        let (positions, segments) = (config.max_position_embeddings, config.type_vocab_size);
        Self {
            word_embeddings: table(config.vocab_size).with_padding(config.pad_token_id),
            position_embeddings: config.position_biased_input.then(|| table(positions)),
            token_type_embeddings: (segments > 0).then(|| table(segments)),
            embed_proj: (width != hidden).then(|| Linear::zeros(width, hidden, device).without_bias()),
            LayerNorm: LayerNorm::zeros(hidden, config.layer_norm_eps, device),
            hidden_dropout_prob: config.hidden_dropout_prob,
        }
    }

    /// Sum of the vectors that there are, normalised: `[batch * sequence, hidden]`.
    fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Normalised<B> {
        let device = inputs.attention_mask.device();
        let mut sum = embed([&self.word_embeddings], [&inputs.input_ids], &device);
        if let Some(table) = &self.position_embeddings {
            sum = sum + embed([table], [&inputs.positions()], &device);
        }
        if let Some(table) = &self.token_type_embeddings {
            sum = sum + embed([table], [&inputs.token_type_ids], &device);
        }
        if let Some(project) = &self.embed_proj {
            sum = project.forward(sum, Activation::Identity);
        }
        self.LayerNorm.forward(sum, mode.mask(self.hidden_dropout_prob), mode.precision)
    }
}

/// `DebertaV2Attention`.
#[derive(Module, Debug)]
pub struct DebertaV2Attention<B: Backend> {
    /// `self` in the checkpoint, which no field may be called here.
    self_: DisentangledSelfAttention<B>,
    output: BertOutput<B>,
}

/// `DebertaV2Layer`.
#[derive(Module, Debug)]
pub struct DebertaV2Layer<B: Backend> {
    attention: DebertaV2Attention<B>,
    intermediate: BertIntermediate<B>,
    output: BertOutput<B>,
}

impl<B: Kernels> DebertaV2Layer<B> {
    fn zeros(config: &DebertaV2Config, device: &Device<B>) -> Self {
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let output =
            |inputs| BertOutput::zeros(inputs, hidden, config.layer_norm_eps, config.hidden_dropout_prob, device);
        Self {
            attention: DebertaV2Attention {
                self_: DisentangledSelfAttention::zeros(config, device),
                output: output(hidden),
            },
            intermediate: BertIntermediate::zeros(hidden, inner, device),
            output: output(inner),
        }
    }

    fn forward(
        &self,
        x: Normalised<B>,
        relative: Option<&Relative<B>>,
        attention_mask: &Tensor<B, 2>,
        act: Activation,
        mode: &mut Mode<'_>,
    ) -> Normalised<B> {
        let context = self.attention.self_.forward(x.operand, relative, attention_mask, mode);
        let rest = Rest {
            attention_output: self.attention.output.output(mode.precision),
            inner: self.intermediate.map_for(mode.precision),
            act,
            output: self.output.output(mode.precision),
        };
        rest.forward(context, x.y, mode)
    }
}

/// `DebertaV2Encoder`, without a convolution.
#[derive(Module, Debug)]
pub struct DebertaV2Encoder<B: Backend> {
    layer: Vec<DebertaV2Layer<B>>,
    rel_embeddings: Option<Embedding<B>>,
    LayerNorm: Option<LayerNorm<B>>,
    #[module(skip)]
    buckets: config::Buckets,
    #[module(skip)]
    act: Activation,
}

impl<B: Kernels> DebertaV2Encoder<B> {
    fn zeros(config: &DebertaV2Config, device: &Device<B>) -> Result<Self, ConfigFault> {
        let hidden = config.hidden_size;
        let buckets = config.buckets();
        let rows = usize::try_from(2 * buckets.span()).unwrap_or(0);
        let normalised = config.norm_rel_ebd == "layer_norm";
        Ok(Self {
            layer: (0..config.num_hidden_layers).map(|_| DebertaV2Layer::zeros(config, device)).collect(),
            rel_embeddings: config.relative_attention.then(|| Embedding::zeros(rows, hidden, device)),
            LayerNorm: normalised.then(|| LayerNorm::zeros(hidden, config.layer_norm_eps, device)),
            buckets,
            act: activation::parse("hidden_act", &config.hidden_act)?,
        })
    }

    /// The table of relative positions, ready for inputs of this length.
    fn relative(&self, sequence: usize, mode: &Mode<'_>) -> Option<Relative<B>> {
        let mut table = self.rel_embeddings.as_ref()?.weight.val();
        if let Some(norm) = &self.LayerNorm {
            table = norm.forward(table, None, mode.precision).y;
        }
        Some(Relative::new(table, self.buckets, sequence))
    }
}

/// `DebertaV2Model`.
#[derive(Module, Debug)]
pub struct DebertaV2Model<B: Backend> {
    embeddings: DebertaV2Embeddings<B>,
    encoder: DebertaV2Encoder<B>,
}

/// The body of `DebertaV2ForSequenceClassification`.
#[derive(Module, Debug)]
pub struct DebertaV2Body<B: Backend> {
    deberta: DebertaV2Model<B>,
}

impl<B: Kernels> Body<B> for DebertaV2Body<B> {
    type Config = DebertaV2Config;

    fn zeros(config: &DebertaV2Config, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        Ok(Self {
            deberta: DebertaV2Model {
                embeddings: DebertaV2Embeddings::zeros(config, device),
                encoder: DebertaV2Encoder::zeros(config, device)?,
            },
        })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let [batch, sequence] = inputs.shape();
        let mut x = self.deberta.embeddings.forward(inputs, mode);
        let encoder = &self.deberta.encoder;
        let relative = encoder.relative(sequence, mode);
        observe(&x.y);
        for layer in &encoder.layer {
            x = layer.forward(x, relative.as_ref(), &inputs.attention_mask, encoder.act, mode);
            observe(&x.y);
        }
        let [_, hidden] = x.y.dims();
        x.y.reshape([batch, sequence, hidden])
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        first_tokens(last_hidden_state)
    }
}

/// `ContextPooler`.
#[derive(Module, Debug)]
pub struct ContextPooler<B: Backend> {
    dense: Linear<B>,
    pooler_dropout: f64,
    #[module(skip)]
    act: Activation,
}

/// The head of `DebertaV2ForSequenceClassification`.
#[derive(Module, Debug)]
pub struct DebertaV2Head<B: Backend> {
    pooler: ContextPooler<B>,
    classifier: Linear<B>,
    cls_dropout: f64,
}

impl<B: Kernels> Head<B> for DebertaV2Head<B> {
    type Config = DebertaV2Config;

    fn zeros(config: &DebertaV2Config, classes: usize, device: &Device<B>) -> Self {
        let hidden = config.hidden_size;
        Self {
            pooler: ContextPooler {
                dense: Linear::zeros(hidden, hidden, device),
                pooler_dropout: config.pooler_dropout,
                // `check` has parsed it.
                act: activation::parse("pooler_hidden_act", &config.pooler_hidden_act).unwrap_or(Activation::Gelu),
            },
            classifier: Linear::zeros(hidden, classes, device),
            cls_dropout: config.classifier_rate(),
        }
    }

    fn forward(&self, first: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let pooler = &self.pooler;
        let pooled = pooler.dense.forward(mode.drop(first, pooler.pooler_dropout), pooler.act);
        self.classifier.forward(mode.drop(pooled, self.cls_dropout), Activation::Identity)
    }
}
