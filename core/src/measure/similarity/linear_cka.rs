//! Do two models see the same examples alike, up to rotation and scale?

use faer::Mat;

use crate::measure::linear::{centre, gram, squared_norm_of_lower};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Linear CKA of the source's and the target's own model.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "linear_cka",
    definition: "Linear centred kernel alignment of the source's and the target's own model on the target's examples",
    range: (0.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: false,
    needs: &[Part::SourceFeatures, Part::OwnFeatures],
    citation: "Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019",
};

pub(crate) const FORMULA: Formula = Formula::Models(|source, own| {
    let features = |p| part(p, "pooled features");
    linear_cka(features(&source.pooled)?, features(&own.pooled)?)
});

/// CKA = ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), Frobenius norms, columns of x (n × d) and y (n × e) centred; from 0 to 1.
/// O(n (d + e)²).
///
/// # Errors
/// Other examples in x than in y by number, fewer than 2, or constant features.
pub fn linear_cka<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    let (x, y) = centred(x, y, 2)?;
    let cross = (y.transpose() * &x).squared_norm_l2();
    let own = |m: &Mat<f64>| squared_norm_of_lower(&gram(m.as_ref())).sqrt();
    Ok((cross / (own(&x) * own(&y))).min(1.0))
}

/// Both in double precision with centred columns; every pair of examples is compared, so they must go together.
pub(super) fn centred<T: Copy + Into<f64>>(
    x: &Features<T>,
    y: &Features<T>,
    least: usize,
) -> Result<(Mat<f64>, Mat<f64>), Undefined> {
    if x.rows() != y.rows() {
        return Err(Undefined::Lengths { left: x.rows(), right: y.rows() });
    }
    if x.rows() < least {
        return Err(Undefined::TooFewExamples { examples: x.rows(), least });
    }
    let centred = |f: &Features<T>| {
        if (1..f.rows()).all(|i| f.row(i).iter().zip(f.row(0)).all(|(&a, &b)| a.into() == b.into())) {
            return Err(Undefined::Constant("features"));
        }
        let mut m = f.to_matrix();
        centre(&mut m);
        Ok(m)
    };
    Ok((centred(x)?, centred(y)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // x, y = x - x.mean(0), y - y.mean(0)
        // np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))
        let given = reference("representations");
        assert_close(linear_cka(&given.table("x"), &given.table("y")), given.number("linear_cka"), 1e-12);
    }

    #[test]
    fn rejects_features_that_cannot_be_compared() {
        let (three, four) = (Features::new(3, 1, vec![1.0, 2.0, 4.0]), Features::new(4, 1, vec![1.0, 2.0, 4.0, 3.0]));
        assert_eq!(linear_cka(&three.unwrap(), &four.unwrap()), Err(Undefined::Lengths { left: 3, right: 4 }));
        let constant = Features::new(3, 2, vec![0.3; 6]).unwrap();
        assert_eq!(linear_cka(&constant, &constant), Err(Undefined::Constant("features")));
    }
}
