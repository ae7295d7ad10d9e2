//! Disentangled attention: what tokens say and where they stand relative to each other are looked at apart (He et al.
//! 2021, arXiv:2006.03654, equation 4).

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};

use super::config::{Buckets, DebertaV2Config};
use crate::encoder::Mode;
use crate::encoder::attention::{Manner, attend, by_place, ids, split};
use crate::encoder::layers::{Linear, Map};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::linear::wide;
use transfermap_kernels::lookup::Ids;

/// The table of relative positions for one forward pass.
pub struct Relative<B: Backend> {
    /// `[2 span, hidden]`, in 32 bits.
    table: Tensor<B, 2>,
    /// Its rows by distance, `2 sequence` of them: from the key furthest before a query to the one furthest after it.
    by_key: Ids<B>,
    /// Likewise, from the query furthest before a key to the one furthest after it.
    by_query: Ids<B>,
}

impl<B: Kernels> Relative<B> {
    /// For inputs of `sequence` tokens.
    pub fn new(table: Tensor<B, 2>, buckets: Buckets, sequence: usize) -> Self {
        let (rows, device) = (table.dims()[0], table.device());
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let of = |sign: i64| {
            let rows_of = (0..2 * sequence).map(|c| buckets.row(sign * (c - (sequence - 1))));
            ids(&rows_of.collect::<Vec<_>>(), rows, &device)
        };
        Self { by_key: of(-1), by_query: of(1), table }
    }
}

/// `DisentangledSelfAttention`.
#[derive(Module, Debug)]
pub struct DisentangledSelfAttention<B: Backend> {
    query_proj: Linear<B>,
    key_proj: Linear<B>,
    value_proj: Linear<B>,
    pos_key_proj: Option<Linear<B>>,
    pos_query_proj: Option<Linear<B>>,
    num_attention_heads: usize,
    attention_probs_dropout_prob: f64,
    hidden_dropout_prob: f64,
    c2p: bool,
    p2c: bool,
}

impl<B: Kernels> DisentangledSelfAttention<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(config: &DebertaV2Config, device: &Device<B>) -> Self {
        let linear = || Linear::zeros(config.hidden_size, config.hidden_size, device);
        let [c2p, p2c] = ["c2p", "p2c"].map(|term| config.pos_att_type.has(term));
        let own = config.relative_attention && !config.share_att_key;
        Self {
            query_proj: linear(),
            key_proj: linear(),
            value_proj: linear(),
            pos_key_proj: (own && c2p).then(linear),
            pos_query_proj: (own && p2c).then(linear),
            num_attention_heads: config.num_attention_heads,
            attention_probs_dropout_prob: config.attention_probs_dropout_prob,
            hidden_dropout_prob: config.hidden_dropout_prob,
            c2p,
            p2c,
        }
    }

    /// Tokens `[batch * sequence, hidden]` → what they attend to, the same.
    pub fn forward(
        &self,
        x: Tensor<B, 2>,
        relative: Option<&Relative<B>>,
        attention_mask: &Tensor<B, 2>,
        mode: &mut Mode<'_>,
    ) -> Tensor<B, 2> {
        let ([rows, hidden], [batch, _]) = (x.dims(), attention_mask.dims());
        let heads = self.num_attention_heads;
        let qkv = Map::side_by_side([&self.query_proj, &self.key_proj, &self.value_proj], mode.precision);
        let qkv = qkv.forward(x, Activation::Identity);
        let part = |i: usize| split(qkv.clone().slice([0..rows, i * hidden..(i + 1) * hidden]), batch, heads);
        let [query, key, value] = [0, 1, 2].map(part);
        // Also without relative attention, as in transformers.
        let terms = 1 + usize::from(self.c2p) + usize::from(self.p2c);
        let scale = 1.0 / ((hidden / heads.max(1) * terms) as f64).sqrt();
        let added = relative.and_then(|relative| self.positions(&query, &key, relative, mode)).map(|p| p * scale);
        let manner = Manner { scale, dropout: mode.mask(self.attention_probs_dropout_prob) };
        attend(query, key, value, added, attention_mask, manner)
    }

    /// What relative positions add to the scores before they are scaled, `[batch, heads, queries, keys]`.
    fn positions(
        &self,
        query: &Tensor<B, 4>,
        key: &Tensor<B, 4>,
        relative: &Relative<B>,
        mode: &mut Mode<'_>,
    ) -> Option<Tensor<B, 4>> {
        let table = mode.drop(relative.table.clone(), self.hidden_dropout_prob);
        let term = |x: &Tensor<B, 4>, ids: &Ids<B>, own: &Option<Linear<B>>, shared: &Linear<B>| {
            let rows = B::narrow(B::lookup([table.clone()], [ids]), mode.precision);
            let map = own.as_ref().unwrap_or(shared).map_for(mode.precision);
            products(x, map.forward(rows, Activation::Identity))
        };
        let content = self.c2p.then(|| term(query, &relative.by_key, &self.pos_key_proj, &self.key_proj));
        let position = self.p2c.then(|| term(key, &relative.by_query, &self.pos_query_proj, &self.query_proj));
        match (content, position.map(|p| p.swap_dims(2, 3))) {
            (Some(content), Some(position)) => Some(content + position),
            (one, other) => one.or(other),
        }
    }
}

/// Products of tokens `[batch, heads, sequence, size]` with positions `[2 sequence, heads * size]`, by place: `[batch,
/// heads, sequence, sequence]` in 32 bits.
fn products<B: Backend>(x: &Tensor<B, 4>, positions: Tensor<B, 2>) -> Tensor<B, 4> {
    let [batch, heads, sequence, size] = x.dims();
    let rows = x.clone().swap_dims(0, 1).reshape([heads, batch * sequence, size]);
    let positions = positions.reshape([2 * sequence, heads, size]).swap_dims(0, 1);
    let products = wide(rows.matmul(positions.swap_dims(1, 2))).reshape([heads * batch, sequence, 2 * sequence]);
    by_place(products).reshape([heads, batch, sequence, sequence]).swap_dims(0, 1)
}
