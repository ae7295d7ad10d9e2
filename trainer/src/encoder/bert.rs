//! BERT (Devlin et al. 2019, arXiv:1810.04805) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py>.

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
use super::{Inputs, Mode};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::norm::Normalised;

/// `config.json` of a BERT checkpoint; the defaults are those of transformers' `BertConfig`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct BertConfig {
    /// Number of pieces.
    pub vocab_size: usize,
    /// Width of the layers.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Non-linearity.
    pub hidden_act: String,
    /// Dropout on embeddings and on the outputs of attention and feed-forward layers.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention probabilities.
    pub attention_probs_dropout_prob: f64,
    /// Rows of the position table.
    pub max_position_embeddings: usize,
    /// Segments.
    pub type_vocab_size: usize,
    /// Standard deviation of random weights.
    pub initializer_range: f64,
    /// LayerNorm's epsilon.
    pub layer_norm_eps: f64,
    /// Dropout before the classifier; `hidden_dropout_prob` where null.
    pub classifier_dropout: Option<f64>,
    /// Kind of position embedding.
    pub position_embedding_type: String,
    /// The padding id.
    pub pad_token_id: usize,
}

impl Default for BertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: "gelu".into(),
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            initializer_range: 0.02,
            layer_norm_eps: 1e-12,
            classifier_dropout: None,
            position_embedding_type: "absolute".into(),
            pad_token_id: 0,
        }
    }
}

impl Configuration for BertConfig {
    const MODEL_TYPE: &'static str = "bert";
    const CLASS: &'static str = "BertForSequenceClassification";
    const PREFIX: &'static str = "bert.";

    fn check(&self) -> Result<(), ConfigFault> {
        let tables = [self.vocab_size, self.max_position_embeddings, self.type_vocab_size];
        let width = self.hidden_size;
        Checks {
            parameters: table_parameters(&tables, width)
                + layer_parameters(self.num_hidden_layers, width, width, self.intermediate_size),
            positive: &[
                ("vocab_size", self.vocab_size),
                ("num_hidden_layers", self.num_hidden_layers),
                ("intermediate_size", self.intermediate_size),
                ("max_position_embeddings", self.max_position_embeddings),
                ("type_vocab_size", self.type_vocab_size),
            ],
            hidden: ("hidden_size", self.hidden_size),
            heads: ("num_attention_heads", self.num_attention_heads),
            rates: &[
                ("hidden_dropout_prob", self.hidden_dropout_prob),
                ("attention_probs_dropout_prob", self.attention_probs_dropout_prob),
                ("classifier_dropout", self.classifier_rate()),
            ],
            activation: ("hidden_act", &self.hidden_act),
            padding: (self.vocab_size, self.pad_token_id),
        }
        .run()?;
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
        self.classifier_dropout = rates.classifier.or(self.classifier_dropout);
    }
}

impl BertConfig {
    /// The dropout before the classifier.
    pub fn classifier_rate(&self) -> f64 {
        self.classifier_dropout.unwrap_or(self.hidden_dropout_prob)
    }
}

/// `BertEmbeddings`; RoBERTa's have the same parts and count positions differently.
#[derive(Module, Debug)]
pub struct BertEmbeddings<B: Backend> {
    word_embeddings: Embedding<B>,
    position_embeddings: Embedding<B>,
    token_type_embeddings: Embedding<B>,
    LayerNorm: LayerNorm<B>,
    hidden_dropout_prob: f64,
}

impl<B: Backend> BertEmbeddings<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(config: &BertConfig, device: &Device<B>) -> Self {
        let table = |rows| Embedding::zeros(rows, config.hidden_size, device);
        Self {
            word_embeddings: table(config.vocab_size).with_padding(config.pad_token_id),
            position_embeddings: table(config.max_position_embeddings),
            token_type_embeddings: table(config.type_vocab_size),
            LayerNorm: LayerNorm::zeros(config.hidden_size, config.layer_norm_eps, device),
            hidden_dropout_prob: config.hidden_dropout_prob,
        }
    }

    /// The same with a position for padding, which gets no gradient.
    #[must_use]
    pub fn with_padding_position(mut self, padding_idx: usize) -> Self {
        self.position_embeddings = self.position_embeddings.with_padding(padding_idx);
        self
    }
}

impl<B: Kernels> BertEmbeddings<B> {
    /// Sum of word, position and segment vectors, normalised: `[batch * sequence, hidden]`.
    pub fn forward(
        &self,
        inputs: &Inputs<B>,
        position_ids: &[i32],
        token_type_ids: &[i32],
        mode: &mut Mode<'_>,
    ) -> Normalised<B> {
        let tables = [&self.word_embeddings, &self.position_embeddings, &self.token_type_embeddings];
        let ids = [&*inputs.input_ids, position_ids, token_type_ids];
        let sum = embed(tables, ids, &inputs.attention_mask.device());
        self.LayerNorm.forward(sum, mode.mask(self.hidden_dropout_prob), mode.precision)
    }
}

/// `BertSelfAttention`.
#[derive(Module, Debug)]
pub struct BertSelfAttention<B: Backend> {
    query: Linear<B>,
    key: Linear<B>,
    value: Linear<B>,
    num_attention_heads: usize,
    attention_probs_dropout_prob: f64,
}

/// `BertSelfOutput` and `BertOutput`: a linear map, then residual and LayerNorm.
#[derive(Module, Debug)]
pub struct BertOutput<B: Backend> {
    dense: Linear<B>,
    LayerNorm: LayerNorm<B>,
    hidden_dropout_prob: f64,
}

impl<B: Backend> BertOutput<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(inputs: usize, hidden: usize, epsilon: f64, hidden_dropout_prob: f64, device: &Device<B>) -> Self {
        Self {
            dense: Linear::zeros(inputs, hidden, device),
            LayerNorm: LayerNorm::zeros(hidden, epsilon, device),
            hidden_dropout_prob,
        }
    }
}

impl<B: Kernels> BertOutput<B> {
    /// Its weights for a forward pass.
    pub fn output(&self, precision: Precision) -> Output<B> {
        Output {
            map: self.dense.map_for(precision),
            dropout: Some(self.hidden_dropout_prob),
            norm: self.LayerNorm.affine(),
        }
    }
}

/// `BertAttention`.
#[derive(Module, Debug)]
pub struct BertAttention<B: Backend> {
    /// `self` in the checkpoint, which no field may be called here.
    self_: BertSelfAttention<B>,
    output: BertOutput<B>,
}

/// `BertIntermediate`.
#[derive(Module, Debug)]
pub struct BertIntermediate<B: Backend> {
    dense: Linear<B>,
}

impl<B: Backend> BertIntermediate<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(hidden: usize, inner: usize, device: &Device<B>) -> Self {
        Self { dense: Linear::zeros(hidden, inner, device) }
    }
}

impl<B: Kernels> BertIntermediate<B> {
    /// Its weights for a forward pass.
    pub fn map_for(&self, precision: Precision) -> Map<B> {
        self.dense.map_for(precision)
    }
}

/// `BertLayer`.
#[derive(Module, Debug)]
pub struct BertLayer<B: Backend> {
    attention: BertAttention<B>,
    intermediate: BertIntermediate<B>,
    output: BertOutput<B>,
}

impl<B: Kernels> BertLayer<B> {
    fn block(&self, act: Activation, precision: Precision) -> Block<B> {
        let attention = &self.attention.self_;
        Block {
            qkv: Map::side_by_side([&attention.query, &attention.key, &attention.value], precision),
            heads: attention.num_attention_heads,
            attention_dropout: attention.attention_probs_dropout_prob,
            rest: Rest {
                attention_output: self.attention.output.output(precision),
                inner: self.intermediate.map_for(precision),
                act,
                output: self.output.output(precision),
            },
        }
    }
}

/// `BertEncoder`, RoBERTa's too.
#[derive(Module, Debug)]
pub struct BertEncoder<B: Backend> {
    layer: Vec<BertLayer<B>>,
    #[module(skip)]
    act: Activation,
}

impl<B: Backend> BertEncoder<B> {
    /// Zeros, to be filled by name.
    ///
    /// # Errors
    /// An unknown non-linearity.
    pub fn zeros(config: &BertConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        let hidden = config.hidden_size;
        let linear = |inputs, outputs| Linear::zeros(inputs, outputs, device);
        let output =
            |inputs| BertOutput::zeros(inputs, hidden, config.layer_norm_eps, config.hidden_dropout_prob, device);
        let layer = |_| BertLayer {
            attention: BertAttention {
                self_: BertSelfAttention {
                    query: linear(hidden, hidden),
                    key: linear(hidden, hidden),
                    value: linear(hidden, hidden),
                    num_attention_heads: config.num_attention_heads,
                    attention_probs_dropout_prob: config.attention_probs_dropout_prob,
                },
                output: output(hidden),
            },
            intermediate: BertIntermediate::zeros(hidden, config.intermediate_size, device),
            output: output(config.intermediate_size),
        };
        let layer = (0..config.num_hidden_layers).map(layer).collect();
        Ok(Self { layer, act: activation::parse("hidden_act", &config.hidden_act)? })
    }
}

impl<B: Kernels> BertEncoder<B> {
    /// Embedded tokens `[batch * sequence, hidden]` through all layers: `[batch, sequence, hidden]`. See
    /// [`Body::tokens`].
    pub fn forward(
        &self,
        mut x: Normalised<B>,
        attention_mask: &Tensor<B, 2>,
        mode: &mut Mode<'_>,
        observe: &mut dyn FnMut(&Tensor<B, 2>),
    ) -> Tensor<B, 3> {
        let [batch, sequence] = attention_mask.dims();
        observe(&x.y);
        for layer in &self.layer {
            x = layer.block(self.act, mode.precision).forward(x, attention_mask, mode);
            observe(&x.y);
        }
        let [_, hidden] = x.y.dims();
        x.y.reshape([batch, sequence, hidden])
    }
}

/// `BertPooler`.
#[derive(Module, Debug)]
pub struct BertPooler<B: Backend> {
    dense: Linear<B>,
}

/// `BertModel`.
#[derive(Module, Debug)]
pub struct BertModel<B: Backend> {
    embeddings: BertEmbeddings<B>,
    encoder: BertEncoder<B>,
    pooler: BertPooler<B>,
}

/// The body of `BertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct BertBody<B: Backend> {
    bert: BertModel<B>,
}

impl<B: Kernels> Body<B> for BertBody<B> {
    type Config = BertConfig;

    fn zeros(config: &BertConfig, device: &Device<B>) -> Result<Self, ConfigFault> {
        config.check()?;
        let hidden = config.hidden_size;
        Ok(Self {
            bert: BertModel {
                embeddings: BertEmbeddings::zeros(config, device),
                encoder: BertEncoder::zeros(config, device)?,
                pooler: BertPooler { dense: Linear::zeros(hidden, hidden, device) },
            },
        })
    }

    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3> {
        let embedded = self.bert.embeddings.forward(inputs, &inputs.positions(), &inputs.token_type_ids, mode);
        self.bert.encoder.forward(embedded, &inputs.attention_mask, mode, observe)
    }

    fn pool(&self, last_hidden_state: &Tensor<B, 3>, _: &Inputs<B>, _: &mut Mode<'_>) -> Tensor<B, 2> {
        self.bert.pooler.dense.forward(first_tokens(last_hidden_state), Activation::Tanh)
    }
}

/// The head of `BertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct BertHead<B: Backend> {
    classifier: Linear<B>,
    classifier_dropout: f64,
}

impl<B: Kernels> Head<B> for BertHead<B> {
    type Config = BertConfig;

    fn zeros(config: &BertConfig, classes: usize, device: &Device<B>) -> Self {
        Self {
            classifier: Linear::zeros(config.hidden_size, classes, device),
            classifier_dropout: config.classifier_rate(),
        }
    }

    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        self.classifier.forward(mode.drop(pooled, self.classifier_dropout), Activation::Identity)
    }
}
