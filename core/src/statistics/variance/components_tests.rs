//! Variance components against explicit matrices, known truths and symmetries.

use proptest::prelude::*;
use rand_distr::{Distribution, StandardNormal};

use super::super::reference::{assert_near, cases, gains_of};
use super::super::{asymmetry, effects, split_half};
use super::*;
use crate::random::stream;

fn list(c: &Components) -> [Option<f64>; 5] {
    [Some(c.source), Some(c.target), Some(c.interaction), c.baseline, c.residual]
}

#[test]
fn equal_explicit_projection_matrices_and_traces() {
    for case in cases() {
        let ours = decompose(&case.gains()).unwrap();
        for (ours, theirs) in list(&ours.components).into_iter().zip(case.components) {
            assert_eq!(ours.is_some(), theirs.is_some(), "{}", case.name);
            assert_near(ours.unwrap_or(0.0), theirs.unwrap_or(0.0));
        }
        let shares = list(&ours.shares.unwrap());
        assert_near(shares.iter().flatten().sum(), 1.0);
        let positive: f64 = case.components.iter().flatten().map(|v| v.max(0.0)).sum();
        for (share, component) in shares.iter().zip(case.components) {
            assert_near(share.unwrap_or(0.0), component.unwrap_or(0.0).max(0.0) / positive);
        }
    }
}

/// Standard deviations of source, target, interaction, baseline, residual.
const TRUTH: [f64; 5] = [0.5, 1.0, 0.7, 0.6, 0.9];

/// Draws a map of `tasks` tasks at the `kept` (source, target, seed).
fn simulate(number: u64, tasks: usize, seeds: u64, kept: impl Fn(usize, usize, u64) -> bool) -> Gains {
    let mut rng = stream(number, "components", "recovery");
    let mut normal = |n: usize, sd: f64| -> Vec<f64> {
        (0..n)
            .map(|_| {
                let z: f64 = StandardNormal.sample(&mut rng);
                sd * z
            })
            .collect()
    };
    let source = normal(tasks, TRUTH[0]);
    let target = normal(tasks, TRUTH[1]);
    let interaction = normal(tasks * tasks, TRUTH[2]);
    let baseline = normal(tasks * seeds as usize, TRUTH[3]);
    let mut gains = Gains::new();
    for s in 0..tasks {
        for t in (0..tasks).filter(|&t| t != s) {
            let residual = normal(seeds as usize, TRUTH[4]);
            for k in (0..seeds).filter(|&k| kept(s, t, k)) {
                let gain = 0.3 + source[s] + target[t] + interaction[s * tasks + t];
                let noise = baseline[t * seeds as usize + k as usize] + residual[k as usize];
                gains.entry((s, t)).or_default().insert(k, gain + noise);
            }
        }
    }
    gains
}

/// The mean of 400 estimates lies within three of its own standard errors of the truth, each of which is at most `error`.
fn recovers(errors: [f64; 5], simulate: impl Fn(u64) -> Gains) {
    let draws: Vec<[f64; 5]> =
        (0..400).map(|i| list(&decompose(&simulate(i)).unwrap().components).map(Option::unwrap)).collect();
    for (j, (sd, error)) in TRUTH.iter().zip(errors).enumerate() {
        let values: Vec<f64> = draws.iter().map(|d| d[j]).collect();
        let standard_error = crate::statistics::sd(&values).unwrap() / 20.0;
        let mean = crate::statistics::mean(&values).unwrap();
        assert!(standard_error < error, "component {j}: standard error {standard_error}");
        assert!((mean - sd * sd).abs() < 3.0 * standard_error, "component {j}: {mean} ± {standard_error}, {}", sd * sd);
    }
}

#[test]
fn recover_known_components() {
    recovers([0.010, 0.034, 0.009, 0.009, 0.006], |i| simulate(i, 8, 3, |_, _, _| true));
}

#[test]
fn recover_known_components_with_missing_cells_and_unequal_seeds() {
    // A fifth of the cells is missing, and of the others up to two of four seeds.
    let kept =
        |s: usize, t: usize, k: u64| !(3 * s + t).is_multiple_of(5) && (s + 2 * t + k as usize) % 4 >= (s * t) % 3;
    recovers([0.012, 0.036, 0.012, 0.009, 0.007], |i| simulate(i, 7, 4, kept));
}

#[test]
fn without_noise_only_the_true_terms_remain() {
    // source −1, 0, 1, 2; target 0, 3, 1, −2, no interaction, two equal seeds: variances of the levels, ddof=1.
    let (source, target) = ([-1.0, 0.0, 1.0, 2.0], [0.0, 3.0, 1.0, -2.0]);
    let mut rows = Vec::new();
    for (s, a) in source.iter().enumerate() {
        for (t, b) in target.iter().enumerate().filter(|&(t, _)| t != s) {
            rows.extend([1, 2].map(|k| (s, t, k, 0.1 + a + b)));
        }
    }
    let components = decompose(&gains_of(&rows)).unwrap().components;
    assert_eq!((components.interaction, components.baseline, components.residual), (0.0, Some(0.0), Some(0.0)));
    assert_near(components.source, 5.0 / 3.0);
    assert_near(components.target, 13.0 / 3.0);
}

#[test]
fn gains_that_are_all_equal_have_no_shares() {
    let gains = simulate(1, 5, 3, |_, _, _| true);
    let rows: Vec<_> = gains.iter().flat_map(|(&(s, t), seeds)| seeds.keys().map(move |&k| (s, t, k, 0.1))).collect();
    let equal = decompose(&gains_of(&rows)).unwrap();
    assert_eq!(list(&equal.components), [Some(0.0); 5]);
    assert_eq!(equal.shares, None);
}

#[test]
fn rejects_designs_that_tell_nothing() {
    assert_eq!(decompose(&Gains::new()), Err(NotEstimable::TooFewTasks(0)));
    let two = [(0, 1, 1, 0.1), (1, 0, 1, 0.2), (0, 1, 2, 0.1)];
    assert_eq!(decompose(&gains_of(&two)), Err(NotEstimable::TooFewTasks(2)));
    let tree = [(0, 1, 1, 0.1), (0, 2, 1, 0.2), (1, 2, 1, 0.5)];
    assert_eq!(decompose(&gains_of(&tree)), Err(NotEstimable::Saturated { cells: 3 }));
    let mut huge: Vec<_> = vec![];
    for s in 0..3 {
        huge.extend((0..3).filter(|&t| t != s).map(|t| (s, t, 1, if s < t { 1e200 } else { -1e200 })));
    }
    assert_eq!(decompose(&gains_of(&huge)), Err(NotEstimable::Overflow));
}

/// A map of four to six tasks and two to four seeds, with every seventeenth gain missing.
fn any_gains() -> impl Strategy<Value = Gains> {
    (4usize..7, 2u64..5, 0u64..1000).prop_map(|(tasks, seeds, number)| {
        let lost =
            move |s: usize, t: usize, k: u64| (7 * s as u64 + 11 * t as u64 + 13 * k + number).is_multiple_of(17);
        simulate(number, tasks, seeds, |s, t, k| !lost(s, t, k))
    })
}

fn mapped(gains: &Gains, task: impl Fn(usize) -> usize, gain: impl Fn(f64) -> f64) -> Gains {
    let seeds = |seeds: &BTreeMap<u64, f64>| seeds.iter().map(|(&k, &g)| (k, gain(g))).collect();
    gains.iter().map(|(&(s, t), of_cell)| ((task(s), task(t)), seeds(of_cell))).collect()
}

fn assert_components(gains: &Gains, expected: &Components, factor: f64) {
    let ours = decompose(gains).unwrap().components;
    for (ours, expected) in list(&ours).into_iter().zip(list(expected)) {
        assert_near(ours.unwrap(), factor * expected.unwrap());
    }
}

fn estimates(effects: &BTreeMap<usize, super::super::Effect>) -> Vec<f64> {
    effects.values().map(|e| e.estimate).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn relabelling_tasks_moves_effects_and_nothing_else(gains in any_gains(), shift in 1usize..6) {
        let tasks = gains.keys().flat_map(|&(s, t)| [s, t]).max().unwrap() + 1;
        // Not a rotation alone: also reversed.
        let relabel = |task: usize| (2 * tasks - 1 - task + shift) % tasks;
        let relabelled = mapped(&gains, relabel, |g| g);
        assert_components(&relabelled, &decompose(&gains).unwrap().components, 1.0);
        let (before, after) = (effects(&gains, 0.95).unwrap(), effects(&relabelled, 0.95).unwrap());
        assert_near(before.mean, after.mean);
        for (before, after) in [(before.sources, after.sources), (before.targets, after.targets)] {
            let after = estimates(&after);
            for (task, effect) in estimates(&before).into_iter().enumerate() {
                assert_near(after[relabel(task)], effect);
            }
        }
    }

    #[test]
    fn a_constant_added_to_all_gains_moves_the_mean_alone(gains in any_gains(), constant in -5.0f64..5.0) {
        let moved = mapped(&gains, |t| t, |g| g + constant);
        assert_components(&moved, &decompose(&gains).unwrap().components, 1.0);
        let (before, after) = (effects(&gains, 0.95).unwrap(), effects(&moved, 0.95).unwrap());
        assert_near(after.mean, before.mean + constant);
        for (before, after) in [(before.sources, after.sources), (before.targets, after.targets)] {
            estimates(&before).into_iter().zip(estimates(&after)).for_each(|(b, a)| assert_near(a, b));
        }
        let r = |g: &Gains| split_half(g, 1).unwrap().half_correlation;
        assert_near(r(&moved), r(&gains));
        let share = |g: &Gains| asymmetry(g).unwrap().antisymmetric_share.unwrap();
        assert_near(share(&moved), share(&gains));
    }

    #[test]
    fn a_factor_squares_in_the_components(gains in any_gains(), factor in 0.01f64..10.0) {
        let scaled = mapped(&gains, |t| t, |g| g * factor);
        assert_components(&scaled, &decompose(&gains).unwrap().components, factor * factor);
        let (before, after) = (effects(&gains, 0.95).unwrap(), effects(&scaled, 0.95).unwrap());
        estimates(&before.sources).into_iter().zip(estimates(&after.sources)).for_each(|(b, a)| assert_near(a, b * factor));
    }

    #[test]
    fn the_sign_changes_no_component_no_reliability_and_no_asymmetry(gains in any_gains()) {
        let turned = mapped(&gains, |t| t, |g| -g);
        assert_components(&turned, &decompose(&gains).unwrap().components, 1.0);
        prop_assert_eq!(split_half(&turned, 1), split_half(&gains, 1));
        prop_assert_eq!(asymmetry(&turned), asymmetry(&gains));
    }
}
