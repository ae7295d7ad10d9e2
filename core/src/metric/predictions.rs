//! Checked input of every metric: labels and probabilities that fit together, so that no formula meets a surprise.

use super::{MetricError, SUM_TOLERANCE};

/// Labels and predicted probabilities of one test set: at least one example, labels from 0 to below the number of
/// classes, one row of finite non-negative probabilities per example that add up to 1 within [`SUM_TOLERANCE`].
#[derive(Debug, Clone)]
pub struct Predictions<'a> {
    labels: &'a [usize],
    probabilities: &'a [Vec<f64>],
    classes: usize,
}

impl<'a> Predictions<'a> {
    /// Checks that labels and probabilities fit together.
    ///
    /// # Errors
    /// The first row that does not fit, with the offending value.
    pub fn new(labels: &'a [usize], probabilities: &'a [Vec<f64>], classes: usize) -> Result<Self, MetricError> {
        if labels.len() != probabilities.len() {
            return Err(MetricError::Lengths { labels: labels.len(), rows: probabilities.len() });
        }
        if labels.is_empty() {
            return Err(MetricError::Empty);
        }
        for (row, (&label, probabilities)) in labels.iter().zip(probabilities).enumerate() {
            if label >= classes {
                return Err(MetricError::Class { row, class: label, classes });
            }
            check_row(row, probabilities, classes)?;
        }
        Ok(Self { labels, probabilities, classes })
    }

    /// Number of examples, at least 1.
    pub fn examples(&self) -> usize {
        self.labels.len()
    }

    /// Number of classes, at least 1.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Labels, one per example.
    pub fn labels(&self) -> &'a [usize] {
        self.labels
    }

    /// The predicted class of every example: the most probable one, the first of several.
    pub fn predicted(&self) -> Vec<usize> {
        self.probabilities.iter().map(|row| most_probable(row).0).collect()
    }

    /// Label and probabilities of every example.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &'a [f64])> {
        self.labels.iter().copied().zip(self.probabilities.iter().map(Vec::as_slice))
    }
}

/// The most probable class, the first of several, and its probability.
pub(super) fn most_probable(row: &[f64]) -> (usize, f64) {
    row.iter().copied().enumerate().fold((0, f64::NEG_INFINITY), |best, at| if at.1 > best.1 { at } else { best })
}

fn check_row(row: usize, probabilities: &[f64], classes: usize) -> Result<(), MetricError> {
    if probabilities.len() != classes {
        return Err(MetricError::Width { row, width: probabilities.len(), classes });
    }
    if let Some((class, &value)) = probabilities.iter().enumerate().find(|(_, p)| !(p.is_finite() && **p >= 0.0)) {
        return Err(MetricError::Probability { row, class, value });
    }
    let sum: f64 = probabilities.iter().sum();
    if (sum - 1.0).abs() > SUM_TOLERANCE {
        return Err(MetricError::Sum { row, sum });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(labels: &[usize], rows: &[Vec<f64>]) -> MetricError {
        Predictions::new(labels, rows, 2).unwrap_err()
    }

    #[test]
    fn rejects_empty_input() {
        assert_eq!(complaint(&[], &[]), MetricError::Empty);
    }

    #[test]
    fn rejects_unequal_lengths() {
        assert_eq!(complaint(&[0, 1], &[vec![0.5, 0.5]]), MetricError::Lengths { labels: 2, rows: 1 });
    }

    #[test]
    fn rejects_a_label_out_of_range() {
        let rows = vec![vec![0.5, 0.5]; 2];
        assert_eq!(complaint(&[0, 2], &rows), MetricError::Class { row: 1, class: 2, classes: 2 });
    }

    #[test]
    fn rejects_a_row_of_the_wrong_width() {
        assert_eq!(complaint(&[0], &[vec![1.0]]), MetricError::Width { row: 0, width: 1, classes: 2 });
    }

    #[test]
    fn rejects_nan_infinite_and_negative_probabilities() {
        for value in [f64::INFINITY, -0.1] {
            let expected = MetricError::Probability { row: 0, class: 1, value };
            assert_eq!(complaint(&[0], &[vec![1.1, value]]), expected);
        }
        let nan = complaint(&[0], &[vec![f64::NAN, 1.0]]);
        assert!(matches!(nan, MetricError::Probability { class: 0, value, .. } if value.is_nan()));
    }

    #[test]
    fn rejects_rows_that_do_not_add_up_to_one() {
        assert_eq!(complaint(&[0], &[vec![0.5, 0.502]]), MetricError::Sum { row: 0, sum: 1.002 });
        assert!(Predictions::new(&[0], &[vec![0.5, 0.5009]], 2).is_ok());
    }

    #[test]
    fn ties_go_to_the_first_class() {
        let rows = [vec![0.5, 0.5], vec![0.4, 0.6]];
        assert_eq!(Predictions::new(&[0, 0], &rows, 2).unwrap().predicted(), [0, 1]);
    }
}
