//! Statistics of task × task matrices, whose cells are not independent: every task stands in many of them.
//!
//! A p value that counts 380 cells of 20 tasks as 380 observations is far too small. Here the tasks are what is
//! permuted and resampled.

mod cross_product;
mod matrix;
mod permutations;
mod qap;
#[cfg(test)]
mod reference;
mod untested;

pub use matrix::{Matrix, MatrixError};
pub use permutations::Permutations;
pub use qap::{MeasureTest, Observed, Qap, observed, qap};
pub use untested::{LEAST_SHARE, Untested};
