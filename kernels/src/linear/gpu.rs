//! [`Multiply`] on GPUs.

use burn::tensor::{DType, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;
use transfermap::study::Precision;

use super::Multiply;
use crate::gpu::columns::{meet, stretches, sum_of_stretches};
use crate::gpu::cuts::{self, Way};
use crate::gpu::device::{Data, vector_size};
use crate::gpu::product::{View, product, product_cut, space};
use crate::gpu::{LANES, ROWS};

/// A copy in another format: a unit for every vector.
#[cube(launch)]
fn copy<F: Float, O: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    out: &mut Array<Vector<O, N>>,
    all: u32,
    #[define(F, O)] _formats: [StorageType; 2],
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        out[at as usize] = Vector::cast_from(x[at as usize]);
    }
}

/// Three matrices side by side.
#[cube(launch)]
fn pack<O: Float, N: Size>(
    a: &Array<Vector<f32, N>>,
    b: &Array<Vector<f32, N>>,
    c: &Array<Vector<f32, N>>,
    out: &mut Array<Vector<O, N>>,
    vectors: u32,
    all: u32,
    #[define(O)] _format: StorageType,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        let (row, column) = (at / vectors, at % vectors);
        let to = row * 3 * vectors + column;
        out[to as usize] = Vector::cast_from(a[at as usize]);
        out[(to + vectors) as usize] = Vector::cast_from(b[at as usize]);
        out[(to + 2 * vectors) as usize] = Vector::cast_from(c[at as usize]);
    }
}

/// The three parts of a packed matrix.
#[cube(launch)]
fn unpack<N: Size>(
    x: &Array<Vector<f32, N>>,
    a: &mut Array<Vector<f32, N>>,
    b: &mut Array<Vector<f32, N>>,
    c: &mut Array<Vector<f32, N>>,
    vectors: u32,
    all: u32,
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        let (row, column) = (at / vectors, at % vectors);
        let from = row * 3 * vectors + column;
        a[at as usize] = x[from as usize];
        b[at as usize] = x[(from + vectors) as usize];
        c[at as usize] = x[(from + 2 * vectors) as usize];
    }
}

/// Two tensors of any format, summed in 32 bits.
#[cube(launch)]
fn add<A: Float, B: Float, N: Size>(
    a: &Array<Vector<A, N>>,
    b: &Array<Vector<B, N>>,
    out: &mut Array<Vector<f32, N>>,
    all: u32,
    #[define(A, B)] _formats: [StorageType; 2],
) {
    let at = ABSOLUTE_POS as u32;
    if at < all {
        out[at as usize] = Vector::cast_from(a[at as usize]) + Vector::cast_from(b[at as usize]);
    }
}

/// The sums of every stretch of rows: a cube has 32 vectors of columns and a stretch.
#[cube(launch)]
fn sum_rows<F: Float, N: Size>(
    x: &Array<Vector<F, N>>,
    parts: &mut Array<Vector<f32, N>>,
    rows: u32,
    vectors: u32,
    #[define(F)] _format: StorageType,
) {
    let column = CUBE_POS_X * LANES + UNIT_POS_X;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    if column < vectors {
        let mut row = CUBE_POS_Y * ROWS + UNIT_POS_Y;
        while row < rows {
            sum += Vector::cast_from(x[(row * vectors + column) as usize]);
            row += CUBE_COUNT_Y * ROWS;
        }
    }
    let mut meeting = SharedMemory::<Vector<f32, N>>::new((LANES * ROWS) as usize);
    let total = meet::<N>(sum, &mut meeting);
    if UNIT_POS_Y == 0 && column < vectors {
        parts[(CUBE_POS_Y * vectors + column) as usize] = total;
    }
}

/// Sums over rows, `[rows, columns]` → `[columns]`, added to `before` where there is one.
pub fn column_sums<R: CubeRuntime>(x: &Data<R>, [rows, columns]: [usize; 2], before: Option<&Data<R>>) -> Data<R> {
    let size = vector_size(columns);
    let vectors = (columns / size) as u32;
    let stretches = stretches(rows).min(64);
    let parts = x.empty([stretches as usize, columns], DType::F32);
    sum_rows::launch::<R>(
        x.client(),
        CubeCount::Static(vectors.div_ceil(LANES), stretches, 1),
        CubeDim::new_2d(LANES, ROWS),
        size,
        x.arg(),
        parts.arg(),
        rows as u32,
        vectors,
        x.storage(),
    );
    sum_of_stretches(&parts, stretches, columns, before)
}

/// Cubes of 256 units for so many vectors.
pub fn cubes(all: u32) -> CubeCount {
    let cubes = all.div_ceil(256).max(1);
    CubeCount::Static(cubes.min(1 << 15), cubes.div_ceil(1 << 15), 1)
}

impl<R, F, I, BT> Multiply for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn multiply(x: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        let ([rows, inner], [_, columns]) = (x.dims(), w.dims());
        let (x, w) = (Data::of(x), Data::of(w));
        let (out, view) = space(&x, [rows, columns], x.dtype());
        let (a, b) = (View::whole(&x, [rows, inner]), View::whole(&w, [inner, columns]));
        multiply(&a, &b, &view, Way::Forward, [rows, inner, columns]);
        out.tensor()
    }

    fn multiply_backward_x(g: Tensor<Self, 2>, w: Tensor<Self, 2>) -> Tensor<Self, 2> {
        let ([rows, columns], [inner, _]) = (g.dims(), w.dims());
        let (g, w) = (Data::of(g), Data::of(w));
        let (out, view) = space(&g, [rows, inner], g.dtype());
        let (a, b) = (View::whole(&g, [rows, columns]), View::whole(&w, [inner, columns]).transposed());
        multiply(&a, &b, &view, Way::OfInput, [rows, inner, columns]);
        out.tensor()
    }

    /// With k, the rows, cut in parts that are multiplied side by side: a weight's gradient has few numbers for a card.
    fn multiply_backward_w(x: Tensor<Self, 2>, g: Tensor<Self, 2>, before: Option<Tensor<Self, 2>>) -> Tensor<Self, 2> {
        let ([rows, inner], [_, columns]) = (x.dims(), g.dims());
        let (x, g, before) = (Data::of(x), Data::of(g), before.map(Data::of));
        let shape = [rows, inner, columns];
        let measured = cuts::find(x.dtype() == DType::BF16, Way::OfWeight, shape).map(|entry| entry.parts);
        let parts = whole_parts(rows, measured.unwrap_or_else(|| parts_of(inner * columns)));
        let of_part = rows / parts;
        let cut = |data: &Data<R>, columns: usize| View {
            batches: [1, parts],
            strides: [0, of_part * columns, columns, 1],
            ..View::whole(data, [of_part, columns])
        };
        let out = x.empty([parts, inner * columns], DType::F32);
        let view = View {
            batches: [1, parts],
            strides: [0, inner * columns, columns, 1],
            ..View::whole(&out, [inner, columns])
        };
        multiply(&cut(&x, inner).transposed(), &cut(&g, columns), &view, Way::OfWeight, shape);
        if parts == 1 && before.is_none() {
            return out.tensor::<F, I, BT, 2>().reshape([inner, columns]);
        }
        let sum = sum_of_stretches(&out, parts as u32, inner * columns, before.as_ref());
        sum.tensor::<F, I, BT, 1>().reshape([inner, columns])
    }

    fn narrow(x: Tensor<Self, 2>, precision: Precision) -> Tensor<Self, 2> {
        let shape @ [rows, columns] = x.dims();
        let format = if precision == Precision::Bf16 { DType::BF16 } else { DType::F32 };
        if x.dtype() == format {
            return x;
        }
        let x = Data::of(x);
        let out = x.empty(shape, format);
        let size = vector_size(rows * columns);
        let all = (rows * columns / size) as u32;
        let formats = [x.storage(), out.storage()];
        copy::launch::<R>(x.client(), cubes(all), CubeDim::new_1d(256), size, x.arg(), out.arg(), all, formats);
        out.tensor()
    }

    fn side_by_side(parts: [Tensor<Self, 2>; 3], precision: Precision) -> Tensor<Self, 2> {
        let [rows, columns] = parts[0].dims();
        let [a, b, c] = parts.map(Data::of);
        let format = if precision == Precision::Bf16 { DType::BF16 } else { DType::F32 };
        let out = a.empty([rows, 3 * columns], format);
        let size = vector_size(columns);
        let (vectors, all) = ((columns / size) as u32, (rows * columns / size) as u32);
        pack::launch::<R>(
            a.client(),
            cubes(all),
            CubeDim::new_1d(256),
            size,
            a.arg(),
            b.arg(),
            c.arg(),
            out.arg(),
            vectors,
            all,
            out.storage(),
        );
        out.tensor()
    }

    fn apart(x: Tensor<Self, 2>) -> [Tensor<Self, 2>; 3] {
        let [rows, width] = x.dims();
        let columns = width / 3;
        let x = Data::of(super::wide(x));
        let parts = [0, 1, 2].map(|_| x.empty([rows, columns], DType::F32));
        let size = vector_size(columns);
        let (vectors, all) = ((columns / size) as u32, (rows * columns / size) as u32);
        unpack::launch::<R>(
            x.client(),
            cubes(all),
            CubeDim::new_1d(256),
            size,
            x.arg(),
            parts[0].arg(),
            parts[1].arg(),
            parts[2].arg(),
            vectors,
            all,
        );
        parts.map(Data::tensor)
    }

    fn add_mixed<const D: usize>(a: Tensor<Self, D>, b: Tensor<Self, D>) -> Tensor<Self, D> {
        let shape = a.dims();
        let (a, b) = (Data::of(a), Data::of(b));
        let out = a.empty(shape, DType::F32);
        let numbers: usize = shape.iter().product();
        let size = vector_size(numbers);
        let all = (numbers / size) as u32;
        let formats = [a.storage(), b.storage()];
        add::launch::<R>(a.client(), cubes(all), CubeDim::new_1d(256), size, a.arg(), b.arg(), out.arg(), all, formats);
        out.tensor()
    }

    fn column_sums(x: Tensor<Self, 2>) -> Tensor<Self, 1> {
        let shape = x.dims();
        column_sums(&Data::of(x), shape, None).tensor()
    }
}

/// A product of a linear map of this shape (rows, inputs, outputs), cut as was measured where it was.
fn multiply<R: CubeRuntime>(a: &View<R>, b: &View<R>, out: &View<R>, way: Way, shape: [usize; 3]) {
    match cuts::find(a.data.dtype() == DType::BF16, way, shape) {
        Some(entry) => product_cut(a, b, out, entry.cut),
        None => product(a, b, out),
    }
}

/// In how many parts rows are cut for a gradient of so many numbers: together some 150 tiles of 128 × 128.
fn parts_of(numbers: usize) -> usize {
    150_usize.div_ceil(numbers.div_ceil(128 * 128).max(1)).min(8).next_power_of_two()
}

/// At most so many parts of equal size, of 256 rows at least.
fn whole_parts(rows: usize, most: usize) -> usize {
    let fits = |parts: &usize| rows.is_multiple_of(*parts) && rows / parts >= 256 && (rows / parts).is_multiple_of(8);
    [8, 4, 2].into_iter().filter(|parts| *parts <= most).find(fits).unwrap_or(1)
}
