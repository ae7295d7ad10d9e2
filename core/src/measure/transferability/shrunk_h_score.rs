//! H-score with a covariance that can be estimated from few examples.

use super::classes::Classes;
use super::h_score::between_classes;
use crate::measure::linear::{Spectrum, centre};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Shrunk H-score.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "shrunk_h_score",
    definition: "H-score with Ledoit and Wolf's shrunk covariance of the features",
    range: (0.0, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Ibrahim, Ponomareva and Mazumder, Newer is not always better: Rethinking transferability metrics, ECML \
               PKDD 2022; Ledoit and Wolf, Journal of Multivariate Analysis 88, 2004",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| shrunk_h_score(part(&source.pooled, "pooled features")?, &target.labels));

/// (1 − δ) tr(Σ_δ⁻¹ cov(E[F | y])), Σ_δ = (1 − δ) Σ + δ tr(Σ)/d I, of features F (n × d); δ after Ledoit and Wolf, Σ with
/// divisor n as in scikit-learn, the covariance of the class means with n − 1 as in the authors' code. From 0.
/// O(n d min(n, d)).
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, one class, or constant features.
pub fn shrunk_h_score<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let (n, d) = (features.rows() as f64, features.cols() as f64);
    let mut x = features.to_matrix();
    centre(&mut x);
    let spectrum = Spectrum::new(&x)?;
    let total: f64 = spectrum.squares.iter().sum();
    // Centring leaves rounding of the size of the features themselves.
    if total <= features.data().iter().map(|&v| v.into().powi(2)).sum::<f64>() * 1e-28 {
        return Err(Undefined::Constant("features"));
    }
    let fourth: f64 = x.row_iter().map(|row| row.squared_norm_l2().powi(2)).sum();
    let delta = shrinkage(&spectrum.squares, fourth, n, d);
    let identity = delta * total / n / d;
    let of_direction = |(&s2, between): (&f64, f64)| between / (n - 1.0) / ((1.0 - delta) * s2 / n + identity);
    let between = between_classes(&spectrum, &classes);
    let trace: f64 = spectrum.squares.iter().zip(between).filter(|(_, b)| *b > 0.0).map(of_direction).sum();
    Ok((1.0 - delta) * trace)
}

/// Ledoit and Wolf's δ from the eigenvalues n Σ, and the sum over examples of |x|⁴; scikit-learn's `LedoitWolf`.
fn shrinkage(squares: &[f64], fourth: f64, n: f64, d: f64) -> f64 {
    let trace = squares.iter().sum::<f64>() / n;
    let squared = squares.iter().map(|s2| s2 * s2).sum::<f64>() / (n * n);
    let mean = trace / d;
    let spread = (squared - 2.0 * mean * trace + d * mean * mean) / d;
    let noise = ((fourth / n - squared) / (d * n)).min(spread);
    if noise > 0.0 { noise / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scikit_learn() {
        // f = f - f.mean(0); lw = LedoitWolf().fit(f)
        // np.trace(np.linalg.pinv(lw.covariance_, rcond=1e-15)
        //          @ ((1 - lw.shrinkage_) * np.cov(class_means(f, y), rowvar=False)))
        let given = reference("estimators");
        let ours = shrunk_h_score(&given.table("features"), &given.labels());
        assert_close(ours, given.number("h_score_ledoit_wolf"), 1e-10);
    }

    #[test]
    fn equals_scikit_learn_with_more_dimensions_than_examples() {
        // The same of f[:6], y[:6] of the fixture (6 examples, 8 dimensions).
        let given = reference("estimators");
        let rows: Vec<Vec<f64>> = given.rows("features").into_iter().take(6).collect();
        let ours = shrunk_h_score(&crate::measure::reference::table(&rows), &given.labels()[..6]);
        assert_close(ours, 1.490_815_002_548_092, 1e-10);
    }

    #[test]
    fn rejects_constant_features() {
        let constant = Features::new(4, 2, vec![0.3; 8]).unwrap();
        assert_eq!(shrunk_h_score(&constant, &[0, 1, 0, 1]), Err(Undefined::Constant("features")));
    }
}
