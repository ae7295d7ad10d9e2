//! OTDD: what does it cost to move one labelled data set onto the other?

use std::collections::BTreeMap;

use faer::Mat;

use super::gaussian::Gaussian;
use super::transport::{assignment, sinkhorn};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Optimal transport dataset distance.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "otdd",
    definition: "Optimal transport distance of the two labelled probe sets: squared distance of mean-pooled features \
                 plus squared Wasserstein distance of the classes as normal distributions; root of the mean cost",
    range: (0.0, f64::INFINITY),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: true,
    needs: &[Part::MeanPooled],
    citation: "Alvarez-Melis and Fusi, Geometric Dataset Distances via Optimal Transport, NeurIPS 2020",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    otdd((features(&source.mean_pooled)?, &source.labels), (features(&target.mean_pooled)?, &target.labels))
});

/// Largest equal sizes that are matched exactly.
pub const EXACT: usize = 1024;

/// √ min_P Σ P(i, j) (|xᵢ − zⱼ|² + W₂²(class of i, class of j)), P with uniform marginals; features x (n × d) and z (m × d)
/// with labels; from 0.
///
/// Classes are normal distributions with full covariance, as in the paper's Gaussian variant. Samples of one size up to
/// [`EXACT`] are matched exactly, which makes a sample's distance from itself 0; others by Sinkhorn's iteration with ε a
/// hundredth of the mean cost, without the entropy's value, slightly too large. O(n² d + n³) and one singular value
/// decomposition per pair of classes.
///
/// # Errors
/// Other labels than examples by number, different dimensions, or no examples.
pub fn otdd<T: Copy + Into<f64>>(
    (x, x_labels): (&Features<T>, &[usize]),
    (z, z_labels): (&Features<T>, &[usize]),
) -> Result<f64, Undefined> {
    if x.cols() != z.cols() {
        return Err(Undefined::Lengths { left: x.cols(), right: z.cols() });
    }
    let (x, z) = (Labelled::new(x, x_labels)?, Labelled::new(z, z_labels)?);
    let mut classes = Vec::with_capacity(x.classes.len());
    for a in &x.classes {
        classes.push(z.classes.iter().map(|b| a.squared_distance(b)).collect::<Result<Vec<f64>, _>>()?);
    }
    let cost = |i: usize, j: usize| squared(&x.rows[i], &z.rows[j]) + classes[x.class_of[i]][z.class_of[j]];
    let costs = Mat::from_fn(x.rows.len(), z.rows.len(), cost);
    if !costs.norm_max().is_finite() {
        return Err(Undefined::NotFinite);
    }
    let exact = costs.nrows() == costs.ncols() && costs.nrows() <= EXACT;
    let mean = if exact { assignment(&costs) } else { sinkhorn(&costs)? };
    Ok(mean.max(0.0).sqrt())
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Examples, each with its class, and each class as a normal distribution.
struct Labelled {
    rows: Vec<Vec<f64>>,
    class_of: Vec<usize>,
    classes: Vec<Gaussian>,
}

impl Labelled {
    fn new<T: Copy + Into<f64>>(features: &Features<T>, labels: &[usize]) -> Result<Self, Undefined> {
        if features.rows() != labels.len() {
            return Err(Undefined::Lengths { left: features.rows(), right: labels.len() });
        }
        if labels.is_empty() {
            return Err(Undefined::TooFewExamples { examples: 0, least: 1 });
        }
        let rows: Vec<Vec<f64>> =
            (0..features.rows()).map(|i| features.row(i).iter().map(|&v| v.into()).collect()).collect();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        labels.iter().enumerate().for_each(|(i, &label)| members.entry(label).or_default().push(i));
        let mut class_of = vec![0; labels.len()];
        let mut classes = Vec::with_capacity(members.len());
        for (class, members) in members.into_values().enumerate() {
            members.iter().for_each(|&i| class_of[i] = class);
            classes.push(Gaussian::of(&Mat::from_fn(members.len(), features.cols(), |i, j| rows[members[i]][j]))?);
        }
        Ok(Self { rows, class_of, classes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference, table};

    /// Labels 0, 1, 0, 1, … and 0, 1, 2, 0, ….
    fn labels(n: usize, classes: usize) -> Vec<usize> {
        (0..n).map(|i| i % classes).collect()
    }

    #[test]
    fn equals_scipy_and_pot() {
        // u, v of tests/fixtures/statistics.json "representations"; labels i % 2 of u and i % 3 of v
        // w(a, b) = |mean − mean|² + trace(A + B − 2 sqrtm(A @ B)), A, B = np.cov of the examples of a class
        // M[i, j] = |u[i] − v[j]|² + w(class of i, class of j)
        // u[:25] and v: i, j = scipy.optimize.linear_sum_assignment(M); np.sqrt(M[i, j].mean())
        // all of u and v: np.sqrt((ot.bregman.sinkhorn_log(a, b, M, 0.01 * M.mean(), numItermax=10**6, stopThr=1e-14)
        //                          * M).sum()), a and b uniform
        let given = reference("representations");
        let (u, v) = (given.rows("u"), given.table("v"));
        let ours = |n: usize| otdd((&table(&u[..n]), &labels(n, 2)), (&v, &labels(25, 3)));
        assert_close(ours(25), 2.823_402_492_145_955_7, 1e-8);
        assert_close(ours(30), 2.780_451_761_203_170_5, 1e-7);
    }

    #[test]
    fn a_shifted_data_set_is_twice_the_shift_in_squares_away() {
        // Every example moves by (3, 4), and so does every class: 25 + 25.
        let x = Features::new(4, 2, vec![0.0, 0.1, 0.3, -0.2, 0.5, 0.4, -0.1, 0.2]).unwrap();
        let moved: Vec<f64> = x.data().iter().enumerate().map(|(i, v)| v + 3.0 + (i % 2) as f64).collect();
        let z = Features::new(4, 2, moved).unwrap();
        let y = [0, 1, 0, 1];
        assert_close(otdd((&x, &y), (&z, &y)), 50f64.sqrt(), 1e-9);
        assert_close(otdd((&x, &y), (&x, &y)), 0.0, 1e-7);
    }
}
