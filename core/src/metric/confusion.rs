//! Counts of label against prediction: all that the metrics of predicted classes look at.

use super::MetricError;

/// `counts[label][prediction]`, square, as in `sklearn.metrics.confusion_matrix(labels, predictions)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// Counts `predictions` against `labels`, both class indices from 0 to below `classes`.
    ///
    /// # Errors
    /// No examples, unequal lengths, or an index out of range.
    ///
    /// ```
    /// use transfermap::metric::{Confusion, accuracy};
    ///
    /// let confusion = Confusion::new(&[0, 0, 1, 1], &[0, 1, 1, 1], 2)?;
    /// assert_eq!(confusion.counts(), [[1, 1], [0, 2]]);
    /// assert_eq!(accuracy(&confusion), 0.75);
    /// # Ok::<(), transfermap::metric::MetricError>(())
    /// ```
    pub fn new(labels: &[usize], predictions: &[usize], classes: usize) -> Result<Self, MetricError> {
        if labels.len() != predictions.len() {
            return Err(MetricError::Lengths { labels: labels.len(), rows: predictions.len() });
        }
        if labels.is_empty() {
            return Err(MetricError::Empty);
        }
        let mut counts = vec![vec![0; classes]; classes];
        for (row, (&label, &prediction)) in labels.iter().zip(predictions).enumerate() {
            let class = if label < classes { prediction } else { label };
            match counts.get_mut(label).and_then(|r| r.get_mut(prediction)) {
                Some(cell) => *cell += 1,
                None => return Err(MetricError::Class { row, class, classes }),
            }
        }
        Ok(Self { counts })
    }

    /// A confusion matrix that was counted before, for example a record's.
    ///
    /// # Errors
    /// A matrix that is not square, without examples, or with more than [`MOST_EXAMPLES`].
    pub fn from_counts(counts: Vec<Vec<u64>>) -> Result<Self, MetricError> {
        let classes = counts.len();
        if let Some((row, wrong)) = counts.iter().enumerate().find(|(_, r)| r.len() != classes) {
            return Err(MetricError::Width { row, width: wrong.len(), classes });
        }
        if counts.iter().flatten().all(|&c| c == 0) {
            return Err(MetricError::Empty);
        }
        if sum(counts.iter().flatten()) > MOST_EXAMPLES {
            return Err(MetricError::TooMany);
        }
        Ok(Self { counts })
    }

    /// The sum of matrices, for example those of all seeds; `None` when one is not square or of another size, or when
    /// they hold no example.
    pub fn sum(matrices: &[&[Vec<u64>]]) -> Option<Self> {
        let (first, rest) = matrices.split_first()?;
        let mut counts = first.to_vec();
        for matrix in rest {
            if matrix.len() != counts.len() || matrix.iter().any(|row| row.len() != counts.len()) {
                return None;
            }
            for (into, row) in counts.iter_mut().zip(*matrix) {
                into.iter_mut().zip(row).for_each(|(sum, n)| *sum = sum.saturating_add(*n));
            }
        }
        Self::from_counts(counts).ok()
    }

    /// The constant prediction of the most frequent class, the first of several.
    pub(super) fn of_majority(label_counts: &[usize]) -> Self {
        let best = label_counts.iter().copied().max().unwrap_or(0);
        let majority = label_counts.iter().position(|&c| c == best);
        let row = |&count: &usize| {
            (0..label_counts.len()).map(|p| if Some(p) == majority { count as u64 } else { 0 }).collect()
        };
        Self { counts: label_counts.iter().map(row).collect() }
    }

    /// `counts[label][prediction]`.
    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    /// The matrix itself.
    pub fn into_counts(self) -> Vec<Vec<u64>> {
        self.counts
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    /// Number of examples.
    pub fn total(&self) -> u64 {
        sum(self.counts.iter().flatten())
    }

    /// Number of right predictions.
    pub fn right(&self) -> u64 {
        sum(&self.hits())
    }

    /// Right predictions by class.
    pub fn hits(&self) -> Vec<u64> {
        self.counts.iter().enumerate().map(|(class, row)| row.get(class).copied().unwrap_or(0)).collect()
    }

    /// Examples by label.
    pub fn support(&self) -> Vec<u64> {
        self.counts.iter().map(sum).collect()
    }

    /// Examples by prediction.
    pub fn predicted(&self) -> Vec<u64> {
        (0..self.classes()).map(|class| sum(self.counts.iter().filter_map(|row| row.get(class)))).collect()
    }

    /// Σ over classes of labelled × predicted: the right predictions, times the examples, that the margins alone
    /// would give.
    pub(super) fn by_margins(&self) -> i128 {
        self.support().iter().zip(self.predicted()).map(|(&s, p)| i128::from(s) * i128::from(p)).sum()
    }
}

/// The most examples of a test set: above, neither a product of two counts nor a share is exact.
pub const MOST_EXAMPLES: u64 = 1 << 53;

/// The sum of counts that may come from anywhere: one that no integer holds is the largest there is.
pub(super) fn sum<'a>(counts: impl IntoIterator<Item = &'a u64>) -> u64 {
    counts.into_iter().fold(0, |sum, &count| sum.saturating_add(count))
}

/// `part / whole`, and 0 for an empty whole, as sklearn's `zero_division=0`.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_does_not_fit() {
        assert_eq!(Confusion::new(&[], &[], 2), Err(MetricError::Empty));
        assert_eq!(Confusion::new(&[0], &[], 2), Err(MetricError::Lengths { labels: 1, rows: 0 }));
        assert_eq!(Confusion::new(&[0], &[3], 2), Err(MetricError::Class { row: 0, class: 3, classes: 2 }));
        assert_eq!(Confusion::new(&[5], &[3], 2), Err(MetricError::Class { row: 0, class: 5, classes: 2 }));
        let ragged = vec![vec![1, 0], vec![1]];
        assert_eq!(Confusion::from_counts(ragged), Err(MetricError::Width { row: 1, width: 1, classes: 2 }));
        assert_eq!(Confusion::from_counts(vec![vec![0]]), Err(MetricError::Empty));
        let overflowing = vec![vec![u64::MAX, 1], vec![u64::MAX, 0]];
        assert_eq!(Confusion::from_counts(overflowing), Err(MetricError::TooMany));
    }

    #[test]
    fn equals_sklearn() {
        for case in crate::metric::reference::classification() {
            let confusion = case.confusion();
            assert_eq!(confusion.counts(), case.confusion);
            assert_eq!(Confusion::from_counts(case.confusion.clone()), Ok(confusion));
        }
    }

    #[test]
    fn sums_matrices_of_one_size_only() {
        let (a, b) = (vec![vec![1, 2], vec![0, 5]], vec![vec![3, 0], vec![1, 1]]);
        assert_eq!(Confusion::sum(&[&a, &b]).unwrap().counts(), [[4, 2], [1, 6]]);
        assert_eq!(Confusion::sum(&[&a, &[vec![1]]]), None);
        assert_eq!(Confusion::sum(&[&a, &[vec![1], vec![2]]]), None);
        assert_eq!(Confusion::sum(&[]), None);
    }

    #[test]
    fn margins_add_up() {
        let confusion = Confusion::from_counts(vec![vec![1, 2], vec![0, 5]]).unwrap();
        assert_eq!((confusion.total(), confusion.right()), (8, 6));
        assert_eq!(confusion.support(), [3, 5]);
        assert_eq!(confusion.predicted(), [1, 7]);
    }
}
