//! Two classifiers on the same test examples: McNemar's exact test.

/// Exact two-sided McNemar p value from the discordant counts: b examples that only the first classifier has right, c
/// that only the second has. min(1, 2 P(X ≤ min(b, c))) for X binomial with b + c trials of probability ½ (McNemar
/// 1947); 1 without discordant examples.
///
/// It speaks of these two trained models and the population of test examples, not of training runs.
///
/// ```
/// use transfermap::stats::mcnemar_p;
///
/// assert_eq!(mcnemar_p(0, 4), 0.125);
/// ```
pub fn mcnemar_p(b: u64, c: u64) -> f64 {
    let (few, n) = (b.min(c), b.saturating_add(c));
    if n == 0 || b == c {
        return 1.0;
    }
    // Binomial coefficients relative to the middle one, walking down from it, need no factorials: the tail over the sum
    // of all, which is twice the lower half and the middle.
    let mut term: f64 = 1.0;
    let mut k = n / 2;
    let (mut lower, mut tail): (f64, f64) = (0.0, 0.0);
    let middle = if n % 2 == 0 { term } else { 0.0 };
    loop {
        if k < n.div_ceil(2) {
            lower += term;
        }
        if k <= few {
            tail += term;
        }
        if k == 0 || term == 0.0 {
            break;
        }
        term *= k as f64 / (n - k + 1) as f64;
        k -= 1;
    }
    (2.0 * tail / (2.0 * lower + middle)).min(1.0)
}

/// The discordant counts (b, c) of two classifiers on the same examples: right only in `first`, right only in `second`.
/// `None` for unequal lengths or no examples.
pub fn discordant(first: &[bool], second: &[bool]) -> Option<(u64, u64)> {
    if first.len() != second.len() || first.is_empty() {
        return None;
    }
    let count = |wanted: (bool, bool)| first.iter().zip(second).filter(|&(&a, &b)| (a, b) == wanted).count() as u64;
    Some((count((true, false)), count((false, true))))
}
