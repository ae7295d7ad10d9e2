//! [`Attend`] on GPUs. Queries, keys and values are multiplied where they stand, and results are written where they are
//! read next: nothing is split, transposed or merged by a copy.

use burn::tensor::Tensor;
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{Attend, Kept, Shape, scale};
use crate::gpu::device::{Data, cubes_of_rows, vector_size};
use crate::gpu::lanes::{MEETING, max_of_row, max_of_vector, sum_of_row, sum_of_vector};
use crate::gpu::product::{View, product};
use crate::gpu::{LANES, ROWS};
use crate::linear::gpu::{column_sums, cubes};
use crate::mask::factors::{Factors, factors, factors_of};

#[cube(launch)]
fn add_bias<F: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    bias: &Array<Vector<f32, N>>,
    out: &mut Array<Vector<F, N>>,
    vectors: u32,
    all: u32,
    #[define(F)] _format: StorageType,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        out[at as usize] = Vector::cast_from(Vector::cast_from(x[at as usize]) + bias[(at % vectors) as usize]);
    }
}

/// What the kernels of probabilities are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// Vectors of a unit's share of a row, the last of which may lie beyond it.
    share: u32,
    /// Whether there is dropout.
    drops: bool,
    /// Whether units sum without shared memory.
    planes: bool,
}

impl Form {
    fn new<R: CubeRuntime>(data: &Data<R>, shape: Shape) -> Self {
        let vectors = (shape.sequence / vector_size(shape.sequence)) as u32;
        // Few kernels for many lengths.
        let share = vectors.div_ceil(LANES).next_power_of_two();
        Self { share, drops: shape.dropout.is_some(), planes: data.has_planes() }
    }
}

/// Scores become probabilities, and a copy of them with dropout. A row of scores for 32 units, which keep their share of it
/// in registers; `mask` is `[batch, columns]`.
#[cube(launch)]
fn softmax<F: Float, N: Size>(
    scores: &Array<Vector<F, N>>,
    mask: &Array<Vector<f32, N>>,
    probabilities: &mut Array<Vector<F, N>>,
    dropped: &mut Array<Vector<F, N>>,
    factors: Factors,
    rows: u32,
    vectors: u32,
    rows_of_input: u32,
    scale: f32,
    #[comptime] form: Form,
    #[define(F)] _format: StorageType,
) {
    let row = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let inside = row < rows;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let mut mine = Array::<Vector<f32, N>>::new(comptime!(form.share as usize));
    let of_mask = row / rows_of_input * vectors;
    let mut largest = f32::new(-3.0e38);
    #[unroll]
    for i in 0..form.share {
        let column = UNIT_POS_X + i * LANES;
        let mut value = Vector::<f32, N>::new(-3.0e38f32);
        if inside && column < vectors {
            let padding = (mask[(of_mask + column) as usize] - Vector::new(1.0f32)) * Vector::new(1.0e30f32);
            value = Vector::cast_from(scores[(row * vectors + column) as usize]) * Vector::new(scale) + padding;
        }
        largest = f32::max(largest, max_of_vector::<N>(value));
        mine[i as usize] = value;
    }
    let largest = max_of_row(largest, &mut meeting, form.planes);
    let mut sum = 0.0f32;
    #[unroll]
    for i in 0..form.share {
        let value = Vector::exp(mine[i as usize] - Vector::new(largest));
        sum += sum_of_vector::<N>(value);
        mine[i as usize] = value;
    }
    let inverse = 1.0f32 / sum_of_row(sum, &mut meeting, form.planes);
    if inside {
        #[unroll]
        for i in 0..form.share {
            let column = UNIT_POS_X + i * LANES;
            if column < vectors {
                let at = row * vectors + column;
                let p = mine[i as usize] * Vector::new(inverse);
                probabilities[at as usize] = Vector::cast_from(p);
                if comptime!(form.drops) {
                    dropped[at as usize] = Vector::cast_from(p * factors_of::<N>(factors, at * N::value() as u32));
                }
            }
        }
    }
}

/// The gradient of the scores from that of the dropped probabilities.
#[cube(launch)]
fn softmax_backward<F: Float, N: Size>(
    gradient: &Array<Vector<F, N>>,
    probabilities: &Array<Vector<F, N>>,
    out: &mut Array<Vector<F, N>>,
    factors: Factors,
    rows: u32,
    vectors: u32,
    scale: f32,
    #[comptime] form: Form,
    #[define(F)] _format: StorageType,
) {
    let row = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let inside = row < rows;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let share = comptime!(form.share as usize);
    let mut gradients = Array::<Vector<f32, N>>::new(share);
    let mut chances = Array::<Vector<f32, N>>::new(share);
    let mut along = 0.0f32;
    #[unroll]
    for i in 0..form.share {
        let column = UNIT_POS_X + i * LANES;
        let mut g = Vector::<f32, N>::new(0.0f32);
        let mut p = Vector::<f32, N>::new(0.0f32);
        if inside && column < vectors {
            let at = row * vectors + column;
            g = Vector::cast_from(gradient[at as usize]);
            if comptime!(form.drops) {
                g *= factors_of::<N>(factors, at * N::value() as u32);
            }
            p = Vector::cast_from(probabilities[at as usize]);
        }
        along += sum_of_vector::<N>(g * p);
        gradients[i as usize] = g;
        chances[i as usize] = p;
    }
    let along = sum_of_row(along, &mut meeting, form.planes);
    if inside {
        #[unroll]
        for i in 0..form.share {
            let column = UNIT_POS_X + i * LANES;
            if column < vectors {
                let centred = gradients[i as usize] - Vector::new(along);
                let value = chances[i as usize] * centred * Vector::new(scale);
                out[(row * vectors + column) as usize] = Vector::cast_from(value);
            }
        }
    }
}

/// Sizes, and where the heads of queries, keys, values and contexts stand.
struct Heads {
    shape: Shape,
    hidden: usize,
    scale: f32,
}

impl Heads {
    fn new(width: usize, shape: Shape) -> Self {
        Self { shape, hidden: width / 3, scale: scale(width, shape) as f32 }
    }

    /// Head for head, `[sequence, size]`, in rows that are `parts` times `hidden` wide.
    fn view<R: CubeRuntime>(&self, data: &Data<R>, parts: usize, part: usize) -> View<R> {
        let Shape { batch, sequence, heads, .. } = self.shape;
        let (size, width) = (self.hidden / heads.max(1), parts * self.hidden);
        View {
            data: data.clone(),
            offset: part * self.hidden,
            batches: [batch, heads],
            shape: [sequence, size],
            strides: [sequence * width, size, width, 1],
        }
    }

    /// `[batch, heads, sequence, sequence]`.
    fn square<R: CubeRuntime>(&self, data: &Data<R>) -> View<R> {
        let Shape { batch, sequence, heads, .. } = self.shape;
        let matrix = sequence * sequence;
        View {
            data: data.clone(),
            offset: 0,
            batches: [batch, heads],
            shape: [sequence, sequence],
            strides: [heads * matrix, matrix, sequence, 1],
        }
    }

    fn squares(&self) -> [usize; 4] {
        let Shape { batch, sequence, heads, .. } = self.shape;
        [batch, heads, sequence, sequence]
    }

    /// Rows of scores.
    fn rows(&self) -> usize {
        self.shape.batch * self.shape.heads * self.shape.sequence
    }
}

impl<R, F, I, BT> Attend for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn attend_forward(
        qkv: Tensor<Self, 2>,
        bias: Tensor<Self, 1>,
        mask: Tensor<Self, 2>,
        shape: Shape,
    ) -> (Tensor<Self, 2>, Kept<Self>) {
        let [rows, width] = qkv.dims();
        let heads = Heads::new(width, shape);
        let (raw, bias, mask) = (Data::of(qkv), Data::of(bias), Data::of(mask));
        let qkv = raw.empty([rows, width], raw.dtype());
        let size = vector_size(width);
        let (vectors, all) = ((width / size) as u32, (rows * width / size) as u32);
        let format = raw.storage();
        add_bias::launch::<R>(
            raw.client(),
            cubes(all),
            CubeDim::new_1d(256),
            size,
            raw.arg(),
            bias.arg(),
            qkv.arg(),
            vectors,
            all,
            format,
        );
        let scores = qkv.empty(heads.squares(), qkv.dtype());
        let key = heads.view(&qkv, 3, 1).transposed();
        product(&heads.view(&qkv, 3, 0), &key, &heads.square(&scores));
        let drops = shape.dropout.is_some();
        let size = vector_size(shape.sequence);
        let probabilities = qkv.empty(heads.squares(), qkv.dtype());
        let dropped = qkv.empty(if drops { heads.squares() } else { [1, 1, 1, size] }, qkv.dtype());
        softmax::launch::<R>(
            qkv.client(),
            cubes_of_rows(heads.rows()),
            CubeDim::new_2d(LANES, ROWS),
            size,
            scores.arg(),
            mask.arg(),
            probabilities.arg(),
            dropped.arg(),
            factors(shape.dropout),
            heads.rows() as u32,
            (shape.sequence / size) as u32,
            (shape.heads * shape.sequence) as u32,
            heads.scale,
            Form::new(&qkv, shape),
            format,
        );
        let used = if drops { &dropped } else { &probabilities };
        let context = qkv.empty([rows, heads.hidden], qkv.dtype());
        product(&heads.square(used), &heads.view(&qkv, 3, 2), &heads.view(&context, 1, 0));
        let kept =
            Kept { qkv: qkv.tensor(), probabilities: probabilities.tensor(), dropped: drops.then(|| dropped.tensor()) };
        (context.tensor(), kept)
    }

    fn attend_backward(
        kept: Kept<Self>,
        shape: Shape,
        gradient: Tensor<Self, 2>,
        before: Option<Tensor<Self, 1>>,
    ) -> (Tensor<Self, 2>, Tensor<Self, 1>) {
        let [rows, width] = kept.qkv.dims();
        let heads = Heads::new(width, shape);
        let gradient = Data::of(super::super::linear::like(gradient, &kept.qkv));
        let (qkv, probabilities) = (Data::of(kept.qkv), Data::of(kept.probabilities));
        let dropped = kept.dropped.map(Data::of);
        let out = qkv.empty([rows, width], qkv.dtype());
        let used = dropped.as_ref().unwrap_or(&probabilities);
        let of_context = heads.view(&gradient, 1, 0);
        product(&heads.square(used).transposed(), &of_context, &heads.view(&out, 3, 2));
        let of_used = qkv.empty(heads.squares(), qkv.dtype());
        product(&of_context, &heads.view(&qkv, 3, 2).transposed(), &heads.square(&of_used));
        let of_scores = qkv.empty(heads.squares(), qkv.dtype());
        let size = vector_size(shape.sequence);
        softmax_backward::launch::<R>(
            qkv.client(),
            cubes_of_rows(heads.rows()),
            CubeDim::new_2d(LANES, ROWS),
            size,
            of_used.arg(),
            probabilities.arg(),
            of_scores.arg(),
            factors(shape.dropout),
            heads.rows() as u32,
            (shape.sequence / size) as u32,
            heads.scale,
            Form::new(&qkv, shape),
            qkv.storage(),
        );
        product(&heads.square(&of_scores), &heads.view(&qkv, 3, 1), &heads.view(&out, 3, 0));
        product(&heads.square(&of_scores).transposed(), &heads.view(&qkv, 3, 0), &heads.view(&out, 3, 1));
        let before = before.map(Data::of);
        let bias = column_sums(&out, [rows, width], before.as_ref());
        (out.tensor(), bias.tensor())
    }
}
