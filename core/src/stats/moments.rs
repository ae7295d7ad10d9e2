//! Mean and standard deviation of a handful of runs.

/// Arithmetic mean; `None` without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation √(Σ (x − mean)² / (n − 1)); `None` with fewer than two values.
pub fn sd(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() >= 2)?;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
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
}
