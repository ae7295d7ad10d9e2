//! How closely two lists of numbers go together: coefficients, ranks, lines with their bands.
//!
//! The p values here are *naive*: they take the points for independent, which the cells of a task × task matrix are
//! not. [`crate::statistics::dyadic`] has those that do not.

mod coefficient;
mod kendall;
mod pearson;
mod ranks;
#[cfg(test)]
mod reference;
mod regression;
mod scale;
mod spearman;
mod weighted_tau;

pub use coefficient::Coefficient;
pub use kendall::kendall_tau_b;
pub(crate) use pearson::unit_deviations;
pub use pearson::{fisher_interval, naive_p, pearson};
pub use ranks::average_ranks;
pub use regression::Line;
pub use scale::min_max;
pub use spearman::spearman;
pub use weighted_tau::weighted_tau;

/// Whether two lists have a coefficient: `least` pairs or more, all finite, neither list constant.
fn comparable(x: &[f64], y: &[f64], least: usize) -> bool {
    let varies = |v: &[f64]| v.iter().any(|value| Some(value) != v.first());
    let finite = |v: &[f64]| v.iter().all(|value| value.is_finite());
    x.len() == y.len() && x.len() >= least && finite(x) && finite(y) && varies(x) && varies(y)
}
