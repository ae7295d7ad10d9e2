//! Sorts that are compiled once. std compiles its own anew for every type and every comparison, 3 KB of WebAssembly each
//! time, and the viewer travels inside of every page.

use std::cmp::Ordering;

/// Sorts numbers, in the total order of [`f64::total_cmp`].
pub fn numbers(values: &mut [f64]) {
    values.sort_unstable_by(f64::total_cmp);
}

/// Sorts points by their first number, then by their second.
pub(crate) fn points(values: &mut [(f64, f64)]) {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
}

/// Sorts by a comparison; what it finds equal keeps its order.
///
/// ```
/// let mut words = ["three", "one", "two"];
/// transfermap::sort::by(&mut words, |a, b| a.len().cmp(&b.len()));
/// assert_eq!(words, ["one", "two", "three"]);
/// ```
pub fn by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    let mut place_of = vec![0; order.len()];
    for (place, &item) in order.iter().enumerate() {
        place_of[item] = place;
    }
    for i in 0..items.len() {
        while place_of[i] != i {
            let place = place_of[i];
            items.swap(i, place);
            place_of.swap(i, place);
        }
    }
}

/// The indices below `n` in the order of a comparison; those that it finds equal ascend.
pub fn order(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// The different ones of some items, in order.
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    by(&mut items, T::cmp);
    items.dedup();
    items
}

/// The first two indices below `n`, in the order of a comparison, that it finds equal; the smaller one first.
pub(crate) fn twice(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Option<(usize, usize)> {
    let order = order(n, compare);
    order.windows(2).find_map(|pair| match *pair {
        [first, second] if compare(first, second).is_eq() => Some((first, second)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sorts_as_std_does(items in prop::collection::vec((0u8..8, any::<u16>()), 0..60)) {
            let (mut ours, mut theirs) = (items.clone(), items.clone());
            by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            let order = order(items.len(), &mut |a, b| items[a].0.cmp(&items[b].0));
            prop_assert_eq!(order.into_iter().map(|i| items[i]).collect::<Vec<_>>(), theirs);
            let all: std::collections::BTreeSet<_> = items.iter().copied().collect();
            let twice = twice(items.len(), &mut |a, b| items[a].cmp(&items[b]));
            prop_assert_eq!(twice.is_some(), all.len() < items.len());
            if let Some((first, second)) = twice {
                prop_assert!(first < second && items[first] == items[second]);
            }
            prop_assert_eq!(distinct(items), all.into_iter().collect::<Vec<_>>());
        }
    }
}
