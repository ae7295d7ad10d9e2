//! Kendall's τ-b: how many more pairs of points are in the same order than in opposite ones.

use super::comparable;

/// Kendall's τ-b = (P − Q) / √((n₀ − n₁)(n₀ − n₂)), from −1 to 1: P concordant and Q discordant of n₀ = n(n − 1)/2
/// pairs of points, n₁ and n₂ pairs tied in x and in y.
///
/// Counted in O(n log n): Q is the number of exchanges that a merge sort by y needs after a sort by (x, y); Knight,
/// *Journal of the American Statistical Association* 61, 1966. `None` with fewer than 3 points, lists of different
/// lengths, a constant list, or a value that is not finite.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Option<f64> {
    if !comparable(x, y, 3) {
        return None;
    }
    // Adding 0.0 makes −0.0 equal to 0.0 in the total order, too.
    let mut points: Vec<(f64, f64)> = x.iter().zip(y).map(|(&x, &y)| (x + 0.0, y + 0.0)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let pairs = pairs(points.len());
    let tied_x = tied_pairs(&points, |p| p.0);
    let tied_both = tied_pairs(&points, |p| p);
    let mut by_y: Vec<f64> = points.iter().map(|p| p.1).collect();
    let mut spare = by_y.clone();
    let discordant = sort_and_count(&mut by_y, &mut spare);
    let tied_y = tied_pairs(&by_y, |y| y);
    // P + Q + (tied in x or y) = all, so P − Q = all − tied in x − tied in y + tied in both − 2 Q.
    let difference = (pairs + tied_both) as f64 - (tied_x + tied_y + 2 * discordant) as f64;
    let tau = difference / ((pairs - tied_x) as f64).sqrt() / ((pairs - tied_y) as f64).sqrt();
    Some(tau.clamp(-1.0, 1.0))
}

fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Pairs with equal keys in a list where equal keys stand together.
fn tied_pairs<T: Copy, K: PartialEq>(sorted: &[T], key: impl Fn(T) -> K) -> u64 {
    sorted.chunk_by(|&a, &b| key(a) == key(b)).map(|run| pairs(run.len())).sum()
}

/// Sorts and returns how many pairs stood in strictly descending order.
fn sort_and_count(values: &mut [f64], spare: &mut [f64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let middle = n / 2;
    let (left, right) = values.split_at_mut(middle);
    let (spare_left, spare_right) = spare.split_at_mut(middle);
    let mut exchanges = sort_and_count(left, spare_left) + sort_and_count(right, spare_right);
    let (mut l, mut r) = (0, 0);
    for slot in spare.iter_mut() {
        if r == right.len() || (l < left.len() && left[l] <= right[r]) {
            *slot = left[l];
            l += 1;
        } else {
            *slot = right[r];
            r += 1;
            exchanges += (left.len() - l) as u64;
        }
    }
    values.copy_from_slice(spare);
    exchanges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reference::{assert_close, cases, undefined};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in cases() {
            assert_close(kendall_tau_b(&case.x, &case.y), case.kendall_tau_b);
        }
    }

    #[test]
    fn undefined_without_variance_or_points() {
        for (x, y) in undefined() {
            assert_eq!(kendall_tau_b(&x, &y), None, "{x:?} {y:?}");
        }
        // −0.0 and 0.0 are one value.
        assert_eq!(kendall_tau_b(&[-0.0, 0.0, 0.0], &[1.0, 2.0, 3.0]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Counting all pairs by their signs gives the same.
        #[test]
        fn equals_the_definition(points in prop::collection::vec((-4i32..4, -4i32..4), 3..40)) {
            let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
            let (mut both, mut in_x, mut in_y) = (0, 0, 0);
            for (i, a) in points.iter().enumerate() {
                for b in &points[..i] {
                    let (u, v) = ((a.0 - b.0).signum(), (a.1 - b.1).signum());
                    both += u * v;
                    in_x += u * u;
                    in_y += v * v;
                }
            }
            let expected = (in_x * in_y > 0).then(|| f64::from(both) / f64::from(in_x).sqrt() / f64::from(in_y).sqrt());
            match (kendall_tau_b(&x, &y), expected) {
                (Some(ours), Some(theirs)) => prop_assert!((ours - theirs).abs() < 1e-12),
                (ours, theirs) => prop_assert_eq!(ours, theirs),
            }
        }
    }
}
