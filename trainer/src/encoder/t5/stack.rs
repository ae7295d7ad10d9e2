//! `T5Stack`: the layers of the encoder, or those of the decoder.

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use transfermap::study::Precision;

use super::config::T5Config;
use crate::encoder::Mode;
use crate::encoder::attention::{Manner, attend, by_place, ids, split};
use crate::encoder::error::ConfigFault;
use crate::encoder::layers::{Embedding, Linear, Map, RmsNorm};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::linear::wide;

/// `T5Attention`.
#[derive(Module, Debug)]
pub struct T5Attention<B: Backend> {
    q: Linear<B>,
    k: Linear<B>,
    v: Linear<B>,
    o: Linear<B>,
    /// Of the first layer, for all of them.
    relative_attention_bias: Option<Embedding<B>>,
    num_heads: usize,
    dropout_rate: f64,
}

impl<B: Kernels> T5Attention<B> {
    fn zeros(config: &T5Config, buckets: Option<usize>, device: &Device<B>) -> Self {
        let (model, inner) = (config.d_model, config.num_heads * config.d_kv);
        let linear = |inputs, outputs| Linear::zeros(inputs, outputs, device).without_bias();
        Self {
            q: linear(model, inner),
            k: linear(model, inner),
            v: linear(model, inner),
            o: linear(inner, model),
            relative_attention_bias: buckets.map(|buckets| Embedding::zeros(buckets, config.num_heads, device)),
            num_heads: config.num_heads,
            dropout_rate: config.attention_rate(),
        }
    }

    /// What `rows` attend to in the inputs of `keys`, or among themselves: both `[batch * sequence, d_model]` for
    /// products; `mask` is that of the keys.
    fn forward(
        &self,
        rows: Tensor<B, 2>,
        keys: Option<&Tensor<B, 2>>,
        bias: Option<Tensor<B, 4>>,
        mask: &Tensor<B, 2>,
        mode: &mut Mode<'_>,
    ) -> Tensor<B, 2> {
        let [batch, _] = mask.dims();
        let [q, k, v] = match keys {
            None => {
                let qkv = Map::side_by_side([&self.q, &self.k, &self.v], mode.precision).product(rows);
                let [tokens, width] = qkv.dims();
                let inner = width / 3;
                [0, 1, 2].map(|i| qkv.clone().slice([0..tokens, i * inner..(i + 1) * inner]))
            }
            Some(keys) => {
                let product = |map: &Linear<B>, x: &Tensor<B, 2>| map.map_for(mode.precision).product(x.clone());
                [product(&self.q, &rows), product(&self.k, keys), product(&self.v, keys)]
            }
        }
        .map(|x| split(x, batch, self.num_heads));
        let manner = Manner { scale: 1.0, dropout: mode.mask(self.dropout_rate) };
        self.o.map_for(mode.precision).product(attend(q, k, v, bias, mask, manner))
    }
}

/// `T5LayerSelfAttention`.
#[derive(Module, Debug)]
pub struct T5LayerSelfAttention<B: Backend> {
    SelfAttention: T5Attention<B>,
    layer_norm: RmsNorm<B>,
}

/// `T5LayerCrossAttention`.
#[derive(Module, Debug)]
pub struct T5LayerCrossAttention<B: Backend> {
    EncDecAttention: T5Attention<B>,
    layer_norm: RmsNorm<B>,
}

/// `T5DenseActDense`.
#[derive(Module, Debug)]
pub struct T5DenseActDense<B: Backend> {
    wi: Linear<B>,
    wo: Linear<B>,
}

/// `T5DenseGatedActDense`.
#[derive(Module, Debug)]
pub struct T5DenseGatedActDense<B: Backend> {
    wi_0: Linear<B>,
    wi_1: Linear<B>,
    wo: Linear<B>,
}

/// Either.
#[derive(Module, Debug)]
pub enum T5Dense<B: Backend> {
    /// Of T5.
    Plain(T5DenseActDense<B>),
    /// Of T5 v1.1 and FLAN-T5.
    Gated(T5DenseGatedActDense<B>),
}

impl<B: Kernels> T5Dense<B> {
    fn zeros(config: &T5Config, gated: bool, device: &Device<B>) -> Self {
        let linear = |inputs, outputs| Linear::zeros(inputs, outputs, device).without_bias();
        let (into, out) = (|| linear(config.d_model, config.d_ff), || linear(config.d_ff, config.d_model));
        if gated {
            Self::Gated(T5DenseGatedActDense { wi_0: into(), wi_1: into(), wo: out() })
        } else {
            Self::Plain(T5DenseActDense { wi: into(), wo: out() })
        }
    }

    fn forward(&self, x: Tensor<B, 2>, act: Activation, rate: f64, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let precision = mode.precision;
        let (inner, wo) = match self {
            Self::Plain(dense) => (dense.wi.map_for(precision).forward(x, act), &dense.wo),
            Self::Gated(dense) => {
                let gate = dense.wi_0.map_for(precision).forward(x.clone(), act);
                (gate * dense.wi_1.map_for(precision).product(x), &dense.wo)
            }
        };
        wo.map_for(precision).product(mode.drop(inner, rate))
    }
}

/// `T5LayerFF`.
#[derive(Module, Debug)]
pub struct T5LayerFf<B: Backend> {
    DenseReluDense: T5Dense<B>,
    layer_norm: RmsNorm<B>,
}

/// A part of a block; all begin with a norm and end with a residual.
#[derive(Module, Debug)]
pub enum T5Layer<B: Backend> {
    /// Among the inputs.
    SelfAttention(T5LayerSelfAttention<B>),
    /// From the decoder to the encoder.
    CrossAttention(T5LayerCrossAttention<B>),
    /// Of each token by itself.
    Ff(T5LayerFf<B>),
}

/// `T5Block`.
#[derive(Module, Debug)]
pub struct T5Block<B: Backend> {
    layer: Vec<T5Layer<B>>,
}

/// `T5Stack`.
#[derive(Module, Debug)]
pub struct T5Stack<B: Backend> {
    block: Vec<T5Block<B>>,
    final_layer_norm: RmsNorm<B>,
    dropout_rate: f64,
    #[module(skip)]
    act: Activation,
    #[module(skip)]
    buckets: Buckets,
}

/// What the decoder attends to.
pub struct Encoded<'a, B: Backend> {
    /// `[batch * sequence, d_model]`, for products.
    pub states: &'a Tensor<B, 2>,
    /// `[batch, sequence]`, 1 for tokens.
    pub mask: &'a Tensor<B, 2>,
}

impl<B: Kernels> T5Stack<B> {
    /// Zeros, to be filled by name.
    ///
    /// # Errors
    /// An unknown non-linearity.
    pub fn zeros(config: &T5Config, decoder: bool, device: &Device<B>) -> Result<Self, ConfigFault> {
        let (gated, act) = config.feed_forward()?;
        let norm = || RmsNorm::zeros(config.d_model, config.layer_norm_epsilon, device);
        let buckets = config.relative_attention_num_buckets;
        let block = |i: usize| {
            let mut layer = vec![T5Layer::SelfAttention(T5LayerSelfAttention {
                SelfAttention: T5Attention::zeros(config, (i == 0).then_some(buckets), device),
                layer_norm: norm(),
            })];
            if decoder {
                layer.push(T5Layer::CrossAttention(T5LayerCrossAttention {
                    EncDecAttention: T5Attention::zeros(config, None, device),
                    layer_norm: norm(),
                }));
            }
            let dense = T5Dense::zeros(config, gated, device);
            layer.push(T5Layer::Ff(T5LayerFf { DenseReluDense: dense, layer_norm: norm() }));
            T5Block { layer }
        };
        let layers = if decoder { config.decoder_layers() } else { config.num_layers };
        Ok(Self {
            block: (0..layers).map(block).collect(),
            final_layer_norm: norm(),
            dropout_rate: config.dropout_rate,
            act,
            buckets: Buckets { buckets, distance: config.relative_attention_max_distance, both_ways: !decoder },
        })
    }

    /// Embedded tokens `[batch * sequence, d_model]` through all blocks and the last norm, the same in 32 bits; `mask` is
    /// `[batch, sequence]`. A decoder attends to `encoded`, and no token to those after it.
    pub fn forward(
        &self,
        embedded: Tensor<B, 2>,
        mask: &Tensor<B, 2>,
        encoded: Option<&Encoded<'_, B>>,
        mode: &mut Mode<'_>,
        observe: &mut dyn FnMut(&Tensor<B, 2>),
    ) -> Tensor<B, 2> {
        let [_, sequence] = mask.dims();
        let mut x = mode.drop(embedded, self.dropout_rate);
        let bias = self.positions(sequence);
        for block in &self.block {
            // What goes in; the last one comes out of the last norm.
            observe(&x);
            for layer in &block.layer {
                let precision = mode.precision;
                let made = match layer {
                    T5Layer::SelfAttention(layer) => {
                        let rows = layer.layer_norm.forward(x.clone(), precision);
                        layer.SelfAttention.forward(rows, None, bias.clone(), mask, mode)
                    }
                    T5Layer::CrossAttention(layer) => {
                        let Some(encoded) = encoded else { continue };
                        let rows = layer.layer_norm.forward(x.clone(), precision);
                        layer.EncDecAttention.forward(rows, Some(encoded.states), None, encoded.mask, mode)
                    }
                    T5Layer::Ff(layer) => {
                        let rows = layer.layer_norm.forward(x.clone(), precision);
                        layer.DenseReluDense.forward(rows, self.act, self.dropout_rate, mode)
                    }
                };
                x = x + mode.drop(wide(made), self.dropout_rate);
            }
        }
        let x = self.final_layer_norm.forward(x, Precision::F32);
        let x = mode.drop(x, self.dropout_rate);
        observe(&x);
        x
    }

    /// What is added to the scores of every block, `[1, heads, sequence, sequence]`: a number by distance, and in a decoder
    /// what hides the tokens to come.
    fn positions(&self, sequence: usize) -> Option<Tensor<B, 4>> {
        let Some(T5Layer::SelfAttention(first)) = self.block.first().and_then(|block| block.layer.first()) else {
            return None;
        };
        let table = first.SelfAttention.relative_attention_bias.as_ref()?.weight.val();
        let ([rows, heads], device) = (table.dims(), table.device());
        let length = i64::try_from(sequence).unwrap_or(i64::MAX);
        let buckets: Vec<i32> = (0..2 * length).map(|c| self.buckets.row(c - (length - 1))).collect();
        let by_distance = B::lookup([table], [&ids(&buckets, rows, &device)]).transpose();
        let by_distance = by_distance.reshape([heads, 1, 2 * sequence]).expand([heads, sequence, 2 * sequence]);
        let bias = by_place(by_distance).reshape([1, heads, sequence, sequence]);
        if self.buckets.both_ways {
            return Some(bias);
        }
        let later = Tensor::<B, 2>::ones([sequence, sequence], &device).triu(1);
        Some(bias - later.mul_scalar(1e30).reshape([1, 1, sequence, sequence]))
    }
}

/// How relative positions fall into buckets: `T5Attention._relative_position_bucket`.
#[derive(Debug, Clone, Copy)]
pub struct Buckets {
    /// All of them.
    pub buckets: usize,
    /// Positions further away are all in the last one.
    pub distance: usize,
    /// Whether keys after a query have buckets of their own: in the encoder.
    pub both_ways: bool,
}

impl Buckets {
    /// The bucket of a key that stands `distance` after its query, worked out in 32 bits.
    pub fn row(self, distance: i64) -> i32 {
        let (buckets, first, distance) = if self.both_ways {
            let half = self.buckets / 2;
            (half, if distance > 0 { half } else { 0 }, distance.unsigned_abs())
        } else {
            (self.buckets, 0, distance.min(0).unsigned_abs())
        };
        let exact = buckets / 2;
        let bucket = if distance < exact as u64 {
            distance as usize
        } else {
            let all = (self.distance as f64 / exact as f64).ln() as f32;
            let far = (distance as f32 / exact as f32).ln() / all * (buckets - exact) as f32;
            (exact + far as usize).min(buckets - 1)
        };
        i32::try_from(first + bucket).unwrap_or(i32::MAX)
    }
}
