//! The coefficients that a measure and an outcome can be compared with, as one choice.

use serde::{Deserialize, Serialize};

use super::{kendall_tau_b, pearson, spearman};

/// A coefficient of correlation, from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coefficient {
    /// Linear; see [`pearson`].
    Pearson,
    /// Of average ranks; see [`spearman`].
    Spearman,
    /// Of the orders of pairs; see [`kendall_tau_b`].
    KendallTauB,
}

impl Coefficient {
    /// Every coefficient, in the order of tables.
    pub const ALL: &'static [Self] = &[Self::Pearson, Self::Spearman, Self::KendallTauB];

    /// The name in files and on the command line, for example `kendall_tau_b`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
            Self::KendallTauB => "kendall_tau_b",
        }
    }

    /// The coefficient of two lists of equal length; `None` with fewer than 3 pairs, a constant list or a value that
    /// is not finite.
    ///
    /// Two points always lie on a line: [`pearson`] of them is defined, but says nothing, and is left out here.
    pub fn of(self, x: &[f64], y: &[f64]) -> Option<f64> {
        match self {
            Self::Pearson => pearson(x, y).filter(|_| x.len() >= 3),
            Self::Spearman => spearman(x, y),
            Self::KendallTauB => kendall_tau_b(x, y),
        }
    }
}

impl std::fmt::Display for Coefficient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::assert_close;
    use super::*;

    #[test]
    fn names_are_those_of_serde() {
        for &coefficient in Coefficient::ALL {
            assert_eq!(serde_json::to_value(coefficient).unwrap(), coefficient.name());
        }
    }

    #[test]
    fn two_points_have_no_coefficient() {
        for &coefficient in Coefficient::ALL {
            assert_eq!(coefficient.of(&[1.0, 2.0], &[3.0, 5.0]), None, "{coefficient}");
            assert_close(coefficient.of(&[1.0, 2.0, 3.0], &[3.0, 5.0, 7.0]), 1.0);
        }
    }
}
