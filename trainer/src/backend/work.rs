//! What is done on a backend without knowing which.

use transfermap_kernels::Trains;

/// Something to do on whatever backend is asked for.
pub trait Work {
    type Output;

    /// Does it.
    fn run<B: Trains>(self, device: &B::Device) -> Self::Output;
}
