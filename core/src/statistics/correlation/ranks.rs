//! Ranks with ties: what Spearman's coefficient, NDCG by rank and every rank statistic start from.

/// Ranks from 1 in ascending order; tied values share the average of their ranks, as `scipy.stats.rankdata` does.
///
/// Returns `None` when a value is NaN: it has no place in an order.
///
/// ```
/// use transfermap::statistics::correlation::average_ranks;
///
/// assert_eq!(average_ranks(&[0.3, 0.1, 0.3]), Some(vec![2.5, 1.0, 2.5]));
/// assert_eq!(average_ranks(&[0.3, f64::NAN]), None);
/// ```
pub fn average_ranks(values: &[f64]) -> Option<Vec<f64>> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        // `==` and not the total order: 0.0 and −0.0 are tied.
        let tied = order[first..].iter().take_while(|&&i| values[i] == values[order[first]]).count();
        let rank = first as f64 + (tied as f64 + 1.0) / 2.0;
        for &i in &order[first..first + tied] {
            ranks[i] = rank;
        }
        first += tied;
    }
    Some(ranks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_scipy_rankdata() {
        let fixture: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/fixtures/extra.json")).unwrap();
        let numbers = |v: &serde_json::Value| serde_json::from_value::<Vec<f64>>(v.clone()).unwrap();
        for case in fixture["ranks_with_ties"].as_array().unwrap() {
            assert_eq!(average_ranks(&numbers(&case["x"])), Some(numbers(&case["average_ranks"])));
        }
    }

    #[test]
    fn zeros_of_both_signs_are_tied() {
        assert_eq!(average_ranks(&[-0.0, 0.0, -1.0]), Some(vec![2.5, 2.5, 1.0]));
        assert_eq!(average_ranks(&[]), Some(Vec::new()));
    }
}
