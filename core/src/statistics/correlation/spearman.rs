//! Spearman's coefficient: does more of the one go with more of the other, whatever the shape?

use super::{average_ranks, comparable, pearson};

/// Spearman's ρ: Pearson's r of the average ranks, from −1 to 1. [`super::naive_p`] is its t approximation.
///
/// `None` with fewer than 3 pairs, lists of different lengths, a constant list, or a value that is not finite.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if !comparable(x, y, 3) {
        return None;
    }
    pearson(&average_ranks(x)?, &average_ranks(y)?)
}

#[cfg(test)]
mod tests {
    use super::super::naive_p;
    use super::super::reference::{assert_close, cases, undefined};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in cases() {
            let rho = spearman(&case.x, &case.y);
            assert_close(rho, case.spearman);
            assert_close(naive_p(rho.unwrap(), case.x.len()), case.spearman_p_t_approx);
        }
    }

    #[test]
    fn undefined_without_variance_or_pairs() {
        for (x, y) in undefined() {
            assert_eq!(spearman(&x, &y), None, "{x:?} {y:?}");
        }
    }
}
