//! Optimal transport between two samples whose examples all weigh the same.

use faer::Mat;

use crate::measure::Undefined;

/// Regularisation of Sinkhorn's iteration, in units of the mean cost.
pub(super) const EPSILON: f64 = 0.01;

/// Most iterations, and the error of the marginals at which they stop.
const ITERATIONS: usize = 5_000;
const TOLERANCE: f64 = 1e-9;

/// The mean cost of the cheapest assignment of rows to columns, n × n costs, exactly: shortest augmenting paths (Jonker
/// and Volgenant, Computing 38, 1987). O(n³).
pub(super) fn assignment(costs: &Mat<f64>) -> f64 {
    let n = costs.nrows();
    // Row and column prices; column 0 is where every search starts, so all are counted from 1.
    let (mut rows, mut columns) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let (mut row_of, mut way) = (vec![0usize; n + 1], vec![0usize; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let (mut least, mut visited) = (vec![f64::INFINITY; n + 1], vec![false; n + 1]);
        let mut column = 0;
        while row_of[column] != 0 {
            visited[column] = true;
            let (from, mut step, mut next) = (row_of[column], f64::INFINITY, 0);
            for to in (1..=n).filter(|&to| !visited[to]) {
                let reduced = costs[(from - 1, to - 1)] - rows[from] - columns[to];
                if reduced < least[to] {
                    (least[to], way[to]) = (reduced, column);
                }
                if least[to] < step {
                    (step, next) = (least[to], to);
                }
            }
            for to in 0..=n {
                if visited[to] {
                    rows[row_of[to]] += step;
                    columns[to] -= step;
                } else {
                    least[to] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            let before = way[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    (1..=n).map(|column| costs[(row_of[column] - 1, column - 1)]).sum::<f64>() / n as f64
}

/// ⟨P, costs⟩ of the plan P that minimises ⟨P, costs⟩ − ε H(P), n × m costs, ε = [`EPSILON`] × mean cost: Sinkhorn's
/// iteration on logarithms (Cuturi, NeurIPS 2013). The entropy's value is not part of the result. O(n m) an iteration.
pub(super) fn sinkhorn(costs: &Mat<f64>) -> Result<f64, Undefined> {
    let (n, m) = (costs.nrows(), costs.ncols());
    let mean = costs.sum() / (n * m) as f64;
    if mean <= 0.0 {
        return Ok(0.0);
    }
    let kernel = Mat::from_fn(n, m, |i, j| -costs[(i, j)] / (EPSILON * mean));
    let (a, b) = (-(n as f64).ln(), -(m as f64).ln());
    let (mut f, mut g) = (vec![0.0; n], vec![0.0; m]);
    for _ in 0..ITERATIONS {
        f = (0..n).map(|i| a - log_sum_exp((0..m).map(|j| kernel[(i, j)] + g[j]))).collect();
        let sums: Vec<f64> = (0..m).map(|j| log_sum_exp((0..n).map(|i| kernel[(i, j)] + f[i]))).collect();
        // Rows fit exactly now; columns by as much as g is wrong.
        let error: f64 = sums.iter().zip(&g).map(|(s, g)| ((s + g).exp() - b.exp()).abs()).sum();
        g = sums.iter().map(|s| b - s).collect();
        if error < TOLERANCE {
            break;
        }
    }
    let plan = |i: usize, j: usize| (kernel[(i, j)] + f[i] + g[j]).exp();
    let cost: f64 = (0..m).map(|j| (0..n).map(|i| plan(i, j) * costs[(i, j)]).sum::<f64>()).sum();
    if cost.is_finite() { Ok(cost) } else { Err(Undefined::NotFinite) }
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + values.map(|v| (v - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(n: usize, m: usize) -> Mat<f64> {
        Mat::from_fn(n, m, |i, j| ((i * 7 + j * 3) % 11) as f64 + (i as f64 - j as f64).powi(2) / 10.0)
    }

    #[test]
    fn the_cheapest_assignment_is_that_of_all_permutations() {
        let costs = costs(6, 6);
        let mut best = f64::INFINITY;
        let mut order: Vec<usize> = (0..6).collect();
        // Heap's algorithm, without recursion.
        let mut counters = [0; 6];
        let mut i = 0;
        loop {
            best = best.min(order.iter().enumerate().map(|(i, &j)| costs[(i, j)]).sum::<f64>() / 6.0);
            while i < 6 && counters[i] >= i {
                counters[i] = 0;
                i += 1;
            }
            if i == 6 {
                break;
            }
            order.swap(if i % 2 == 0 { 0 } else { counters[i] }, i);
            counters[i] += 1;
            i = 0;
        }
        assert!((assignment(&costs) - best).abs() < 1e-12, "{} {best}", assignment(&costs));
    }

    #[test]
    fn equals_pot() {
        // i, j = np.indices((5, 4)); M = (i * 7 + j * 3) % 11 + (i - j) ** 2 / 10.0; a, b = np.ones(5) / 5, np.ones(4) / 4
        // P = ot.bregman.sinkhorn_log(a, b, M, 0.01 * M.mean(), numItermax=10**6, stopThr=1e-14); (P * M).sum()
        assert!(
            (sinkhorn(&costs(5, 4)).unwrap() - 2.170_640_800_637_218_4).abs() < 1e-8,
            "{:?}",
            sinkhorn(&costs(5, 4))
        );
    }
}
