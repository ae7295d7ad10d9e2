//! What the hand-made operations on the CPU share: numbers as slices, rows shared out among threads, vectorised functions.
//!
//! Work is cut into pieces whose size depends on the tensor alone, and pieces are summed in order, so the bits are the
//! same for any number of threads.

pub mod functions;
pub mod product;
pub mod rows;

use burn::tensor::{DType, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

use super::primitive::primitive;

/// Numbers of a tensor in row-major order.
pub struct Numbers(FlexTensor);

impl Numbers {
    /// Of a tensor of 32 bits.
    ///
    /// # Panics
    /// On any other format.
    pub fn of<const D: usize>(tensor: Tensor<Flex, D>) -> Self {
        Self(primitive(tensor).to_contiguous())
    }

    /// All of them.
    pub fn all(&self) -> &[f32] {
        self.0.storage()
    }
}

/// A tensor of numbers in row-major order.
pub fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Tensor<Flex, D> {
    Tensor::from_data(TensorData::new(numbers, shape), &Default::default())
}

/// Whether all are of 32 bits: other formats go the way of the reference.
pub fn are_wide(formats: &[DType]) -> bool {
    formats.iter().all(|f| *f == DType::F32)
}
