//! [`Attend`] on the CPU: one input after the other, whose scores stay in the cache from product to product. Queries, keys
//! and values are read and written where they stand, a head's columns as a matrix with gaps.

use burn::tensor::Tensor;
use burn_flex::Flex;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::{Attend, Kept, Shape, reference, scale};
use crate::cpu::functions::exp;
use crate::cpu::rows::{add, sum, sum_of_two};
use crate::cpu::{Numbers, are_wide, tensor};
use crate::mask::Mask;

impl Attend for Flex {
    fn attend_forward(
        qkv: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        mask: Tensor<Self, 2>,
        shape: Shape,
    ) -> (Tensor<Self, 2>, Kept<Self>) {
        if !are_wide(&[qkv.dtype()]) {
            return reference::attend(qkv, bias, mask, shape);
        }
        let [rows, width] = qkv.dims();
        let sizes = Sizes::new(width, shape);
        let (qkv, bias, mask) = (Numbers::of(qkv), Numbers::of(bias), Numbers::of(mask));
        let (bias, mask) = (bias.all(), mask.all());
        let mut qkv = qkv.all().to_vec();
        let mut context = vec![0.0; rows * sizes.hidden];
        let mut probabilities = vec![0.0; shape.batch * sizes.scores()];
        let arch = pulp::Arch::new();
        qkv.par_chunks_mut(sizes.sequence * width)
            .zip(context.par_chunks_mut(sizes.sequence * sizes.hidden))
            .zip(probabilities.par_chunks_mut(sizes.scores()))
            .enumerate()
            .for_each(|(input, ((qkv, context), probabilities))| {
                let mask = &mask[input * sizes.sequence..(input + 1) * sizes.sequence];
                arch.dispatch(|| sizes.forward(input, qkv, bias, mask, context, probabilities));
            });
        let probabilities = tensor(probabilities, [shape.batch, shape.heads, shape.sequence, shape.sequence]);
        let kept = Kept { qkv: tensor(qkv, [rows, width]), probabilities, dropped: None };
        (tensor(context, [rows, sizes.hidden]), kept)
    }

    fn attend_backward(
        kept: Kept<Self>,
        shape: Shape,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        if !are_wide(&[kept.qkv.dtype(), gradient.dtype()]) {
            return reference::attend_backward(kept, shape, gradient, before);
        }
        let [rows, width] = kept.qkv.dims();
        let sizes = Sizes::new(width, shape);
        let (qkv, probabilities, gradient) =
            (Numbers::of(kept.qkv), Numbers::of(kept.probabilities), Numbers::of(gradient));
        let (qkv, probabilities, gradient) = (qkv.all(), probabilities.all(), gradient.all());
        let mut out = vec![0.0; rows * width];
        let arch = pulp::Arch::new();
        let of_inputs: Vec<Vec<f32>> = out
            .par_chunks_mut(sizes.sequence * width)
            .zip(qkv.par_chunks(sizes.sequence * width))
            .zip(gradient.par_chunks(sizes.sequence * sizes.hidden))
            .zip(probabilities.par_chunks(sizes.scores()))
            .enumerate()
            .map(|(input, (((out, qkv), gradient), probabilities))| {
                arch.dispatch(|| sizes.backward(input, out, qkv, gradient, probabilities))
            })
            .collect();
        let mut bias = match before {
            Some(before) => Numbers::of(before).all().to_vec(),
            None => vec![0.0; width],
        };
        for of_input in of_inputs {
            add(&mut bias, &of_input);
        }
        (tensor(out, [rows, width]), tensor(bias, [width]))
    }
}

#[derive(Clone, Copy)]
struct Sizes {
    sequence: usize,
    heads: usize,
    hidden: usize,
    /// Of one head.
    size: usize,
    scale: f32,
    dropout: Option<Mask>,
}

impl Sizes {
    fn new(width: usize, shape: Shape) -> Self {
        let hidden = width / 3;
        Self {
            sequence: shape.sequence,
            heads: shape.heads,
            hidden,
            size: hidden / shape.heads.max(1),
            scale: scale(width, shape) as f32,
            dropout: shape.dropout,
        }
    }

    /// Numbers in the scores of one input.
    fn scores(self) -> usize {
        self.heads * self.sequence * self.sequence
    }

    /// The columns of a head in rows that are `width` wide; `part` 0 for queries, 1 for keys, 2 for values.
    fn columns(self, x: &[f32], width: usize, part: usize, head: usize) -> MatRef<'_, f32> {
        let from = part * self.hidden + head * self.size;
        MatRef::from_row_major_slice_with_stride(&x[from..], self.sequence, self.size, width)
    }

    fn columns_mut(self, x: &mut [f32], width: usize, part: usize, head: usize) -> MatMut<'_, f32> {
        let from = part * self.hidden + head * self.size;
        // Not `from_row_major_slice_with_stride_mut`, which in faer 0.24 takes the stride for that of columns.
        MatMut::from_column_major_slice_with_stride_mut(&mut x[from..], self.size, self.sequence, width).transpose_mut()
    }

    fn square<'a>(self, x: &'a [f32]) -> MatRef<'a, f32> {
        MatRef::from_row_major_slice(x, self.sequence, self.sequence)
    }

    #[inline(always)]
    fn forward(
        self,
        input: usize,
        qkv: &mut [f32],
        bias: &[f32],
        mask: &[f32],
        context: &mut [f32],
        probabilities: &mut [f32],
    ) {
        let (n, width) = (self.sequence, 3 * self.hidden);
        for row in qkv.chunks_exact_mut(width) {
            add(row, bias);
        }
        let padding: Vec<f32> = mask.iter().map(|m| (m - 1.0) * 1e30).collect();
        let mut dropped = vec![0.0; if self.dropout.is_some() { n * n } else { 0 }];
        for (head, scores) in probabilities.chunks_exact_mut(n * n).enumerate() {
            let [query, key, value] = [0, 1, 2].map(|part| self.columns(qkv, width, part, head));
            let out = MatMut::from_row_major_slice_mut(scores, n, n);
            matmul(out, Accum::Replace, query, key.transpose(), self.scale, Par::Seq);
            for row in scores.chunks_exact_mut(n) {
                softmax(row, &padding);
            }
            let factors = match self.dropout {
                Some(mask) => {
                    mask.fill((input * self.heads + head) * n * n, &mut dropped);
                    for (factor, p) in dropped.iter_mut().zip(&*scores) {
                        *factor *= p;
                    }
                    &*dropped
                }
                None => &*scores,
            };
            let out = self.columns_mut(context, self.hidden, 0, head);
            matmul(out, Accum::Replace, self.square(factors), value, 1.0, Par::Seq);
        }
    }

    /// Gives the sums of `out` over tokens.
    #[inline(always)]
    fn backward(self, input: usize, out: &mut [f32], qkv: &[f32], gradient: &[f32], probabilities: &[f32]) -> Vec<f32> {
        let (n, width) = (self.sequence, 3 * self.hidden);
        let mut of_scores = vec![0.0; n * n];
        let mut factors = vec![0.0; if self.dropout.is_some() { n * n } else { 0 }];
        let mut dropped = factors.clone();
        for (head, p) in probabilities.chunks_exact(n * n).enumerate() {
            let [query, key, value] = [0, 1, 2].map(|part| self.columns(qkv, width, part, head));
            let gradient = self.columns(gradient, self.hidden, 0, head);
            if let Some(mask) = self.dropout {
                mask.fill((input * self.heads + head) * n * n, &mut factors);
                for ((dropped, p), factor) in dropped.iter_mut().zip(p).zip(&factors) {
                    *dropped = p * factor;
                }
            }
            let used = if self.dropout.is_some() { &*dropped } else { p };
            let of_value = self.columns_mut(out, width, 2, head);
            matmul(of_value, Accum::Replace, self.square(used).transpose(), gradient, 1.0, Par::Seq);
            let whole = MatMut::from_row_major_slice_mut(&mut of_scores, n, n);
            matmul(whole, Accum::Replace, gradient, value.transpose(), 1.0, Par::Seq);
            if self.dropout.is_some() {
                for (x, factor) in of_scores.iter_mut().zip(&factors) {
                    *x *= factor;
                }
            }
            for (row, p) in of_scores.chunks_exact_mut(n).zip(p.chunks_exact(n)) {
                let along = sum_of_two(row, p, |g, p| g * p);
                for (x, p) in row.iter_mut().zip(p) {
                    *x = p * (*x - along) * self.scale;
                }
            }
            matmul(self.columns_mut(out, width, 0, head), Accum::Replace, self.square(&of_scores), key, 1.0, Par::Seq);
            let of_key = self.columns_mut(out, width, 1, head);
            matmul(of_key, Accum::Replace, self.square(&of_scores).transpose(), query, 1.0, Par::Seq);
        }
        let mut sums = vec![0.0; width];
        for row in out.chunks_exact(width) {
            add(&mut sums, row);
        }
        sums
    }
}

/// Scores and what is added to them become probabilities.
#[inline(always)]
fn softmax(row: &mut [f32], padding: &[f32]) {
    let mut largest = f32::NEG_INFINITY;
    for (x, padding) in row.iter_mut().zip(padding) {
        *x += padding;
        largest = if *x > largest { *x } else { largest };
    }
    for x in row.iter_mut() {
        *x = exp(*x - largest);
    }
    let inverse = 1.0 / sum(row, |x| x);
    for x in row.iter_mut() {
        *x *= inverse;
    }
}
