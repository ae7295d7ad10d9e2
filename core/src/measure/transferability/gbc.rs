//! GBC: how much do the classes overlap in the source's feature space?

use super::classes::Classes;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Smallest variance of a dimension within a class.
pub const VARIANCE_FLOOR: f64 = 1e-4;

/// Gaussian Bhattacharyya coefficient.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "gbc",
    definition: "Minus the summed Bhattacharyya coefficients of all ordered pairs of classes, each a normal distribution \
                 with diagonal covariance in the source model's features",
    range: (f64::NEG_INFINITY, 0.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Pándy et al., Transferability Estimation using Bhattacharyya Class Separability, CVPR 2022",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| gbc(part(&source.pooled, "pooled features")?, &target.labels));

/// −Σ_{c ≠ k} exp(−D_B(c, k)) over ordered pairs, D_B = ⅛ Σ (μ_c − μ_k)² / v̄ + ½ Σ ln(v̄ / √(v_c v_k)), v̄ = (v_c + v_k) / 2,
/// sums over dimensions; features (n × d), unbiased variances v of at least 10⁻⁴. From −C (C − 1) to 0. O(n d).
///
/// The authors' code first reduces features to 64 principal components, which is not done here. Its `spherical` variant
/// takes one variance for all dimensions but counts it once in the determinant instead of d times, so that it is not
/// the Bhattacharyya distance of spherical distributions; the diagonal variant, used here, has no such gap.
///
/// # Errors
/// Other labels than examples by number, or fewer than 2 classes of at least 2 examples. Classes with one example have
/// no variance and are left out.
pub fn gbc<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let known: Vec<Gaussian> =
        classes.members.iter().filter(|m| m.len() >= 2).map(|m| Gaussian::of(features, m)).collect();
    if known.len() < 2 {
        let examples = classes.members.iter().map(Vec::len).min().unwrap_or(0);
        return Err(Undefined::TooFewExamples { examples, least: 2 });
    }
    let mut sum = 0.0;
    for (i, a) in known.iter().enumerate() {
        // Both orders of a pair have one coefficient.
        sum += 2.0 * known.iter().skip(i + 1).map(|b| (-a.bhattacharyya_distance(b)).exp()).sum::<f64>();
    }
    Ok(-sum)
}

struct Gaussian {
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl Gaussian {
    fn of<T: Copy + Into<f64>>(features: &Features<T>, members: &[usize]) -> Self {
        let n = members.len() as f64;
        let mut mean = vec![0.0; features.cols()];
        for &i in members {
            mean.iter_mut().zip(features.row(i)).for_each(|(m, &v)| *m += v.into() / n);
        }
        let mut variance = vec![0.0; features.cols()];
        for &i in members {
            let deviations = features.row(i).iter().zip(&mean).map(|(&v, m)| v.into() - m);
            variance.iter_mut().zip(deviations).for_each(|(s, d)| *s += d * d / (n - 1.0));
        }
        variance.iter_mut().for_each(|v| *v = v.max(VARIANCE_FLOOR));
        Self { mean, variance }
    }

    fn bhattacharyya_distance(&self, other: &Self) -> f64 {
        let dimensions = self.mean.iter().zip(&self.variance).zip(other.mean.iter().zip(&other.variance));
        let of_dimension = |((m, v), (k, w)): ((&f64, &f64), (&f64, &f64))| {
            let average = (v + w) / 2.0;
            (m - k).powi(2) / average / 8.0 + (average.ln() - (v.ln() + w.ln()) / 2.0) / 2.0
        };
        dimensions.map(of_dimension).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // (f[y == c].mean(0), np.maximum(f[y == c].var(0, ddof=1), 1e-4)) for every class, v = (v1 + v2) / 2,
        // -sum of np.exp(-(((m1 - m2) ** 2 / v).sum() / 8 + 0.5 * np.log(v / np.sqrt(v1 * v2)).sum())), both orders
        let given = reference("estimators");
        assert_close(gbc(&given.table("features"), &given.labels()), given.number("gbc_diagonal"), 1e-12);
    }

    #[test]
    fn classes_that_coincide_overlap_wholly() {
        let x = Features::new(4, 1, vec![0.0, 1.0, 0.0, 1.0]).unwrap();
        assert_close(gbc(&x, &[0, 0, 1, 1]), -2.0, 1e-12);
        assert_eq!(gbc(&x, &[0, 0, 0, 1]), Err(Undefined::TooFewExamples { examples: 1, least: 2 }));
    }
}
