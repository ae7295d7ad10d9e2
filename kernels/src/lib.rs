//! The operations of a training step that are worth code of their own: tensor operations would pass over memory several
//! times, and a GPU would start a kernel for each pass.
//!
//! A folder per operation. Its `mod.rs` has a trait whose default methods are the formula in tensor code: the reference,
//! which NdArray runs. `cpu.rs` does the same by hand for Flex, `gpu.rs` in CubeCL for GPUs, and `node.rs` makes it one
//! step of backpropagation. Layers call the traits, so every encoder gets all of it.
//!
//! Number formats: a tensor is of 32 bits or, where a product reads or wrote it with the recipe's `bf16`, of bfloat16.
//! Weights, their gradients, statistics of rows and the residual stream are of 32 bits always. A gradient is of the format
//! that its maker writes, which need not be its tensor's.

#![cfg_attr(
    feature = "gpu",
    allow(clippy::type_complexity, reason = "a backend of a GPU has four parameters, and signatures name them all")
)]

pub mod activation;
pub mod adamw;
pub mod attention;
mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod linear;
pub mod lookup;
pub mod loss;
pub mod mask;
mod node;
pub mod norm;
mod primitive;
#[cfg(test)]
mod testing;

use burn::tensor::backend::{AutodiffBackend, Backend};

/// A backend with all fused operations.
pub trait Kernels:
    Backend
    + activation::Activate
    + attention::Attend
    + linear::Multiply
    + lookup::Lookup
    + loss::CrossEntropy
    + mask::Drop
    + norm::Normalise
{
}

impl<B> Kernels for B where
    B: Backend
        + activation::Activate
        + attention::Attend
        + linear::Multiply
        + lookup::Lookup
        + loss::CrossEntropy
        + mask::Drop
        + norm::Normalise
{
}

/// A backend to train on.
pub trait Trains: AutodiffBackend<InnerBackend: Kernels + adamw::AdamW> + Kernels {}

impl<B: AutodiffBackend<InnerBackend: Kernels + adamw::AdamW> + Kernels> Trains for B {}
