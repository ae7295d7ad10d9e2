//! Statistics of task × task matrices, whose cells are not independent: every task stands in many of them.
//!
//! A p value that counts 380 cells of 20 tasks as 380 observations is far too small. Here the tasks are what is
//! permuted and resampled.

mod cluster_order;
mod cross_product;
mod exchange;
mod matrix;
mod null;
mod permutations;
#[cfg(test)]
mod properties;
mod qap;
#[cfg(test)]
mod reference;
mod semi_partial;
mod statistic;
mod task_bootstrap;
mod untested;
mod within_target;

pub use cluster_order::cluster_order;
pub use exchange::Exchange;
pub use matrix::{Matrix, MatrixError};
pub use permutations::Permutations;
pub use qap::{Counts, MeasureTest, QapTest};
pub use semi_partial::{SemiPartial, semi_partial};
pub use statistic::{Observed, Statistic, observed};
pub use task_bootstrap::{BOOTSTRAP_RESAMPLES, BOOTSTRAP_TASKS, NoInterval, task_bootstrap};
pub use untested::{LEAST_SHARE, Untested};
pub use within_target::{WithinTarget, within_target_spearman};
