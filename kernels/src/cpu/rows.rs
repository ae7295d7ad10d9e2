//! Rows shared out among threads.

use rayon::prelude::*;

/// Numbers of one piece of work: enough to pay for handing it to a thread, few enough to stay in its cache.
const PIECE: usize = 1 << 14;

/// Rows of one piece, which depends on the width alone.
fn rows_of_a_piece(columns: usize) -> usize {
    (PIECE / columns.max(1)).max(1)
}

/// Calls `f` with the number of the first row and the rows of every piece of `out`, `[rows, columns]`, in code for the
/// widest vectors that the processor has.
pub fn for_pieces(out: &mut [f32], columns: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    if columns > 0 {
        let rows = rows_of_a_piece(columns);
        let arch = pulp::Arch::new();
        out.par_chunks_mut(rows * columns).enumerate().for_each(|(i, piece)| arch.dispatch(|| f(i * rows, piece)));
    }
}

/// As [`for_pieces`], and every piece adds to `sums` numbers of its own, which begin at 0; gives their sums over all
/// pieces, added in order to `before`.
pub fn for_pieces_summing(
    out: &mut [f32],
    columns: usize,
    sums: usize,
    before: &[Option<&[f32]>],
    f: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
) -> Vec<f32> {
    let mut total: Vec<f32> = Vec::with_capacity(sums);
    for part in before {
        match part {
            Some(part) => total.extend_from_slice(part),
            None => total.resize(total.len() + sums / before.len(), 0.0),
        }
    }
    if columns == 0 {
        return total;
    }
    let rows = rows_of_a_piece(columns);
    let arch = pulp::Arch::new();
    let of_pieces: Vec<Vec<f32>> = out
        .par_chunks_mut(rows * columns)
        .enumerate()
        .map(|(i, piece)| {
            let mut of_piece = vec![0.0; sums];
            arch.dispatch(|| f(i * rows, piece, &mut of_piece));
            of_piece
        })
        .collect();
    for of_piece in of_pieces {
        add(&mut total, &of_piece);
    }
    total
}

/// `a += b`.
#[inline(always)]
pub fn add(a: &mut [f32], b: &[f32]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
}

/// The sum of `f` over a row, in 16 partial sums, which become one vector.
#[inline(always)]
pub fn sum(row: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; 16];
    let whole = row.chunks_exact(16);
    let rest = whole.remainder();
    for chunk in whole {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += f(*x);
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += f(*x);
    }
    sums.iter().sum()
}

/// The sum of `f` over two rows of equal length, as [`sum`].
#[inline(always)]
pub fn sum_of_two(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (whole_a, whole_b) = (a.chunks_exact(16), b.chunks_exact(16));
    let (rest_a, rest_b) = (whole_a.remainder(), whole_b.remainder());
    for (a, b) in whole_a.zip(whole_b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += f(*a, *b);
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(rest_a).zip(rest_b) {
        *sum += f(*a, *b);
    }
    sums.iter().sum()
}
