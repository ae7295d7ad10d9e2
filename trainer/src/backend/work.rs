//! What is done on a backend without knowing which.

use burn::tensor::backend::AutodiffBackend;

/// Something to do on whatever backend is asked for.
pub trait Work {
    type Output;

    /// Does it.
    fn run<B: AutodiffBackend>(self, device: &B::Device) -> Self::Output;
}
