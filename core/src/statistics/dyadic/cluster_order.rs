//! An order of tasks in which similar ones stand together: the leaves of average-linkage clustering.

use super::Matrix;
use crate::statistics::mean;

/// The tasks in the order of the leaves of a dendrogram: average linkage on the distances, symmetrised by their mean.
/// Tasks without any distance come last, in their own order.
///
/// Leaves stand as scipy's `leaves_list(linkage(distances, "average"))` puts them. Sokal and Michener, *A statistical
/// method for evaluating systematic relationships*, University of Kansas Science Bulletin 38, 1958.
pub fn cluster_order(distances: &Matrix) -> Vec<usize> {
    let both = |a, b| [distances.get(a, b), distances.get(b, a)].into_iter().flatten().collect::<Vec<f64>>();
    let n = distances.size();
    let table: Vec<Vec<Option<f64>>> = (0..n).map(|a| (0..n).map(|b| mean(&both(a, b))).collect()).collect();
    let (with, without): (Vec<usize>, Vec<usize>) = (0..n).partition(|&a| table[a].iter().any(Option::is_some));
    leaves(&table, &with).into_iter().chain(without).collect()
}

/// A cluster: its number, as scipy counts them, and its leaves.
struct Cluster {
    number: usize,
    leaves: Vec<usize>,
}

fn leaves(distances: &[Vec<Option<f64>>], items: &[usize]) -> Vec<usize> {
    let mut clusters: Vec<Cluster> =
        items.iter().enumerate().map(|(number, &i)| Cluster { number, leaves: vec![i] }).collect();
    let mut next = clusters.len();
    while clusters.len() > 1 {
        let mut best: Option<(f64, usize, usize)> = None;
        for a in 0..clusters.len() {
            for b in a + 1..clusters.len() {
                let d = average(distances, &clusters[a].leaves, &clusters[b].leaves);
                if best.is_none_or(|(least, ..)| d < least) {
                    best = Some((d, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { break };
        let second = clusters.remove(b);
        let first = clusters.remove(a);
        let (mut left, right) = if first.number < second.number { (first, second) } else { (second, first) };
        left.leaves.extend(right.leaves);
        clusters.push(Cluster { number: next, leaves: left.leaves });
        next += 1;
    }
    clusters.into_iter().flat_map(|c| c.leaves).collect()
}

/// Mean distance of the leaves of two clusters; infinite where none is known.
fn average(distances: &[Vec<Option<f64>>], a: &[usize], b: &[usize]) -> f64 {
    let known: Vec<f64> = a.iter().flat_map(|&i| b.iter().filter_map(move |&j| distances[i][j])).collect();
    mean(&known).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `leaves_list(linkage(squareform(d), "average"))` of
    /// d(01)=4, 02=1, 03=5, 04=3.5, 12=6, 13=0.5, 14=2, 23=7, 24=3, 34=2.5 is [0, 2, 4, 1, 3].
    #[test]
    fn leaves_stand_as_scipy_puts_them() {
        let upper = [
            [0.0, 4.0, 1.0, 5.0, 3.5],
            [0.0, 0.0, 6.0, 0.5, 2.0],
            [0.0, 0.0, 0.0, 7.0, 3.0],
            [0.0, 0.0, 0.0, 0.0, 2.5],
        ];
        let one_way = Matrix::from_fn(5, |s, t| (s < t).then(|| upper[s][t])).unwrap();
        assert_eq!(cluster_order(&one_way), [0, 2, 4, 1, 3]);
        // The mean of both directions counts.
        let both = Matrix::from_fn(5, |s, t| Some(upper[s.min(t)][s.max(t)] + if s < t { 1.0 } else { -1.0 })).unwrap();
        assert_eq!(cluster_order(&both), [0, 2, 4, 1, 3]);
    }

    #[test]
    fn tasks_without_distances_come_last() {
        let one = Matrix::from_fn(3, |s, t| ((s, t) == (2, 1)).then_some(1.0)).unwrap();
        assert_eq!(cluster_order(&one), [1, 2, 0]);
        assert_eq!(cluster_order(&Matrix::from_fn(2, |_, _| None).unwrap()), [0, 1]);
    }
}
