//! [`Multiply`] on the CPU.

use burn::tensor::{DType, Tensor};
use burn_flex::Flex;
use faer::{MatMut, MatRef};

use super::{Multiply, reference};
use crate::cpu::product::product;
use crate::cpu::rows::for_pieces_summing;
use crate::cpu::{Numbers, are_wide, tensor};

impl Multiply for Flex {
    fn multiply(x: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        if !are_wide(&[x.dtype(), w.dtype()]) {
            return reference::multiply(x, w);
        }
        let ([rows, depth], [_, columns]) = (x.dims(), w.dims());
        let (x, w) = (Numbers::of(x), Numbers::of(w));
        let x = MatRef::from_row_major_slice(x.all(), rows, depth);
        let w = MatRef::from_row_major_slice(w.all(), depth, columns);
        made(rows, columns, x, w)
    }

    fn multiply_backward_x(g: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        if !are_wide(&[g.dtype(), w.dtype()]) {
            return reference::multiply_backward_x(g, w);
        }
        let ([rows, depth], [columns, _]) = (g.dims(), w.dims());
        let (g, w) = (Numbers::of(g), Numbers::of(w));
        let g = MatRef::from_row_major_slice(g.all(), rows, depth);
        let w = MatRef::from_row_major_slice(w.all(), columns, depth);
        made(rows, columns, g, w.transpose())
    }

    fn multiply_backward_w(x: Tensor<Self, 2>, g: Tensor<Self, 2>, before: Option<Tensor<Self, 2>>) -> Tensor<Self, 2> {
        if !are_wide(&[x.dtype(), g.dtype()]) {
            return reference::multiply_backward_w(x, g, before);
        }
        let ([depth, rows], [_, columns]) = (x.dims(), g.dims());
        let (x, g) = (Numbers::of(x), Numbers::of(g));
        let x = MatRef::from_row_major_slice(x.all(), depth, rows);
        let g = MatRef::from_row_major_slice(g.all(), depth, columns);
        let accumulate = before.is_some();
        let mut out = match before {
            Some(before) => before.into_data().into_vec().unwrap_or_else(|_| unreachable!("gradients are of 32 bits")),
            None => vec![0.0; rows * columns],
        };
        product(MatMut::from_row_major_slice_mut(&mut out, rows, columns), accumulate, x.transpose(), g);
        tensor(out, [rows, columns])
    }

    fn column_sums(x: Tensor<Self, 2>) -> Tensor<Self, 1> {
        if x.dtype() != DType::F32 {
            return reference::column_sums(x);
        }
        let [_, columns] = x.dims();
        let mut x = Numbers::of(x).all().to_vec();
        let sums = for_pieces_summing(&mut x, columns, columns, &[None], |_, x, sums| {
            for row in x.chunks_exact(columns) {
                crate::cpu::rows::add(sums, row);
            }
        });
        tensor(sums, [columns])
    }
}

fn made(rows: usize, columns: usize, a: MatRef<'_, f32>, b: MatRef<'_, f32>) -> Tensor<Flex, 2> {
    let mut out = vec![0.0; rows * columns];
    product(MatMut::from_row_major_slice_mut(&mut out, rows, columns), false, a, b);
    tensor(out, [rows, columns])
}
