//! LogME: how probable are the labels under the best Bayesian linear regression on the features?

use faer::Mat;

use super::classes::Classes;
use crate::measure::linear::Spectrum;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Logarithm of maximum evidence.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "logme",
    definition: "Logarithm of the maximum evidence per example of a Bayesian linear regression from the source model's \
                 features to each class, mean over classes",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "You et al., LogME: Practical Assessment of Pre-trained Models for Transfer Learning, ICML 2021",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| logme(part(&source.pooled, "pooled features")?, &target.labels));

/// Most steps of the fixed-point iteration; it takes about ten.
const STEPS: usize = 1000;

/// Relative change of α and β at which it has converged.
const TOLERANCE: f64 = 1e-12;

/// Mean over classes of max over α, β of ln p(y | F, α, β) / n for features F (n × d) and y = 1 for the class, else 0;
/// weights ~ N(0, 1/α), noise ~ N(0, 1/β):
/// ln p = d/2 ln α + n/2 ln β − ½ ln det(αI + βFᵀF) − β/2 |Fm − y|² − α/2 |m|² − n/2 ln 2π, m the posterior mean.
///
/// α and β by MacKay's fixed point to convergence. The authors' code stops after 11 steps or at a change of 10⁻³; and
/// with more dimensions than examples it leaves the d − n eigenvalues α out of the determinant, which is counted here
/// as the paper defines it. O(n d min(n, d)).
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, or one class.
pub fn logme<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let x = features.to_matrix();
    let spectrum = Spectrum::new(&x)?;
    let indicators = classes.indicators();
    let (scaled, parts) = (spectrum.scaled_parts(&indicators), spectrum.parts(&indicators));
    let column = |m: &Mat<f64>, class| m.col(class).iter().copied().collect::<Vec<f64>>();
    let mut sum = 0.0;
    for (class, members) in classes.members.iter().enumerate() {
        let regression = Regression {
            squares: &spectrum.squares,
            scaled_parts: column(&scaled, class),
            parts: parts.as_ref().map(|parts| column(parts, class)),
            target: members.len() as f64,
            n: features.rows() as f64,
        };
        sum += regression.maximum_evidence()?;
    }
    Ok(sum / classes.members.len() as f64)
}

/// Regression of one class in the coordinates of the features' spectrum.
struct Regression<'a> {
    /// Eigenvalues of FᵀF, the zeros beyond min(n, d) left out.
    squares: &'a [f64],
    /// S Uᵀ y.
    scaled_parts: Vec<f64>,
    /// Uᵀ y, where y lies in the span of U.
    parts: Option<Vec<f64>>,
    /// |y|².
    target: f64,
    n: f64,
}

/// The posterior at one λ = α / β.
struct Posterior {
    /// Σ s² / (s² + λ): how many weights the data determine.
    determined: f64,
    /// n − γ, without the cancellation.
    undetermined: f64,
    /// |m|².
    weights: f64,
    /// |Fm − y|².
    residual: f64,
}

impl Regression<'_> {
    fn posterior(&self, lambda: f64) -> Posterior {
        let beyond = self.n - self.squares.len() as f64;
        let mut at = Posterior { determined: 0.0, undetermined: beyond, weights: 0.0, residual: 0.0 };
        let mut explained = 0.0;
        for (&s2, &z) in self.squares.iter().zip(&self.scaled_parts) {
            let sum = s2 + lambda;
            at.determined += s2 / sum;
            at.undetermined += lambda / sum;
            at.weights += (z / sum).powi(2);
            explained += (z / sum).powi(2) * (s2 + 2.0 * lambda);
        }
        at.residual = match &self.parts {
            Some(parts) => parts.iter().zip(self.squares).map(|(p, s2)| (p * lambda / (s2 + lambda)).powi(2)).sum(),
            None => (self.target - explained).max(self.target * f64::EPSILON),
        };
        at
    }

    /// Where features say nothing, or less than a regression costs, α grows without bound, and where they fit a class
    /// perfectly β does; the evidence converges all the same.
    fn maximum_evidence(&self) -> Result<f64, Undefined> {
        let (mut alpha, mut beta) = (1.0, 1.0);
        for _ in 0..STEPS {
            let at = self.posterior(alpha / beta);
            if at.weights == 0.0 {
                return Ok(self.evidence_without_features());
            }
            let (next_alpha, next_beta) = (at.determined / at.weights, at.undetermined / at.residual);
            if !(next_alpha.is_normal() && next_beta.is_normal() && (next_alpha / next_beta).is_normal()) {
                break;
            }
            let still = |old: f64, new: f64| (new - old).abs() <= TOLERANCE * old;
            let converged = still(alpha, next_alpha) && still(beta, next_beta);
            (alpha, beta) = (next_alpha, next_beta);
            if converged {
                break;
            }
        }
        let at = self.posterior(alpha / beta);
        // ln det(αI + βFᵀF) − d ln α, direction by direction.
        let log_det: f64 = self.squares.iter().map(|s2| (beta / alpha * s2).ln_1p()).sum();
        let fit = beta * at.residual + alpha * at.weights;
        let evidence = (self.n * beta.ln() - log_det - fit - self.n * std::f64::consts::TAU.ln()) / 2.0;
        let per_example = evidence / self.n;
        if per_example.is_finite() { Ok(per_example) } else { Err(Undefined::NotFinite) }
    }

    /// The limit of α → ∞: y ~ N(0, 1/β) with β = n / |y|².
    fn evidence_without_features(&self) -> f64 {
        ((self.n / self.target).ln() - 1.0 - std::f64::consts::TAU.ln()) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference, table};

    #[test]
    fn equals_numpy() {
        // The script's logme(f, y): SVD, fixed point to 1e-12, evidence / n, mean over classes.
        let given = reference("estimators");
        let ours = logme(&given.table("features"), &given.labels());
        assert_close(ours, given.number("logme_converged"), 1e-8);
    }

    #[test]
    fn is_the_largest_evidence_of_the_normal_distribution() {
        // More dimensions than examples: ln N(y; 0, I/β + FFᵀ/α) maximised by scipy over t = (ln α, ln β),
        // f = [[1, .5, -.3, .2], [-.4, 1, .6, .1], [.3, -.2, 1, -.7]]; y = (1, 0, 1) and (0, 1, 0)
        // minimize(lambda t: -multivariate_normal(zeros(3), exp(-t[1]) * eye(3) + exp(-t[0]) * f @ f.T).logpdf(y), x0,
        //          method="Nelder-Mead", options=dict(xatol=1e-12, fatol=1e-15, maxiter=10**5)), mean of both / 3
        // The first class has its maximum at α = ∞ (nothing to learn), the second at β = ∞ (a perfect fit): both are
        // approached and not reached.
        let rows = [vec![1.0, 0.5, -0.3, 0.2], vec![-0.4, 1.0, 0.6, 0.1], vec![0.3, -0.2, 1.0, -0.7]];
        assert_close(logme(&table(&rows), &[0, 1, 0]), -1.039_969_420_772_922_2, 1e-6);
    }

    #[test]
    fn features_that_say_nothing_leave_the_evidence_of_the_classes_alone() {
        // y ~ N(0, 1/β) at β = n / |y|² = 2: (ln 2 − 1 − ln 2π) / 2
        let zero = Features::new(4, 2, vec![0.0; 8]).unwrap();
        let alone = (std::f64::consts::LN_2 - 1.0 - std::f64::consts::TAU.ln()) / 2.0;
        assert_close(logme(&zero, &[0, 1, 0, 1]), alone, 1e-12);
        // Features orthogonal to both classes.
        let balanced = Features::new(4, 1, vec![1.0, 1.0, -1.0, -1.0]).unwrap();
        assert_close(logme(&balanced, &[0, 1, 0, 1]), alone, 1e-12);
    }

    #[test]
    fn rejects_what_is_no_classification() {
        let zero = Features::new(4, 2, vec![0.0; 8]).unwrap();
        assert_eq!(logme(&zero, &[0, 0, 0, 0]), Err(Undefined::OneClass));
        assert_eq!(logme(&zero, &[0, 1]), Err(Undefined::Lengths { left: 4, right: 2 }));
    }
}
