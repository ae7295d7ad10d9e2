//! The tests of a family and what Holm makes of them: the one place where verdicts come from.

use std::collections::BTreeMap;

use super::Verdict;
use crate::statistics::{self, PooledT, Race};

/// What is decided about: the runs of a target alone and after one source, turned so that larger is better.
#[derive(Debug, Clone, PartialEq)]
pub struct Arms {
    /// Which target: pairs of the same one share its runs alone and are tested together.
    pub target: usize,
    /// Scores alone, in the order of the seeds; `None` for a run that failed, which keeps its place in a race.
    pub single: Vec<Option<f64>>,
    /// Scores after the source, likewise.
    pub transfer: Vec<Option<f64>>,
    /// Smallest gain worth having, in the units of the scores.
    pub margin: f64,
}

/// The tests of all pairs of a family, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct Decisions {
    /// The test of each pair inside its target; of a raced pair, at the last look that it had.
    pub tests: Vec<Option<PooledT>>,
    /// Runs in each arm at that look; `None` where pairs do not race, or before the first look.
    pub looks: Vec<Option<usize>>,
    /// Pairs with a test: what Holm corrects for.
    pub size: usize,
    /// Two-sided p.
    pub p: Vec<Option<f64>>,
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

/// Decides on every pair of a family. With `looks` (runs of an arm at each planned look, ascending) pairs race: each p is
/// (number of looks) × the smallest over the looks that the pair had, and holds under any rule of choosing and stopping.
///
/// Pairs of which one arm is a single run have a p and no verdict; a look at which that is so counts only for pairs that
/// have no other.
///
/// ```
/// use transfermap::analysis::{Arms, Verdict, decide};
///
/// let arms = |transfer: &[f64]| {
///     let some = |scores: &[f64]| scores.iter().map(|&s| Some(s)).collect();
///     Arms { target: 0, single: some(&[0.701, 0.698, 0.700, 0.702]), transfer: some(transfer), margin: 0.01 }
/// };
/// let pairs = [arms(&[0.731, 0.728, 0.733, 0.730]), arms(&[0.701, 0.698, 0.700, 0.702]), arms(&[0.8])];
/// let decisions = decide(&pairs, None, 0.05);
/// assert_eq!(decisions.verdicts, [Verdict::Helps, Verdict::Equivalent, Verdict::Untested]);
/// assert_eq!(decisions.size, 3);
/// ```
pub fn decide(pairs: &[Arms], looks: Option<&[usize]>, alpha: f64) -> Decisions {
    let evidence = match looks {
        Some(looks) => raced(pairs, looks),
        None => pooled(pairs),
    };
    let tested: Vec<usize> = (0..pairs.len()).filter(|&i| evidence[i].test.is_some()).collect();
    // Back to one entry for every pair.
    let spread = |values: Vec<Option<f64>>| {
        let mut all = vec![None; pairs.len()];
        for (&i, value) in tested.iter().zip(values) {
            all[i] = value;
        }
        all
    };
    let of_tested = |of: &dyn Fn(&Evidence) -> Option<f64>| -> Vec<Option<f64>> {
        tested.iter().map(|&i| of(&evidence[i])).collect()
    };
    let (p, equivalence) = (of_tested(&|e| e.p), of_tested(&|e| e.p_equivalence));
    let p_holm = spread(statistics::holm(&p));
    let p_equivalence_holm = spread(statistics::holm(&equivalence));
    let verdict = |i: usize| {
        let has_verdict = evidence[i].test.as_ref().map_or(two_runs_each(&pairs[i]), |test| !test.one_run());
        Verdict::of(has_verdict, evidence[i].gain, p_holm[i], p_equivalence_holm[i], alpha)
    };
    let verdicts = (0..pairs.len()).map(verdict).collect();
    Decisions {
        looks: evidence.iter().map(|e| e.look).collect(),
        size: tested.len(),
        q_bh: spread(statistics::benjamini_hochberg(&p)),
        p: spread(p),
        p_equivalence: spread(equivalence),
        p_holm,
        p_equivalence_holm,
        verdicts,
        tests: evidence.into_iter().map(|e| e.test).collect(),
    }
}

/// What a verdict on one pair rests on.
#[derive(Default)]
struct Evidence {
    test: Option<PooledT>,
    look: Option<usize>,
    p: Option<f64>,
    p_equivalence: Option<f64>,
    /// At the look with the smallest p.
    gain: Option<f64>,
}

fn pooled(pairs: &[Arms]) -> Vec<Evidence> {
    let scores = |runs: &[Option<f64>]| runs.iter().flatten().copied().collect::<Vec<f64>>();
    by_target(pairs, |single, transfers| {
        let transfers: Vec<Vec<f64>> = transfers.iter().map(|t| scores(t)).collect();
        let target = statistics::pool(&scores(single), &transfers);
        target.map_or_else(|| vec![None; transfers.len()], |target| target.tests)
    })
    .into_iter()
    .zip(pairs)
    .map(|(test, pair)| Evidence {
        p: test.as_ref().map(|t| t.p),
        p_equivalence: test.as_ref().and_then(|t| t.equivalence_p(pair.margin)),
        gain: test.as_ref().map(|t| t.gain),
        look: None,
        test,
    })
    .collect()
}

fn raced(pairs: &[Arms], looks: &[usize]) -> Vec<Evidence> {
    let tests = by_target(pairs, |single, transfers| Race::new(looks, single, transfers).tests);
    let of_pair = |(tests, pair): (Vec<Option<PooledT>>, &Arms)| {
        let last = tests.iter().rposition(Option::is_some);
        // A single run's noise is unknown, so no verdict may come from a look that has no more: runs that failed make such.
        let all_one_run = tests.iter().flatten().all(PooledT::one_run);
        let counts = |t: &PooledT| all_one_run || !t.one_run();
        let decisive = tests.iter().flatten().filter(|t| counts(t)).min_by(|a, b| a.p.total_cmp(&b.p));
        Evidence {
            p: statistics::raced(&tests, |t| counts(t).then_some(t.p)),
            p_equivalence: statistics::raced(&tests, |t| t.equivalence_p(pair.margin).filter(|_| counts(t))),
            gain: decisive.map(|t| t.gain),
            look: last.and_then(|at| looks.get(at).copied()),
            test: last.and_then(|at| tests.into_iter().nth(at).flatten()),
        }
    };
    tests.into_iter().zip(pairs).map(of_pair).collect()
}

/// Gives every pair what `test` says of it among the pairs of its target.
fn by_target<T: Default + Clone>(pairs: &[Arms], test: impl Fn(&[Option<f64>], &[&[Option<f64>]]) -> Vec<T>) -> Vec<T> {
    let mut targets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, pair) in pairs.iter().enumerate() {
        targets.entry(pair.target).or_default().push(i);
    }
    let mut all = vec![T::default(); pairs.len()];
    for places in targets.into_values() {
        let transfers: Vec<&[Option<f64>]> = places.iter().map(|&i| pairs[i].transfer.as_slice()).collect();
        let Some(&first) = places.first() else { continue };
        for (&i, value) in places.iter().zip(test(&pairs[first].single, &transfers)) {
            all[i] = value;
        }
    }
    all
}

fn two_runs_each(pair: &Arms) -> bool {
    [&pair.single, &pair.transfer].iter().all(|runs| runs.iter().flatten().count() >= 2)
}

/// The verdicts of the moderated paired t test alone: what `transfermap.analysis/1` decided by. Pairs with at least two
/// differences make up its family.
pub(super) fn decide_moderated(
    family: &statistics::Family,
    differences: &[Vec<f64>],
    margins: &[f64],
    alpha: f64,
) -> Vec<Verdict> {
    let tested: Vec<usize> = (0..differences.len()).filter(|&i| differences[i].len() >= 2).collect();
    let corrected = |of: &dyn Fn(usize) -> Option<f64>| {
        let p: Vec<Option<f64>> = tested.iter().map(|&i| of(i)).collect();
        tested.iter().copied().zip(statistics::holm(&p)).collect::<BTreeMap<usize, Option<f64>>>()
    };
    let test = |i: usize| family.tests.get(i).and_then(Option::as_ref);
    let difference = corrected(&|i| test(i).map(|t| t.p));
    let equivalence = corrected(&|i| test(i).and_then(|t| t.equivalence_p(*margins.get(i)?)));
    let at = |p: &BTreeMap<usize, Option<f64>>, i: usize| p.get(&i).copied().flatten();
    (0..differences.len())
        .map(|i| {
            let has_verdict = differences[i].len() >= 2;
            Verdict::of(has_verdict, statistics::mean(&differences[i]), at(&difference, i), at(&equivalence, i), alpha)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arms(target: usize, single: &[f64], transfer: &[f64]) -> Arms {
        let some = |scores: &[f64]| scores.iter().map(|&s| Some(s)).collect();
        Arms { target, single: some(single), transfer: some(transfer), margin: 0.01 }
    }

    #[test]
    fn a_source_with_equal_gains_in_all_seeds_is_decided_by_the_others_noise() {
        let single = [0.50, 0.52, 0.51];
        let pairs = [arms(0, &single, &[0.80, 0.82, 0.81]), arms(0, &single, &[0.6, 0.55, 0.5])];
        assert_eq!(decide(&pairs, None, 0.05).verdicts, [Verdict::Helps, Verdict::Undecided]);
    }

    #[test]
    fn a_target_whose_runs_do_not_vary_decides_nothing() {
        let noisy = [0.53, 0.51, 0.52];
        let pairs =
            [arms(0, &[0.5; 3], &[0.6; 3]), arms(1, &noisy, &[0.5, 0.55, 0.6]), arms(1, &noisy, &[0.9, 0.8, 0.7])];
        let decisions = decide(&pairs, None, 0.05);
        assert_eq!((decisions.verdicts[0], decisions.p_holm[0], decisions.size), (Verdict::Undecided, None, 2));
    }

    #[test]
    fn nothing_to_test() {
        let decisions = decide(&[arms(0, &[], &[]), arms(0, &[], &[0.1])], None, 0.05);
        assert_eq!((decisions.verdicts.as_slice(), decisions.size), ([Verdict::Untested; 2].as_slice(), 0));
        assert!(decide(&[], None, 0.05).verdicts.is_empty());
    }

    #[test]
    fn a_race_is_decided_at_the_look_that_showed_it() {
        let single = [0.50, 0.51, 0.49, 0.50, 0.51];
        let pairs = [arms(0, &single, &[0.70, 0.71, 0.69]), arms(0, &single, &[0.50, 0.49, 0.51, 0.52, 0.50])];
        let decisions = decide(&pairs, Some(&[3, 5]), 0.05);
        assert_eq!(decisions.looks, [Some(3), Some(5)]);
        assert_eq!(decisions.verdicts[0], Verdict::Helps);
        let at_three = decisions.tests[0].as_ref().unwrap();
        assert!((decisions.p[0].unwrap() - 2.0 * at_three.p).abs() < 1e-15, "two looks were planned");
        let before = [arms(0, &single, &[0.7, 0.71])];
        assert_eq!(decide(&before, Some(&[3, 5]), 0.05).verdicts, [Verdict::Undecided], "no look yet");
    }

    #[test]
    fn a_look_with_one_run_of_an_arm_decides_no_race() {
        // The one run that is left at the first look is far off; with the runs of the second nothing is shown.
        let failed = |transfer: &[f64]| {
            let mut pair = arms(0, &[0.900, 0.901, 0.899, 0.900], transfer);
            pair.transfer[1] = None;
            pair
        };
        let other = arms(0, &[0.900, 0.901, 0.899, 0.900], &[0.900, 0.899, 0.901, 0.900]);
        let decisions = decide(&[failed(&[0.70, 0.0, 0.90, 0.95]), other.clone()], Some(&[2, 4]), 0.05);
        let at_two = decide(&[failed(&[0.70, 0.0]), other], Some(&[2, 4]), 0.05);
        assert!(at_two.tests[0].as_ref().unwrap().one_run() && at_two.p[0].unwrap() < 1e-3, "{:?}", at_two.p);
        assert_eq!((at_two.verdicts[0], at_two.looks[0]), (Verdict::Untested, Some(2)), "a p, and no verdict");
        let at_four = decisions.tests[0].as_ref().unwrap();
        assert_eq!((decisions.verdicts[0], at_four.n), (Verdict::Undecided, (4, 3)));
        assert!(at_four.p > 0.05, "{}", at_four.p);
        let twice = (2.0 * at_four.p).min(1.0);
        assert!((decisions.p[0].unwrap() - twice).abs() < 1e-15, "of the look with more runs alone");
        let equivalence = at_four.equivalence_p(0.01).map(|p| (2.0 * p).min(1.0));
        assert_eq!(decisions.p_equivalence[0], equivalence);
    }

    /// Up to six pairs of two targets.
    fn families() -> impl Strategy<Value = Vec<Arms>> {
        let runs = || prop::collection::vec(0.4..0.8f64, 0..6);
        let target = |at: usize| {
            (runs(), prop::collection::vec(runs(), 1..4))
                .prop_map(move |(single, all)| all.iter().map(|t| arms(at, &single, t)).collect::<Vec<_>>())
        };
        (target(0), target(1)).prop_map(|(a, b)| [a, b].concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn p_values_are_probabilities_and_holm_is_not_below_raw(pairs in families(), race in any::<bool>()) {
            let decisions = decide(&pairs, race.then_some(&[2, 4][..]), 0.05);
            for i in 0..pairs.len() {
                let all = [decisions.p[i], decisions.p_holm[i], decisions.q_bh[i], decisions.p_equivalence[i]];
                prop_assert!(all.iter().flatten().all(|p| (0.0..=1.0).contains(p)));
                prop_assert!(decisions.p_holm[i] >= decisions.p[i]);
                prop_assert!(decisions.p_equivalence_holm[i] >= decisions.p_equivalence[i]);
            }
        }

        #[test]
        fn the_order_of_pairs_changes_no_verdict(pairs in families()) {
            let forward = decide(&pairs, None, 0.05).verdicts;
            let reversed: Vec<Arms> = pairs.iter().rev().cloned().collect();
            let mut backward = decide(&reversed, None, 0.05).verdicts;
            backward.reverse();
            prop_assert_eq!(forward, backward);
        }

        #[test]
        fn turning_the_scores_swaps_helps_and_harms(pairs in families()) {
            let turn = |runs: &[Option<f64>]| runs.iter().map(|r| r.map(|x| 1.0 - x)).collect();
            let turned: Vec<Arms> =
                pairs.iter().map(|p| Arms { single: turn(&p.single), transfer: turn(&p.transfer), ..p.clone() }).collect();
            let swap = |v: &Verdict| match v {
                Verdict::Helps => Verdict::Harms,
                Verdict::Harms => Verdict::Helps,
                other => *other,
            };
            let forward: Vec<Verdict> = decide(&pairs, None, 0.05).verdicts.iter().map(swap).collect();
            prop_assert_eq!(forward, decide(&turned, None, 0.05).verdicts);
        }
    }
}
