//! What a permutation test compares: a coefficient over all pairs, or the mean of coefficients inside targets.

use serde::Serialize;

use super::within_target::within_targets;
use super::{Matrix, MatrixError};
use crate::statistics::correlation::Coefficient;

/// How closely a measure goes with an outcome, as one number from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// A coefficient over the ordered pairs.
    Pairs(Coefficient),
    /// [`super::within_target_spearman`].
    WithinTargets,
}

/// A statistic of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observed {
    /// From −1 to 1; absent with fewer than 3 pairs or a constant.
    pub coefficient: Option<f64>,
    /// Pairs that both matrices have.
    pub pairs: usize,
}

impl Statistic {
    /// Every one, in the order of tables.
    pub fn all() -> impl Iterator<Item = Self> {
        Coefficient::ALL.iter().map(|&coefficient| Self::Pairs(coefficient)).chain([Self::WithinTargets])
    }

    /// The statistic of `measure` with rows and columns in `order`, and `outcome` as it is.
    pub(super) fn of_permuted(self, measure: &Matrix, order: &[usize], outcome: &Matrix) -> Option<f64> {
        match self {
            Self::Pairs(coefficient) => {
                let (x, y) = measure.paired(order, outcome);
                coefficient.of(&x, &y)
            }
            Self::WithinTargets => within_targets(measure, order, outcome).mean,
        }
    }
}

/// The statistic of `measure` and `outcome` over the pairs that both have, without any permutation.
///
/// # Errors
/// [`MatrixError::Size`].
pub fn observed(statistic: Statistic, measure: &Matrix, outcome: &Matrix) -> Result<Observed, MatrixError> {
    measure.check_size(outcome.size())?;
    let identity: Vec<usize> = (0..outcome.size()).collect();
    let pairs = measure.pairs(outcome).0.len();
    Ok(Observed { coefficient: statistic.of_permuted(measure, &identity, outcome), pairs })
}
