//! The tests of a family and what Holm makes of them: the one place where verdicts come from.

use super::Verdict;
use crate::statistics::{self, Family};

/// The tests of all pairs of a family, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct Decisions {
    /// Prior and moderated tests.
    pub family: Family,
    /// Pairs with at least two paired seeds: what Holm corrects for.
    pub size: usize,
    /// Two-sided p after Holm.
    pub p_holm: Vec<Option<f64>>,
    /// Two-sided p after Benjamini and Hochberg.
    pub q_bh: Vec<Option<f64>>,
    /// p of equivalence inside ± margin.
    pub p_equivalence: Vec<Option<f64>>,
    /// The same after Holm.
    pub p_equivalence_holm: Vec<Option<f64>>,
    /// Verdicts.
    pub verdicts: Vec<Verdict>,
}

/// Decides on every pair of a family from its paired differences and its margin (smallest gain worth having, in the
/// units of the differences).
///
/// Pairs with at least two differences make up the family. Those whose differences are all identical have no p; Holm
/// counts them as p = 1.
///
/// ```
/// use transfermap::analysis::{Verdict, decide};
///
/// let helps = [0.031, 0.028, 0.033, 0.030];
/// let nothing = [0.001, -0.002, 0.000, 0.002];
/// let decisions = decide(&[&helps[..], &nothing, &[0.2]], &[0.01; 3], 0.05);
/// assert_eq!(decisions.verdicts, [Verdict::Helps, Verdict::Equivalent, Verdict::Untested]);
/// assert_eq!(decisions.size, 2);
/// ```
pub fn decide<D: AsRef<[f64]>>(differences: &[D], margins: &[f64], alpha: f64) -> Decisions {
    let family = statistics::moderate(differences);
    let n = |i: usize| differences.get(i).map_or(0, |d| d.as_ref().len());
    let tested: Vec<usize> = (0..differences.len()).filter(|&i| n(i) >= 2).collect();
    let test = |i: usize| family.tests.get(i).and_then(Option::as_ref);
    let margin = |i: usize| margins.get(i).copied().unwrap_or(f64::NAN);
    let p: Vec<Option<f64>> = tested.iter().map(|&i| test(i).map(|t| t.p)).collect();
    let equivalence: Vec<Option<f64>> =
        tested.iter().map(|&i| test(i).and_then(|t| t.equivalence_p(margin(i)))).collect();
    // Back to one entry for every pair.
    let spread = |values: Vec<Option<f64>>| {
        let mut all = vec![None; differences.len()];
        for (&i, value) in tested.iter().zip(values) {
            all[i] = value;
        }
        all
    };
    let p_holm = spread(statistics::holm(&p));
    let p_equivalence_holm = spread(statistics::holm(&equivalence));
    let verdict = |i: usize| {
        let mean = differences.get(i).and_then(|d| statistics::mean(d.as_ref()));
        Verdict::of(n(i), mean, p_holm[i], p_equivalence_holm[i], alpha)
    };
    let verdicts = (0..differences.len()).map(verdict).collect();
    Decisions {
        size: tested.len(),
        q_bh: spread(statistics::benjamini_hochberg(&p)),
        p_equivalence: spread(equivalence),
        p_holm,
        p_equivalence_holm,
        verdicts,
        family,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn identical_differences_are_never_significant_and_count_in_the_family() {
        let noisy = [0.03, 0.01, 0.02];
        let decisions = decide(&[&[0.5, 0.5, 0.5][..], &noisy, &noisy], &[0.01; 3], 0.05);
        assert_eq!((decisions.verdicts[0], decisions.p_holm[0]), (Verdict::Undecided, None));
        assert_eq!(decisions.size, 3);
        let p = decisions.family.tests[1].as_ref().unwrap().p;
        assert!((decisions.p_holm[1].unwrap() - (3.0 * p).min(1.0)).abs() < 1e-15, "three pairs, not two");
    }

    #[test]
    fn nothing_to_test() {
        let decisions = decide::<&[f64]>(&[&[], &[0.1]], &[0.01; 2], 0.05);
        assert_eq!(decisions.verdicts, [Verdict::Untested; 2]);
        assert_eq!((decisions.size, decisions.family.prior), (0, None));
        assert!(decide::<&[f64]>(&[], &[], 0.05).verdicts.is_empty());
    }

    fn families() -> impl Strategy<Value = Vec<Vec<f64>>> {
        prop::collection::vec(prop::collection::vec(-0.2..0.2f64, 0..7), 1..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn p_values_are_probabilities_and_holm_is_not_below_raw(gains in families()) {
            let decisions = decide(&gains, &vec![0.01; gains.len()], 0.05);
            for i in 0..gains.len() {
                let raw = decisions.family.tests[i].as_ref().map(|t| t.p);
                let all = [raw, decisions.p_holm[i], decisions.q_bh[i], decisions.p_equivalence[i]];
                prop_assert!(all.iter().flatten().all(|p| (0.0..=1.0).contains(p)));
                prop_assert!(decisions.p_holm[i] >= raw);
                prop_assert!(decisions.p_equivalence_holm[i] >= decisions.p_equivalence[i]);
            }
        }

        #[test]
        fn the_order_of_pairs_changes_no_verdict(gains in families()) {
            let margins = vec![0.01; gains.len()];
            let forward = decide(&gains, &margins, 0.05).verdicts;
            let reversed: Vec<Vec<f64>> = gains.iter().rev().cloned().collect();
            let mut backward = decide(&reversed, &margins, 0.05).verdicts;
            backward.reverse();
            prop_assert_eq!(forward, backward);
        }

        #[test]
        fn swapping_the_arms_swaps_helps_and_harms(gains in families()) {
            let margins = vec![0.01; gains.len()];
            let swapped: Vec<Vec<f64>> = gains.iter().map(|g| g.iter().map(|x| -x).collect()).collect();
            let swap = |v: &Verdict| match v {
                Verdict::Helps => Verdict::Harms,
                Verdict::Harms => Verdict::Helps,
                other => *other,
            };
            let forward: Vec<Verdict> = decide(&gains, &margins, 0.05).verdicts.iter().map(swap).collect();
            prop_assert_eq!(forward, decide(&swapped, &margins, 0.05).verdicts);
        }
    }
}
