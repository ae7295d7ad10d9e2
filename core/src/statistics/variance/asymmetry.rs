//! Is transfer a two-way street? Gains of a pair of tasks in both directions.

use serde::{Deserialize, Serialize};

use super::{Gains, means};

/// A sum of squares below this share of the raw one is rounding of an exact zero.
const ZERO: f64 = 1e-26;

/// How far the gain from s to t goes with the gain from t to s.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asymmetry {
    /// Unordered pairs of tasks with gains in both directions: all numbers here are of these.
    pub pairs: usize,
    /// Unordered pairs with a gain in one direction only.
    pub one_way_pairs: usize,
    /// Σ a² / (Σ a² + Σ (s − s̄)²) with a = (g\[s, t\] − g\[t, s\]) / 2 and s = (g\[s, t\] + g\[t, s\]) / 2, from 0
    /// (symmetric) over about 1/2 (directions unrelated) to 1 (what one gains, the other loses). `None` with fewer than
    /// two pairs, or when all gains are equal.
    pub antisymmetric_share: Option<f64>,
    /// Correlation of g\[s, t\] with g\[t, s\], every unordered pair entered in both orders (Fisher's double-entry
    /// intraclass correlation: the two directions of a pair have no first and second). Equal to
    /// 1 − 2 · `antisymmetric_share`.
    pub correlation: Option<f64>,
    /// Mean of |g\[s, t\] − g\[t, s\]|, in the units of the gain.
    pub mean_absolute_difference: f64,
    /// Pairs where one direction helps and the other harms, by the signs of the means.
    pub opposite_signs: usize,
}

/// Compares the two directions of every pair measured in both, on the means over seeds.
///
/// Noise of the seeds is part of both a and s, and pulls the share towards 1/2. Differences between donors and between
/// receivers (`effects`) are part of it too: they are asymmetry of tasks, not of pairs.
///
/// `None` when no pair was measured in both directions.
///
/// Fisher, *Statistical Methods for Research Workers*, 1925, §38 (double entry).
pub fn asymmetry(gains: &Gains) -> Option<Asymmetry> {
    let means = means(gains);
    let both = |(&(s, t), &there): (&(usize, usize), &f64)| {
        (s < t).then(|| means.get(&(t, s)).map(|&back| (there, back))).flatten()
    };
    let pairs: Vec<(f64, f64)> = means.iter().filter_map(both).collect();
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let centre = pairs.iter().map(|(x, y)| (x + y) / 2.0).sum::<f64>() / n;
    let antisymmetric: f64 = pairs.iter().map(|(x, y)| ((x - y) / 2.0).powi(2)).sum();
    let symmetric: f64 = pairs.iter().map(|(x, y)| ((x + y) / 2.0 - centre).powi(2)).sum();
    let raw: f64 = pairs.iter().map(|(x, y)| (x * x + y * y) / 2.0).sum();
    let varies = pairs.len() >= 2 && antisymmetric + symmetric > ZERO * raw && raw.is_finite();

    // Two-way pairs are in `means` twice.
    let one_way_pairs = means.len() - 2 * pairs.len();
    let mean_absolute_difference = pairs.iter().map(|(x, y)| (x - y).abs()).sum::<f64>() / n;
    mean_absolute_difference.is_finite().then_some(Asymmetry {
        pairs: pairs.len(),
        one_way_pairs,
        antisymmetric_share: varies.then_some(antisymmetric / (antisymmetric + symmetric)),
        correlation: varies.then_some((symmetric - antisymmetric) / (symmetric + antisymmetric)),
        mean_absolute_difference,
        opposite_signs: pairs.iter().filter(|(x, y)| (*x > 0.0 && *y < 0.0) || (*x < 0.0 && *y > 0.0)).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_near, cases, gains_of};
    use super::*;

    #[test]
    fn equals_numpy() {
        for case in cases() {
            let (ours, theirs) = (asymmetry(&case.gains()).unwrap(), case.asymmetry);
            assert_eq!((ours.pairs, ours.one_way_pairs), (theirs.pairs, theirs.one_way_pairs), "{}", case.name);
            assert_near(ours.antisymmetric_share.unwrap(), theirs.antisymmetric_share);
            assert_near(ours.correlation.unwrap(), theirs.correlation);
            assert_near(ours.mean_absolute_difference, theirs.mean_absolute_difference);
            assert_eq!(ours.opposite_signs, theirs.opposite_signs, "{}", case.name);
        }
    }

    #[test]
    fn of_symmetric_and_of_opposite_gains() {
        let both = |turn: f64| {
            let pairs = [(0, 1, 0.3), (0, 2, -0.1), (1, 2, 0.25)];
            let rows: Vec<_> = pairs.iter().flat_map(|&(s, t, g)| [(s, t, 1, g), (t, s, 1, turn * g)]).collect();
            asymmetry(&gains_of(&rows)).unwrap()
        };
        assert_eq!((both(1.0).antisymmetric_share, both(1.0).opposite_signs), (Some(0.0), 0));
        assert_eq!((both(-1.0).antisymmetric_share, both(-1.0).opposite_signs), (Some(1.0), 3));
        assert_eq!((both(1.0).correlation, both(-1.0).correlation), (Some(1.0), Some(-1.0)));
    }

    #[test]
    fn no_share_without_variance_or_a_second_pair() {
        let one = asymmetry(&gains_of(&[(0, 1, 1, 0.5), (1, 0, 1, -0.5), (0, 2, 1, 0.1)])).unwrap();
        assert_eq!((one.pairs, one.one_way_pairs, one.opposite_signs), (1, 1, 1));
        assert_eq!((one.antisymmetric_share, one.correlation, one.mean_absolute_difference), (None, None, 1.0));
        let equal: Vec<_> = [(0, 1), (1, 0), (0, 2), (2, 0)].iter().map(|&(s, t)| (s, t, 1, 0.1)).collect();
        assert_eq!(asymmetry(&gains_of(&equal)).unwrap().antisymmetric_share, None);
        assert_eq!(asymmetry(&gains_of(&[(0, 1, 1, 0.5)])), None);
    }
}
