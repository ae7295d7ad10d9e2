//! Percentile bootstrap intervals over seeds, test examples, or both.
//!
//! Every interval draws from its own stream, named by the seed and by what is resampled: it does not depend on which
//! intervals were computed before it, nor on threads. Index draws use integers only, so they are the same on wasm.

mod examples;
mod population;
mod probability_of_improvement;

use rand::RngCore;
use serde::{Deserialize, Serialize};

use super::{Interval, quantile};
use crate::random::{Stream, stream};

pub use examples::paired_bootstrap;
pub use population::{PopulationError, Predicted, population};
pub use probability_of_improvement::probability_of_improvement;

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Resampling {
    /// Number of resamples.
    pub resamples: usize,
    /// Level of the interval, between 0 and 1.
    pub level: f64,
    /// Seed of the random stream.
    pub seed: u64,
}

impl Default for Resampling {
    fn default() -> Self {
        Self { resamples: 2_000, level: 0.95, seed: 0 }
    }
}

impl Resampling {
    fn stream(&self, what: &str) -> Stream {
        stream(self.seed, "bootstrap", what)
    }

    /// The interval between the (1 − level) / 2 and (1 + level) / 2 quantiles of the resampled values, interpolated
    /// linearly as `numpy.quantile` does. `None` without values, with NaN among them, or for a level outside (0, 1).
    fn interval(&self, mut values: Vec<f64>) -> Option<Interval> {
        if !(self.level > 0.0 && self.level < 1.0) || values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let low = quantile(&values, (1.0 - self.level) / 2.0)?;
        let high = quantile(&values, (1.0 + self.level) / 2.0)?;
        Some(Interval { low, high })
    }
}

/// A uniform index below `n` in 1 to 2^32 − 1: the high word of a 32-bit product, without bias (Lemire 2019).
#[inline]
fn index(rng: &mut Stream, n: u32) -> usize {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as usize
}

/// The values in ascending order, so that an interval does not depend on the order in which seeds are listed.
fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The number of values as an index bound; `None` without values or with too many for 32 bits.
fn bound(len: usize) -> Option<u32> {
    u32::try_from(len).ok().filter(|&n| n > 0)
}

#[cfg(test)]
mod tests;
