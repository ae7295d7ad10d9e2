//! ALBERT (Lan et al. 2020, arXiv:1909.11942) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/albert/modeling_albert.py>.
//!
//! Embeddings are factorised (`embedding_size` before `hidden_size`) and layers share weights: layer i belongs to
//! group `i * num_hidden_groups / num_hidden_layers`, each group holding `inner_group_num` layers.

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde::Deserialize;
use transfermap::study::Precision;

use super::activation;
use super::architecture::{
    Body, Checks, Configuration, DropoutRates, Head, Sizes, check_positions, first_tokens, layer_parameters,
    table_parameters,
};
use super::block::{Block, Output, Rest};
use super::error::ConfigFault;
use super::layers::{Embedding, LayerNorm, Linear, Map, embed};
use super::{Inputs, Mode, Outputs};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::linear::wide;
use transfermap_kernels::norm::Normalised;

/// `config.json` of an ALBERT checkpoint; the defaults are those of transformers' `AlbertConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct AlbertConfig {
    /// Number of pieces.
    pub vocab_size: usize,
    /// Width of the factorised embedding.
    pub embedding_size: usize,
    /// Width of the layers.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Groups of layers that share weights.
    pub num_hidden_groups: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Layers inside a group.
    pub inner_group_num: usize,
    /// Non-linearity.
    pub hidden_act: String,
    /// Dropout on embeddings and attention outputs.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention probabilities.
    pub attention_probs_dropout_prob: f64,
    /// Longest input.
    pub max_position_embeddings: usize,
    /// Segments.
    pub type_vocab_size: usize,
    /// Standard deviation of random weights.
    pub initializer_range: f64,
    /// LayerNorm's epsilon.
    pub layer_norm_eps: f64,
    /// Dropout before the classifier; `hidden_dropout_prob` where null.
    pub classifier_dropout_prob: Option<f64>,
    /// Kind of position embedding.
    pub position_embedding_type: String,
    /// The padding id.
    pub pad_token_id: usize,
}

impl Default for AlbertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_000,
            embedding_size: 128,
            hidden_size: 4096,
            num_hidden_layers: 12,
            num_hidden_groups: 1,
            num_attention_heads: 64,
            intermediate_size: 16_384,
            inner_group_num: 1,
            hidden_act: "gelu_new".into(),
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            initializer_range: 0.02,
            layer_norm_eps: 1e-12,
            classifier_dropout_prob: Some(0.1),
            position_embedding_type: "absolute".into(),
            pad_token_id: 0,
        }
    }
}

impl Configuration for AlbertConfig {
    const MODEL_TYPE: &'static str = "albert";
    const CLASS: &'static str = "AlbertForSequenceClassification";
    const PREFIX: &'static str = "albert.";

    fn check(&self) -> Result<(), ConfigFault> {
        let tables = [self.vocab_size, self.max_position_embeddings, self.type_vocab_size];
        let layers = self.num_hidden_groups.saturating_mul(self.inner_group_num);
        let width = self.hidden_size;
        Checks {
            parameters: table_parameters(&tables, self.embedding_size)
                + layer_parameters(layers, width, width, self.intermediate_size),
            positive: &[
                ("vocab_size", self.vocab_size),
                ("embedding_size", self.embedding_size),
                ("num_hidden_layers", self.num_hidden_layers),
                ("num_hidden_groups", self.num_hidden_groups),
                ("intermediate_size", self.intermediate_size),
                ("inner_group_num", self.inner_group_num),
                ("max_position_embeddings", self.max_position_embeddings),
                ("type_vocab_size", self.type_vocab_size),
            ],
            hidden: ("hidden_size", self.hidden_size),
            heads: ("num_attention_heads", self.num_attention_heads),
            rates: &[
                ("hidden_dropout_prob", self.hidden_dropout_prob),
                ("attention_probs_dropout_prob", self.attention_probs_dropout_prob),
                ("classifier_dropout_prob", self.classifier_dropout()),
            ],
            activation: ("hidden_act", &self.hidden_act),
            padding: (self.vocab_size, self.pad_token_id),
        }
        .run()?;
        if self.num_hidden_groups > self.num_hidden_layers {
            let (groups, layers) = (self.num_hidden_groups, self.num_hidden_layers);
            return Err(ConfigFault::Groups { groups, layers });
        }
        check_positions(&self.position_embedding_type)
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            layers: self.num_hidden_layers,
            max_length: self.max_position_embeddings,
            segments: Some(self.type_vocab_size),
            pad_token_id: self.pad_token_id,
            initializer_range: self.initializer_range,
        }
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.hidden_dropout_prob = rates.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = rates.attention.unwrap_or(self.attention_probs_dropout_prob);
        self.classifier_dropout_prob = rates.classifier.or(self.classifier_dropout_prob);
    }
}

impl AlbertConfig {
    fn classifier_dropout(&self) -> f64 {
        self.classifier_dropout_prob.unwrap_or(self.hidden_dropout_prob)
    }
}

/// `AlbertEmbeddings`.
#[derive(Module, Debug)]
pub struct AlbertEmbeddings<B: Backend> {
    word_embeddings: Embedding<B>,
    position_embeddings: Embedding<B>,
    token_type_embeddings: Embedding<B>,
    LayerNorm: LayerNorm<B>,
    hidden_dropout_prob: f64,
}

impl<B: Kernels> AlbertEmbeddings<B> {
    /// Sum of word, segment and position vectors, normalised: `[batch * sequence, embedding]`.
    fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Normalised<B> {
        let tables = [&self.word_embeddings, &self.position_embeddings, &self.token_type_embeddings];
        let ids = [&*inputs.input_ids, &inputs.positions(), &inputs.token_type_ids];
        let sum = embed(tables, ids, &inputs.attention_mask.device());
        self.LayerNorm.forward(sum, mode.mask(self.hidden_dropout_prob), mode.precision)
    }
}

/// `AlbertAttention`: multi-head self-attention, its output map, residual and LayerNorm.
#[derive(Module, Debug)]
pub struct AlbertAttention<B: Backend> {
    query: Linear<B>,
    key: Linear<B>,
    value: Linear<B>,
    dense: Linear<B>,
    LayerNorm: LayerNorm<B>,
    num_attention_heads: usize,
    attention_probs_dropout_prob: f64,
    hidden_dropout_prob: f64,
}

/// `AlbertLayer`.
#[derive(Module, Debug)]
pub struct AlbertLayer<B: Backend> {
    full_layer_layer_norm: LayerNorm<B>,
    attention: AlbertAttention<B>,
    ffn: Linear<B>,
    ffn_output: Linear<B>,
}

impl<B: Kernels> AlbertLayer<B> {
    fn block(&self, act: Activation, precision: Precision) -> Block<B> {
        let attention = &self.attention;
        Block {
            qkv: Map::side_by_side([&attention.query, &attention.key, &attention.value], precision),
            heads: attention.num_attention_heads,
            attention_dropout: attention.attention_probs_dropout_prob,
            rest: Rest {
                attention_output: Output {
                    map: attention.dense.map_for(precision),
                    dropout: Some(attention.hidden_dropout_prob),
                    norm: attention.LayerNorm.affine(),
                },
                inner: self.ffn.map_for(precision),
                act,
                output: Output {
                    map: self.ffn_output.map_for(precision),
                    dropout: None,
                    norm: self.full_layer_layer_norm.affine(),
                },
            },
        }
    }
}

/// `AlbertLayerGroup`.
#[derive(Module, Debug)]
pub struct AlbertLayerGroup<B: Backend> {
    albert_layers: Vec<AlbertLayer<B>>,
}

/// `AlbertTransformer`.
#[derive(Module, Debug)]
pub struct AlbertTransformer<B: Backend> {
    embedding_hidden_mapping_in: Linear<B>,
    albert_layer_groups: Vec<AlbertLayerGroup<B>>,
    num_hidden_layers: usize,
}

/// `AlbertModel`.
#[derive(Module, Debug)]
pub struct AlbertModel<B: Backend> {
    embeddings: AlbertEmbeddings<B>,
    encoder: AlbertTransformer<B>,
    pooler: Linear<B>,
    #[module(skip)]
    act: Activation,
}

impl<B: Backend> AlbertModel<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(config: &AlbertConfig, device: &B::Device) -> Result<Self, ConfigFault> {
        config.check()?;
        let norm = |size| LayerNorm::zeros(size, config.layer_norm_eps, device);
        let linear = |inputs, outputs| Linear::zeros(inputs, outputs, device);
        let (embedding, hidden) = (config.embedding_size, config.hidden_size);
        let layer = || AlbertLayer {
            full_layer_layer_norm: norm(hidden),
            attention: AlbertAttention {
                query: linear(hidden, hidden),
                key: linear(hidden, hidden),
                value: linear(hidden, hidden),
                dense: linear(hidden, hidden),
                LayerNorm: norm(hidden),
                num_attention_heads: config.num_attention_heads,
                attention_probs_dropout_prob: config.attention_probs_dropout_prob,
                hidden_dropout_prob: config.hidden_dropout_prob,
            },
            ffn: linear(hidden, config.intermediate_size),
            ffn_output: linear(config.intermediate_size, hidden),
        };
        let group = || AlbertLayerGroup { albert_layers: (0..config.inner_group_num).map(|_| layer()).collect() };
        Ok(Self {
            embeddings: AlbertEmbeddings {
                word_embeddings: Embedding::zeros(config.vocab_size, embedding, device)
                    .with_padding(config.pad_token_id),
                position_embeddings: Embedding::zeros(config.max_position_embeddings, embedding, device),
                token_type_embeddings: Embedding::zeros(config.type_vocab_size, embedding, device),
                LayerNorm: norm(embedding),
                hidden_dropout_prob: config.hidden_dropout_prob,
            },
            encoder: AlbertTransformer {
                embedding_hidden_mapping_in: linear(embedding, hidden),
                albert_layer_groups: (0..config.num_hidden_groups).map(|_| group()).collect(),
                num_hidden_layers: config.num_hidden_layers,
            },
            pooler: linear(hidden, hidden),
            act: activation::parse("hidden_act", &config.hidden_act)?,
        })
    }
}

impl<B: Kernels> AlbertModel<B> {
    /// See [`Body::tokens`].
    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let [batch, sequence] = inputs.shape();
        let embedded = self.embeddings.forward(inputs, mode);
        let into = self.encoder.embedding_hidden_mapping_in.map_for(mode.precision);
        let operand = into.forward(embedded.operand, Activation::Identity);
        let mut x = Normalised { y: wide(operand.clone()), operand };
        let block = |layer: &AlbertLayer<B>| layer.block(self.act, mode.precision);
        let groups = self.encoder.albert_layer_groups.iter();
        // Once for all layers that share them.
        let groups: Vec<Vec<Block<B>>> = groups.map(|group| group.albert_layers.iter().map(block).collect()).collect();
        observe(&x.y);
        for i in 0..self.encoder.num_hidden_layers {
            let Some(group) = groups.get(i * groups.len() / self.encoder.num_hidden_layers) else { continue };
            for block in group {
                x = block.forward(x, &inputs.attention_mask, mode);
            }
            observe(&x.y);
        }
        let [_, hidden] = x.y.dims();
        x.y.reshape([batch, sequence, hidden])
    }

    /// tanh of a linear map of the first token.
    fn pool(&self, last_hidden_state: &Tensor<B, 3>) -> Tensor<B, 2> {
        self.pooler.forward(first_tokens(last_hidden_state), Activation::Tanh)
    }

    /// Runs the encoder on a batch; for heads other than the classifier, so no layer's output is kept.
    pub fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Outputs<B> {
        let last_hidden_state = self.tokens(inputs, mode, &mut |_| {});
        let pooler_output = self.pool(&last_hidden_state);
        Outputs { last_hidden_state, pooler_output, hidden_states: Vec::new() }
    }

    /// The word embeddings `[vocab, embedding]`, for heads that are tied to them.
    pub fn word_embeddings(&self) -> Tensor<B, 2> {
        self.embeddings.word_embeddings.weight.val()
    }
}

/// The body of `AlbertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct AlbertBody<B: Backend> {
    albert: AlbertModel<B>,
}

impl<B: Kernels> Body<B> for AlbertBody<B> {
    type Config = AlbertConfig;

    fn zeros(config: &AlbertConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        Ok(Self { albert: AlbertModel::zeros(config, device)? })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        self.albert.tokens(inputs, mode, observe)
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        self.albert.pool(last_hidden_state)
    }
}

/// The head of `AlbertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct AlbertHead<B: Backend> {
    classifier: Linear<B>,
    classifier_dropout_prob: f64,
}

impl<B: Kernels> Head<B> for AlbertHead<B> {
    type Config = AlbertConfig;

    fn zeros(config: &AlbertConfig, classes: usize, device: &Device<B>) -> Self {
        Self {
            classifier: Linear::zeros(config.hidden_size, classes, device),
            classifier_dropout_prob: config.classifier_dropout(),
        }
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let pooled = mode.drop(pooled, self.classifier_dropout_prob);
        self.classifier.forward(pooled, Activation::Identity)
    }
}
