//! The permutations of tasks that a test compares the data with.

use std::ops::Range;

use rand::Rng;

use crate::random::stream;

/// A list of permutations of the tasks: all of them for up to [`Permutations::ALL_UP_TO`] tasks, seeded ones beyond.
///
/// Every measure of a study is tested with the same list, which makes the largest coefficient over measures a
/// statistic of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Permutations {
    tasks: usize,
    exact: bool,
    count: usize,
    /// One permutation after the other.
    orders: Vec<usize>,
}

impl Permutations {
    /// Largest number of tasks whose permutations are all taken: 7! = 5,040.
    pub const ALL_UP_TO: usize = 7;
    /// Number of seeded permutations beyond.
    pub const DRAWS: usize = 9_999;

    /// The permutations for `tasks` tasks; `seed` counts only where they are drawn.
    pub fn new(tasks: usize, seed: u64) -> Self {
        Self::with_draws(tasks, seed, Self::DRAWS)
    }

    /// As [`Self::new`], with another number of draws.
    pub fn with_draws(tasks: usize, seed: u64, draws: usize) -> Self {
        let exact = tasks <= Self::ALL_UP_TO;
        let mut order: Vec<usize> = (0..tasks).collect();
        let mut orders = Vec::new();
        let mut count = 0;
        if exact {
            loop {
                orders.extend_from_slice(&order);
                count += 1;
                if !advance(&mut order) {
                    break;
                }
            }
        } else {
            let mut random = stream(seed, "dyadic", "permutations");
            for _ in 0..draws {
                // Fisher and Yates; drawn as u32, so that 32-bit targets draw the same.
                for i in (1..tasks).rev() {
                    order.swap(i, random.random_range(0..=i as u32) as usize);
                }
                orders.extend_from_slice(&order);
            }
            count = draws;
        }
        Self { tasks, exact, count, orders }
    }

    /// How many permutations [`Self::new`] takes for so many tasks.
    pub fn count_for(tasks: usize) -> usize {
        if tasks <= Self::ALL_UP_TO { (1..=tasks).product() } else { Self::DRAWS }
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.tasks
    }

    /// Whether these are all permutations, the identity among them.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Each permutation, as the task that takes each place.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.part(0..self.count)
    }

    /// Those of these numbers, counted from 0; fewer where the range goes beyond the last.
    pub fn part(&self, range: Range<usize>) -> impl Iterator<Item = &[usize]> {
        (range.start..range.end.min(self.count)).map(|i| &self.orders[i * self.tasks..(i + 1) * self.tasks])
    }

    /// p of an observed value that `extreme` permutations reach: `extreme` / N where these are all permutations, else
    /// (`extreme` + 1) / (N + 1), because the data are one of the possible arrangements.
    ///
    /// Phipson and Smyth, *Statistical Applications in Genetics and Molecular Biology* 9, 2010.
    pub fn p(&self, extreme: usize) -> f64 {
        if self.exact { extreme as f64 / self.count as f64 } else { (extreme + 1) as f64 / (self.count + 1) as f64 }
    }

    /// p of |`observed`| among the |`statistic`| of every permutation. An undefined statistic counts as 0; see
    /// [`super::QapTest`].
    pub(super) fn two_sided(&self, observed: f64, statistic: impl FnMut(&[usize]) -> Option<f64>) -> f64 {
        self.p(self.reached(0..self.count, observed, statistic))
    }

    /// How many of a part reach |`observed`|; as in [`Self::two_sided`].
    pub(super) fn reached(
        &self,
        range: Range<usize>,
        observed: f64,
        mut statistic: impl FnMut(&[usize]) -> Option<f64>,
    ) -> usize {
        self.part(range).filter(|order| reaches(statistic(order).unwrap_or(0.0), observed)).count()
    }
}

/// Whether |`value`| ≥ |`observed`|, up to the rounding of sums in another order.
pub(super) fn reaches(value: f64, observed: f64) -> bool {
    value.abs() >= observed.abs() - 1e-12 * observed.abs().max(1.0)
}

/// The next permutation in lexicographic order; false after the last.
fn advance(order: &mut [usize]) -> bool {
    let Some(pivot) = order.windows(2).rposition(|w| w[0] < w[1]) else {
        return false;
    };
    if let Some(next) = order.iter().rposition(|&v| v > order[pivot]) {
        order.swap(pivot, next);
    }
    order[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn up_to_seven_tasks_all_of_them_once() {
        for (tasks, expected) in [(0, 1), (1, 1), (2, 2), (5, 120), (7, 5040)] {
            let all = Permutations::new(tasks, 1);
            assert_eq!((all.iter().collect::<BTreeSet<_>>().len(), all.count()), (expected, expected));
            assert!(all.is_exact() && all.iter().any(|o| o.iter().enumerate().all(|(i, &v)| i == v)));
        }
    }

    #[test]
    fn beyond_seven_tasks_uniform_seeded_draws() {
        let drawn = Permutations::new(8, 42);
        assert!(!drawn.is_exact());
        assert_eq!((drawn.count(), drawn.iter().count()), (9_999, 9_999));
        assert_eq!((drawn.clone(), drawn != Permutations::new(8, 43)), (Permutations::new(8, 42), true));
        let mut at = [[0usize; 8]; 8];
        for order in drawn.iter() {
            assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), 8);
            order.iter().enumerate().for_each(|(place, &task)| at[place][task] += 1);
        }
        // Binomial(9999, 1/8): mean 1250, sd 33; five of them either way.
        assert!(at.iter().flatten().all(|n| (1085..=1415).contains(n)), "{at:?}");
    }

    #[test]
    fn a_drawn_p_is_never_zero() {
        assert_eq!(Permutations::new(8, 1).p(0), 1e-4);
        assert_eq!(Permutations::new(5, 1).p(3), 3.0 / 120.0);
    }
}
