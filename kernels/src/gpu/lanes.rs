//! Sums and maxima over the [`LANES`](super::LANES) units that share a row.

use cubecl::prelude::*;

use super::{LANES, ROWS};

/// Where units meet that have no planes: a number each.
pub const MEETING: u32 = LANES * ROWS;

/// The sum of `value` over the units of a row; all units of a cube must come here.
#[cube]
pub fn sum_of_row(value: f32, meeting: &mut SharedMemory<f32>, #[comptime] planes: bool) -> f32 {
    if comptime!(planes) {
        plane_sum(value)
    } else {
        meeting[(UNIT_POS_Y * LANES + UNIT_POS_X) as usize] = value;
        sync_cube();
        let mut sum = 0.0f32;
        for i in 0..LANES {
            sum += meeting[(UNIT_POS_Y * LANES + i) as usize];
        }
        sync_cube();
        sum
    }
}

/// The largest `value` of the units of a row; all units of a cube must come here.
#[cube]
pub fn max_of_row(value: f32, meeting: &mut SharedMemory<f32>, #[comptime] planes: bool) -> f32 {
    if comptime!(planes) {
        plane_max(value)
    } else {
        meeting[(UNIT_POS_Y * LANES + UNIT_POS_X) as usize] = value;
        sync_cube();
        let mut largest = meeting[(UNIT_POS_Y * LANES) as usize];
        for i in 1..LANES {
            largest = f32::max(largest, meeting[(UNIT_POS_Y * LANES + i) as usize]);
        }
        sync_cube();
        largest
    }
}

/// The sum of a vector's numbers.
#[cube]
pub fn sum_of_vector<N: Size>(vector: Vector<f32, N>) -> f32 {
    let mut sum = 0.0f32;
    #[unroll]
    for i in 0..N::value() {
        sum += vector[i];
    }
    sum
}

/// The largest of a vector's numbers.
#[cube]
pub fn max_of_vector<N: Size>(vector: Vector<f32, N>) -> f32 {
    let mut largest = vector[0];
    #[unroll]
    for i in 1..N::value() {
        largest = f32::max(largest, vector[i]);
    }
    largest
}
