//! From two published scores of a two-class task back to its confusion matrix.
//!
//! Accuracy and weighted F1 on known label counts [a, b] leave few whole-number matrices [[tn, a − tn], [b − tp, tp]]:
//! the ones whose two scores round to the printed digits. What all of them say is certain, for example that the model
//! predicted one class throughout, which the published table does not tell.

/// A published number: the true one lies within `tolerance` of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// As printed, a fraction.
    pub value: f64,
    /// Half a unit of the last printed digit.
    pub tolerance: f64,
}

impl Published {
    /// Sums of binary fractions are off by this at most.
    const ROUNDING: f64 = 1e-12;

    fn admits(self, value: f64) -> bool {
        (value - self.value).abs() <= self.tolerance + Self::ROUNDING
    }
}

/// Candidates beyond which the search is not worth its time; so many solutions would say nothing either.
const MOST_CANDIDATES: u64 = 20_000_000;

/// What all confusion matrices with the published scores have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Solutions {
    /// How many there are; 0 when the published numbers contradict the label counts.
    pub count: u64,
    /// `counts[label][prediction]`, when there is one only.
    pub confusion: Option<[[u64; 2]; 2]>,
    /// Whether one class makes up at least 99 % of the predictions and more than the majority share of the labels;
    /// `None` when the solutions disagree.
    pub constant: Option<bool>,
    /// Whether accuracy is at most the majority share and Matthews correlation at most 0; `None` when the solutions
    /// disagree.
    pub at_chance: Option<bool>,
    /// Smallest and largest share of the most frequent prediction over the solutions, each from 0.5 to 1.
    pub predicted_majority_share: (f64, f64),
}

/// Every confusion matrix on `labels` = [examples of class 0, of class 1] whose accuracy and weighted F1 (sklearn's
/// `f1_score(average="weighted", zero_division=0)`) are the published ones.
///
/// `None` without examples, when a number is not finite, or when tolerance and test set admit more than 20 million
/// matrices.
///
/// ```
/// use transfermap::import::{Published, solve};
///
/// let accuracy = Published { value: 0.541, tolerance: 0.0005 };
/// let f1_weighted = Published { value: 0.379859, tolerance: 0.000_000_5 };
/// let solutions = solve([1082, 918], accuracy, f1_weighted).ok_or("no label counts")?;
/// assert_eq!(solutions.confusion, Some([[1082, 0], [918, 0]]));
/// assert_eq!(solutions.constant, Some(true));
/// # Ok::<(), &str>(())
/// ```
pub fn solve(labels: [u64; 2], accuracy: Published, f1_weighted: Published) -> Option<Solutions> {
    let [a, b] = labels;
    let total = a.checked_add(b).filter(|&n| n > 0)?;
    let finite = [accuracy.value, accuracy.tolerance, f1_weighted.value, f1_weighted.tolerance];
    if finite.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let n = total as f64;
    // One more on either side: `admits` decides.
    let lowest = ((accuracy.value - accuracy.tolerance) * n - 1.0).floor().clamp(0.0, n) as u64;
    let highest = ((accuracy.value + accuracy.tolerance) * n + 1.0).ceil().clamp(0.0, n) as u64;
    if (highest - lowest + 1).saturating_mul(a.min(b) + 1) > MOST_CANDIDATES {
        return None;
    }
    let mut found =
        Solutions { count: 0, confusion: None, constant: None, at_chance: None, predicted_majority_share: (1.0, 0.5) };
    for right in (lowest..=highest).filter(|&right| accuracy.admits(right as f64 / n)) {
        for tn in right.saturating_sub(b)..=right.min(a) {
            let matrix = Matrix { a, b, tn, tp: right - tn };
            if f1_weighted.admits(matrix.f1_weighted()) {
                found.add(&matrix);
            }
        }
    }
    Some(found)
}

/// `tn` of `a` and `tp` of `b` examples predicted rightly.
struct Matrix {
    a: u64,
    b: u64,
    tn: u64,
    tp: u64,
}

impl Matrix {
    /// Examples by prediction.
    fn predicted(&self) -> [u64; 2] {
        [self.tn + self.b - self.tp, self.a - self.tn + self.tp]
    }

    fn f1_weighted(&self) -> f64 {
        let [p, q] = self.predicted();
        let f1 = |hits: u64, margins: u64| if margins == 0 { 0.0 } else { 2.0 * hits as f64 / margins as f64 };
        let weighted = self.a as f64 * f1(self.tn, self.a + p) + self.b as f64 * f1(self.tp, self.b + q);
        weighted / (self.a + self.b) as f64
    }
}

impl Solutions {
    fn add(&mut self, matrix: &Matrix) {
        let Matrix { a, b, tn, tp } = *matrix;
        let [p, q] = matrix.predicted();
        let (total, labelled, predicted) = (a + b, a.max(b), p.max(q));
        let constant = u128::from(predicted) * 100 >= u128::from(total) * 99 && predicted > labelled;
        // Matthews has the sign of tn · tp − fp · fn.
        let no_association = u128::from(tn) * u128::from(tp) <= u128::from(a - tn) * u128::from(b - tp);
        let at_chance = tn + tp <= labelled && no_association;
        let share = predicted as f64 / total as f64;
        let (low, high) = self.predicted_majority_share;
        let first = self.count == 0;
        self.count += 1;
        self.confusion = first.then_some([[tn, a - tn], [b - tp, tp]]);
        self.constant = Some(constant).filter(|_| first || self.constant == Some(constant));
        self.at_chance = Some(at_chance).filter(|_| first || self.at_chance == Some(at_chance));
        self.predicted_majority_share = (low.min(share), high.max(share));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metric::{Confusion, Metric, evaluate};

    fn rounded(value: f64, decimals: i32) -> Published {
        let unit = 10f64.powi(-decimals);
        Published { value: (value / unit).round() * unit, tolerance: unit / 2.0 }
    }

    #[test]
    fn numbers_that_contradict_the_label_counts_have_no_solution() {
        // All 10 right, but a weighted F1 below 1.
        let solutions = solve([6, 4], rounded(1.0, 4), rounded(0.9, 4)).unwrap();
        assert_eq!((solutions.count, solutions.confusion, solutions.constant), (0, None, None));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        assert_eq!(solve([0, 0], rounded(0.5, 4), rounded(0.5, 4)), None);
        assert_eq!(solve([6, 4], rounded(f64::NAN, 4), rounded(0.5, 4)), None);
        assert_eq!(solve([1_000_000, 1_000_000], rounded(0.5, 1), rounded(0.5, 1)), None);
        // One digit leaves constant and other predictions: the solutions disagree.
        let vague = solve([50, 50], rounded(0.5, 1), Published { value: 0.5, tolerance: 0.5 }).unwrap();
        assert_eq!((vague.constant, vague.confusion), (None, None));
        assert_eq!(vague.predicted_majority_share, (0.5, 1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn the_true_matrix_is_among_the_solutions(a in 1u64..60, b in 1u64..60, x in 0.0..=1.0f64, y in 0.0..=1.0f64) {
            let (tn, tp) = ((x * a as f64).round() as u64, (y * b as f64).round() as u64);
            let counts = vec![vec![tn, a - tn], vec![b - tp, tp]];
            let confusion = Confusion::from_counts(counts.clone()).unwrap();
            let score = |metric: Metric| metric.of_confusion(&confusion).unwrap();
            let solutions =
                solve([a, b], rounded(score(Metric::Accuracy), 6), rounded(score(Metric::F1Weighted), 6)).unwrap();
            prop_assert!(solutions.count > 0);
            // `evaluate` on the examples themselves is the reference.
            let examples = [(0, 0, tn), (0, 1, a - tn), (1, 0, b - tp), (1, 1, tp)];
            let (mut labels, mut probabilities) = (Vec::new(), Vec::new());
            for (label, prediction, n) in examples {
                labels.extend(std::iter::repeat_n(label, n as usize));
                let row = if prediction == 0 { vec![1.0, 0.0] } else { vec![0.0, 1.0] };
                probabilities.extend(std::iter::repeat_n(row, n as usize));
            }
            let truth = evaluate(&labels, &probabilities, 2).unwrap();
            if let Some(constant) = solutions.constant {
                prop_assert_eq!(constant, truth.constant);
            }
            if let Some(at_chance) = solutions.at_chance {
                prop_assert_eq!(at_chance, truth.at_chance);
            }
            if let Some(matrix) = solutions.confusion {
                prop_assert_eq!(matrix.map(|r| r.to_vec()).to_vec(), counts);
            }
            let (low, high) = solutions.predicted_majority_share;
            prop_assert!((low..=high).contains(&truth.predicted_majority_share));
        }
    }
}
