//! Gains between tasks: what a source did to a target, seed by seed.
//!
//! [`Runs`] is the index of a report's records by arm (encoder, variant, protocol, source, target) and seed; whatever joins
//! runs looks them up there. Of these, a [`TransferMap`] keeps what every task reaches alone ([`Baseline`]) and, as a
//! [`Pair`], each ordered pair's two arms with the gains between them; `gain` holds the formulae. [`predictions`] are the
//! same arms example by example.

mod arm;
mod baseline;
mod error;
mod gain;
mod key;
mod map;
mod outcome;
mod pair;
mod predictions;
mod runs;
#[cfg(test)]
mod tests;

pub use arm::Arm;
pub use baseline::Baseline;
pub use error::TransferError;
pub use gain::{chance_corrected_gain, negative_relative_gain, relative_gain};
pub use key::{ArmKey, FamilyKey, PairKey};
pub use map::TransferMap;
pub use outcome::Outcome;
pub use pair::{Pair, SeedGain};
pub use predictions::{Flip, SeedPredictions, flips, predictions};
pub use runs::{BySeed, Runs, SeedRuns};
