//! What a report says of a split: sizes, label counts, lengths.

use transfermap::report::{SplitSummary, TokenLengths};

use super::TokenisedSplit;

impl TokenisedSplit {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Sizes, label counts over `classes` classes, and nearest-rank quantiles of the lengths before truncation.
pub fn summary(split: &TokenisedSplit, classes: usize) -> SplitSummary {
    let mut label_counts = vec![0; classes];
    for &label in &split.labels {
        if let Some(count) = label_counts.get_mut(label) {
            *count += 1;
        }
    }
    let mut lengths = split.full_lengths.clone();
    lengths.sort_unstable();
    let token_lengths =
        TokenLengths { p50: quantile(&lengths, 50), p95: quantile(&lengths, 95), max: quantile(&lengths, 100) };
    let truncated = split.full_lengths.iter().zip(&split.input_ids).filter(|(full, ids)| **full > ids.len()).count();
    SplitSummary { examples: split.len(), label_counts, label_sequence: None, texts: None, token_lengths, truncated }
}

/// The smallest value that at least `percent` % of the sorted values do not exceed; 0 of none.
fn quantile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let twenty: Vec<usize> = (1..=20).collect();
        assert_eq!([50, 95, 100].map(|p| quantile(&twenty, p)), [10, 19, 20]);
        assert_eq!([50, 95, 100].map(|p| quantile(&[4], p)), [4, 4, 4]);
        assert_eq!(quantile(&[], 50), 0);
    }

    #[test]
    fn truncated_inputs_are_counted() {
        let split = TokenisedSplit {
            input_ids: vec![vec![2, 3], vec![2, 5, 3]],
            token_type_ids: vec![vec![0, 0], vec![0, 0, 0]],
            labels: vec![1, 1],
            full_lengths: vec![2, 9],
        };
        let summary = summary(&split, 3);
        assert_eq!((summary.examples, summary.label_counts, summary.truncated), (2, vec![0, 2, 0], 1));
        assert_eq!(summary.token_lengths, TokenLengths { p50: 2, p95: 9, max: 9 });
    }
}
