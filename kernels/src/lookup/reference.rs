//! [`Lookup`](super::Lookup) in tensor code.

use burn::tensor::{IndexingUpdateOp, Tensor};

use super::Ids;
use crate::linear::{Multiply, plus, wide};

pub fn lookup<B: Multiply, const N: usize>(tables: [Tensor<B, 2>; N], ids: [&Ids<B>; N]) -> Tensor<B, 2> {
    let mut sum = None;
    for (table, ids) in tables.into_iter().zip(ids) {
        sum = Some(plus(sum, table.select(0, ids.ids.clone())));
    }
    sum.unwrap_or_else(|| unreachable!("there is at least one table"))
}

pub fn lookup_backward<B: Multiply>(
    rows: usize,
    ids: &Ids<B>,
    gradient: Tensor<B, 2>,
    before: Option<Tensor<B, 2>>,
) -> Tensor<B, 2> {
    let [_, columns] = gradient.dims();
    let device = gradient.device();
    let zeros = Tensor::zeros([rows, columns], &device);
    let mut sums = zeros.select_assign(0, ids.ids.clone(), wide(gradient), IndexingUpdateOp::Add);
    if let Some(row) = ids.padding {
        sums = sums.slice_assign([row..row + 1, 0..columns], Tensor::zeros([1, columns], &device));
    }
    plus(before, sums)
}
