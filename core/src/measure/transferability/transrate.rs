//! TransRate: how much shorter is a code for the features when the classes are known?

use super::classes::Classes;
use crate::measure::linear::{centre, log_det_of_identity_plus};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Squared distortion that a code may have, with features of total variance 1.
pub const EPSILON: f64 = 1e-4;

/// TransRate.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "transrate",
    definition: "Coding rate of the source model's features less the mean coding rate within classes (ε = 10⁻⁴), \
                 features centred and of Frobenius norm 1",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Huang et al., Frustratingly Easy Transferability Estimation, ICML 2022",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| transrate(part(&source.pooled, "pooled features")?, &target.labels));

/// R(Z) − Σ_c n_c/n R(Z_c), R(Z) = ½ ln det(I + ZᵀZ / (n ε)) in nats, for features (n × d) centred and divided by their
/// Frobenius norm.
///
/// Where code differs from the paper: the paper weighs classes by n_c / n, as here; the listing that it prints, and the
/// code that follows it, take the plain mean over classes. The paper only centres; without a scale the value depends on
/// the units of the features, so some published code also divides by the Frobenius norm, as here. O(n d min(n, d)).
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, one class, or constant features.
pub fn transrate<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let mut z = features.to_matrix();
    let scale = z.norm_l2();
    centre(&mut z);
    let norm = z.norm_l2();
    if norm <= scale * 1e-14 {
        return Err(Undefined::Constant("features"));
    }
    z.col_iter_mut().for_each(|column| column.iter_mut().for_each(|v| *v /= norm));
    let n = z.nrows() as f64;
    let mut rate = log_det_of_identity_plus(1.0 / (n * EPSILON), z.as_ref())?;
    for (class, members) in classes.members.iter().enumerate() {
        let count = members.len() as f64;
        let within = log_det_of_identity_plus(1.0 / (count * EPSILON), classes.rows(&z, class).as_ref())?;
        rate -= count / n * within;
    }
    Ok(rate / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // f = f - f.mean(0); f = f / np.linalg.norm(f)
        // rate(z) = 0.5 * np.linalg.slogdet(np.eye(z.shape[1]) + z.T @ z / (len(z) * 1e-4))[1]
        // rate(f) - sum((y == c).mean() * rate(f[y == c]) for c in np.unique(y))
        let given = reference("estimators");
        let ours = transrate(&given.table("features"), &given.labels());
        assert_close(ours, given.number("transrate_centred_frobenius_eps1e4"), 1e-10);
    }

    #[test]
    fn rejects_constant_features() {
        let constant = Features::new(4, 2, vec![0.3; 8]).unwrap();
        assert_eq!(transrate(&constant, &[0, 1, 0, 1]), Err(Undefined::Constant("features")));
    }
}
