//! Embedding tables: one row per id, several tables summed.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod node;
mod reference;
#[cfg(test)]
mod tests;

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use burn_ndarray::NdArray;

use super::linear::Multiply;

/// Which row of a table every token takes.
#[derive(Debug, Clone)]
pub struct Ids<B: Backend> {
    /// `[tokens]`.
    pub ids: Tensor<B, 1, Int>,
    /// The row that gets no gradient: PyTorch's `padding_idx`.
    pub padding: Option<usize>,
    /// Who takes each row, for the gradient; see [`Takers`].
    pub takers: Option<Takers<B>>,
}

/// The tokens sorted by their id, so that a row's gradient is a sum in a fixed order.
///
/// Ids that stand often are cut into stretches of at most [`STRETCH`] tokens, which are summed side by side.
#[derive(Debug, Clone)]
pub struct Takers<B: Backend> {
    /// The tokens, by ascending id, those of the padding row left out.
    pub tokens: Tensor<B, 1, Int>,
    /// Where each stretch begins in `tokens`, and where the last one ends: `[stretches + 1]`.
    pub stretches: Tensor<B, 1, Int>,
    /// Where the stretches of each id begin, and where the last ones end: `[rows of the table + 1]`.
    pub ids: Tensor<B, 1, Int>,
}

/// The tokens of a stretch.
pub const STRETCH: usize = 32;

impl<B: Backend> Ids<B> {
    /// Ids on a device; with their takers where a gradient of a table of `rows` will be asked for, of which the row
    /// `padding` gets none.
    ///
    /// # Panics
    /// When an id is no row of the table.
    pub fn new(ids: &[i32], padding: Option<usize>, rows: Option<usize>, device: &B::Device) -> Self {
        let to_device = |v: Vec<i32>| {
            let n = v.len();
            Tensor::<B, 1, Int>::from_data(TensorData::new(v, [n]), device)
        };
        let takers = rows.map(|rows| {
            let (tokens, stretches, starts) = takers(ids, padding, rows);
            Takers { tokens: to_device(tokens), stretches: to_device(stretches), ids: to_device(starts) }
        });
        Self { ids: to_device(ids.to_vec()), padding, takers }
    }
}

/// Tokens by id, beginnings of stretches, beginnings of ids. Nobody takes the row `padding`.
fn takers(ids: &[i32], padding: Option<usize>, rows: usize) -> (Vec<i32>, Vec<i32>, Vec<i32>) {
    let taken = || ids.iter().map(|id| *id as usize).enumerate().filter(move |(_, row)| padding != Some(*row));
    // Sorted by counting: where the tokens of each row begin, and where its next one goes.
    let mut begin = vec![0; rows + 1];
    taken().for_each(|(_, row)| begin[row + 1] += 1);
    for row in 0..rows {
        begin[row + 1] += begin[row];
    }
    let mut next = begin.clone();
    let mut tokens = vec![0; begin[rows]];
    for (token, row) in taken() {
        tokens[next[row]] = token as i32;
        next[row] += 1;
    }
    let (mut stretches, mut starts) = (vec![0], vec![0]);
    for ends in begin.windows(2) {
        let mut at = ends[0];
        while at < ends[1] {
            at = ends[1].min(at + STRETCH);
            stretches.push(at as i32);
        }
        starts.push(stretches.len() as i32 - 1);
    }
    (tokens, stretches, starts)
}

/// Rows of tables, summed.
pub trait Lookup: Multiply {
    /// `Σ_k tables[k][ids[k]]`: tables `[rows, columns]` → `[tokens, columns]`.
    fn lookup<const N: usize>(tables: [Tensor<Self, 2>; N], ids: [&Ids<Self>; N]) -> Tensor<Self, 2> {
        reference::lookup(tables, ids)
    }

    /// The gradient of one table of `rows`, added to `before` where there is one, from that of the sum
    /// `[tokens, columns]`.
    fn lookup_backward(
        rows: usize,
        ids: &Ids<Self>,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 2>>,
    ) -> Tensor<Self, 2> {
        reference::lookup_backward(rows, ids, gradient, before)
    }
}

impl Lookup for NdArray {}
