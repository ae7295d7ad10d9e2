//! Estimators of how well the model of a source suits a target. One estimator per file.
//!
//! Each reads what the source's single-task model makes of the target's probe examples, features or predictions, and
//! the target's labels. Labels may be any numbers: only which examples share one matters, so renaming classes changes
//! nothing. Classes without examples are left out.

pub mod few_step_score;
pub mod gbc;
pub mod h_score;
pub mod knn;
pub mod leep;
pub mod linear_probe;
pub mod logme;
pub mod nce;
pub mod nleep;
pub mod parc;
#[cfg(test)]
mod properties;
pub mod shrunk_h_score;
pub mod transrate;

mod classes;
mod gaussian_mixture;
mod k_means;
