//! ALBERT (Lan et al. 2020, arXiv:1909.11942) with a sequence classifier, as in
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/albert/modeling_albert.py>.
//!
//! Embeddings are factorised (`embedding_size` before `hidden_size`) and layers share weights: layer i belongs to
//! group `i * num_hidden_groups / num_hidden_layers`, each group holding `inner_group_num` layers.

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]

use burn::module::Module;
use burn::tensor::activation::{softmax, tanh};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use serde::Deserialize;

use super::activation::Activation;
use super::layers::{Embedding, LayerNorm, Linear, matmul};
use super::{Inputs, Mode, Outputs};

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

impl AlbertConfig {
    /// Says what makes no model, naming the field and the remedy.
    ///
    /// # Errors
    /// The first offending field.
    pub fn check(&self) -> Result<(), String> {
        Activation::parse(&self.hidden_act)?;
        for (name, value) in [
            ("vocab_size", self.vocab_size),
            ("embedding_size", self.embedding_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_hidden_groups", self.num_hidden_groups),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("inner_group_num", self.inner_group_num),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ] {
            if value == 0 {
                return Err(format!("{name} is 0; give at least 1"));
            }
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(format!(
                "hidden_size {} is no multiple of num_attention_heads {}",
                self.hidden_size, self.num_attention_heads
            ));
        }
        if self.num_hidden_groups > self.num_hidden_layers {
            return Err(format!(
                "num_hidden_groups {} is more than num_hidden_layers {}",
                self.num_hidden_groups, self.num_hidden_layers
            ));
        }
        if self.position_embedding_type != "absolute" {
            return Err(format!(
                "position_embedding_type `{}` is not known; known: absolute",
                self.position_embedding_type
            ));
        }
        if self.pad_token_id >= self.vocab_size {
            return Err(format!("pad_token_id {} is outside vocab_size {}", self.pad_token_id, self.vocab_size));
        }
        Ok(())
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

impl<B: Backend> AlbertEmbeddings<B> {
    /// Sum of word, segment and position vectors, normalised: `[batch * sequence, embedding]`.
    fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let [batch, sequence] = inputs.input_ids.dims();
        let words = self.word_embeddings.forward(inputs.input_ids.clone());
        let [_, _, size] = words.dims();
        // Every input has the same positions: one slice, not a lookup of batch * sequence rows.
        let positions = self.position_embeddings.weight.val().slice([0..sequence, 0..size]).unsqueeze_dim::<3>(0);
        let rows = batch * sequence;
        let sum = words + positions;
        let sum = sum.reshape([rows, size]) + self.segments(inputs.token_type_ids.clone(), rows);
        mode.drop(self.LayerNorm.forward(sum), self.hidden_dropout_prob)
    }

    /// A product with one-hot rows: exact, and its backward pass is a matrix product too.
    fn segments(&self, token_type_ids: Tensor<B, 2, Int>, rows: usize) -> Tensor<B, 2> {
        let weight = self.token_type_embeddings.weight.val();
        let [types, _] = weight.dims();
        let ids = token_type_ids.reshape([rows, 1]);
        let columns: Vec<Tensor<B, 2>> =
            (0..types).map(|t| ids.clone().equal_elem(i64::try_from(t).unwrap_or(i64::MAX)).float()).collect();
        Tensor::cat(columns, 1).matmul(weight)
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

impl<B: Backend> AlbertAttention<B> {
    /// `[batch * sequence, hidden]` → the same; `bias` is `[batch, 1, 1, sequence]`, added to the scores.
    fn forward(&self, x: Tensor<B, 2>, bias: &Tensor<B, 4>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let [batch, _, _, sequence] = bias.dims();
        let [rows, hidden] = x.dims();
        let heads = self.num_attention_heads;
        let size = hidden / heads;
        let precision = mode.precision;
        let split = |t: Tensor<B, 2>| t.reshape([batch, sequence, heads, size]).swap_dims(1, 2);
        let query = split(self.query.forward(x.clone(), precision)) * (1.0 / (size as f64).sqrt());
        let key = split(self.key.forward(x.clone(), precision));
        let value = split(self.value.forward(x.clone(), precision));
        let scores = matmul(query, key.transpose(), precision) + bias.clone();
        let probabilities = mode.drop(softmax(scores, 3), self.attention_probs_dropout_prob);
        let context = matmul(probabilities, value, precision).swap_dims(1, 2).reshape([rows, hidden]);
        let output = mode.drop(self.dense.forward(context, precision), self.hidden_dropout_prob);
        self.LayerNorm.forward(x + output)
    }
}

/// `AlbertLayer`.
#[derive(Module, Debug)]
pub struct AlbertLayer<B: Backend> {
    full_layer_layer_norm: LayerNorm<B>,
    attention: AlbertAttention<B>,
    ffn: Linear<B>,
    ffn_output: Linear<B>,
}

impl<B: Backend> AlbertLayer<B> {
    fn forward(&self, x: Tensor<B, 2>, bias: &Tensor<B, 4>, act: Activation, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let attended = self.attention.forward(x, bias, mode);
        let inner = act.forward(self.ffn.forward(attended.clone(), mode.precision));
        let output = self.ffn_output.forward(inner, mode.precision);
        self.full_layer_layer_norm.forward(output + attended)
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
    pub fn zeros(config: &AlbertConfig, device: &B::Device) -> Result<Self, String> {
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
                word_embeddings: Embedding::zeros(config.vocab_size, embedding, device),
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
            act: Activation::parse(&config.hidden_act)?,
        })
    }

    /// Runs the encoder on a batch.
    pub fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Outputs<B> {
        let [batch, sequence] = inputs.input_ids.dims();
        let embedded = self.embeddings.forward(inputs, mode);
        let mut x = self.encoder.embedding_hidden_mapping_in.forward(embedded, mode.precision);
        // Finite, so that a row without a single token stays finite too.
        let bias = (inputs.attention_mask.clone() - 1.0).mul_scalar(1e30).reshape([batch, 1, 1, sequence]);
        let groups = &self.encoder.albert_layer_groups;
        let [_, hidden] = x.dims();
        let mut hidden_states = Vec::new();
        for i in 0..self.encoder.num_hidden_layers {
            let Some(group) = groups.get(i * groups.len() / self.encoder.num_hidden_layers) else { continue };
            if mode.keep_hidden_states {
                hidden_states.push(x.clone().reshape([batch, sequence, hidden]));
            }
            for layer in &group.albert_layers {
                x = layer.forward(x, &bias, self.act, mode);
            }
        }
        let last_hidden_state = x.reshape([batch, sequence, hidden]);
        if mode.keep_hidden_states {
            hidden_states.push(last_hidden_state.clone());
        }
        let first = last_hidden_state.clone().slice([0..batch, 0..1, 0..hidden]).reshape([batch, hidden]);
        Outputs { last_hidden_state, pooler_output: tanh(self.pooler.forward(first, mode.precision)), hidden_states }
    }

    /// The word embeddings `[vocab, embedding]`, for heads that are tied to them.
    pub fn word_embeddings(&self) -> Tensor<B, 2> {
        self.embeddings.word_embeddings.weight.val()
    }
}

/// `AlbertForSequenceClassification`.
#[derive(Module, Debug)]
pub struct AlbertForSequenceClassification<B: Backend> {
    /// The shared body.
    pub albert: AlbertModel<B>,
    /// The task's head.
    pub classifier: Linear<B>,
    classifier_dropout_prob: f64,
}

impl<B: Backend> AlbertForSequenceClassification<B> {
    /// Zeros, to be filled by name.
    ///
    /// # Errors
    /// A configuration that makes no model.
    pub fn zeros(config: &AlbertConfig, classes: usize, device: &B::Device) -> Result<Self, String> {
        Ok(Self {
            albert: AlbertModel::zeros(config, device)?,
            classifier: Linear::zeros(config.hidden_size, classes, device),
            classifier_dropout_prob: config.classifier_dropout_prob.unwrap_or(config.hidden_dropout_prob),
        })
    }

    /// Logits `[batch, classes]`, in 32 bits.
    pub fn forward(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let pooled = self.encode(inputs, mode).pooler_output;
        self.classify(pooled, mode)
    }

    /// The body's outputs.
    pub fn encode(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Outputs<B> {
        self.albert.forward(inputs, mode)
    }

    /// Logits from pooled outputs.
    pub fn classify(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let pooled = mode.drop(pooled, self.classifier_dropout_prob);
        self.classifier.forward(pooled, mode.precision)
    }
}
