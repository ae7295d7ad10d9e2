//! [`Normalise`] on GPUs: a kernel forward, two back. A row is read once: its units keep their share of it in registers.

use burn::tensor::{DType, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;
use transfermap::study::Precision;

use super::{Affine, Before, Kept, NormGradients, Normalise, Normalised, Two};
use crate::gpu::columns::{meet, stretches};
use crate::gpu::device::{Data, cubes_of_rows, vector_size};
use crate::gpu::lanes::{MEETING, sum_of_row, sum_of_vector};
use crate::gpu::{LANES, ROWS};
use crate::mask::Mask;
use crate::mask::factors::{Factors, factors, factors_of};

/// What a kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// Numbers of a row.
    columns: u32,
    /// Vectors of a row.
    vectors: u32,
    /// Vectors of a unit's share, the last of which may lie beyond the row.
    share: u32,
    /// Whether a bias and a residual are added before, and dropout stands between.
    adds: bool,
    /// Whether there is dropout.
    drops: bool,
    /// Whether the operand is a copy of its own.
    narrows: bool,
    /// Whether units sum without shared memory.
    planes: bool,
}

impl Form {
    fn new<R: CubeRuntime>(data: &Data<R>, columns: usize, adds: bool, drops: bool, narrows: bool) -> Self {
        let vectors = (columns / vector_size(columns)) as u32;
        let planes = data.has_planes();
        Self { columns: columns as u32, vectors, share: vectors.div_ceil(LANES), adds, drops, narrows, planes }
    }
}

/// `z = residual + dropout(x + bias)` and its LayerNorm; or, where nothing is added, of `z = x` with dropout after it.
#[cube(launch)]
fn forward<F: Float, O: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    bias: &Array<Vector<f32, N>>,
    residual: &Array<Vector<f32, N>>,
    weight: &Array<Vector<f32, N>>,
    shift: &Array<Vector<f32, N>>,
    z: &mut Array<Vector<f32, N>>,
    y: &mut Array<Vector<f32, N>>,
    operand: &mut Array<Vector<O, N>>,
    statistics: &mut Array<f32>,
    mask: Factors,
    rows: u32,
    epsilon: f32,
    #[comptime] form: Form,
    #[define(F, O)] _formats: [StorageType; 2],
) {
    let row = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let inside = row < rows;
    let size = N::value() as u32;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let mut mine = Array::<Vector<f32, N>>::new(comptime!(form.share as usize));
    let mut sum = 0.0f32;
    #[unroll]
    for i in 0..form.share {
        let column = UNIT_POS_X + i * LANES;
        let mut value = Vector::<f32, N>::new(0.0f32);
        if inside && column < form.vectors {
            let at = row * form.vectors + column;
            value = Vector::cast_from(x[at as usize]);
            if comptime!(form.adds) {
                value += bias[column as usize];
                if comptime!(form.drops) {
                    value *= factors_of::<N>(mask, at * size);
                }
                value += residual[at as usize];
                z[at as usize] = value;
            }
        }
        sum += sum_of_vector::<N>(value);
        mine[i as usize] = value;
    }
    let width = comptime!(form.columns as f32);
    let mean = sum_of_row(sum, &mut meeting, form.planes) / width;
    let mut square = 0.0f32;
    #[unroll]
    for i in 0..form.share {
        if UNIT_POS_X + i * LANES < form.vectors {
            let centred = mine[i as usize] - Vector::new(mean);
            square += sum_of_vector::<N>(centred * centred);
        }
    }
    let variance = sum_of_row(square, &mut meeting, form.planes) / width;
    let inverse = 1.0f32 / f32::sqrt(variance + epsilon);
    if inside {
        #[unroll]
        for i in 0..form.share {
            let column = UNIT_POS_X + i * LANES;
            if column < form.vectors {
                let at = row * form.vectors + column;
                let unit = (mine[i as usize] - Vector::new(mean)) * Vector::new(inverse);
                let mut value = unit * weight[column as usize] + shift[column as usize];
                if comptime!(form.drops && !form.adds) {
                    value *= factors_of::<N>(mask, at * size);
                }
                y[at as usize] = value;
                if comptime!(form.narrows) {
                    operand[at as usize] = Vector::cast_from(value);
                }
            }
        }
        if UNIT_POS_X == 0 {
            statistics[(row * 2) as usize] = mean;
            statistics[(row * 2 + 1) as usize] = inverse;
        }
    }
}

/// The gradient of `z`, that of `x`, and for every stretch of rows the sums that make the gradients of weight, shift and
/// bias: `parts` is `[stretches, 3 columns]`. A cube takes every `stretches`-th group of rows.
#[cube(launch)]
fn backward<G: Float, F: Float, N: Size>(
    gradient: &Array<Vector<G, N>>,
    z: &Array<Vector<f32, N>>,
    statistics: &Array<f32>,
    weight: &Array<Vector<f32, N>>,
    of_z: &mut Array<Vector<f32, N>>,
    of_x: &mut Array<Vector<F, N>>,
    parts: &mut Array<Vector<f32, N>>,
    mask: Factors,
    rows: u32,
    #[comptime] form: Form,
    #[define(G, F)] _formats: [StorageType; 2],
) {
    let size = N::value() as u32;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let share = comptime!(form.share as usize);
    let mut units = Array::<Vector<f32, N>>::new(share);
    let mut scaled = Array::<Vector<f32, N>>::new(share);
    let mut of_weight = Array::<Vector<f32, N>>::new(share);
    let mut of_shift = Array::<Vector<f32, N>>::new(share);
    let mut of_bias = Array::<Vector<f32, N>>::new(share);
    #[unroll]
    for i in 0..share {
        of_weight[i] = Vector::new(0.0f32);
        of_shift[i] = Vector::new(0.0f32);
        of_bias[i] = Vector::new(0.0f32);
    }
    let width = comptime!(form.columns as f32);
    // The same number of turns for every unit: they meet in each.
    let mut first = CUBE_POS_X * ROWS;
    while first < rows {
        let row = first + UNIT_POS_Y;
        let inside = row < rows;
        let mut mean = 0.0f32;
        let mut inverse = 0.0f32;
        if inside {
            mean = statistics[(row * 2) as usize];
            inverse = statistics[(row * 2 + 1) as usize];
        }
        let mut level = 0.0f32;
        let mut along = 0.0f32;
        #[unroll]
        for i in 0..form.share {
            let column = UNIT_POS_X + i * LANES;
            let mut unit = Vector::<f32, N>::new(0.0f32);
            let mut g = Vector::<f32, N>::new(0.0f32);
            if inside && column < form.vectors {
                let at = row * form.vectors + column;
                unit = (z[at as usize] - Vector::new(mean)) * Vector::new(inverse);
                g = Vector::cast_from(gradient[at as usize]);
                if comptime!(form.drops && !form.adds) {
                    g *= factors_of::<N>(mask, at * size);
                }
                of_weight[i as usize] += g * unit;
                of_shift[i as usize] += g;
                g *= weight[column as usize];
            }
            level += sum_of_vector::<N>(g);
            along += sum_of_vector::<N>(g * unit);
            units[i as usize] = unit;
            scaled[i as usize] = g;
        }
        let level = sum_of_row(level, &mut meeting, form.planes) / width;
        let along = sum_of_row(along, &mut meeting, form.planes) / width;
        if inside {
            #[unroll]
            for i in 0..form.share {
                let column = UNIT_POS_X + i * LANES;
                if column < form.vectors {
                    let at = row * form.vectors + column;
                    let value = (scaled[i as usize] - Vector::new(level) - units[i as usize] * Vector::new(along))
                        * Vector::new(inverse);
                    of_z[at as usize] = value;
                    if comptime!(form.adds) {
                        let mut into = value;
                        if comptime!(form.drops) {
                            into *= factors_of::<N>(mask, at * size);
                        }
                        of_bias[i as usize] += into;
                        if comptime!(form.drops || form.narrows) {
                            of_x[at as usize] = Vector::cast_from(into);
                        }
                    }
                }
            }
        }
        first += CUBE_COUNT_X * ROWS;
    }
    let mut together = SharedMemory::<Vector<f32, N>>::new((LANES * ROWS) as usize);
    #[unroll]
    for i in 0..form.share {
        let column = UNIT_POS_X + i * LANES;
        let weight_sum = meet::<N>(of_weight[i as usize], &mut together);
        let shift_sum = meet::<N>(of_shift[i as usize], &mut together);
        let bias_sum = meet::<N>(of_bias[i as usize], &mut together);
        if UNIT_POS_Y == 0 && column < form.vectors {
            let at = CUBE_POS_X * 3 * form.vectors + column;
            parts[at as usize] = weight_sum;
            parts[(at + form.vectors) as usize] = shift_sum;
            parts[(at + 2 * form.vectors) as usize] = bias_sum;
        }
    }
}

/// The three sums of every stretch in `parts`, summed over stretches and added to what was before.
#[cube(launch)]
fn finish<N: Size>(
    parts: &Array<Vector<f32, N>>,
    before_weight: &Array<Vector<f32, N>>,
    before_shift: &Array<Vector<f32, N>>,
    before_bias: &Array<Vector<f32, N>>,
    weight: &mut Array<Vector<f32, N>>,
    shift: &mut Array<Vector<f32, N>>,
    bias: &mut Array<Vector<f32, N>>,
    stretches: u32,
    vectors: u32,
    #[comptime] adds: [bool; 3],
) {
    let column = CUBE_POS_X * LANES + UNIT_POS_X;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    if column < 3 * vectors {
        let mut stretch = UNIT_POS_Y;
        while stretch < stretches {
            sum += parts[(stretch * 3 * vectors + column) as usize];
            stretch += ROWS;
        }
    }
    let mut together = SharedMemory::<Vector<f32, N>>::new((LANES * ROWS) as usize);
    let mut total = meet::<N>(sum, &mut together);
    if UNIT_POS_Y == 0 {
        if column < vectors {
            if comptime!(adds[0]) {
                total += before_weight[column as usize];
            }
            weight[column as usize] = total;
        } else if column < 2 * vectors {
            let column = column - vectors;
            if comptime!(adds[1]) {
                total += before_shift[column as usize];
            }
            shift[column as usize] = total;
        } else if column < 3 * vectors {
            let column = column - 2 * vectors;
            if comptime!(adds[2]) {
                total += before_bias[column as usize];
            }
            bias[column as usize] = total;
        }
    }
}

type Backend<R, F, I, BT> = CubeBackend<R, F, I, BT>;

/// With a bias and a residual of `added` before; else for products in `precision`.
fn run_forward<R: CubeRuntime, F: FloatElement, I: IntElement, BT: BoolElement>(
    x: Data<R>,
    [rows, columns]: [usize; 2],
    added: Option<(Data<R>, Data<R>)>,
    affine: &Affine<Backend<R, F, I, BT>>,
    dropout: Option<Mask>,
    precision: Option<Precision>,
) -> (Normalised<Backend<R, F, I, BT>>, Kept<Backend<R, F, I, BT>>) {
    let precision = precision.unwrap_or(if x.dtype() == DType::BF16 { Precision::Bf16 } else { Precision::F32 });
    let narrows = precision == Precision::Bf16;
    let adds = added.is_some();
    let form = Form::new(&x, columns, adds, dropout.is_some(), narrows);
    let shape = [rows, columns];
    // What a kernel does not read or write is still an argument.
    let nothing = |is_there: bool| if is_there { shape } else { [1, vector_size(columns)] };
    let z = x.empty(nothing(adds), DType::F32);
    let y = x.empty(shape, DType::F32);
    let operand = x.empty(nothing(narrows), if narrows { DType::BF16 } else { DType::F32 });
    let statistics = x.empty([rows, 2], DType::F32);
    let (weight, shift) = (Data::of(affine.weight.clone()), Data::of(affine.bias.clone()));
    let (bias, residual) = added.unwrap_or_else(|| (weight.clone(), weight.clone()));
    forward::launch::<R>(
        x.client(),
        cubes_of_rows(rows),
        CubeDim::new_2d(LANES, ROWS),
        vector_size(columns),
        x.arg(),
        bias.arg(),
        residual.arg(),
        weight.arg(),
        shift.arg(),
        z.arg(),
        y.arg(),
        operand.arg(),
        statistics.arg(),
        factors(dropout),
        rows as u32,
        affine.epsilon as f32,
        form,
        [x.storage(), operand.storage()],
    );
    let z = if adds { z } else { x };
    let kept = Kept { z: z.tensor(), rows: Some(statistics.tensor()), precision };
    let operand = if narrows { operand } else { y.clone() };
    (Normalised { y: y.tensor(), operand: operand.tensor() }, kept)
}

/// The gradients of `z` and of `x`, and those of weight, shift and bias.
#[allow(clippy::type_complexity, reason = "five tensors")]
fn run_backward<R: CubeRuntime, F: FloatElement, I: IntElement, BT: BoolElement>(
    kept: Kept<Backend<R, F, I, BT>>,
    affine: &Affine<Backend<R, F, I, BT>>,
    dropout: Option<Mask>,
    gradient: Tensor<Backend<R, F, I, BT>, 2>,
    before: [Option<Tensor<Backend<R, F, I, BT>, 1>>; 3],
    adds: bool,
) -> (Tensor<Backend<R, F, I, BT>, 2>, Tensor<Backend<R, F, I, BT>, 2>, [Tensor<Backend<R, F, I, BT>, 1>; 3]) {
    let shape @ [rows, columns] = kept.z.dims();
    let narrows = adds && kept.precision == Precision::Bf16;
    let z = Data::of(kept.z);
    let gradient = Data::of(gradient);
    let statistics = kept.rows.map(Data::of).unwrap_or_else(|| unreachable!("the forward pass keeps them"));
    let weight = Data::of(affine.weight.clone());
    let form = Form::new(&z, columns, adds, dropout.is_some(), narrows);
    let size = vector_size(columns);
    let vectors = (columns / size) as u32;
    let of_z = z.empty(shape, DType::F32);
    let is_its_own = adds && (dropout.is_some() || narrows);
    let of_x = z.empty(if is_its_own { shape } else { [1, size] }, if narrows { DType::BF16 } else { DType::F32 });
    let stretches = stretches(rows);
    let parts = z.empty([stretches as usize, 3 * columns], DType::F32);
    backward::launch::<R>(
        z.client(),
        CubeCount::Static(stretches, 1, 1),
        CubeDim::new_2d(LANES, ROWS),
        size,
        gradient.arg(),
        z.arg(),
        statistics.arg(),
        weight.arg(),
        of_z.arg(),
        of_x.arg(),
        parts.arg(),
        factors(dropout),
        rows as u32,
        form,
        [gradient.storage(), of_x.storage()],
    );
    let before = before.map(|tensor| tensor.map(Data::of));
    let sums = [0, 1, 2].map(|_| z.empty([columns], DType::F32));
    let old = |i: usize| before[i].as_ref().unwrap_or(&weight).arg();
    finish::launch::<R>(
        z.client(),
        CubeCount::Static((3 * vectors).div_ceil(LANES), 1, 1),
        CubeDim::new_2d(LANES, ROWS),
        size,
        parts.arg(),
        old(0),
        old(1),
        old(2),
        sums[0].arg(),
        sums[1].arg(),
        sums[2].arg(),
        stretches,
        vectors,
        before.each_ref().map(Option::is_some),
    );
    let of_x = if is_its_own { of_x } else { of_z.clone() };
    (of_z.tensor(), of_x.tensor(), sums.map(Data::tensor))
}

impl<R, F, I, BT> Normalise for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn add_norm_forward(
        x: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        residual: Tensor<Self, 2>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
    ) -> (Normalised<Self>, Kept<Self>) {
        let shape = x.dims();
        let added = (Data::of(bias), Data::of(residual));
        run_forward(Data::of(x), shape, Some(added), affine, dropout, None)
    }

    fn add_norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        dropout: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Before<Self>,
    ) -> NormGradients<Self> {
        let before = [before.weight, before.shift, before.bias];
        let (z, x, [weight, shift, bias]) = run_backward(kept, affine, dropout, gradient, before, true);
        NormGradients { x, bias, residual: z, weight, shift }
    }

    fn norm_forward(
        z: Tensor<Self, 2>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        precision: Precision,
    ) -> (Normalised<Self>, Kept<Self>) {
        let shape = z.dims();
        run_forward(Data::of(z), shape, None, affine, after, Some(precision))
    }

    fn norm_backward(
        kept: Kept<Self>,
        affine: &Affine<Self>,
        after: Option<Mask>,
        gradient: Tensor<Self, 2>,
        before: Two<Self>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>, Tensor<Self, 1>) {
        let (z, _, [weight, shift, _]) = run_backward(kept, affine, after, gradient, [before.0, before.1, None], false);
        (z, weight, shift)
    }
}
