//! The permutations of tasks that a test compares the data with.

use std::ops::Range;

use rand::Rng;

use super::Exchange;
use crate::random::stream;

/// A list of permutations of the tasks: all of them where there are at most [`Permutations::ALL_UP_TO`], seeded ones
/// beyond. Only what an [`Exchange`] lets change places does.
///
/// Every measure of a study is tested with the same list, which makes the largest coefficient over measures a
/// statistic of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Permutations {
    exchange: Exchange,
    exact: bool,
    count: usize,
    /// One permutation after the other.
    orders: Vec<usize>,
}

impl Permutations {
    /// Largest number of permutations that are all taken: 7! = 5,040, those of seven tasks.
    pub const ALL_UP_TO: usize = 5_040;
    /// Number of seeded permutations beyond.
    pub const DRAWS: usize = 9_999;

    /// The permutations that an outcome leaves open; `seed` counts only where they are drawn.
    pub fn new(exchange: Exchange, seed: u64) -> Self {
        Self::with_draws(exchange, seed, Self::DRAWS)
    }

    /// As [`Self::new`], with another number of draws.
    pub fn with_draws(exchange: Exchange, seed: u64, draws: usize) -> Self {
        let exact = Self::all(&exchange).is_some();
        let groups = exchange.groups();
        let mut order: Vec<usize> = (0..exchange.tasks()).collect();
        let mut orders = Vec::new();
        let mut count = 0;
        if exact {
            loop {
                orders.extend_from_slice(&order);
                count += 1;
                // Like a clock: a group that has gone through all its orders starts again and moves the next one on.
                if !groups.iter().any(|group| advance(&mut order, group)) {
                    break;
                }
            }
        } else {
            let mut random = stream(seed, "dyadic", "permutations");
            for _ in 0..draws {
                for group in &groups {
                    // Fisher and Yates; drawn as u32, so that 32-bit targets draw the same.
                    for i in (1..group.len()).rev() {
                        order.swap(group[i], group[random.random_range(0..=i as u32) as usize]);
                    }
                }
                orders.extend_from_slice(&order);
            }
            count = draws;
        }
        Self { exchange, exact, count, orders }
    }

    /// How many permutations [`Self::new`] takes.
    pub fn count_for(exchange: &Exchange) -> usize {
        Self::all(exchange).unwrap_or(Self::DRAWS)
    }

    fn all(exchange: &Exchange) -> Option<usize> {
        exchange.arrangements().filter(|&all| all <= Self::ALL_UP_TO)
    }

    /// What changes places.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.exchange.tasks()
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
        let tasks = self.tasks();
        (range.start..range.end.min(self.count)).map(move |i| &self.orders[i * tasks..(i + 1) * tasks])
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

/// Puts the members of a group, ascending places of `order`, in their next order, lexicographically; after the last one
/// in the first again, and says false.
fn advance(order: &mut [usize], group: &[usize]) -> bool {
    let mut members: Vec<usize> = group.iter().map(|&place| order[place]).collect();
    let pivot = members.windows(2).rposition(|w| w[0] < w[1]);
    let unturned = pivot.map_or(0, |pivot| pivot + 1);
    if let Some(pivot) = pivot
        && let Some(next) = members.iter().rposition(|&v| v > members[pivot])
    {
        members.swap(pivot, next);
    }
    members[unturned..].reverse();
    group.iter().zip(members).for_each(|(&place, task)| order[place] = task);
    pivot.is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(tasks: usize, seed: u64) -> Permutations {
        Permutations::new(Exchange::Tasks(tasks), seed)
    }

    #[test]
    fn up_to_seven_tasks_all_of_them_once() {
        for (tasks, expected) in [(0, 1), (1, 1), (2, 2), (5, 120), (7, 5040)] {
            let all = Permutations::new(Exchange::Tasks(tasks), 1);
            assert_eq!((all.iter().collect::<BTreeSet<_>>().len(), all.count()), (expected, expected));
            assert!(all.is_exact() && all.iter().any(|o| o.iter().enumerate().all(|(i, &v)| i == v)));
        }
    }

    #[test]
    fn beyond_seven_tasks_uniform_seeded_draws() {
        let drawn = of(8, 42);
        assert!(!drawn.is_exact());
        assert_eq!((drawn.count(), drawn.iter().count()), (9_999, 9_999));
        assert_eq!((drawn.clone(), drawn != of(8, 43)), (of(8, 42), true));
        let mut at = [[0usize; 8]; 8];
        for order in drawn.iter() {
            assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), 8);
            order.iter().enumerate().for_each(|(place, &task)| at[place][task] += 1);
        }
        // Binomial(9999, 1/8): mean 1250, sd 33; five of them either way.
        assert!(at.iter().flatten().all(|n| (1085..=1415).contains(n)), "{at:?}");
    }

    #[test]
    fn sides_stay_apart() {
        let sides = |sources: &[usize], targets: &[usize]| Exchange::Sides {
            tasks: 1 + sources.len() + targets.len(),
            sources: sources.to_vec(),
            targets: targets.to_vec(),
        };
        let exchange = sides(&[0, 3, 5], &[1, 2, 6, 7]);
        let all = Permutations::new(exchange.clone(), 1);
        assert_eq!((all.iter().collect::<BTreeSet<_>>().len(), all.count(), all.is_exact()), (144, 144, true));
        let large = sides(&[0, 2, 4, 6, 8, 10], &[1, 3, 5, 7, 9, 11, 12]);
        let drawn = Permutations::new(large.clone(), 1);
        assert_eq!((drawn.count(), drawn.is_exact()), (9_999, false));
        for (permutations, exchange) in [(all, exchange), (drawn, large)] {
            let (sources, targets) = exchange.sides();
            assert_eq!(permutations.count(), Permutations::count_for(&exchange));
            for order in permutations.iter() {
                for group in [&sources, &targets] {
                    let moved: BTreeSet<usize> = group.iter().map(|&task| order[task]).collect();
                    assert!(moved.iter().eq(group), "{order:?}");
                }
            }
        }
    }

    #[test]
    fn a_drawn_p_is_never_zero() {
        assert_eq!(of(8, 1).p(0), 1e-4);
        assert_eq!(of(5, 1).p(3), 3.0 / 120.0);
    }
}
