//! Matrix products by faer, cut into tiles that threads share out.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// Multiplications of a tile below which handing it to another thread costs more than it brings.
const SMALL: usize = 1 << 21;

/// Rows and columns of tiles are multiples of this, which packs well.
const GRAIN: usize = 64;

/// `out = a b`, or `out += a b`. The cut depends on the sizes alone, so the bits do.
pub fn product(out: MatMut<'_, f32>, accumulate: bool, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    let (rows, columns, depth) = (out.nrows(), out.ncols(), a.ncols());
    if rows * columns * depth <= SMALL || (rows <= GRAIN && columns <= GRAIN) {
        let accumulate = if accumulate { Accum::Add } else { Accum::Replace };
        matmul(out, accumulate, a, b, 1.0, Par::Seq);
    } else if rows >= columns {
        let at = half(rows);
        let (top, bottom) = out.split_at_row_mut(at);
        let (a_top, a_bottom) = a.split_at_row(at);
        rayon::join(|| product(top, accumulate, a_top, b), || product(bottom, accumulate, a_bottom, b));
    } else {
        let at = half(columns);
        let (left, right) = out.split_at_col_mut(at);
        let (b_left, b_right) = b.split_at_col(at);
        rayon::join(|| product(left, accumulate, a, b_left), || product(right, accumulate, a, b_right));
    }
}

fn half(n: usize) -> usize {
    (n / 2).next_multiple_of(GRAIN).min(n)
}
