//! What the operations on GPUs share: tensors as arrays, sums over the lanes of a row and over rows.
//!
//! Arrays and scalars go to a kernel by value; shapes and strides would be copied to the card before every start. So all
//! inputs are made contiguous, and a kernel is told the sizes that it needs. Every kernel uses 32 units a row, so that a
//! plane (a warp) has a row for itself; where a device has no planes, the units meet in shared memory.

pub mod columns;
pub mod cuts;
pub mod device;
pub mod gemm;
pub mod lanes;
pub mod product;

/// Units that share a row.
pub const LANES: u32 = 32;

/// Rows that a cube works on at the same time.
pub const ROWS: u32 = 8;
