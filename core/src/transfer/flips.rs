//! Which test examples a transfer turned: right before and wrong after, or the reverse.

use crate::sort;

/// One example that at least one seed turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// Position in the test set, from 0.
    pub example: usize,
    /// Seeds at which the single-task model was right and the transferred one wrong.
    pub to_wrong: usize,
    /// Seeds at which it was the other way round.
    pub to_right: usize,
}

/// Predicted classes of the single-task and of the transferred model at one seed.
pub type BothPredicted<'a> = (&'a [u8], &'a [u8]);

/// The examples that were turned, those turned by most seeds in one direction first, then in the order of the data.
///
/// `labels` and the predictions are class indices of the same examples in the same order; a seed whose lists are of
/// another length is left out.
pub fn flips(labels: &[u8], seeds: &[BothPredicted<'_>]) -> Vec<Flip> {
    let mut all: Vec<Flip> = (0..labels.len()).map(|example| Flip { example, to_wrong: 0, to_right: 0 }).collect();
    for (single, transfer) in seeds.iter().filter(|(s, t)| s.len() == labels.len() && t.len() == labels.len()) {
        for (((flip, label), before), after) in all.iter_mut().zip(labels).zip(*single).zip(*transfer) {
            flip.to_wrong += usize::from(before == label && after != label);
            flip.to_right += usize::from(before != label && after == label);
        }
    }
    all.retain(|f| f.to_wrong + f.to_right > 0);
    let key = |f: &Flip| (usize::MAX - f.to_wrong.max(f.to_right), f.example);
    sort::by(&mut all, |a, b| key(a).cmp(&key(b)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_both_directions_and_sorts_by_the_larger() {
        // By hand. Example 0: right → wrong twice; 1: wrong → right once; 2: once each way; 3: always right; 4: wrong
        // in both, as another class.
        let labels = [0, 1, 0, 1, 2];
        let seeds: [BothPredicted<'_>; 2] =
            [(&[0, 0, 0, 1, 0], &[1, 1, 1, 1, 1]), (&[0, 0, 1, 1, 0], &[1, 0, 0, 1, 1])];
        let flip = |example, to_wrong, to_right| Flip { example, to_wrong, to_right };
        assert_eq!(flips(&labels, &seeds), [flip(0, 2, 0), flip(1, 0, 1), flip(2, 1, 1)]);
    }

    #[test]
    fn leaves_out_a_seed_of_another_length() {
        assert_eq!(flips(&[0, 1], &[(&[0], &[1])]), []);
        assert_eq!(flips(&[], &[]), []);
    }
}
