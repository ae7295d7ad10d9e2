//! Tensors of a GPU's backend as the arrays that kernels take.

use burn::tensor::{DType, Shape, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::features::Plane;
use cubecl::prelude::*;

use super::{LANES, ROWS};
use crate::primitive::primitive;

/// A contiguous tensor.
pub struct Data<R: CubeRuntime>(CubeTensor<R>);

impl<R: CubeRuntime> Clone for Data<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R: CubeRuntime> Data<R> {
    /// Of any tensor; one that is not contiguous is copied.
    pub fn of<F, I, BT, const D: usize>(tensor: Tensor<CubeBackend<R, F, I, BT>, D>) -> Self
    where
        F: FloatElement,
        I: IntElement,
        BT: BoolElement,
    {
        Self(into_contiguous(primitive(tensor)))
    }

    /// Of a primitive, contiguous or not.
    pub fn new(tensor: CubeTensor<R>) -> Self {
        Self(into_contiguous(tensor))
    }

    /// The same where nobody else holds it, else a copy: to be written to.
    pub fn owned(self) -> Self {
        if self.0.can_mut() { self } else { Self(self.0.copy()) }
    }

    /// Space for a result.
    pub fn empty<const D: usize>(&self, shape: [usize; D], dtype: DType) -> Self {
        let (client, device) = (self.0.client.clone(), self.0.device.clone());
        let shape = Shape::from(shape);
        let bytes = shape.num_elements() * dtype.size();
        let handle = client.empty(bytes);
        Self(CubeTensor::new_contiguous(client, device, shape, handle, dtype))
    }

    /// The backend's tensor.
    pub fn tensor<F, I, BT, const D: usize>(self) -> Tensor<CubeBackend<R, F, I, BT>, D>
    where
        F: FloatElement,
        I: IntElement,
        BT: BoolElement,
    {
        crate::primitive::tensor(self.0)
    }

    /// The primitive.
    pub fn primitive(&self) -> &CubeTensor<R> {
        &self.0
    }

    /// As a kernel's argument.
    pub fn arg(&self) -> ArrayArg<R> {
        self.0.clone().into_array_arg()
    }

    /// Number format.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Number format, as kernels are told.
    pub fn storage(&self) -> StorageType {
        self.0.dtype.into()
    }

    /// Where kernels are sent.
    pub fn client(&self) -> &ComputeClient<R> {
        &self.0.client
    }

    /// Whether 32 neighbouring units can sum without shared memory.
    pub fn has_planes(&self) -> bool {
        let properties = self.0.client.properties();
        let hardware = &properties.hardware;
        let width = (hardware.plane_size_min, hardware.plane_size_max);
        width == (LANES, LANES) && properties.features.plane.contains(Plane::Ops)
    }
}

/// Numbers that are read and written at once: 4 where rows allow it.
pub fn vector_size(columns: usize) -> usize {
    if columns.is_multiple_of(4) { 4 } else { 1 }
}

/// A cube for every [`ROWS`] rows.
pub fn cubes_of_rows(rows: usize) -> CubeCount {
    let cubes = u32::try_from(rows).unwrap_or(u32::MAX).div_ceil(ROWS).max(1);
    // One dimension of a grid ends at 65,535.
    CubeCount::Static(cubes.min(1 << 15), cubes.div_ceil(1 << 15), 1)
}
