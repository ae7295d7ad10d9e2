//! Why a coefficient comes without a p value.

use serde::{Deserialize, Serialize};

/// Smallest share of the k(k − 1) ordered pairs that a permutation test needs.
pub const LEAST_SHARE: f64 = 0.6;

/// Why there is no p value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Untested {
    /// Too many cells are missing: most of what a permutation brings together would be missing, too.
    TooFewPairs {
        /// Pairs that both matrices have.
        measured: usize,
        /// k(k − 1).
        possible: usize,
    },
    /// There is nothing to test.
    Undefined,
}

impl Untested {
    /// The reason against a test, if there is one.
    pub(super) fn check(observed: Option<f64>, measured: usize, possible: usize) -> Option<Self> {
        // In whole numbers, so that 3 of 5 are 60 %.
        if measured * 10 < possible * 6 {
            Some(Self::TooFewPairs { measured, possible })
        } else if observed.is_none() {
            Some(Self::Undefined)
        } else {
            None
        }
    }
}

impl std::fmt::Display for Untested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFewPairs { measured, possible } => write!(
                f,
                "only {measured} of {possible} pairs were measured; a permutation test needs {:.0} %",
                LEAST_SHARE * 100.0
            ),
            Self::Undefined => f.write_str("there are fewer than 3 pairs, or one of the two is constant"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_sixty_percent() {
        assert_eq!(Untested::check(Some(0.5), 12, 20), None);
        assert_eq!(Untested::check(None, 12, 20), Some(Untested::Undefined));
        let few = Untested::check(Some(0.5), 5, 20).unwrap();
        assert_eq!(few.to_string(), "only 5 of 20 pairs were measured; a permutation test needs 60 %");
        assert!(Untested::check(Some(0.5), 11, 20).is_some());
        assert_eq!(LEAST_SHARE, 6.0 / 10.0);
    }
}
