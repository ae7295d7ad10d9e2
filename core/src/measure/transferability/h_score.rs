//! H-score: how much of the features' variance lies between classes?

use super::classes::Classes;
use crate::measure::linear::{Spectrum, centre};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// H-score.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "h_score",
    definition: "Trace of the inverse covariance of the source model's features times the covariance of their class \
                 means",
    range: (0.0, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Bao et al., An Information-Theoretic Approach to Transferability in Task Transfer Learning, ICIP 2019",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| h_score(part(&source.pooled, "pooled features")?, &target.labels));

/// tr(cov(F)⁺ cov(E[F | y])) of features F (n × d), from 0 to the number of classes less 1.
///
/// Directions whose variance is rounding, up to max(n, d) ε of the largest, are left out of the pseudo-inverse; the
/// authors' code cuts at 10⁻¹⁵. Where the rest spans the n − 1 dimensions of n centred examples, every model reaches the
/// largest value but for rounding, and there is none: use [`super::shrunk_h_score`]. O(n d min(n, d)).
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, one class, constant features, or as many dimensions as
/// examples.
pub fn h_score<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let mut x = features.to_matrix();
    centre(&mut x);
    let spectrum = Spectrum::new(&x)?;
    let cutoff = spectrum.cutoff();
    let between = between_classes(&spectrum, &classes);
    let mut sum = 0.0;
    let mut directions = 0;
    for (&s2, between) in spectrum.squares.iter().zip(between) {
        if s2 > cutoff {
            sum += between / s2;
            directions += 1;
        }
    }
    match directions {
        0 => Err(Undefined::Constant("features")),
        _ if directions + 1 >= features.rows() => {
            Err(Undefined::Saturated { dimensions: directions, examples: features.rows() })
        }
        _ => Ok(sum),
    }
}

/// Sum of squares between classes along every direction of centred features: Σ_c n_c (vᵀ μ_c)².
pub(super) fn between_classes(spectrum: &Spectrum<'_>, classes: &Classes) -> Vec<f64> {
    // Column c of S Uᵀ × indicators is Vᵀ Σ of the rows of class c = n_c Vᵀ μ_c.
    let sums = spectrum.scaled_parts(&classes.indicators());
    let counts: Vec<f64> = classes.members.iter().map(|m| m.len() as f64).collect();
    sums.row_iter().map(|row| row.iter().zip(&counts).map(|(s, n)| s * s / n).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // np.trace(np.linalg.pinv(np.cov(f, rowvar=False), rcond=1e-15) @ np.cov(class_means(f, y), rowvar=False))
        let given = reference("estimators");
        assert_close(h_score(&given.table("features"), &given.labels()), given.number("h_score"), 1e-10);
    }

    #[test]
    fn rejects_as_many_dimensions_as_examples() {
        let of = |rows: usize| {
            let numbers = (0..6 * rows).map(|i| (i * i % 7 + i % 5) as f64).collect();
            let labels: Vec<usize> = (0..rows).map(|i| i % 3).collect();
            h_score(&Features::new(rows, 6, numbers).unwrap(), &labels)
        };
        assert_eq!(of(4), Err(Undefined::Saturated { dimensions: 3, examples: 4 }));
        assert!(of(5).is_err() && of(20).is_ok());
    }

    #[test]
    fn rejects_constant_features() {
        let constant = Features::new(4, 2, vec![0.5; 8]).unwrap();
        assert_eq!(h_score(&constant, &[0, 1, 0, 1]), Err(Undefined::Constant("features")));
    }
}
