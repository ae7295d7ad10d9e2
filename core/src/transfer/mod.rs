//! Gains between tasks: what a source did to a target, seed by seed.
//!
//! Records become a [`TransferMap`] by key: `baseline` keeps what a task reaches alone, `pair` what it reaches after a
//! source, `map` joins the two, `gain` holds the formulae. Verdicts build on [`Pair::gains`] and
//! [`Pair::gains_without_collapsed`], which list the differences that a paired test takes, and on the counts of
//! collapsed and failed runs, from which flags come. `flips` names the test examples that a transfer turned.

mod baseline;
mod error;
mod flips;
mod gain;
mod map;
mod outcome;
mod pair;
#[cfg(test)]
mod tests;

pub use baseline::Baseline;
pub use error::TransferError;
pub use flips::{BothPredicted, Flip, flips};
pub use gain::{chance_corrected_gain, gain, negative_relative_gain, relative_gain};
pub use map::TransferMap;
pub use outcome::Outcome;
pub use pair::{Design, Pair, PairKey, SeedGain};
