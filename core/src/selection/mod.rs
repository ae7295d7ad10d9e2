//! How good a predictor is at choosing source tasks for a target.
//!
//! Every figure takes the [`Candidates`] of one target. Candidates that the predictor does not tell apart are taken in
//! random order, and the figure is its exact expectation over that order: no tie is broken by position, and one group
//! of ties gives the value of a random choice ([`random_expectation`]), beside which every figure is to be shown.
//!
//! ```
//! use transfermap::selection::{Candidate, Candidates, evaluate, random_expectation};
//!
//! let row = |score: f64, predicted: f64| Candidate { score, relevance: score, gain: Some(score - 0.5), predicted };
//! let candidates = Candidates::new(vec![row(0.75, 0.3), row(0.5, 0.9), row(0.25, 0.1)]).unwrap();
//! let (chosen, random) = (evaluate(&candidates), random_expectation(&candidates));
//! assert_eq!((chosen.hit_at_1, chosen.captured_gain), (Some(0.0), Some(0.0)));
//! assert_eq!(random.hit_at_1.map(|p| (3.0 * p).round()), Some(1.0));
//! ```

mod candidates;
mod captured;
mod error;
mod evaluate;
mod hit;
mod ndcg;
mod order;
mod popularity;
mod random_order;
#[cfg(test)]
mod reference;
mod regret;

pub use candidates::{Candidate, Candidates};
pub use captured::captured_gain;
pub use error::SelectionError;
pub use evaluate::{Selection, evaluate, mean, random_expectation};
pub use hit::hit;
pub use ndcg::{NdcgGain, ndcg};
pub use popularity::popularity;
pub use regret::{regret_of_best, regret_of_means};
