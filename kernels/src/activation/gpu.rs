//! [`Activate`] on GPUs: a kernel forward, two back.

use burn::tensor::{DType, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{Activate, Activation, CUBIC, SQRT_2_OVER_PI};
use crate::gpu::columns::{meet, stretches, sum_of_stretches};
use crate::gpu::device::{Data, vector_size};
use crate::gpu::{LANES, ROWS};

const SQRT_2_OVER_PI_32: f32 = SQRT_2_OVER_PI as f32;
const CUBIC_32: f32 = CUBIC as f32;
const HALF_ROOT: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// 1/√(2π).
const DENSITY: f32 = 0.398_942_3;

#[cube]
fn sigmoid<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    Vector::new(1.0f32) / (Vector::new(1.0f32) + Vector::exp(Vector::new(0.0f32) - x))
}

/// Twice what stands in the tanh of [`Activation::GeluNew`].
#[cube]
fn twice_inner<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    (x + x * x * x * Vector::new(CUBIC_32)) * Vector::new(2.0f32 * SQRT_2_OVER_PI_32)
}

#[cube]
fn slope_of_relu<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let mut out = Vector::<f32, N>::new(0.0f32);
    #[unroll]
    for i in 0..N::value() {
        if x[i] > 0.0f32 {
            out[i] = 1.0f32;
        }
    }
    out
}

#[cube]
fn value<N: Size>(x: Vector<f32, N>, #[comptime] f: Activation) -> Vector<f32, N> {
    match comptime!(f) {
        Activation::Identity => x,
        Activation::Gelu => x * (Vector::erf(x * Vector::new(HALF_ROOT)) + Vector::new(1.0f32)) * Vector::new(0.5f32),
        Activation::GeluNew => x * sigmoid::<N>(twice_inner::<N>(x)),
        Activation::Relu => x * slope_of_relu::<N>(x),
        Activation::Silu => x * sigmoid::<N>(x),
        Activation::Tanh => Vector::tanh(x),
    }
}

#[cube]
fn slope<N: Size>(x: Vector<f32, N>, #[comptime] f: Activation) -> Vector<f32, N> {
    let one = Vector::<f32, N>::new(1.0f32);
    match comptime!(f) {
        Activation::Identity => one,
        Activation::Gelu => {
            let density = Vector::exp(x * x * Vector::new(-0.5f32)) * Vector::new(DENSITY);
            (Vector::erf(x * Vector::new(HALF_ROOT)) + one) * Vector::new(0.5f32) + x * density
        }
        Activation::GeluNew => {
            let s = sigmoid::<N>(twice_inner::<N>(x));
            let inner = (x * x * Vector::new(3.0f32 * CUBIC_32) + one) * Vector::new(2.0f32 * SQRT_2_OVER_PI_32);
            s + x * s * (one - s) * inner
        }
        Activation::Relu => slope_of_relu::<N>(x),
        Activation::Silu => {
            let s = sigmoid::<N>(x);
            s * (x * (one - s) + one)
        }
        Activation::Tanh => {
            let t = Vector::tanh(x);
            one - t * t
        }
    }
}

/// A unit for every vector.
#[cube(launch)]
fn forward<F: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    bias: &Array<Vector<f32, N>>,
    y: &mut Array<Vector<F, N>>,
    vectors: u32,
    all: u32,
    #[comptime] f: Activation,
    #[define(F)] _format: StorageType,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        let sum = Vector::<f32, N>::cast_from(x[at as usize]) + bias[(at % vectors) as usize];
        y[at as usize] = Vector::cast_from(value::<N>(sum, f));
    }
}

/// The gradient of `x`, and for every stretch of rows its sums: a cube has 32 vectors of columns and a stretch.
#[cube(launch)]
fn backward<G: Float, F: Float, N: Size>(
    gradient: &Array<Vector<G, N>>,
    x: &Array<Vector<F, N>>,
    bias: &Array<Vector<f32, N>>,
    of_x: &mut Array<Vector<F, N>>,
    parts: &mut Array<Vector<f32, N>>,
    rows: u32,
    vectors: u32,
    #[comptime] f: Activation,
    #[define(G, F)] _formats: [StorageType; 2],
) {
    let column = CUBE_POS_X * LANES + UNIT_POS_X;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    if column < vectors {
        let b = bias[column as usize];
        let mut row = CUBE_POS_Y * ROWS + UNIT_POS_Y;
        while row < rows {
            let at = row * vectors + column;
            let z = Vector::<f32, N>::cast_from(x[at as usize]) + b;
            let g = Vector::<f32, N>::cast_from(gradient[at as usize]) * slope::<N>(z, f);
            of_x[at as usize] = Vector::cast_from(g);
            sum += g;
            row += CUBE_COUNT_Y * ROWS;
        }
    }
    let mut meeting = SharedMemory::<Vector<f32, N>>::new((LANES * ROWS) as usize);
    let total = meet::<N>(sum, &mut meeting);
    if UNIT_POS_Y == 0 && column < vectors {
        parts[(CUBE_POS_Y * vectors + column) as usize] = total;
    }
}

impl<R, F, I, BT> Activate for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn activate(x: Tensor<Self, 2>, bias: Tensor<Self, 1>, f: Activation) -> Tensor<Self, 2> {
        let shape @ [rows, columns] = x.dims();
        let (x, bias) = (Data::of(x), Data::of(bias));
        let y = x.empty(shape, x.dtype());
        let size = vector_size(columns);
        let (vectors, all) = ((columns / size) as u32, (rows * columns / size) as u32);
        let cubes = all.div_ceil(256).max(1);
        forward::launch::<R>(
            x.client(),
            CubeCount::Static(cubes.min(1 << 15), cubes.div_ceil(1 << 15), 1),
            CubeDim::new_1d(256),
            size,
            x.arg(),
            bias.arg(),
            y.arg(),
            vectors,
            all,
            f,
            x.storage(),
        );
        y.tensor()
    }

    fn activate_backward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        f: Activation,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        let shape @ [rows, columns] = x.dims();
        let (x, bias, gradient, before) = (Data::of(x), Data::of(bias), Data::of(gradient), before.map(Data::of));
        let of_x = x.empty(shape, x.dtype());
        let size = vector_size(columns);
        let vectors = (columns / size) as u32;
        // Together some thousand cubes.
        let stretches = stretches(rows).min(4096_u32.div_ceil(vectors.div_ceil(LANES)).max(1)).min(64);
        let parts = x.empty([stretches as usize, columns], DType::F32);
        backward::launch::<R>(
            x.client(),
            CubeCount::Static(vectors.div_ceil(LANES), stretches, 1),
            CubeDim::new_2d(LANES, ROWS),
            size,
            gradient.arg(),
            x.arg(),
            bias.arg(),
            of_x.arg(),
            parts.arg(),
            rows as u32,
            vectors,
            f,
            [gradient.storage(), x.storage()],
        );
        (of_x.tensor(), sum_of_stretches(&parts, stretches, columns, before.as_ref()).tensor())
    }
}
