//! Attention with something added to its scores: positions that are relative to each other, and what may not be seen.
//!
//! In tensor code; [`Attend`](transfermap_kernels::attention::Attend) is the fused one for encoders that add nothing.

use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};

use transfermap_kernels::Kernels;
use transfermap_kernels::linear::{like, wide};
use transfermap_kernels::lookup::Ids;
use transfermap_kernels::mask::Mask;

/// How queries attend to keys.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// What the products of queries and keys are multiplied with.
    pub scale: f64,
    /// Dropout on the probabilities `[batch, heads, queries, keys]`.
    pub dropout: Option<Mask>,
}

/// `[batch * sequence, heads * size]` → `[batch, heads, sequence, size]`.
pub fn split<B: Backend>(x: Tensor<B, 2>, batch: usize, heads: usize) -> Tensor<B, 4> {
    let [rows, width] = x.dims();
    x.reshape([batch, rows / batch.max(1), heads, width / heads.max(1)]).swap_dims(1, 2)
}

/// `softmax(Q Kᵀ · scale + added + padding) V` for every head, in the format of `query`.
///
/// `query` is `[batch, heads, queries, size]`, `key` and `value` are `[batch, heads, keys, size]`; `added` is
/// `[1 or batch, heads, queries, keys]` in 32 bits; `mask` `[batch, keys]` is 1 for tokens and 0 for padding, which nobody
/// attends to. Gives `[batch * queries, heads * size]`.
pub fn attend<B: Kernels>(
    query: Tensor<B, 4>,
    key: Tensor<B, 4>,
    value: Tensor<B, 4>,
    added: Option<Tensor<B, 4>>,
    mask: &Tensor<B, 2>,
    manner: Manner,
) -> Tensor<B, 2> {
    let [batch, heads, queries, size] = query.dims();
    let [_, keys] = mask.dims();
    // Finite, so that an input without a single token stays finite too.
    let padding = (mask.clone() - 1.0).mul_scalar(1e30).reshape([batch, 1, 1, keys]);
    let added = match added {
        Some(added) => added + padding,
        None => padding,
    };
    let scores = wide(query.clone().matmul(key.swap_dims(2, 3))) * manner.scale + added;
    let mut probabilities = softmax(scores, 3);
    if let Some(mask) = manner.dropout {
        let rows = probabilities.reshape([batch * heads * queries, keys]);
        probabilities = B::drop(rows, mask).reshape([batch, heads, queries, keys]);
    }
    let context = like(probabilities, &query).matmul(value);
    context.swap_dims(1, 2).reshape([batch * queries, heads * size])
}

/// Numbers by distance become numbers by place: `[n, sequence, 2 sequence]` with column `c` of row `i` for the place
/// `i + c − (sequence − 1)` → `[n, sequence, sequence]`, by the shift of Transformer-XL (Dai et al. 2019,
/// arXiv:1901.02860, appendix B). The last column is for no place.
pub fn by_place<B: Backend>(x: Tensor<B, 3>) -> Tensor<B, 3> {
    let [n, sequence, _] = x.dims();
    let (first, width) = (sequence.saturating_sub(1), (2 * sequence).saturating_sub(1));
    x.reshape([n, 2 * sequence * sequence])
        .slice([0..n, first..first + sequence * width])
        .reshape([n, sequence, width])
        .slice([0..n, 0..sequence, 0..sequence])
}

/// Rows of a table of `rows`, for [`Lookup`](transfermap_kernels::lookup::Lookup).
pub fn ids<B: Kernels>(ids: &[i32], rows: usize, device: &Device<B>) -> Ids<B> {
    Ids::new(ids, None, B::ad_enabled(device).then_some(rows), device)
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use burn_flex::Flex;

    use super::*;

    #[test]
    fn a_number_by_distance_stands_at_its_place() {
        for sequence in [1_usize, 2, 5] {
            let device = Default::default();
            // Row i, column c holds 100 i + c.
            let values: Vec<f32> =
                (0..sequence).flat_map(|i| (0..2 * sequence).map(move |c| (100 * i + c) as f32)).collect();
            let x = Tensor::<Flex, 3>::from_data(TensorData::new(values, [1, sequence, 2 * sequence]), &device);
            let placed: Vec<f32> = by_place(x).into_data().into_vec().unwrap();
            for i in 0..sequence {
                for j in 0..sequence {
                    let column = j + sequence - 1 - i;
                    assert_eq!(placed[i * sequence + j], (100 * i + column) as f32, "{sequence}: {i} {j}");
                }
            }
        }
    }
}
