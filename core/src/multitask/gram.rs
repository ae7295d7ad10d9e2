//! The inner products of the gradients of tasks: all that weighing them needs to know of them.

use serde::{Deserialize, Serialize};

/// A gradient this much shorter than the longest takes no part.
const NOTHING: f64 = 1e-12;

/// G with G_ij = g_i · g_j, for the gradients of K tasks at the same weights; K × K, symmetric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Gram(Vec<Vec<f64>>);

impl Gram {
    /// From its rows.
    pub fn new(rows: Vec<Vec<f64>>) -> Self {
        Self(rows)
    }

    /// K.
    pub fn tasks(&self) -> usize {
        self.0.len()
    }

    /// g_i · g_j; NaN beyond its size.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.0.get(i).and_then(|row| row.get(j)).copied().unwrap_or(f64::NAN)
    }

    /// |g_i|.
    pub fn norm(&self, i: usize) -> f64 {
        self.at(i, i).max(0.0).sqrt()
    }

    /// The cosine of two gradients, from −1 to 1; `None` where one is zero.
    pub fn cosine(&self, i: usize, j: usize) -> Option<f64> {
        let cosine = self.at(i, j) / (self.norm(i) * self.norm(j));
        cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
    }

    /// 2 |g_i| |g_j| / (|g_i|² + |g_j|²), from 0 to 1: how alike they are in length (Yu et al. 2020). `None` where one
    /// is zero.
    pub fn magnitude_similarity(&self, i: usize, j: usize) -> Option<f64> {
        let (a, b) = (self.norm(i), self.norm(j));
        let alike = 2.0 * a * b / (a * a + b * b);
        (a > 0.0 && b > 0.0 && alike.is_finite()).then_some(alike)
    }

    /// Σ_ij a_i b_j G_ij: the inner product of two combinations.
    pub fn inner(&self, a: &[f64], b: &[f64]) -> f64 {
        a.iter().enumerate().map(|(i, a)| b.iter().enumerate().map(|(j, b)| a * b * self.at(i, j)).sum::<f64>()).sum()
    }

    /// Of the whole gradients, where each of `blocks` is of a part of the parameters.
    pub fn sum(blocks: &[Self]) -> Self {
        let k = blocks.first().map_or(0, Self::tasks);
        let at = |i, j| blocks.iter().map(|block| block.at(i, j)).sum();
        Self((0..k).map(|i| (0..k).map(|j| at(i, j)).collect()).collect())
    }

    /// Of these tasks alone, by their positions.
    #[must_use]
    pub fn of(&self, positions: &[usize]) -> Self {
        Self(positions.iter().map(|&i| positions.iter().map(|&j| self.at(i, j)).collect()).collect())
    }

    /// The length of the longest gradient.
    pub fn longest(&self) -> f64 {
        (0..self.tasks()).map(|i| self.norm(i)).fold(0.0, f64::max)
    }

    /// Positions of the gradients that are more than nothing beside the longest.
    pub fn present(&self) -> Vec<usize> {
        let least = NOTHING * self.longest();
        (0..self.tasks()).filter(|&i| self.norm(i) > least).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multitask::reference::{gram, joint, numbers, rows};

    /// `gradients` of joint.json.
    #[test]
    fn cosines_and_lengths_are_those_of_numpy() {
        for case in joint()["gradients"]["cases"].as_array().unwrap() {
            let gradients = rows(&case["g"]);
            let gram = gram(&gradients);
            let scale = gram.longest().powi(2);
            for (i, norm) in numbers(&case["norms"]).into_iter().enumerate() {
                assert!((gram.norm(i) - norm).abs() <= 1e-12 * gram.longest(), "{}", case["name"]);
                for j in 0..gram.tasks() {
                    let theirs = case["gram"][i][j].as_f64().unwrap();
                    assert!((gram.at(i, j) - theirs).abs() <= 1e-12 * scale, "{}", case["name"]);
                    for (ours, name) in
                        [(gram.cosine(i, j), "cosine"), (gram.magnitude_similarity(i, j), "magnitude_similarity")]
                    {
                        let theirs = case[name][i][j].as_f64();
                        let near = match ours.zip(theirs) {
                            Some((a, b)) => (a - b).abs() < 1e-12,
                            None => ours.is_none() && theirs.is_none(),
                        };
                        assert!(near, "{} {name} {i} {j}: {ours:?} {theirs:?}", case["name"]);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_zero_takes_no_part() {
        let gram = gram(&[vec![1.0, 2.0], vec![0.0, 1e-13], vec![-1.0, 0.5]]);
        assert_eq!(gram.present(), [0, 2]);
        assert_eq!(gram.of(&[0, 2]).at(0, 1), gram.at(0, 2));
        assert_eq!(Gram::sum(&[gram.clone(), gram.clone()]).at(0, 2), 2.0 * gram.at(0, 2));
    }
}
