//! Weighted τ: Kendall's τ in which the best candidates matter most, as transferability papers report it.

use super::comparable;

/// Vigna's τ_h, `scipy.stats.weightedtau` with its defaults, from −1 to 1; larger values count as better.
///
/// τ = ⟨x, y⟩ / √(⟨x, x⟩⟨y, y⟩) with ⟨x, y⟩ = Σ_{i<j} sgn(xᵢ − xⱼ) sgn(yᵢ − yⱼ) (1/(1 + ρᵢ) + 1/(1 + ρⱼ)), where ρ
/// counts from 0 in descending order. The mean of the two values with ρ by (x, then y) and by (y, then x). Vigna, *A
/// weighted correlation index for rankings with ties*, WWW 2015.
///
/// O(n²), and a matrix of 22 tasks has 462 points. `None` with fewer than 3 points, lists of different lengths, a
/// constant list, or a value that is not finite.
pub fn weighted_tau(x: &[f64], y: &[f64]) -> Option<f64> {
    if !comparable(x, y, 3) {
        return None;
    }
    Some((with_ranking(x, y, &weights(x, y)) + with_ranking(x, y, &weights(y, x))) / 2.0)
}

/// 1 / (1 + ρ) of every point. Points that are equal in both lists may be taken in either order: they have the same
/// sign against every other point, and none against each other.
fn weights(first: &[f64], second: &[f64]) -> Vec<f64> {
    let key = |i: usize| (first[i] + 0.0, second[i] + 0.0);
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_by(|&a, &b| key(b).0.total_cmp(&key(a).0).then(key(b).1.total_cmp(&key(a).1)));
    let mut weights = vec![0.0; first.len()];
    for (rank, &i) in order.iter().enumerate() {
        weights[i] = 1.0 / (1.0 + rank as f64);
    }
    weights
}

fn with_ranking(x: &[f64], y: &[f64], weights: &[f64]) -> f64 {
    let sign = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
    let (mut both, mut in_x, mut in_y) = (0.0, 0.0, 0.0);
    for i in 0..x.len() {
        for j in 0..i {
            let (u, v, weight) = (sign(x[i], x[j]), sign(y[i], y[j]), weights[i] + weights[j]);
            both += u * v * weight;
            in_x += u * u * weight;
            in_y += v * v * weight;
        }
    }
    (both / in_x.sqrt() / in_y.sqrt()).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_close, cases, undefined};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in cases() {
            assert_close(weighted_tau(&case.x, &case.y), case.weighted_tau_hyperbolic);
        }
    }

    #[test]
    fn a_mistake_at_the_top_costs_more_than_one_at_the_bottom() {
        let y = [5.0, 4.0, 3.0, 2.0, 1.0];
        let top = weighted_tau(&[4.0, 5.0, 3.0, 2.0, 1.0], &y).unwrap();
        let bottom = weighted_tau(&[5.0, 4.0, 3.0, 1.0, 2.0], &y).unwrap();
        assert!(top < bottom, "{top} {bottom}");
    }

    #[test]
    fn undefined_without_variance_or_points() {
        for (x, y) in undefined() {
            assert_eq!(weighted_tau(&x, &y), None, "{x:?} {y:?}");
        }
    }
}
