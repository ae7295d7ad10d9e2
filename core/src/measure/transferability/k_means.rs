//! k-means: the start of the Gaussian mixture of [`super::nleep`].

use faer::Mat;
use rand::Rng;

use crate::random::Stream;

/// Of two candidates that are each other's nearest example either leaves the same sum; rounding must not choose.
const ROUNDING: f64 = 1e-12;

/// Most rounds; it takes about twenty.
const ROUNDS: usize = 300;

/// At most `k` examples that lie apart, to start from: k-means++ (Arthur and Vassilvitskii, SODA 2007) as scikit-learn
/// draws it, of 2 + ⌊ln k⌋ candidates for every centre the one that leaves the least sum of squared distances, the
/// first of equal ones. Fewer than `k` where fewer examples differ. x: examples × dimensions, with at least one example.
/// O(n d k ln k).
pub(super) fn apart(x: &Mat<f64>, k: usize, random: &mut Stream) -> Vec<usize> {
    let candidates = 2 + (k as f64).ln() as usize;
    let from = |i: usize| squared_distances(x, &row(x, i), |_| 1.0);
    // 32 bits, so that wasm draws the same.
    let first = random.random_range(0..x.nrows() as u32) as usize;
    let mut chosen = vec![first];
    let mut nearest = from(first);
    let mut total: f64 = nearest.iter().sum();
    while chosen.len() < k && total > 0.0 {
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for _ in 0..candidates {
            let candidate = drawn(&nearest, random.random::<f64>() * total);
            let left: Vec<f64> = from(candidate).iter().zip(&nearest).map(|(a, b)| a.min(*b)).collect();
            let sum: f64 = left.iter().sum();
            if best.as_ref().is_none_or(|(least, ..)| sum < least * (1.0 - ROUNDING)) {
                best = Some((sum, candidate, left));
            }
        }
        let Some((sum, candidate, left)) = best else { break };
        chosen.push(candidate);
        (total, nearest) = (sum, left);
    }
    chosen
}

/// The position at which the running sum of the weights passes `at`, never one of weight 0.
fn drawn(weights: &[f64], mut at: f64) -> usize {
    let mut last = 0;
    for (i, &weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        last = i;
        if at < weight {
            break;
        }
        at -= weight;
    }
    last
}

/// The cluster of every example, counted from 0, by Lloyd's rounds from these examples until none changes its cluster.
/// Of equally near centres the first counts; a cluster without examples is dropped. O(n d k) a round.
pub(super) fn k_means(x: &Mat<f64>, start: &[usize]) -> Vec<usize> {
    let centres: Vec<Vec<f64>> = start.iter().map(|&i| row(x, i)).collect();
    let mut clusters = nearest(x, &centres);
    for _ in 0..ROUNDS {
        let next = nearest(x, &means(x, &clusters));
        if next == clusters {
            break;
        }
        clusters = next;
    }
    clusters
}

/// The mean of every cluster that has examples.
fn means(x: &Mat<f64>, clusters: &[usize]) -> Vec<Vec<f64>> {
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let mut means = vec![vec![0.0; x.ncols()]; count];
    let mut sizes = vec![0.0; count];
    for (i, &cluster) in clusters.iter().enumerate() {
        sizes[cluster] += 1.0;
        means[cluster].iter_mut().zip(x.row(i).iter()).for_each(|(m, v)| *m += v);
    }
    means.iter_mut().zip(&sizes).for_each(|(mean, size)| mean.iter_mut().for_each(|m| *m /= size));
    means.into_iter().zip(sizes).filter(|(_, size)| *size > 0.0).map(|(mean, _)| mean).collect()
}

fn nearest(x: &Mat<f64>, centres: &[Vec<f64>]) -> Vec<usize> {
    let mut least = vec![(f64::INFINITY, 0); x.nrows()];
    for (k, centre) in centres.iter().enumerate() {
        for (least, distance) in least.iter_mut().zip(squared_distances(x, centre, |_| 1.0)) {
            if distance < least.0 {
                *least = (distance, k);
            }
        }
    }
    least.into_iter().map(|(_, k)| k).collect()
}

fn row(x: &Mat<f64>, i: usize) -> Vec<f64> {
    x.row(i).iter().copied().collect()
}

/// Σ_j weight(j) (x_ij − centre_j)² of every example i, by columns, which is how they lie in memory.
pub(super) fn squared_distances(x: &Mat<f64>, centre: &[f64], weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; x.nrows()];
    for (j, &centre) in centre.iter().enumerate() {
        let weight = weight(j);
        for (sum, value) in sums.iter_mut().zip(x.col_as_slice(j)) {
            *sum += weight * (value - centre) * (value - centre);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::nleep_reference;
    use crate::random::stream;

    #[test]
    fn equals_scikit_learn() {
        // KMeans(len(start), init=z[start], n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(z).labels_
        for case in ["tall", "wide", "few"] {
            let given = nleep_reference(case);
            let z = given.table("scores").to_matrix();
            assert_eq!(k_means(&z, &given.indices("start")), given.indices("clusters"), "{case}");
        }
    }

    #[test]
    fn examples_apart_are_different_ones() {
        // Three places, each taken by several examples.
        let x = Mat::from_fn(9, 2, |i, j| ((i % 3) * 10 + j) as f64);
        for seed in 0..20 {
            let mut places: Vec<usize> =
                apart(&x, 5, &mut stream(seed, "apart", "test")).iter().map(|i| i % 3).collect();
            places.sort_unstable();
            assert_eq!(places, [0, 1, 2]);
        }
        let one = apart(&x, 1, &mut stream(1, "apart", "test"));
        assert_eq!((one.len(), k_means(&x, &one)), (1, vec![0; 9]));
    }

    #[test]
    fn a_cluster_that_loses_its_examples_is_dropped() {
        // Both copies of one place: the first takes all, the second has none.
        let x = faer::mat![[0.0], [0.0], [5.0], [6.0]];
        assert_eq!(k_means(&x, &[0, 1, 2]), [0, 0, 1, 1]);
    }
}
