//! Results as text for other programs: CSV (the student notebook's two tables, and one row per run for everything else),
//! and [`latex`].
//!
//! In CSV, numbers are written with the fewest digits that read back as the same number; a missing number is an empty field.
//! Lines end in `\n`.

mod analysis;
mod baseline_performance;
mod csv;
mod fine_tune_performance;
pub mod latex;
mod notebook;
#[cfg(test)]
mod tests;
mod transfer;

pub use analysis::{correlation, pairs, predictors, selection, similarity};
pub use baseline_performance::baseline_performance;
pub use fine_tune_performance::fine_tune_performance;
pub use transfer::transfer;
