//! [`Drop`] on GPUs.

use burn::tensor::Tensor;
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{Drop, Mask};
use crate::gpu::device::Data;
use crate::mask::factors::{Factors, factors, factors_of};

#[cube(launch)]
fn drop<F: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    y: &mut Array<Vector<F, N>>,
    mask: Factors,
    all: u32,
    #[define(F)] _format: StorageType,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        let value = Vector::<f32, N>::cast_from(x[at as usize]) * factors_of::<N>(mask, at * N::value() as u32);
        y[at as usize] = Vector::cast_from(value);
    }
}

impl<R, F, I, BT> Drop for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn drop(x: Tensor<Self, 2>, mask: Mask) -> Tensor<Self, 2> {
        let shape @ [rows, columns] = x.dims();
        let x = Data::of(x);
        let y = x.empty(shape, x.dtype());
        let size = if (rows * columns).is_multiple_of(4) { 4 } else { 1 };
        let all = (rows * columns / size) as u32;
        drop::launch::<R>(
            x.client(),
            CubeCount::Static(all.div_ceil(256).max(1), 1, 1),
            CubeDim::new_1d(256),
            size,
            x.arg(),
            y.arg(),
            factors(Some(mask)),
            all,
            x.storage(),
        );
        y.tensor()
    }
}
