//! What must hold of every input.

use proptest::prelude::*;

use super::super::*;

fn values(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    // Multiples of 1/1000, as accuracies are: ties and identical values come up.
    proptest::collection::vec((-40_i32..=40).prop_map(|k| f64::from(k) / 1000.0), n)
}

fn families() -> impl Strategy<Value = Vec<Vec<f64>>> {
    proptest::collection::vec(values(1..7), 1..8)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-6)
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => near(a, b),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p_values_are_shares(differences in values(2..9), other in values(2..9), margin in 0.001..0.1) {
        let test = PairedT::new(&differences).unwrap();
        let welch = Welch::new(&differences, &other);
        let p = [test.p, sign_flip_p(&differences), test.equivalence_p(margin), welch.map(|w| w.p),
            probability_of_superiority(&differences, &other)];
        prop_assert!(p.iter().flatten().all(|p| (0.0..=1.0).contains(p)), "{p:?}");
        prop_assert!(sign_flip_p(&differences).is_none_or(|p| p >= 2.0 / f64::from(1 << differences.len())));
    }

    #[test]
    fn the_order_of_seeds_does_not_matter(differences in values(2..9)) {
        let mut turned = differences.clone();
        turned.rotate_left(1);
        turned.reverse();
        let (a, b) = (PairedT::new(&differences).unwrap(), PairedT::new(&turned).unwrap());
        prop_assert!(same(a.p, b.p) && (a.mean - b.mean).abs() < 1e-15);
        prop_assert_eq!(sign_flip_p(&differences), sign_flip_p(&turned));
    }

    #[test]
    fn the_order_of_pairs_does_not_matter(family in families()) {
        let forward = moderate(&family);
        let backward = moderate(&family.iter().rev().collect::<Vec<_>>());
        prop_assert_eq!(forward.prior, backward.prior);
        prop_assert!(forward.tests.iter().eq(backward.tests.iter().rev()));
    }

    #[test]
    fn swapped_arms_negate_the_mean_and_keep_p(a in values(2..9), b in values(2..9), family in families()) {
        let negate = |x: &[f64]| x.iter().map(|v| -v).collect::<Vec<f64>>();
        let (one, two) = (PairedT::new(&a).unwrap(), PairedT::new(&negate(&a)).unwrap());
        prop_assert_eq!((one.mean, one.p), (-two.mean, two.p));
        prop_assert_eq!(sign_flip_p(&a), sign_flip_p(&negate(&a)));
        let (one, two) = (Welch::new(&a, &b), Welch::new(&b, &a));
        prop_assert!(same(one.as_ref().map(|w| w.p), two.as_ref().map(|w| w.p)));
        prop_assert!(same(one.map(|w| w.mean_difference), two.map(|w| -w.mean_difference)));
        let (one, two) = (probability_of_superiority(&a, &b), probability_of_superiority(&b, &a));
        prop_assert!(near(one.unwrap(), 1.0 - two.unwrap()));
        let (one, two) = (moderate(&family), moderate(&family.iter().map(|d| negate(d)).collect::<Vec<_>>()));
        for (one, two) in one.tests.iter().zip(&two.tests) {
            prop_assert_eq!(one.as_ref().map(|t| (t.mean, t.p)), two.as_ref().map(|t| (-t.mean, t.p)));
        }
    }

    #[test]
    fn scaling_scales_intervals_and_keeps_p(family in families(), scale in 1e-3..1e3) {
        let scaled: Vec<Vec<f64>> = family.iter().map(|d| d.iter().map(|x| x * scale).collect()).collect();
        let (one, two) = (moderate(&family), moderate(&scaled));
        for (one, two) in one.tests.iter().zip(&two.tests) {
            prop_assert_eq!(one.is_some(), two.is_some());
            let (Some(one), Some(two)) = (one, two) else { continue };
            prop_assert!((one.p - two.p).abs() < 1e-7, "{one:?} {two:?}");
            let [a, b] = [&one, &two].map(|t| t.interval(0.9).unwrap().half_width());
            prop_assert!(f64::abs(a - b / scale) < 1e-6 * a, "{one:?} {two:?}");
        }
        for (one, two) in family.iter().zip(&scaled).filter(|(one, _)| one.len() >= 2) {
            let (one, two) = (PairedT::new(one).unwrap(), PairedT::new(two).unwrap());
            prop_assert!(same(one.p, two.p));
            let interval = |t: &PairedT| t.interval(0.95);
            if let (Some(a), Some(b)) = (interval(&one), interval(&two)) {
                prop_assert!(near(a.low * scale, b.low) && near(a.high * scale, b.high));
            }
        }
    }

    #[test]
    fn intervals_hold_the_mean_and_widen_with_the_level(family in families(), level in 0.05..0.9) {
        let plain = family.iter().filter_map(|d| PairedT::new(d));
        let plain = plain.filter_map(|t| Some((t.mean, t.interval(level)?, t.interval(level + 0.05)?)));
        let moderated = moderate(&family).tests;
        let moderated = moderated.iter().flatten().filter_map(|t| Some((t.mean, t.interval(level)?, t.interval(level + 0.05)?)));
        for (mean, narrow, wide) in plain.chain(moderated) {
            prop_assert!(wide.low < narrow.low && narrow.low < mean && mean < narrow.high && narrow.high < wide.high);
        }
    }

    #[test]
    fn the_interval_leaves_out_0_exactly_when_p_is_below_alpha(family in families()) {
        for test in moderate(&family).tests.iter().flatten() {
            let Interval { low, high } = test.interval(1.0 - test.p.clamp(1e-6, 0.999)).unwrap();
            if (1e-6..0.999).contains(&test.p) {
                prop_assert!(low.abs().min(high.abs()) < 1e-8 * (high - low));
            }
        }
    }

    #[test]
    fn identical_differences_are_never_significant(value in -1.0..1.0, n in 2_usize..13, others in families()) {
        let same = vec![value; n];
        prop_assert_eq!((PairedT::new(&same).unwrap().p, sign_flip_p(&same)), (None, None));
        let mut family = others.clone();
        family.push(same);
        let (with, without) = (moderate(&family), moderate(&others));
        prop_assert_eq!(with.prior, without.prior);
        prop_assert_eq!(with.tests.split_last().unwrap(), (&None, &without.tests[..]));
    }

    #[test]
    fn holm_is_at_least_p_and_benjamini_hochberg_at_most_holm(
        p in proptest::collection::vec(proptest::option::weighted(0.8, 0.0..=1.0), 0..20),
    ) {
        let (h, bh) = (holm(&p), benjamini_hochberg(&p));
        for (i, p) in p.iter().enumerate() {
            let Some(p) = *p else {
                prop_assert_eq!((h[i], bh[i]), (None, None));
                continue;
            };
            let (h, bh) = (h[i].unwrap(), bh[i].unwrap());
            prop_assert!(p <= bh && bh <= h * (1.0 + 1e-15) && h <= 1.0, "{p} {bh} {h}");
        }
    }

    #[test]
    fn more_observations_detect_smaller_effects(n in 2_usize..40, alpha in 0.001..0.2, power in 0.3..0.99) {
        let d = |n: usize| smallest_detectable(1.0 / (n as f64).sqrt(), (n - 1) as f64, alpha, power).unwrap();
        prop_assert!(d(n + 1) < d(n));
    }
}
