//! CKA without the bias that makes any two models alike when there are more dimensions than examples.

use faer::Mat;

use super::linear_cka::centred;
use crate::measure::linear::{gram, squared_norm_of_lower};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Unbiased linear CKA of the source's and the target's own model.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "unbiased_cka",
    definition: "Linear CKA with the unbiased estimator of HSIC, of the source's and the target's own model on the \
                 target's examples",
    // Near 0 for unrelated models, below it by chance; the estimator of a covariance has no sharp lower bound.
    range: (f64::NEG_INFINITY, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: false,
    needs: &[Part::SourceFeatures, Part::OwnFeatures],
    citation: "Song et al., Feature Selection via Dependence Maximization, JMLR 13, 2012 (HSIC₁); Nguyen, Raghu and \
               Kornblith, ICLR 2021 (CKA with it)",
};

pub(crate) const FORMULA: Formula = Formula::Models(|source, own| {
    let features = |p| part(p, "pooled features");
    unbiased_cka(features(&source.pooled)?, features(&own.pooled)?)
});

/// HSIC₁(x, y) / √(HSIC₁(x, x) HSIC₁(y, y)) of features x (n × d) and y (n × e); 1 for equal ones.
///
/// With K = XXᵀ and L = YYᵀ without their diagonals,
/// HSIC₁ = (tr KL + 1ᵀK1 1ᵀL1 / ((n − 1)(n − 2)) − 2 / (n − 2) 1ᵀKL1) / (n (n − 3)). Computed from products of features, so
/// the n × n matrices are never formed: O(n (d + e)²). Columns are centred first, which changes nothing but rounding.
///
/// # Errors
/// Other examples in x than in y by number, fewer than 4, constant features, or an HSIC₁ of features with themselves
/// that is not positive.
pub fn unbiased_cka<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    let (x, y) = centred(x, y, 4)?;
    let (x, y) = (Side::new(x), Side::new(y));
    let own = |side: &Side| hsic(squared_norm_of_lower(&gram(side.x.as_ref())), side, side);
    let (xx, yy) = (own(&x), own(&y));
    // Equal distances between all examples leave 0 up to rounding.
    if xx <= x.rounding() || yy <= y.rounding() {
        return Err(Undefined::Constant("distances between examples"));
    }
    Ok(hsic((y.x.transpose() * &x.x).squared_norm_l2(), &x, &y) / (xx.sqrt() * yy.sqrt()))
}

/// Features and what HSIC₁ needs of their kernel matrix.
struct Side {
    x: Mat<f64>,
    /// k(i, i).
    diagonal: Vec<f64>,
    /// Σⱼ k(i, j) over j ≠ i.
    sums: Vec<f64>,
}

impl Side {
    fn new(x: Mat<f64>) -> Self {
        let diagonal: Vec<f64> = x.row_iter().map(|row| row.squared_norm_l2()).collect();
        let total: Vec<f64> = x.col_iter().map(|column| column.sum()).collect();
        let with_all = |row: faer::RowRef<'_, f64>| row.iter().zip(&total).map(|(a, b)| a * b).sum::<f64>();
        let sums = x.row_iter().zip(&diagonal).map(|(row, d)| with_all(row) - d).collect();
        Self { x, diagonal, sums }
    }

    fn rounding(&self) -> f64 {
        let n = self.diagonal.len() as f64;
        let scale: f64 = self.diagonal.iter().sum::<f64>() / n;
        scale * scale * 1e-13
    }
}

/// HSIC₁, given ‖YᵀX‖² = tr XXᵀYYᵀ with the diagonals.
fn hsic(with_diagonals: f64, x: &Side, y: &Side) -> f64 {
    let n = x.diagonal.len() as f64;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let sum = |side: &Side| side.sums.iter().sum::<f64>();
    let trace = with_diagonals - product(&x.diagonal, &y.diagonal);
    let (means, rows) = (sum(x) * sum(y) / ((n - 1.0) * (n - 2.0)), product(&x.sums, &y.sums) / (n - 2.0));
    (trace + means - 2.0 * rows) / (n * (n - 3.0))
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L)); one = np.ones(m)
        // (np.trace(K @ L) + one @ K @ one * (one @ L @ one) / ((m - 1) * (m - 2))
        //  - 2 / (m - 2) * one @ K @ L @ one) / (m * (m - 3)), of uncentred x and y
        let given = reference("representations");
        let ours = unbiased_cka(&given.table("x"), &given.table("y"));
        assert_close(ours, given.number("unbiased_linear_cka"), 1e-12);
    }

    #[test]
    fn unrelated_models_are_near_zero_with_many_dimensions_where_plain_cka_is_near_one() {
        let noise = |seed| {
            let mut stream = crate::random::stream(seed, "noise", "features");
            Features::new(20, 400, (0..8000).map(|_| stream.random_range(-1.0..1.0f64)).collect()).unwrap()
        };
        let (x, y) = (noise(1), noise(2));
        assert!(super::super::linear_cka::linear_cka(&x, &y).unwrap() > 0.9);
        assert!(unbiased_cka(&x, &y).unwrap().abs() < 0.3);
    }

    #[test]
    fn rejects_fewer_than_four_examples() {
        let x = Features::new(3, 1, vec![1.0, 2.0, 4.0]).unwrap();
        assert_eq!(unbiased_cka(&x, &x), Err(Undefined::TooFewExamples { examples: 3, least: 4 }));
    }
}
