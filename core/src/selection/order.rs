//! Orders with ties: what is expected when tied candidates are taken in random order.
//!
//! All expectations are exact and need no permutations: a tied candidate is equally likely at each position of its
//! group, which settles everything linear; the maximum of j of g tied candidates has a hypergeometric law.

use std::ops::Range;

/// A weak order of candidates, best first, in which tied ones form groups.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    /// Candidates from the best to the worst; ties in the order given.
    candidates: Vec<usize>,
    /// Consecutive ranges of `candidates` that are tied.
    groups: Vec<Range<usize>>,
}

impl Order {
    /// From the highest of `keys` to the lowest; 0.0 and −0.0 are tied. The keys are finite.
    pub(super) fn descending(keys: &[f64]) -> Self {
        // Adding 0.0 takes the sign off a zero.
        let mut candidates: Vec<usize> = (0..keys.len()).collect();
        candidates.sort_by(|&a, &b| (keys[b] + 0.0).total_cmp(&(keys[a] + 0.0)));
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (position, &candidate) in candidates.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if keys[candidates[group.start]] == keys[candidate] => group.end += 1,
                _ => groups.push(position..position + 1),
            }
        }
        Self { candidates, groups }
    }

    /// Expected sum over positions p from 0 of `values`\[candidate at p\] · `weight`(p), for p below `k`: each position
    /// of a group holds the mean of the group.
    pub(super) fn expected_sum(&self, values: &[f64], k: usize, weight: impl Fn(usize) -> f64) -> f64 {
        let mut sum = 0.0;
        for group in self.groups.iter().take_while(|g| g.start < k) {
            let mean = self.members(group).map(|c| values[c]).sum::<f64>() / group.len() as f64;
            sum += group.clone().take_while(|&p| p < k).map(|p| mean * weight(p)).sum::<f64>();
        }
        sum
    }

    /// Expected largest of `values` among the first `k` candidates; `None` when there are none.
    ///
    /// With j places left for a group of g whose values are v₀ ≥ v₁ ≥ …, the maximum is at vᵣ with probability
    /// C(g − 1 − r, j − 1) / C(g, j): p₀ = j / g and pᵣ₊₁ = pᵣ · (g − r − j) / (g − 1 − r).
    pub(super) fn expected_maximum(&self, values: &[f64], k: usize) -> Option<f64> {
        let mut sure: Option<f64> = None;
        for group in self.groups.iter().take_while(|g| g.start < k) {
            let mut tied: Vec<f64> = self.members(group).map(|c| values[c]).collect();
            tied.sort_by(|a, b| b.total_cmp(a));
            let (size, places) = (tied.len(), group.len().min(k - group.start));
            let floor = sure.unwrap_or(f64::NEG_INFINITY);
            let top = tied.first()?.max(floor);
            let mut probability = places as f64 / size as f64;
            let mut loss = 0.0;
            for (r, &value) in tied.iter().enumerate().take(size - places + 1) {
                // What falls short of the top is summed, so that equal values give themselves and not a rounding of it.
                loss += probability * (top - value.max(floor));
                probability *= (size - r - places) as f64 / (size - 1 - r).max(1) as f64;
            }
            sure = Some(top - loss);
        }
        sure
    }

    fn members(&self, group: &Range<usize>) -> impl Iterator<Item = usize> {
        self.candidates[group.clone()].iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_what_is_tied() {
        let order = Order::descending(&[0.0, 2.0, -0.0, 2.0, -1.0]);
        assert_eq!(order.candidates, [1, 3, 0, 2, 4]);
        assert_eq!(order.groups, [0..2, 2..4, 4..5]);
    }

    #[test]
    fn maximum_of_a_large_group_equals_exact_fractions() {
        // from fractions import Fraction as F; from math import comb
        // g, j = 40, 7; v = [F(i * i, 64) for i in range(g)]
        // float(sum(v[i] * F(comb(i, j - 1), comb(g, j)) for i in range(g)))
        // float(sum(max(v[i], F(1369, 64)) * F(comb(i, j - 1), comb(g, j)) for i in range(g)))
        let mut values: Vec<f64> = (0..40).map(|i| f64::from(i * i) / 64.0).collect();
        let all_tied = Order::descending(&[0.0; 40]);
        assert!((all_tied.expected_maximum(&values, 7).unwrap() - 19.261067708333332).abs() < 1e-13);
        // A sure choice in front of the group: 37² / 64.
        values.push(1369.0 / 64.0);
        let mut keys = [0.0; 41];
        keys[40] = 1.0;
        let after_a_sure_one = Order::descending(&keys);
        assert!((after_a_sure_one.expected_maximum(&values, 8).unwrap() - 21.97977764423077).abs() < 1e-13);
    }
}
