//! A mixture of normal distributions with diagonal covariances, fitted by expectation maximisation: the clusters of
//! [`super::nleep`].
//!
//! The steps, their constants and the rule to stop are those of scikit-learn's `GaussianMixture`.

use faer::Mat;

use super::k_means::squared_distances;

/// Added to every variance (scikit-learn's `reg_covar`).
pub(super) const VARIANCE_FLOOR: f64 = 1e-6;

/// Change of the mean log-likelihood at which it has converged (`tol`).
const TOLERANCE: f64 = 1e-3;

/// Most rounds (`max_iter`).
const ROUNDS: usize = 100;

/// P(component | example), examples × components, after fitting to x (examples × dimensions) from these clusters of the
/// examples, counted from 0. O(n d k) a round.
pub(super) fn posterior(x: &Mat<f64>, clusters: &[usize]) -> Mat<f64> {
    let components = clusters.iter().max().map_or(0, |most| most + 1);
    let mut of_examples = Mat::zeros(x.nrows(), components);
    clusters.iter().enumerate().for_each(|(i, &k)| of_examples[(i, k)] = 1.0);
    let squares = Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].powi(2));
    let mut before = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let (next, likelihood) = Mixture::fitted(x, &squares, &of_examples).responsibilities(x);
        let converged = (likelihood - before).abs() < TOLERANCE;
        (of_examples, before) = (next, likelihood);
        if converged {
            break;
        }
    }
    Mixture::fitted(x, &squares, &of_examples).responsibilities(x).0
}

struct Mixture {
    components: Vec<Component>,
}

struct Component {
    weight: f64,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl Mixture {
    /// The most likely mixture where component k is responsible for example i with `of_examples[(i, k)]`; `squares` are
    /// those of x.
    fn fitted(x: &Mat<f64>, squares: &Mat<f64>, of_examples: &Mat<f64>) -> Self {
        let (sums, sums_of_squares) = (of_examples.transpose() * x, of_examples.transpose() * squares);
        let counts: Vec<f64> = of_examples.col_iter().map(|column| column.sum() + 10.0 * f64::EPSILON).collect();
        let total: f64 = counts.iter().sum();
        let component = |(k, &count): (usize, &f64)| {
            let mean: Vec<f64> = sums.row(k).iter().map(|sum| sum / count).collect();
            let variance = |(sum, mean): (&f64, &f64)| (sum / count - mean * mean).max(0.0) + VARIANCE_FLOOR;
            let variance = sums_of_squares.row(k).iter().zip(&mean).map(variance).collect();
            Component { weight: count / total, mean, variance }
        };
        Self { components: counts.iter().enumerate().map(component).collect() }
    }

    /// P(component | example), and the mean log-likelihood of an example.
    fn responsibilities(&self, x: &Mat<f64>) -> (Mat<f64>, f64) {
        let mut of_examples = Mat::zeros(x.nrows(), self.components.len());
        for (k, component) in self.components.iter().enumerate() {
            let logs = component.weighted_log_densities(x);
            of_examples.col_as_slice_mut(k).copy_from_slice(&logs);
        }
        let mut likelihood = 0.0;
        for row in of_examples.row_iter_mut() {
            let largest = row.as_ref().iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = largest + row.as_ref().iter().map(|v| (v - largest).exp()).sum::<f64>().ln();
            row.iter_mut().for_each(|v| *v = (*v - log_sum).exp());
            likelihood += log_sum / x.nrows() as f64;
        }
        (of_examples, likelihood)
    }
}

impl Component {
    /// ln(weight · density) of every example.
    fn weighted_log_densities(&self, x: &Mat<f64>) -> Vec<f64> {
        let log_det: f64 = self.variance.iter().map(|v| (v * std::f64::consts::TAU).ln()).sum();
        let distances = squared_distances(x, &self.mean, |j| self.variance[j].recip());
        distances.into_iter().map(|distance| self.weight.ln() - (log_det + distance) / 2.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::nleep_reference;

    #[test]
    fn equals_scikit_learn() {
        // GaussianMixture(k, covariance_type="diag", weights_init=…, means_init=…, precisions_init=…).fit(z)
        //     .predict_proba(z), the initial values those of the clusters
        for case in ["tall", "wide", "few"] {
            let given = nleep_reference(case);
            let theirs = given.table("posterior").to_matrix();
            let ours = posterior(&given.table("scores").to_matrix(), &given.indices("clusters"));
            assert!((ours - theirs).norm_max() < 1e-8, "{case}");
        }
    }

    #[test]
    fn one_component_is_responsible_for_all() {
        let x = Mat::from_fn(5, 2, |i, j| (i * i + j) as f64);
        assert_eq!(posterior(&x, &[0; 5]), Mat::<f64>::full(5, 1, 1.0));
    }

    #[test]
    fn clusters_of_one_place_have_finite_densities() {
        let x = Mat::from_fn(6, 3, |i, j| ((i % 2) * 1000 + j) as f64);
        let ours = posterior(&x, &[0, 1, 0, 1, 0, 1]);
        assert_eq!(ours, Mat::from_fn(6, 2, |i, k| f64::from(u8::from(i % 2 == k))));
    }
}
