//! The registry of measures, and what computes them from probes.
//!
//! A *measure* is a number for an ordered pair of tasks that needs no training on the pair. [`crate::similarity`] holds
//! those that compare two tasks or two models, [`crate::transferability`] those that say how well a source's model
//! suits a target. Each is one file with its formula, its [`MeasureInfo`] and its tests, and one line in `registry.rs`.

mod compute;
mod formula;
mod info;
#[cfg(test)]
pub(crate) mod reference;
mod registry;
mod selection;
#[cfg(test)]
mod tests;
mod undefined;

pub use compute::{EncoderProbes, Measured, Measuring, compute};
pub(crate) use formula::{Formula, part};
pub use info::{Cost, Direction, MeasureInfo, Part, Trained};
pub use registry::{info, registry};
pub use selection::{Selection, UnknownMeasure};
pub use undefined::Undefined;
