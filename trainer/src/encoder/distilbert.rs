//! DistilBERT (Sanh et al. 2019, arXiv:1910.01108) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/distilbert/modeling_distilbert.py>.
//!
//! BERT's layers under other names, without segments and without a pooler; the head is two layers on the first token.

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde::Deserialize;
use transfermap::study::Precision;

use super::activation;
use super::architecture::{
    Body, Checks, Configuration, DropoutRates, Head, Sizes, first_tokens, layer_parameters, table_parameters,
};
use super::block::{Block, Output, Rest};
use super::error::ConfigFault;
use super::layers::{Embedding, LayerNorm, Linear, Map, embed};
use super::{Inputs, Mode};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::norm::Normalised;

/// Fixed in DistilBERT's source.
const LAYER_NORM_EPS: f64 = 1e-12;

/// `config.json` of a DistilBERT checkpoint; the defaults are those of transformers' `DistilBertConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct DistilBertConfig {
    /// Number of pieces.
    pub vocab_size: usize,
    /// Longest input.
    pub max_position_embeddings: usize,
    /// Whether positions were sines when the model was new; a checkpoint holds their table like any other.
    pub sinusoidal_pos_embds: bool,
    /// Layers.
    pub n_layers: usize,
    /// Attention heads.
    pub n_heads: usize,
    /// Width of the layers.
    pub dim: usize,
    /// Width of the feed-forward layer.
    pub hidden_dim: usize,
    /// Dropout on embeddings and on the outputs of feed-forward layers.
    pub dropout: f64,
    /// Dropout on attention probabilities.
    pub attention_dropout: f64,
    /// Non-linearity.
    pub activation: String,
    /// Standard deviation of random weights.
    pub initializer_range: f64,
    /// Dropout before the classifier.
    pub seq_classif_dropout: f64,
    /// The padding id.
    pub pad_token_id: usize,
}

impl Default for DistilBertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            max_position_embeddings: 512,
            sinusoidal_pos_embds: false,
            n_layers: 6,
            n_heads: 12,
            dim: 768,
            hidden_dim: 3072,
            dropout: 0.1,
            attention_dropout: 0.1,
            activation: "gelu".into(),
            initializer_range: 0.02,
            seq_classif_dropout: 0.2,
            pad_token_id: 0,
        }
    }
}

impl Configuration for DistilBertConfig {
    const MODEL_TYPE: &'static str = "distilbert";
    const CLASS: &'static str = "DistilBertForSequenceClassification";
    const PREFIX: &'static str = "distilbert.";

    fn check(&self) -> Result<(), ConfigFault> {
        let tables = [self.vocab_size, self.max_position_embeddings];
        Checks {
            parameters: table_parameters(&tables, self.dim)
                + layer_parameters(self.n_layers, self.dim, self.dim, self.hidden_dim),
            positive: &[
                ("vocab_size", self.vocab_size),
                ("max_position_embeddings", self.max_position_embeddings),
                ("n_layers", self.n_layers),
                ("hidden_dim", self.hidden_dim),
            ],
            hidden: ("dim", self.dim),
            heads: ("n_heads", self.n_heads),
            rates: &[
                ("dropout", self.dropout),
                ("attention_dropout", self.attention_dropout),
                ("seq_classif_dropout", self.seq_classif_dropout),
            ],
            activation: ("activation", &self.activation),
            padding: (self.vocab_size, self.pad_token_id),
        }
        .run()
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            vocab_size: self.vocab_size,
            hidden_size: self.dim,
            layers: self.n_layers,
            max_length: self.max_position_embeddings,
            segments: None,
            pad_token_id: self.pad_token_id,
            initializer_range: self.initializer_range,
        }
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.dropout = rates.hidden.unwrap_or(self.dropout);
        self.attention_dropout = rates.attention.unwrap_or(self.attention_dropout);
        self.seq_classif_dropout = rates.classifier.unwrap_or(self.seq_classif_dropout);
    }
}

/// `Embeddings`.
#[derive(Module, Debug)]
pub struct DistilBertEmbeddings<B: Backend> {
    word_embeddings: Embedding<B>,
    position_embeddings: Embedding<B>,
    LayerNorm: LayerNorm<B>,
    dropout: f64,
}

impl<B: Kernels> DistilBertEmbeddings<B> {
    /// Sum of word and position vectors, normalised: `[batch * sequence, dim]`.
    fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Normalised<B> {
        let tables = [&self.word_embeddings, &self.position_embeddings];
        let sum = embed(tables, [&inputs.input_ids, &inputs.positions()], &inputs.attention_mask.device());
        self.LayerNorm.forward(sum, mode.mask(self.dropout), mode.precision)
    }
}

/// `DistilBertSelfAttention`.
#[derive(Module, Debug)]
pub struct DistilBertSelfAttention<B: Backend> {
    q_lin: Linear<B>,
    k_lin: Linear<B>,
    v_lin: Linear<B>,
    out_lin: Linear<B>,
    n_heads: usize,
    attention_dropout: f64,
}

/// `FFN`.
#[derive(Module, Debug)]
pub struct Ffn<B: Backend> {
    lin1: Linear<B>,
    lin2: Linear<B>,
    dropout: f64,
}

/// `TransformerBlock`.
#[derive(Module, Debug)]
pub struct TransformerBlock<B: Backend> {
    attention: DistilBertSelfAttention<B>,
    sa_layer_norm: LayerNorm<B>,
    ffn: Ffn<B>,
    output_layer_norm: LayerNorm<B>,
}

impl<B: Kernels> TransformerBlock<B> {
    fn block(&self, act: Activation, precision: Precision) -> Block<B> {
        let (attention, ffn) = (&self.attention, &self.ffn);
        Block {
            qkv: Map::side_by_side([&attention.q_lin, &attention.k_lin, &attention.v_lin], precision),
            heads: attention.n_heads,
            attention_dropout: attention.attention_dropout,
            rest: Rest {
                attention_output: Output {
                    map: attention.out_lin.map_for(precision),
                    // Unlike BERT.
                    dropout: None,
                    norm: self.sa_layer_norm.affine(),
                },
                inner: ffn.lin1.map_for(precision),
                act,
                output: Output {
                    map: ffn.lin2.map_for(precision),
                    dropout: Some(ffn.dropout),
                    norm: self.output_layer_norm.affine(),
                },
            },
        }
    }
}

/// `Transformer`.
#[derive(Module, Debug)]
pub struct Transformer<B: Backend> {
    layer: Vec<TransformerBlock<B>>,
}

/// `DistilBertModel`.
#[derive(Module, Debug)]
pub struct DistilBertModel<B: Backend> {
    embeddings: DistilBertEmbeddings<B>,
    transformer: Transformer<B>,
    #[module(skip)]
    activation: Activation,
}

impl<B: Backend> DistilBertModel<B> {
    fn zeros(config: &DistilBertConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        let dim = config.dim;
        let norm = || LayerNorm::zeros(dim, LAYER_NORM_EPS, device);
        let linear = |inputs, outputs| Linear::zeros(inputs, outputs, device);
        let block = |_| TransformerBlock {
            attention: DistilBertSelfAttention {
                q_lin: linear(dim, dim),
                k_lin: linear(dim, dim),
                v_lin: linear(dim, dim),
                out_lin: linear(dim, dim),
                n_heads: config.n_heads,
                attention_dropout: config.attention_dropout,
            },
            sa_layer_norm: norm(),
            ffn: Ffn {
                lin1: linear(dim, config.hidden_dim),
                lin2: linear(config.hidden_dim, dim),
                dropout: config.dropout,
            },
            output_layer_norm: norm(),
        };
        Ok(Self {
            embeddings: DistilBertEmbeddings {
                word_embeddings: Embedding::zeros(config.vocab_size, dim, device).with_padding(config.pad_token_id),
                position_embeddings: Embedding::zeros(config.max_position_embeddings, dim, device),
                LayerNorm: norm(),
                dropout: config.dropout,
            },
            transformer: Transformer { layer: (0..config.n_layers).map(block).collect() },
            activation: activation::parse("activation", &config.activation)?,
        })
    }
}

/// The body of `DistilBertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct DistilBertBody<B: Backend> {
    distilbert: DistilBertModel<B>,
}

impl<B: Kernels> Body<B> for DistilBertBody<B> {
    type Config = DistilBertConfig;

    fn zeros(config: &DistilBertConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        Ok(Self { distilbert: DistilBertModel::zeros(config, device)? })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let [batch, sequence] = inputs.shape();
        let mut x = self.distilbert.embeddings.forward(inputs, mode);
        observe(&x.y);
        for layer in &self.distilbert.transformer.layer {
            let block = layer.block(self.distilbert.activation, mode.precision);
            x = block.forward(x, &inputs.attention_mask, mode);
            observe(&x.y);
        }
        let [_, dim] = x.y.dims();
        x.y.reshape([batch, sequence, dim])
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        first_tokens(last_hidden_state)
    }
}

/// The head of `DistilBertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct DistilBertHead<B: Backend> {
    pre_classifier: Linear<B>,
    classifier: Linear<B>,
    seq_classif_dropout: f64,
}

impl<B: Kernels> Head<B> for DistilBertHead<B> {
    type Config = DistilBertConfig;

    fn zeros(config: &DistilBertConfig, classes: usize, device: &Device<B>) -> Self {
        Self {
            pre_classifier: Linear::zeros(config.dim, config.dim, device),
            classifier: Linear::zeros(config.dim, classes, device),
            seq_classif_dropout: config.seq_classif_dropout,
        }
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let inner = self.pre_classifier.forward(pooled, Activation::Relu);
        self.classifier.forward(mode.drop(inner, self.seq_classif_dropout), Activation::Identity)
    }
}
