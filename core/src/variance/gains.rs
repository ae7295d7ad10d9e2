//! The map of gains over seeds on plain numbers, so that the statistics know nothing of records and reports.

use crate::sorted::SortedMap;

/// Gains of ordered pairs of `tasks` tasks, by seed. Cells and seeds may be missing; the diagonal always is.
///
/// ```
/// use transfermap::variance::Gains;
///
/// let mut gains = Gains::new(3);
/// gains.insert(0, 1, 42, 0.03)?;
/// gains.insert(0, 1, 43, 0.01)?;
/// assert_eq!(gains.mean(0, 1), Some(0.02));
/// assert_eq!(gains.mean(1, 0), None);
/// # Ok::<(), transfermap::variance::GainsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gains {
    tasks: usize,
    cells: SortedMap<(usize, usize), SortedMap<u64, f64>>,
}

/// Why a gain has no place in the map.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GainsError {
    /// A position beyond the last task.
    #[error("pair ({origin}, {target}) of {tasks} tasks: positions count from 0")]
    UnknownTask {
        /// Position of the source.
        origin: usize,
        /// Position of the target.
        target: usize,
        /// Number of tasks.
        tasks: usize,
    },
    /// A task as its own source.
    #[error("task {0} is its own source: the diagonal has no gain")]
    Diagonal(usize),
    /// NaN or an infinity.
    #[error("pair ({origin}, {target}), seed {seed}: the gain is {gain}")]
    NotFinite {
        /// Position of the source.
        origin: usize,
        /// Position of the target.
        target: usize,
        /// The seed.
        seed: u64,
        /// The value.
        gain: f64,
    },
    /// Two gains of one pair and seed.
    #[error("pair ({origin}, {target}), seed {seed} has two gains")]
    Duplicate {
        /// Position of the source.
        origin: usize,
        /// Position of the target.
        target: usize,
        /// The seed.
        seed: u64,
    },
}

impl Gains {
    /// An empty map of `tasks` tasks.
    pub fn new(tasks: usize) -> Self {
        Self { tasks, cells: SortedMap::new() }
    }

    /// Adds transfer − single of `source` to `target` (positions from 0) at `seed`; positive is better.
    ///
    /// # Errors
    /// A position beyond the tasks, a diagonal cell, a gain that is not finite, or a second gain of one run.
    pub fn insert(&mut self, source: usize, target: usize, seed: u64, gain: f64) -> Result<(), GainsError> {
        let origin = source;
        if source >= self.tasks || target >= self.tasks {
            return Err(GainsError::UnknownTask { origin, target, tasks: self.tasks });
        }
        if source == target {
            return Err(GainsError::Diagonal(source));
        }
        if !gain.is_finite() {
            return Err(GainsError::NotFinite { origin, target, seed, gain });
        }
        let seeds = self.cells.or_default((source, target));
        if seeds.contains_key(&seed) {
            return Err(GainsError::Duplicate { origin, target, seed });
        }
        seeds.insert(seed, gain);
        Ok(())
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.tasks
    }

    /// The measured (source, target) cells, by source, then target; each holds at least one seed.
    pub fn cells(&self) -> &SortedMap<(usize, usize), SortedMap<u64, f64>> {
        &self.cells
    }

    /// Mean gain of a cell over its seeds; `None` when it was not measured.
    pub fn mean(&self, source: usize, target: usize) -> Option<f64> {
        self.cells.get(&(source, target)).map(mean)
    }

    /// Cells with their means over seeds.
    pub(super) fn means(&self) -> SortedMap<(usize, usize), f64> {
        self.cells.iter().map(|(&cell, seeds)| (cell, mean(seeds))).collect()
    }
}

fn mean(seeds: &SortedMap<u64, f64>) -> f64 {
    seeds.values().sum::<f64>() / seeds.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_has_no_place() {
        let mut gains = Gains::new(2);
        assert_eq!(gains.insert(0, 1, 7, 0.5), Ok(()));
        assert_eq!(gains.insert(0, 1, 7, 0.5), Err(GainsError::Duplicate { origin: 0, target: 1, seed: 7 }));
        assert_eq!(gains.insert(1, 1, 7, 0.5), Err(GainsError::Diagonal(1)));
        assert_eq!(gains.insert(0, 2, 7, 0.5), Err(GainsError::UnknownTask { origin: 0, target: 2, tasks: 2 }));
        for gain in [f64::NAN, f64::INFINITY] {
            assert!(matches!(gains.insert(1, 0, 7, gain), Err(GainsError::NotFinite { .. })));
        }
        assert_eq!(gains.cells().len(), 1);
    }
}
