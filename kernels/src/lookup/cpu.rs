//! [`Lookup`] on the CPU.

use burn::tensor::Tensor;
use burn_flex::Flex;

use super::{Ids, Lookup};
use crate::cpu::rows::{add, for_pieces};
use crate::cpu::{Numbers, tensor};

impl Lookup for Flex {
    fn lookup<const N: usize>(tables: [Tensor<Self, 2>; N], ids: [&Ids<Self>; N]) -> Tensor<Self, 2> {
        let [tokens] = ids.first().map_or([0], |ids| ids.ids.dims());
        let columns = tables.first().map_or(0, |table| table.dims()[1]);
        let tables = tables.map(Numbers::of);
        let ids = ids.map(|ids| indices(&ids.ids));
        let mut sum = vec![0.0; tokens * columns];
        for_pieces(&mut sum, columns, |first, sum| {
            for (table, ids) in tables.iter().zip(&ids) {
                for (row, id) in sum.chunks_exact_mut(columns).zip(&ids[first..]) {
                    add(row, &table.all()[id * columns..(id + 1) * columns]);
                }
            }
        });
        tensor(sum, [tokens, columns])
    }

    fn lookup_backward(
        rows: usize,
        ids: &Ids<Self>,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 2>>,
    ) -> Tensor<Self, 2> {
        let [_, columns] = gradient.dims();
        let gradient = Numbers::of(gradient);
        let mut out = match before {
            Some(before) => before.into_data().into_vec().unwrap_or_else(|_| unreachable!("gradients are of 32 bits")),
            None => vec![0.0; rows * columns],
        };
        // Token by token: the tokens are few beside the table.
        for (id, row) in indices(&ids.ids).into_iter().zip(gradient.all().chunks_exact(columns.max(1))) {
            if ids.padding != Some(id) {
                add(&mut out[id * columns..(id + 1) * columns], row);
            }
        }
        tensor(out, [rows, columns])
    }
}

fn indices(ids: &Tensor<Flex, 1, burn::tensor::Int>) -> Vec<usize> {
    let ids: Vec<i32> =
        ids.to_data().convert::<i32>().into_vec().unwrap_or_else(|_| unreachable!("they were converted"));
    ids.into_iter().map(|id| id as usize).collect()
}
