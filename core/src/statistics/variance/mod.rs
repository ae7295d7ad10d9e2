//! Where the variance of gains comes from: sources, targets, their interaction, seeds.
//!
//! Everything here takes [`Gains`], plain numbers by source, target and seed. All gains of one target at one seed
//! subtract the same single-task run, so they are not independent: a lucky baseline run moves a whole column.
//! `components` gives that run its own variance, `reliability` splits by seeds and so counts it as noise, `effects`
//! takes its intervals over seeds and not over gains. `asymmetry` compares the two directions of a pair, `training`
//! follows a gain over epochs.

mod asymmetry;
mod components;
mod effects;
mod interval;
mod projection;
#[cfg(test)]
mod reference;
mod reliability;
mod training;

use std::collections::BTreeMap;

pub use asymmetry::{Asymmetry, asymmetry};
pub use components::{Components, Decomposition, NotEstimable, decompose};
pub use effects::{Effect, Effects, effects};
pub use reliability::{MAX_SEEDS_OF_ALL_SPLITS, RANDOM_SPLITS, Reliability, split_half, split_half_within_targets};
pub use training::{Change, Course, Epoch, Training, training};

/// Gains by positions of source and target, then by seed: finite, off the diagonal, at least one seed where there is a
/// cell. Cells and seeds may be missing.
pub type Gains = BTreeMap<(usize, usize), BTreeMap<u64, f64>>;

/// Cells with their means over seeds.
fn means(gains: &Gains) -> BTreeMap<(usize, usize), f64> {
    let mean = |seeds: &BTreeMap<u64, f64>| seeds.values().sum::<f64>() / seeds.len() as f64;
    gains.iter().map(|(&cell, seeds)| (cell, mean(seeds))).collect()
}
