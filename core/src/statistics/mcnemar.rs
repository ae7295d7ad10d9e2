//! Two classifiers on the same test examples: McNemar's exact test.

use statrs::distribution::{Binomial, DiscreteCDF};

/// Exact two-sided McNemar p value from the discordant counts: b examples that only the first classifier has right, c
/// that only the second has. min(1, 2 P(X ≤ min(b, c))) for X binomial with b + c trials of probability ½ (McNemar
/// 1947); 1 without discordant examples.
///
/// It speaks of these two trained models and the population of test examples, not of training runs.
///
/// ```
/// use transfermap::statistics::mcnemar_p;
///
/// assert!((mcnemar_p(0, 4) - 0.125).abs() < 1e-12);
/// ```
pub fn mcnemar_p(b: u64, c: u64) -> f64 {
    let (few, n) = (b.min(c), b.saturating_add(c));
    if n == 0 || b == c {
        return 1.0;
    }
    // Not an error: ½ is a probability.
    Binomial::new(0.5, n).map_or(f64::NAN, |binomial| (2.0 * binomial.cdf(few)).min(1.0))
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
