//! Which tasks may take one another's places in a permutation test.

use std::collections::BTreeSet;

use super::Matrix;

/// What is exchangeable when measure and outcome have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// Every task with every other, as source and as target at once: so many tasks.
    Tasks(usize),
    /// No task is both: sources among themselves and targets among themselves, as in a table of models and data sets.
    Sides {
        /// Number of all tasks of the matrix.
        tasks: usize,
        /// Positions of the sources, ascending.
        sources: Vec<usize>,
        /// Positions of the targets, ascending.
        targets: Vec<usize>,
    },
}

impl Exchange {
    /// What the cells of an outcome leave open.
    pub fn of(outcome: &Matrix) -> Self {
        let cells = || outcome.present().map(|(source, target, _)| (source, target));
        Self::of_cells(outcome.size(), cells())
    }

    /// The same of the cells' places, (source, target) below `tasks`.
    pub fn of_cells(tasks: usize, cells: impl Iterator<Item = (usize, usize)>) -> Self {
        let (sources, targets): (BTreeSet<usize>, BTreeSet<usize>) = cells.unzip();
        if sources.is_empty() || sources.intersection(&targets).next().is_some() {
            return Self::Tasks(tasks);
        }
        Self::Sides { tasks, sources: sources.into_iter().collect(), targets: targets.into_iter().collect() }
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        match self {
            Self::Tasks(tasks) | Self::Sides { tasks, .. } => *tasks,
        }
    }

    /// Number of cells that an outcome could have: k(k − 1), or sources × targets.
    pub fn possible(&self) -> usize {
        match self {
            Self::Tasks(tasks) => tasks * tasks.saturating_sub(1),
            Self::Sides { sources, targets, .. } => sources.len() * targets.len(),
        }
    }

    /// The groups of tasks whose members change places.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        match self {
            Self::Tasks(tasks) => vec![(0..*tasks).collect()],
            Self::Sides { sources, targets, .. } => vec![sources.clone(), targets.clone()],
        }
    }

    /// How many permutations there are; `None` beyond the range of numbers.
    pub(super) fn arrangements(&self) -> Option<usize> {
        let sizes = self.groups().into_iter().map(|group| group.len());
        sizes.flat_map(|size| 1..=size).try_fold(1_usize, usize::checked_mul)
    }

    /// The tasks that have a row and those that have a column.
    pub(super) fn sides(&self) -> (Vec<usize>, Vec<usize>) {
        match self {
            Self::Tasks(tasks) => ((0..*tasks).collect(), (0..*tasks).collect()),
            Self::Sides { sources, targets, .. } => (sources.clone(), targets.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_sets_without_a_common_task() {
        let of = |cells: &[(usize, usize)]| Exchange::of_cells(5, cells.iter().copied());
        let sides = Exchange::Sides { tasks: 5, sources: vec![0, 3], targets: vec![1, 4] };
        assert_eq!(of(&[(3, 1), (0, 4), (0, 1)]), sides);
        assert_eq!((sides.tasks(), sides.possible(), sides.arrangements()), (5, 4, Some(4)));
        assert_eq!((of(&[(0, 1), (1, 2)]), of(&[])), (Exchange::Tasks(5), Exchange::Tasks(5)));
        assert_eq!((Exchange::Tasks(5).possible(), Exchange::Tasks(5).arrangements()), (20, Some(120)));
        assert_eq!(Exchange::Tasks(30).arrangements(), None);
    }
}
