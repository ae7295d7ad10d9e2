//! The mean of numbers by run and example, when both are drawn anew: what a gain says of other runs on other examples.

use super::Interval;
use super::estimate::Estimate;

/// Interval of the mean of a complete table, runs × examples, both drawn from populations of their own.
///
/// Model: x\[k, i\] = μ + run\[k\] + example\[i\] + rest, all random. With K runs, n examples and the mean squares of
/// the two-way layout, var x̄ = (MS_run + max(MS_example − MS_rest, 0)) / (K n), on Satterthwaite's degrees of freedom:
/// (MS_run + MS_example − MS_rest)² / (MS_run² / (K − 1) + MS_example² / (n − 1) + MS_rest² / ((K − 1)(n − 1))), and
/// K − 1 where the examples add nothing.
///
/// `None` with fewer than two runs or two examples, rows of different lengths, a level outside (0, 1), or a table
/// without any variance.
///
/// Satterthwaite, *Biometrics Bulletin* 2, 1946; the variance as in Dorfman, Berbaum and Metz, *Investigative Radiology*
/// 27, 1992, with readers for runs and cases for examples, and Hillis, *Statistics in Medicine* 26, 2007.
pub fn two_way_interval(rows: &[Vec<f64>], level: f64) -> Option<Interval> {
    let (runs, examples) = (rows.len(), rows.first()?.len());
    if runs < 2 || examples < 2 || rows.iter().any(|row| row.len() != examples) {
        return None;
    }
    let (k, n) = (runs as f64, examples as f64);
    let of_runs: Vec<f64> = rows.iter().map(|row| row.iter().sum::<f64>() / n).collect();
    let of_examples: Vec<f64> = (0..examples).map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / k).collect();
    let mean = of_runs.iter().sum::<f64>() / k;
    let squares = |means: &[f64]| means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
    let run = n * squares(&of_runs) / (k - 1.0);
    let example = k * squares(&of_examples) / (n - 1.0);
    let left = |(row, of_run): (&Vec<f64>, &f64)| {
        row.iter().zip(&of_examples).map(|(x, of_example)| (x - of_run - of_example + mean).powi(2)).sum::<f64>()
    };
    let rest = rows.iter().zip(&of_runs).map(left).sum::<f64>() / ((k - 1.0) * (n - 1.0));
    let (sum, df) = if example > rest {
        let sum = run + example - rest;
        let spread = run.powi(2) / (k - 1.0) + example.powi(2) / (n - 1.0) + rest.powi(2) / ((k - 1.0) * (n - 1.0));
        (sum, sum.powi(2) / spread)
    } else {
        (run, k - 1.0)
    };
    Estimate::new(mean, (sum / (k * n)).sqrt(), df)?.interval(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::tests::prediction::fixture;

    #[test]
    fn equals_statsmodels_and_scipy() {
        for case in fixture().two_way {
            let ours = two_way_interval(&case.rows, case.level).unwrap();
            for (ours, theirs) in <[f64; 2]>::from(ours).into_iter().zip(case.interval) {
                assert!((ours - theirs).abs() < 1e-12, "{}: {ours} instead of {theirs}", case.name);
            }
        }
    }

    #[test]
    fn rejects_what_has_no_variance_of_both() {
        let row = vec![1.0, 0.0, -1.0, 0.0];
        assert_eq!(two_way_interval(std::slice::from_ref(&row), 0.95), None);
        assert_eq!(two_way_interval(&[row.clone(), vec![0.0]], 0.95), None);
        assert_eq!(two_way_interval(&[vec![0.0; 4], vec![0.0; 4]], 0.95), None);
        assert_eq!(two_way_interval(&[row.clone(), vec![1.0; 4]], 1.0), None);
        assert_eq!(two_way_interval(&[], 0.95), None);
        assert!(two_way_interval(&[row.clone(), row], 0.95).is_some(), "examples vary where runs agree");
    }
}
