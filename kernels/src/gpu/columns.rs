//! Sums over rows, in two kernels: cubes sum stretches of rows, then all stretches are summed in order. No atomics, so the
//! bits are the same every time.

use burn::tensor::DType;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::device::{Data, vector_size};
use super::{LANES, ROWS};

/// Stretches of rows that are summed side by side: enough to use a card, few enough to sum fast.
pub fn stretches(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX).div_ceil(ROWS).clamp(1, 128)
}

/// What every unit has, `N` columns, becomes the sum over the rows of units, for the units of row 0; all units of a cube
/// must come here.
#[cube]
pub fn meet<N: Size>(mine: Vector<f32, N>, meeting: &mut SharedMemory<Vector<f32, N>>) -> Vector<f32, N> {
    meeting[(UNIT_POS_Y * LANES + UNIT_POS_X) as usize] = mine;
    sync_cube();
    let mut sum = mine;
    if UNIT_POS_Y == 0 {
        for row in 1..ROWS {
            sum += meeting[(row * LANES + UNIT_POS_X) as usize];
        }
    }
    sync_cube();
    sum
}

/// `parts` `[stretches, columns]` summed over stretches into `out` `[columns]`; `before` is added where `adds`. A cube has
/// 32 vectors of columns.
#[cube(launch)]
fn sum_stretches<N: Size>(
    parts: &Array<Vector<f32, N>>,
    before: &Array<Vector<f32, N>>,
    out: &mut Array<Vector<f32, N>>,
    stretches: u32,
    columns: u32,
    #[comptime] adds: bool,
) {
    let column = CUBE_POS_X * LANES + UNIT_POS_X;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    if column < columns {
        let mut stretch = UNIT_POS_Y;
        while stretch < stretches {
            sum += parts[(stretch * columns + column) as usize];
            stretch += ROWS;
        }
    }
    let mut meeting = SharedMemory::<Vector<f32, N>>::new((LANES * ROWS) as usize);
    let mut total = meet::<N>(sum, &mut meeting);
    if UNIT_POS_Y == 0 && column < columns {
        if comptime!(adds) {
            total += before[column as usize];
        }
        out[column as usize] = total;
    }
}

/// `parts` `[stretches, columns]` summed over stretches, and added to `before` where there is one.
pub fn sum_of_stretches<R: CubeRuntime>(
    parts: &Data<R>,
    stretches: u32,
    columns: usize,
    before: Option<&Data<R>>,
) -> Data<R> {
    let out = parts.empty([columns], DType::F32);
    let vector = vector_size(columns);
    let vectors = (columns / vector) as u32;
    sum_stretches::launch::<R>(
        parts.client(),
        CubeCount::Static(vectors.div_ceil(LANES), 1, 1),
        CubeDim::new_2d(LANES, ROWS),
        vector,
        parts.arg(),
        before.unwrap_or(parts).arg(),
        out.arg(),
        stretches,
        vectors,
        before.is_some(),
    );
    out
}
