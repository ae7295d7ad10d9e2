//! The registry of measures, and what computes them from probes.
//!
//! A *measure* is a number for an ordered pair of tasks that needs no training on the pair. [`similarity`] holds those
//! that compare two tasks or two models, [`transferability`] those that say how well a source's model suits a target.
//! Each is one file with its formula, its [`MeasureInfo`] and its tests, and one line in `registry.rs`. They read what a
//! [`probe`] observed, and their numbers stand in a report as a [`Measure`].

mod compute;
mod distances;
mod formula;
mod info;
mod linear;
pub mod probe;
#[cfg(test)]
pub(crate) mod reference;
mod registry;
mod selection;
pub mod similarity;
#[cfg(test)]
mod tests;
pub mod transferability;
mod undefined;
mod values;

pub use compute::{EncoderProbes, Measured, Measuring, compute};
pub(crate) use formula::{Formula, part};
pub use info::{Cost, Direction, MeasureInfo, Part, Trained};
pub use registry::{info, registry};
pub use selection::{Selection, UnknownMeasure};
pub use undefined::Undefined;
pub use values::{Measure, MeasureValue, ROUNDING, is_level};
