//! Matrix products: any strides, several at once.

use burn::tensor::DType;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;
use cubecl::zspace::{Shape, Strides};
use cubek::matmul::definition::{MatmulElems, MatmulGlobalElems};
use cubek::matmul::launch::{Strategy, launch_ref};
use cubek::std::InputBinding;

use super::device::Data;

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
    /// Numbers from a matrix to the next one, for both kinds of batches, and from a row or column to the next one.
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

    fn binding(&self) -> TensorBinding<R> {
        let mut tensor = self.data.primitive().clone();
        tensor.handle = tensor.handle.offset_start((self.offset * self.data.dtype().size()) as u64);
        let [b0, b1] = self.batches;
        let [rows, columns] = self.shape;
        let mut binding = tensor.binding();
        binding.shape = Shape::from(vec![b0, b1, rows, columns]);
        binding.strides = Strides::from(self.strides.to_vec());
        binding
    }
}

/// `out = a b` for all matrices.
pub fn product<R: CubeRuntime>(a: &View<R>, b: &View<R>, out: &View<R>) {
    let storage = |view: &View<R>| view.data.storage();
    let mut elements =
        MatmulElems::from_globals(&MatmulGlobalElems { lhs: storage(a), rhs: storage(b), out: storage(out) });
    let lhs = InputBinding::new(a.binding(), storage(a));
    let rhs = InputBinding::new(b.binding(), storage(b));
    let client = out.data.client();
    let result = launch_ref::<R>(&Strategy::Auto, client, lhs, rhs, out.binding(), &mut elements);
    if let Err(error) = result {
        // Auto ends with a strategy that takes everything.
        unreachable!("no way to multiply: {error:?}");
    }
}

/// Space for `[rows, columns]`, and it as a view.
pub fn space<R: CubeRuntime>(like: &Data<R>, shape: [usize; 2], dtype: DType) -> (Data<R>, View<R>) {
    let data = like.empty(shape, dtype);
    let view = View::whole(&data, shape);
    (data, view)
}
