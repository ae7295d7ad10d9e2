//! Matrix products: any strides, several at once.

use burn::tensor::DType;
use burn_cubecl::CubeRuntime;
use cubecl::ir::{ElemType, FloatKind};
use cubecl::prelude::*;

use super::device::Data;
use super::gemm::{SizesLaunch, Tiling, gemm};

/// Matrices in a tensor: `batches[0] × batches[1]` of them, each `[rows, columns]`.
#[derive(Clone)]
pub struct View<R: CubeRuntime> {
    /// Whose numbers.
    pub data: Data<R>,
    /// Where the first matrix begins.
    pub offset: usize,
    /// Matrices.
    pub batches: [usize; 2],
    /// Rows and columns of each.
    pub shape: [usize; 2],
    /// Numbers from a matrix to the next one, for both kinds of batches, and from a row or column to the next one; that
    /// of rows or that of columns is 1.
    pub strides: [usize; 4],
}

impl<R: CubeRuntime> View<R> {
    /// A whole tensor `[rows, columns]`.
    pub fn whole(data: &Data<R>, [rows, columns]: [usize; 2]) -> Self {
        let strides = [0, 0, columns, 1];
        Self { data: data.clone(), offset: 0, batches: [1, 1], shape: [rows, columns], strides }
    }

    /// Rows for columns.
    #[must_use]
    pub fn transposed(mut self) -> Self {
        self.shape.swap(0, 1);
        self.strides.swap(2, 3);
        self
    }

    /// Whether neighbours lie in a row.
    fn is_by_row(&self) -> bool {
        self.strides[3] == 1
    }

    /// Numbers from one line of neighbours to the next.
    fn pitch(&self) -> usize {
        if self.is_by_row() { self.strides[2] } else { self.strides[3] }
    }

    /// Neighbours that can be read or written at once, `most` at the most.
    fn vector(&self, most: usize) -> usize {
        let line = if self.is_by_row() { self.shape[1] } else { self.shape[0] };
        let numbers = [line, self.pitch(), self.strides[0], self.strides[1], self.offset];
        if numbers.iter().all(|n| n.is_multiple_of(most)) { most } else { 1 }
    }
}

/// Space for `[rows, columns]`, and it as a view.
pub fn space<R: CubeRuntime>(like: &Data<R>, shape: [usize; 2], dtype: DType) -> (Data<R>, View<R>) {
    let data = like.empty(shape, dtype);
    let view = View::whole(&data, shape);
    (data, view)
}

/// How a product is cut on tensor cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Rows and columns of the result that a cube makes.
    pub tile: [u32; 2],
    /// Depth of a stage.
    pub depth: u32,
    /// Planes side by side over rows and over columns.
    pub planes: [u32; 2],
    /// Tiles in flight.
    pub stages: u32,
}

/// `out = a b` for all matrices; `out` lies by row.
pub fn product<R: CubeRuntime>(a: &View<R>, b: &View<R>, out: &View<R>) {
    product_cut(a, b, out, cut(a, out));
}

/// As [`product`], cut this way where there are tensor cores, and shared memory for it.
pub fn product_cut<R: CubeRuntime>(a: &View<R>, b: &View<R>, out: &View<R>, wanted: Cut) {
    let ([rows, depth], [_, columns]) = (a.shape, b.shape);
    let [outer, inner] = out.batches;
    let mut tiling = tiling(a, b, out, wanted);
    if tiling.shared() as usize > a.data.client().properties().hardware.max_shared_memory_size {
        tiling = self::tiling(a, b, out, cut(a, out));
    }
    let n = |n: usize| n as u32;
    let sizes = SizesLaunch::new(
        n(rows),
        n(columns),
        n(depth),
        n(inner),
        n(a.offset),
        n(a.strides[0]),
        n(a.strides[1]),
        n(a.pitch()),
        n(b.offset),
        n(b.strides[0]),
        n(b.strides[1]),
        n(b.pitch()),
        n(out.offset),
        n(out.strides[0]),
        n(out.strides[1]),
        n(out.pitch()),
    );
    let multiplied = match a.data.dtype() {
        DType::F32 if tiling.tensor_cores => StorageType::Scalar(ElemType::Float(FloatKind::TF32)),
        _ => a.data.storage(),
    };
    gemm::launch::<R>(
        out.data.client(),
        CubeCount::Static(n(columns).div_ceil(tiling.columns), n(rows).div_ceil(tiling.rows), n(outer * inner)),
        CubeDim::new_2d(32, tiling.planes[0] * tiling.planes[1]),
        tiling.vectors[0] as usize,
        tiling.vectors[1] as usize,
        tiling.written as usize,
        a.data.arg(),
        b.data.arg(),
        out.data.arg(),
        sizes,
        tiling,
        [a.data.storage(), multiplied, out.data.storage()],
    );
}

/// How a product of this size is cut.
fn cut<R: CubeRuntime>(a: &View<R>, out: &View<R>) -> Cut {
    let half = a.data.dtype() == DType::BF16;
    let [rows, columns] = out.shape;
    let matrices = out.batches[0] * out.batches[1];
    let cubes = rows.div_ceil(128) * columns.div_ceil(128) * matrices;
    let depth = if half { 32 } else { 16 };
    if cubes >= 120 && rows > 64 && columns > 64 {
        Cut { tile: [128, 128], depth, planes: [2, 4], stages: 4 }
    } else {
        Cut { tile: [64, 64], depth, planes: [2, 2], stages: 4 }
    }
}

fn tiling<R: CubeRuntime>(a: &View<R>, b: &View<R>, out: &View<R>, cut: Cut) -> Tiling {
    let half = a.data.dtype() == DType::BF16;
    let properties = a.data.client().properties();
    let tensor_cores = a.data.has_planes() && !properties.features.matmul.mma.is_empty();
    // Only CUDA reads vectors in shared memory number by number.
    let most = match (tensor_cores, half) {
        (false, _) => 1,
        (true, true) => 8,
        (true, false) => 4,
    };
    let vectors = [a.vector(most) as u32, b.vector(most) as u32];
    // `ldmatrix` reads 16 bytes at once.
    let tensor_cores = tensor_cores && (!half || vectors == [8, 8]);
    let plain = Cut { tile: [32, 32], depth: 16, planes: [2, 2], stages: 2 };
    let Cut { tile: [rows, columns], depth, planes, stages } = if tensor_cores { cut } else { plain };
    Tiling {
        rows,
        columns,
        depth,
        planes,
        stages,
        along_depth: [a.is_by_row(), !b.is_by_row()],
        vectors,
        written: out.vector(2) as u32,
        tensor_cores,
        half,
    }
}
