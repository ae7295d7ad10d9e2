//! [`CrossEntropy`] on GPUs: one kernel, an example a unit. A head has few classes, a batch few examples.

use burn::tensor::{DType, Int as Integers, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::CrossEntropy;
use crate::gpu::device::Data;
use crate::linear::wide;

/// Units of the one cube.
const UNITS: u32 = 64;

#[cube(launch)]
fn forward<I: Int>(
    logits: &Array<f32>,
    labels: &Array<I>,
    loss: &mut Array<f32>,
    gradient: &mut Array<f32>,
    rows: u32,
    classes: u32,
    #[define(I)] _format: StorageType,
) {
    let mut mine = 0.0f32;
    let mut row = UNIT_POS_X;
    while row < rows {
        let from = row * classes;
        let mut largest = logits[from as usize];
        for c in 1..classes {
            largest = f32::max(largest, logits[(from + c) as usize]);
        }
        let mut sum = 0.0f32;
        for c in 0..classes {
            sum += f32::exp(logits[(from + c) as usize] - largest);
        }
        let label = u32::cast_from(labels[row as usize]);
        mine += f32::ln(sum) + largest - logits[(from + label) as usize];
        for c in 0..classes {
            let mut p = f32::exp(logits[(from + c) as usize] - largest) / sum;
            if c == label {
                p -= 1.0f32;
            }
            gradient[(from + c) as usize] = p / f32::cast_from(rows);
        }
        row += UNITS;
    }
    let mut meeting = SharedMemory::<f32>::new(UNITS as usize);
    meeting[UNIT_POS_X as usize] = mine;
    sync_cube();
    if UNIT_POS_X == 0 {
        let mut total = 0.0f32;
        for i in 0..UNITS {
            total += meeting[i as usize];
        }
        loss[0] = total / f32::cast_from(rows);
    }
}

impl<R, F, I, BT> CrossEntropy for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn cross_entropy_forward(
        logits: Tensor<Self, 2>,
        labels: Tensor<Self, 1, Integers>,
    ) -> (Tensor<Self, 1>, Tensor<Self, 2>) {
        let shape @ [rows, classes] = logits.dims();
        let logits = Data::of(wide(logits));
        let labels = Data::new(labels.into_primitive());
        let loss = logits.empty([1], DType::F32);
        let gradient = logits.empty(shape, DType::F32);
        forward::launch::<R>(
            logits.client(),
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(UNITS),
            logits.arg(),
            labels.arg(),
            loss.arg(),
            gradient.arg(),
            rows as u32,
            classes as u32,
            labels.storage(),
        );
        (loss.tensor(), gradient.tensor())
    }
}
