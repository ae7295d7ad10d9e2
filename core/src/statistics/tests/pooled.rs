//! tests/fixtures/pooled.json by make_pooled.py 20261127 (numpy, scipy, statsmodels).

use serde::Deserialize;

use super::super::*;
use super::assert_close;

const POOLED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/pooled.json"));

#[derive(Deserialize)]
struct Fixtures {
    margin: f64,
    level: f64,
    families: Vec<FamilyCase>,
    races: Vec<RaceCase>,
}

#[derive(Deserialize)]
struct FamilyCase {
    /// Arms by target, the runs alone first.
    targets: Vec<Vec<Vec<f64>>>,
    tests: Vec<TargetCase>,
    holm_family: Vec<f64>,
    holm_target: Vec<Option<Vec<f64>>>,
}

#[derive(Deserialize)]
struct TargetCase {
    degrees: f64,
    pooled_variance: Option<f64>,
    arms: Option<Vec<ArmCase>>,
}

#[derive(Deserialize)]
struct ArmCase {
    gain: f64,
    standard_error: f64,
    df: f64,
    t: f64,
    p: f64,
    interval: Interval,
    p_equivalence: f64,
    probability_positive: f64,
    variance: f64,
    variance_df: f64,
}

#[derive(Deserialize)]
struct RaceCase {
    arms: Vec<Vec<f64>>,
    runs: Vec<usize>,
    looks: Vec<usize>,
    p_by_look: Vec<Vec<Option<f64>>>,
    p_race: Vec<f64>,
    holm: Vec<f64>,
}

fn fixtures() -> Fixtures {
    let fixtures: Fixtures = serde_json::from_str(POOLED).unwrap();
    assert_eq!((fixtures.families.len(), fixtures.races.len()), (4, 2));
    fixtures
}

fn assert_all_close(ours: &[Option<f64>], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).for_each(|(ours, theirs)| assert_close(ours.unwrap(), *theirs, 1e-9));
}

#[test]
fn sources_inside_their_targets_equal_the_reference() {
    let fixtures = fixtures();
    for family in &fixtures.families {
        let mut all = Vec::new();
        for ((arms, expected), holm_target) in family.targets.iter().zip(&family.tests).zip(&family.holm_target) {
            let (single, sources) = arms.split_first().unwrap();
            let target = pool(single, sources);
            let Some(expected_arms) = &expected.arms else {
                assert_eq!((target, holm_target), (None, &None));
                continue;
            };
            let target = target.unwrap();
            assert_eq!(target.df, expected.degrees);
            assert_close(target.variance, expected.pooled_variance.unwrap(), 1e-9);
            assert_eq!(target.tests.len(), expected_arms.len());
            for (test, expected) in target.tests.iter().zip(expected_arms) {
                let test = test.as_ref().unwrap();
                for (ours, theirs) in [
                    (test.gain, expected.gain),
                    (test.standard_error, expected.standard_error),
                    (test.df, expected.df),
                    (test.t, expected.t),
                    (test.p, expected.p),
                    (test.interval(fixtures.level).unwrap().low, expected.interval.low),
                    (test.interval(fixtures.level).unwrap().high, expected.interval.high),
                    (test.equivalence_p(fixtures.margin).unwrap(), expected.p_equivalence),
                    (test.probability_positive().unwrap(), expected.probability_positive),
                    (test.variance, expected.variance),
                    (test.variance_df, expected.variance_df),
                ] {
                    assert_close(ours, theirs, 1e-9);
                }
            }
            let p: Vec<Option<f64>> = target.tests.iter().flatten().map(|t| Some(t.p)).collect();
            assert_all_close(&holm(&p), holm_target.as_ref().unwrap());
            all.extend(p);
        }
        assert_all_close(&holm(&all), &family.holm_family);
    }
}

#[test]
fn races_equal_the_reference() {
    for case in fixtures().races {
        let had = |(runs, &n): (&Vec<f64>, &usize)| runs.iter().take(n).map(|&y| Some(y)).collect::<Vec<_>>();
        let arms: Vec<Vec<Option<f64>>> = case.arms.iter().zip(&case.runs).map(had).collect();
        let (single, sources) = arms.split_first().unwrap();
        let race = Race::new(&case.looks, single, sources);
        for (source, tests) in race.tests.iter().enumerate() {
            for (test, by_look) in tests.iter().zip(&case.p_by_look) {
                match (test, by_look[source]) {
                    (Some(test), Some(expected)) => assert_close(test.p, expected, 1e-9),
                    (test, expected) => assert_eq!((test.is_some(), expected.is_some()), (false, false)),
                }
            }
        }
        let p: Vec<Option<f64>> = race.tests.iter().map(|tests| raced(tests, |t| Some(t.p))).collect();
        assert_all_close(&p, &case.p_race);
        assert_all_close(&holm(&p), &case.holm);
    }
}

#[test]
fn a_look_is_of_a_fixed_sample() {
    let [single, loud, quiet] =
        [[0.5, 0.51, 0.52, 0.51, 0.5], [0.6, 0.4, 0.5, 0.9, 0.1], [0.55, 0.56, 0.57, 0.56, 0.55]]
            .map(|runs| runs.map(Some).to_vec());
    let before = Race::new(&[3, 5], &single, &[loud[..3].to_vec(), quiet.clone()]);
    let after = Race::new(&[3, 5], &single, &[loud, quiet.clone()]);
    assert_eq!(before.tests[1], after.tests[1], "what others ran since changes no look");
    assert_eq!(before.tests[0][1], None);

    let mut failed = quiet;
    failed[1] = None;
    let race = Race::new(&[3, 5], &single, &[failed]);
    let n: Vec<_> = race.tests[0].iter().flatten().map(|t| t.n).collect();
    assert_eq!(n, [(3, 2), (5, 4)], "a failed run keeps its place");
}

#[test]
fn seeds_to_detect_a_gain_are_those_at_which_the_smallest_detectable_one_is_no_larger() {
    let target = pool(&[0.50, 0.51, 0.49, 0.50], &[[0.51, 0.52, 0.50, 0.51], [0.49, 0.50, 0.50, 0.51]]).unwrap();
    let test = target.tests[0].as_ref().unwrap();
    let seeds = |gain| test.seeds_to_detect(gain, 0.05, 0.8);
    // Two arms of one variance: at today's four runs today's smallest detectable gain is found.
    let today = smallest_detectable(test.standard_error, test.df, 0.05, 0.8).unwrap();
    assert_eq!((seeds(today * 1.000_001), seeds(today * 0.999)), (Some(4), Some(5)));
    assert!(seeds(0.004).unwrap() > seeds(0.006).unwrap());
    assert_eq!((seeds(1e-6), seeds(0.0)), (None, None));
}

#[test]
fn nothing_to_test_with() {
    assert_eq!(pool(&[], &[&[0.5, 0.6][..]]), None, "no run alone");
    assert_eq!(pool(&[0.5], &[&[0.6][..], &[0.7]]), None, "no arm of two runs");
    assert_eq!(pool(&[0.5, 0.5], &[&[0.6, 0.6][..]]), None, "nothing varies");
    assert_eq!(pool(&[0.5, f64::NAN], &[&[0.6, 0.7][..]]), None);
    let target = pool(&[0.5, 0.6], &[&[][..], &[0.7]]).unwrap();
    assert!(target.tests[0].is_none() && target.tests[1].as_ref().unwrap().one_run());
}

#[test]
fn a_loud_arm_widens_its_own_interval_only() {
    let width = |target: &Pooled, source: usize| target.tests[source].as_ref().unwrap().standard_error;
    let single = [0.50, 0.51, 0.52];
    let calm = pool(&single, &[[0.60, 0.61, 0.62], [0.55, 0.56, 0.57]]).unwrap();
    let one_loud = pool(&single, &[[0.60, 0.61, 0.62], [0.40, 0.56, 0.72]]).unwrap();
    assert!(width(&one_loud, 1) > 1.2 * width(&one_loud, 0));
    assert!(width(&one_loud, 0) > width(&calm, 0), "its noise counts for the others as one arm of three");
    let one_quiet = pool(&single, &[[0.60, 0.61, 0.62], [0.56, 0.56, 0.56]]).unwrap();
    let quiet = one_quiet.tests[1].as_ref().unwrap();
    assert_eq!(quiet.variance, one_quiet.variance, "an arm that does not vary is not believed");
}
