//! A seeded subsample in one pass: the rows of the smallest priorities, in memory for as many rows as are wanted.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Keeps the `limit` items of the smallest priorities, or all of them.
///
/// With several strata each keeps at most `limit`, and [`finish`](Self::finish) shares the limit out in proportion to
/// how often each was offered, by largest remainders (ties to the lower stratum).
pub(super) struct Selection<T> {
    limit: Option<usize>,
    strata: Vec<Stratum<T>>,
}

struct Stratum<T> {
    offered: usize,
    heap: BinaryHeap<Entry<T>>,
}

/// Ordered by priority, then by position, so ties do not depend on the order of arrival.
struct Entry<T> {
    priority: u64,
    position: usize,
    item: T,
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.priority, self.position).cmp(&(other.priority, other.position))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> Selection<T> {
    /// A selection of at most `limit` items from so many strata (1: not stratified).
    pub(super) fn new(limit: Option<usize>, strata: usize) -> Self {
        let stratum = |_| Stratum { offered: 0, heap: BinaryHeap::new() };
        Self { limit, strata: (0..strata.max(1)).map(stratum).collect() }
    }

    /// Offers an item. `position` is its place in the result.
    pub(super) fn offer(&mut self, stratum: usize, priority: u64, position: usize, item: T) {
        let last = self.strata.len() - 1;
        let Some(stratum) = self.strata.get_mut(stratum.min(last)) else { return };
        stratum.offered += 1;
        stratum.heap.push(Entry { priority, position, item });
        if self.limit.is_some_and(|limit| stratum.heap.len() > limit) {
            stratum.heap.pop();
        }
    }

    /// Items held now.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.strata.iter().map(|s| s.heap.len()).sum()
    }

    /// The selected items by position.
    pub(super) fn finish(self) -> Vec<T> {
        let offered: Vec<usize> = self.strata.iter().map(|s| s.offered).collect();
        let shares = match self.limit {
            Some(limit) => shares(&offered, limit),
            None => offered,
        };
        let mut kept: Vec<Entry<T>> = Vec::new();
        for (stratum, share) in self.strata.into_iter().zip(shares) {
            let mut sorted = stratum.heap.into_sorted_vec();
            sorted.truncate(share);
            kept.append(&mut sorted);
        }
        kept.sort_by_key(|entry| entry.position);
        kept.into_iter().map(|entry| entry.item).collect()
    }
}

/// `limit` shared out in proportion to `counts` by largest remainders; all where there are no more.
fn shares(counts: &[usize], limit: usize) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    if total <= limit {
        return counts.to_vec();
    }
    let scaled = |count: usize| count as u128 * limit as u128;
    let mut shares: Vec<usize> = counts.iter().map(|&c| (scaled(c) / total as u128) as usize).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&i| std::cmp::Reverse(counts.get(i).map_or(0, |&c| scaled(c) % total as u128)));
    let left = limit - shares.iter().sum::<usize>();
    for i in by_remainder.into_iter().take(left) {
        if let Some(share) = shares.get_mut(i) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use transfermap::random::priority;

    #[test]
    fn holds_no_more_than_the_limit_however_long_the_stream() {
        let mut selection = Selection::new(Some(100), 1);
        for row in 0..50_000 {
            selection.offer(0, priority(42, "rte", "train", row), row as usize, row);
            assert!(selection.held() <= 100);
        }
        let picked = selection.finish();
        assert_eq!(picked.len(), 100);
        assert!(picked.is_sorted());
        let mut all: Vec<u64> = (0..50_000).collect();
        all.sort_by_key(|&row| priority(42, "rte", "train", row));
        let mut expected = all[..100].to_vec();
        expected.sort_unstable();
        assert_eq!(picked, expected);
    }

    #[test]
    fn a_larger_limit_only_adds() {
        let pick = |limit| {
            let mut selection = Selection::new(limit, 1);
            (0..1000).for_each(|row| selection.offer(0, priority(1, "t", "train", row), row as usize, row));
            selection.finish()
        };
        let (few, many) = (pick(Some(50)), pick(Some(200)));
        assert!(few.iter().all(|row| many.contains(row)));
        assert_eq!(pick(None), (0..1000).collect::<Vec<_>>());
        assert_eq!(pick(Some(5000)).len(), 1000);
    }

    #[test]
    fn strata_keep_their_shares() {
        let mut selection = Selection::new(Some(10), 3);
        for row in 0..1000_usize {
            let class = match row % 20 {
                0 => 2,
                1..=6 => 1,
                _ => 0,
            };
            selection.offer(class, priority(7, "t", "train", row as u64), row, class);
            assert!(selection.held() <= 30);
        }
        let picked = selection.finish();
        let count = |class| picked.iter().filter(|c| **c == class).count();
        // 6.5, 3.0 and 0.5 of ten: the tie of the remainders goes to the lower class.
        assert_eq!([count(0), count(1), count(2)], [7, 3, 0]);
    }

    #[test]
    fn largest_remainders_add_up() {
        assert_eq!(shares(&[3, 3, 3], 4), [2, 1, 1]);
        assert_eq!(shares(&[0, 10, 90], 10), [0, 1, 9]);
        assert_eq!(shares(&[5, 5], 20), [5, 5]);
    }
}
