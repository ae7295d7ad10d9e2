//! The candidates without a predictor: what every figure has to be compared with.

use super::Candidates;
use super::order::Order;

impl Candidates {
    /// The same candidates under a predictor that does not tell them apart.
    ///
    /// Every figure takes tied candidates in random order and gives its exact expectation, and here all are tied in one
    /// group: the figures of these candidates are the exact expectations under a uniformly random order.
    ///
    /// ```
    /// use transfermap::selection::{Candidate, Candidates, hit};
    ///
    /// let row = |value: f64| Candidate { score: value, relevance: value, gain: None, predicted: value };
    /// let candidates = Candidates::new([0.1, 0.2, 0.3, 0.4].map(row).to_vec()).unwrap();
    /// assert_eq!(hit(&candidates, 1), Some(1.0));
    /// assert_eq!(hit(&candidates.in_random_order(), 1), Some(0.25));
    /// ```
    #[must_use]
    pub fn in_random_order(&self) -> Self {
        Self { by_prediction: Order::descending(&vec![0.0; self.count()]), ..self.clone() }
    }
}
