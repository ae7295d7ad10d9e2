//! [`Attend`] on GPUs. Queries, keys and values are multiplied where they stand, and results are written where they are
//! read next: nothing is split, transposed or merged by a copy.

use burn::tensor::Tensor;
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{Attend, Kept, Shape, scale};
use crate::kernel::gpu::device::{Data, cubes_of_rows, vector_size};
use crate::kernel::gpu::lanes::{MEETING, max_of_row, sum_of_row};
use crate::kernel::gpu::mask::{Factors, factors, factors_of};
use crate::kernel::gpu::product::{View, product};
use crate::kernel::gpu::{LANES, ROWS};
use crate::kernel::linear::gpu::{column_sums, cubes};

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

/// Scores become probabilities, and a copy of them with dropout. A row of scores for 32 units; `mask` is `[batch, columns]`.
#[cube(launch)]
fn softmax<F: Float>(
    scores: &Array<F>,
    mask: &Array<f32>,
    probabilities: &mut Array<F>,
    dropped: &mut Array<F>,
    factors: Factors,
    rows: u32,
    columns: u32,
    rows_of_input: u32,
    scale: f32,
    #[comptime] drops: bool,
    #[comptime] planes: bool,
    #[define(F)] _format: StorageType,
) {
    let row = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let inside = row < rows;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let from = row * columns;
    let of_mask = row / rows_of_input * columns;
    let mut largest = f32::new(-3.0e38);
    if inside {
        let mut c = UNIT_POS_X;
        while c < columns {
            let padding = (mask[(of_mask + c) as usize] - 1.0f32) * 1.0e30f32;
            largest = f32::max(largest, f32::cast_from(scores[(from + c) as usize]) * scale + padding);
            c += LANES;
        }
    }
    let largest = max_of_row(largest, &mut meeting, planes);
    let mut sum = 0.0f32;
    if inside {
        let mut c = UNIT_POS_X;
        while c < columns {
            let padding = (mask[(of_mask + c) as usize] - 1.0f32) * 1.0e30f32;
            sum += f32::exp(f32::cast_from(scores[(from + c) as usize]) * scale + padding - largest);
            c += LANES;
        }
    }
    let inverse = 1.0f32 / sum_of_row(sum, &mut meeting, planes);
    if inside {
        let mut c = UNIT_POS_X;
        while c < columns {
            let padding = (mask[(of_mask + c) as usize] - 1.0f32) * 1.0e30f32;
            let p = f32::exp(f32::cast_from(scores[(from + c) as usize]) * scale + padding - largest) * inverse;
            probabilities[(from + c) as usize] = F::cast_from(p);
            if comptime!(drops) {
                let factor = factors_of::<Const<1>>(factors, from + c);
                dropped[(from + c) as usize] = F::cast_from(p * factor[0]);
            }
            c += LANES;
        }
    }
}

/// The gradient of the scores from that of the dropped probabilities.
#[cube(launch)]
fn softmax_backward<F: Float>(
    gradient: &Array<F>,
    probabilities: &Array<F>,
    out: &mut Array<F>,
    factors: Factors,
    rows: u32,
    columns: u32,
    scale: f32,
    #[comptime] drops: bool,
    #[comptime] planes: bool,
    #[define(F)] _format: StorageType,
) {
    let row = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * ROWS + UNIT_POS_Y;
    let inside = row < rows;
    let mut meeting = SharedMemory::<f32>::new(MEETING as usize);
    let from = row * columns;
    let mut along = 0.0f32;
    if inside {
        let mut c = UNIT_POS_X;
        while c < columns {
            let mut g = f32::cast_from(gradient[(from + c) as usize]);
            if comptime!(drops) {
                let factor = factors_of::<Const<1>>(factors, from + c);
                g *= factor[0];
            }
            along += g * f32::cast_from(probabilities[(from + c) as usize]);
            c += LANES;
        }
    }
    let along = sum_of_row(along, &mut meeting, planes);
    if inside {
        let mut c = UNIT_POS_X;
        while c < columns {
            let mut g = f32::cast_from(gradient[(from + c) as usize]);
            if comptime!(drops) {
                let factor = factors_of::<Const<1>>(factors, from + c);
                g *= factor[0];
            }
            let p = f32::cast_from(probabilities[(from + c) as usize]);
            out[(from + c) as usize] = F::cast_from(p * (g - along) * scale);
            c += LANES;
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
        let probabilities = qkv.empty(heads.squares(), qkv.dtype());
        let dropped =
            if drops { qkv.empty(heads.squares(), qkv.dtype()) } else { qkv.empty([1, 1, 1, 1], qkv.dtype()) };
        softmax::launch::<R>(
            qkv.client(),
            cubes_of_rows(heads.rows()),
            CubeDim::new_2d(LANES, ROWS),
            scores.arg(),
            mask.arg(),
            probabilities.arg(),
            dropped.arg(),
            factors(shape.dropout),
            heads.rows() as u32,
            shape.sequence as u32,
            (shape.heads * shape.sequence) as u32,
            heads.scale,
            drops,
            qkv.has_planes(),
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
        let drops = shape.dropout.is_some();
        let out = qkv.empty([rows, width], qkv.dtype());
        let used = dropped.as_ref().unwrap_or(&probabilities);
        let of_context = heads.view(&gradient, 1, 0);
        product(&heads.square(used).transposed(), &of_context, &heads.view(&out, 3, 2));
        let of_used = qkv.empty(heads.squares(), qkv.dtype());
        product(&of_context, &heads.view(&qkv, 3, 2).transposed(), &heads.square(&of_used));
        let of_scores = qkv.empty(heads.squares(), qkv.dtype());
        softmax_backward::launch::<R>(
            qkv.client(),
            cubes_of_rows(heads.rows()),
            CubeDim::new_2d(LANES, ROWS),
            of_used.arg(),
            probabilities.arg(),
            of_scores.arg(),
            factors(shape.dropout),
            heads.rows() as u32,
            shape.sequence as u32,
            heads.scale,
            drops,
            qkv.has_planes(),
            qkv.storage(),
        );
        product(&heads.square(&of_scores), &heads.view(&qkv, 3, 1), &heads.view(&out, 3, 0));
        product(&heads.square(&of_scores).transposed(), &heads.view(&qkv, 3, 0), &heads.view(&out, 3, 1));
        let before = before.map(Data::of);
        let bias = column_sums(&out, [rows, width], before.as_ref());
        (out.tensor(), bias.tensor())
    }
}
