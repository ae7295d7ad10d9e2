//! Where the variance of gains comes from: sources, targets, their interaction, seeds.
//!
//! Everything here takes [`Gains`], plain numbers by (source, target, seed). All gains of one target at one seed
//! subtract the same single-task run, so they are not independent: a lucky baseline run moves a whole column.
//! `components` gives that run its own variance, `reliability` splits by seeds and so counts it as noise, `effects`
//! takes its intervals over seeds and not over gains. `asymmetry` compares the two directions of a pair, `training`
//! follows a gain over epochs.

mod asymmetry;
mod components;
mod effects;
mod gains;
mod interval;
mod projection;
#[cfg(test)]
mod reference;
mod reliability;
mod training;

pub use asymmetry::{Asymmetry, asymmetry};
pub use components::{Components, Decomposition, Noise, NotEstimable, decompose};
pub use effects::{Effect, Effects, effects};
pub use gains::{Gains, GainsError};
pub use interval::{LEVEL, TInterval};
pub use reliability::{MAX_SEEDS_OF_ALL_SPLITS, RANDOM_SPLITS, Reliability, split_half};
pub use training::{Change, Course, Epoch, Training, training};
