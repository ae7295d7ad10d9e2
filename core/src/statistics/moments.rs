//! Mean and standard deviation of a handful of runs.

/// Arithmetic mean; `None` without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// To 1e-12: what is smaller in a mean of scores, or in a difference of two, is rounding. −0.00325 and
/// −0.0032500000000000003 are then one number, and a tie where they are ranked.
pub fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e12).round() / 1e12;
    // Beyond 1e296 there is nothing to round, and the product is infinite.
    if rounded.is_finite() { rounded } else { value }
}

/// Sample standard deviation √(Σ (x − mean)² / (n − 1)); `None` with fewer than two values.
pub fn sd(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() >= 2)?;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The value below which a share `p` (0 to 1) of ascending values lies, by linear interpolation between the order
/// statistics around (n − 1) p, as `numpy.quantile` does. `None` without values.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let position = sorted.len().checked_sub(1)? as f64 * p;
    let below = position.floor() as usize;
    let low = *sorted.get(below)?;
    let next = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (next - low) * (position - below as f64))
}

/// Mean of the two middle values of ascending ones, or the middle one; `None` without values.
pub fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[middle - 1] + upper) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_values() {
        assert_eq!((mean(&[]), sd(&[])), (None, None));
        assert_eq!((mean(&[3.0]), sd(&[3.0])), (Some(3.0), None));
        // np.std([1, 2, 4], ddof=1) = 1.5275252316519468
        assert_eq!((mean(&[1.0, 2.0, 3.0]), sd(&[1.0, 2.0, 3.0])), (Some(2.0), Some(1.0)));
        assert!((sd(&[1.0, 2.0, 4.0]).unwrap() - 1.527_525_231_651_946_8).abs() < 1e-15);
    }

    #[test]
    fn means_that_differ_by_rounding_are_one_number() {
        let (a, b) = (-0.00325, -0.003_250_000_000_000_000_3);
        assert!(a != b && rounded(a) == rounded(b), "{a} {b}");
        assert_eq!((rounded(0.1 + 0.2), rounded(0.25 + 1e-9)), (0.3, 0.250_000_001));
        assert_eq!((rounded(1e300), rounded(-1e300)), (1e300, -1e300));
    }

    #[test]
    fn quantiles_are_numpys() {
        // np.quantile([1, 2, 3, 10], [0, 0.3, 0.5, 1]) = [1, 1.9, 2.5, 10]; np.quantile([1, 2, 4, 8], .025) = 1.075
        let sorted = [1.0, 2.0, 3.0, 10.0];
        for (p, expected) in [(0.0, 1.0), (0.3, 1.9), (0.5, 2.5), (1.0, 10.0)] {
            assert!((quantile(&sorted, p).unwrap() - expected).abs() < 1e-15);
        }
        assert!((quantile(&[1.0, 2.0, 4.0, 8.0], 0.025).unwrap() - 1.075).abs() < 1e-15);
        assert_eq!((quantile(&[], 0.5), median(&[])), (None, None));
        assert_eq!((median(&sorted), median(&sorted[..3])), (Some(2.5), Some(2.0)));
    }
}
