//! [`Lookup`] on GPUs: one kernel forward. Back, stretches of tokens with one id are summed first, then the stretches of
//! every id, in order: no atomics, the same bits every time, and rows that nobody takes become 0 on the way.

use burn::tensor::{DType, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{Ids, Lookup, Takers};
use crate::gpu::device::{Data, vector_size};
use crate::gpu::{LANES, ROWS};

/// A unit for every vector of the sum.
#[cube(launch)]
fn forward<I: Int, N: Size>(
    tables: &Sequence<Array<Vector<f32, N>>>,
    ids: &Sequence<Array<I>>,
    sum: &mut Array<Vector<f32, N>>,
    vectors: u32,
    all: u32,
    #[comptime] count: u32,
    #[define(I)] _format: StorageType,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        let (token, column) = (at / vectors, at % vectors);
        let mut total = Vector::<f32, N>::new(0.0f32);
        #[unroll]
        for k in 0..count {
            let id = u32::cast_from(ids.index(comptime!(k as usize))[token as usize]);
            total += tables.index(comptime!(k as usize))[(id * vectors + column) as usize];
        }
        sum[at as usize] = total;
    }
}

/// The sum of every stretch of tokens: 32 units for a stretch, a cube for 8.
#[cube(launch)]
fn sum_stretches<G: Float, I: Int, N: Size>(
    gradient: &Array<Vector<G, N>>,
    tokens: &Array<I>,
    stretches: &Array<I>,
    parts: &mut Array<Vector<f32, N>>,
    vectors: u32,
    count: u32,
    #[define(G, I)] _formats: [StorageType; 2],
) {
    let stretch = CUBE_POS_X * ROWS + UNIT_POS_Y;
    let column = CUBE_POS_Y * LANES + UNIT_POS_X;
    if stretch < count && column < vectors {
        let end = u32::cast_from(stretches[(stretch + 1) as usize]);
        let mut i = u32::cast_from(stretches[stretch as usize]);
        let mut sum = Vector::<f32, N>::new(0.0f32);
        while i < end {
            let token = u32::cast_from(tokens[i as usize]);
            sum += Vector::cast_from(gradient[(token * vectors + column) as usize]);
            i += 1;
        }
        parts[(stretch * vectors + column) as usize] = sum;
    }
}

/// The sum of the stretches of every row of the table.
#[cube(launch)]
fn sum_ids<I: Int, N: Size>(
    parts: &Array<Vector<f32, N>>,
    ids: &Array<I>,
    before: &Array<Vector<f32, N>>,
    out: &mut Array<Vector<f32, N>>,
    vectors: u32,
    rows: u32,
    #[comptime] adds: bool,
    #[define(I)] _format: StorageType,
) {
    let row = (CUBE_POS_Z * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let column = CUBE_POS_Y * LANES + UNIT_POS_X;
    if row < rows && column < vectors {
        let at = row * vectors + column;
        let end = u32::cast_from(ids[(row + 1) as usize]);
        let mut stretch = u32::cast_from(ids[row as usize]);
        let mut sum = Vector::<f32, N>::new(0.0f32);
        if comptime!(adds) {
            sum = before[at as usize];
        }
        while stretch < end {
            sum += parts[(stretch * vectors + column) as usize];
            stretch += 1;
        }
        out[at as usize] = sum;
    }
}

impl<R, F, I, BT> Lookup for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn lookup<const K: usize>(tables: [Tensor<Self, 2>; K], ids: [&Ids<Self>; K]) -> Tensor<Self, 2> {
        let columns = tables.first().map_or(0, |table| table.dims()[1]);
        let tokens = ids.first().map_or(0, |ids| ids.ids.dims()[0]);
        let tables = tables.map(Data::of);
        let ids = ids.map(|ids| Data::new(ids.ids.clone().into_primitive()));
        let Some((first, format)) = tables.first().zip(ids.first().map(Data::storage)) else {
            unreachable!("there is at least one table")
        };
        let sum = first.empty([tokens, columns], DType::F32);
        let size = vector_size(columns);
        let (vectors, all) = ((columns / size) as u32, (tokens * columns / size) as u32);
        forward::launch::<R>(
            sum.client(),
            CubeCount::Static(all.div_ceil(256).max(1), 1, 1),
            CubeDim::new_1d(256),
            size,
            tables.iter().map(Data::arg).collect(),
            ids.iter().map(Data::arg).collect(),
            sum.arg(),
            vectors,
            all,
            K as u32,
            format,
        );
        sum.tensor()
    }

    fn lookup_backward(
        rows: usize,
        ids: &Ids<Self>,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 2>>,
    ) -> Tensor<Self, 2> {
        let Some(Takers { tokens, stretches, ids }) = ids.takers.clone() else {
            return super::reference::lookup_backward(rows, ids, gradient, before);
        };
        let [_, columns] = gradient.dims();
        let count = stretches.dims()[0] - 1;
        let gradient = Data::of(gradient);
        let [tokens, stretches, ids] = [tokens, stretches, ids].map(|t| Data::new(t.into_primitive()));
        let size = vector_size(columns);
        let vectors = (columns / size) as u32;
        let parts = gradient.empty([count.max(1), columns], DType::F32);
        let wide = vectors.div_ceil(LANES);
        sum_stretches::launch::<R>(
            gradient.client(),
            CubeCount::Static((count as u32).div_ceil(ROWS).max(1), wide, 1),
            CubeDim::new_2d(LANES, ROWS),
            size,
            gradient.arg(),
            tokens.arg(),
            stretches.arg(),
            parts.arg(),
            vectors,
            count as u32,
            [gradient.storage(), tokens.storage()],
        );
        let out = gradient.empty([rows, columns], DType::F32);
        let cubes = (rows as u32).div_ceil(ROWS).max(1);
        let before = before.map(Data::of);
        sum_ids::launch::<R>(
            gradient.client(),
            CubeCount::Static(cubes.min(1 << 15), wide, cubes.div_ceil(1 << 15)),
            CubeDim::new_2d(LANES, ROWS),
            size,
            parts.arg(),
            ids.arg(),
            before.as_ref().unwrap_or(&parts).arg(),
            out.arg(),
            vectors,
            rows as u32,
            before.is_some(),
            ids.storage(),
        );
        out.tensor()
    }
}
