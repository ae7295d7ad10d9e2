//! What holds for every pair of matrices.

use proptest::prelude::*;

use super::reference::{qap, reordered, within_target_p};
use super::*;
use crate::statistics::correlation::Coefficient;

const TASKS: usize = 5;

/// Complete matrices, with gaps that leave at least 60 % in one of three; whole numbers, so ties are many.
fn matrices() -> impl Strategy<Value = Vec<Matrix>> {
    let cells = prop::collection::vec(-9i32..10, TASKS * TASKS);
    (prop::collection::vec(cells, 3), prop::collection::vec(0..TASKS * TASKS, 0..4), 0usize..3).prop_map(
        |(lists, gaps, kind)| {
            let missing = |i: usize, cell: usize| kind == 2 && i > 0 && gaps.contains(&(cell + i));
            let matrix = |(i, cells): (usize, Vec<i32>)| {
                let value = |cell: usize| (!missing(i, cell)).then(|| f64::from(cells[cell]));
                Matrix::from_fn(TASKS, |s, t| value(s * TASKS + t)).unwrap()
            };
            lists.into_iter().enumerate().map(matrix).collect()
        },
    )
}

fn all_permutations() -> Permutations {
    Permutations::new(Exchange::Tasks(TASKS), 0)
}

fn map(matrix: &Matrix, f: impl Fn(f64) -> f64) -> Matrix {
    Matrix::from_fn(TASKS, |s, t| matrix.get(s, t).map(&f)).unwrap()
}

fn tests(statistic: Statistic, measures: &[Matrix], outcome: &Matrix) -> Vec<MeasureTest> {
    qap(statistic, measures, outcome, &all_permutations()).unwrap()
}

/// Coefficients agree within rounding, p values to the last permutation.
fn same(ours: &MeasureTest, theirs: &MeasureTest, sign: f64) -> bool {
    let close = match (ours.observed.coefficient, theirs.observed.coefficient) {
        (Some(a), Some(b)) => (a - sign * b).abs() < 1e-9,
        (a, b) => a == b,
    };
    close && (ours.p_qap, ours.p_max, ours.untested) == (theirs.p_qap, theirs.p_max, theirs.untested)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn p_is_a_probability_and_the_best_of_several_is_never_surer(all in matrices()) {
        let (outcome, measures) = all.split_first().unwrap();
        for statistic in Statistic::all() {
            for test in tests(statistic, measures, outcome) {
                prop_assert_eq!(test.p_qap.is_none(), test.untested.is_some());
                prop_assert_eq!(test.p_max.is_none(), test.untested.is_some());
                if let (Some(p), Some(p_max)) = (test.p_qap, test.p_max) {
                    prop_assert!(1.0 / 120.0 <= p && p <= p_max && p_max <= 1.0);
                }
            }
        }
        let p = within_target_p(&measures[0], outcome, &all_permutations());
        prop_assert!(p.is_none_or(|p| (1.0 / 120.0..=1.0).contains(&p)));
    }

    #[test]
    fn names_and_order_of_tasks_do_not_matter(all in matrices(), order in Just([0, 1, 2, 3, 4]).prop_shuffle()) {
        let moved: Vec<Matrix> = all.iter().map(|m| reordered(m, &order)).collect();
        for statistic in Statistic::all() {
            let (before, after) = (tests(statistic, &all[1..], &all[0]), tests(statistic, &moved[1..], &moved[0]));
            prop_assert!(before.iter().zip(&after).all(|(a, b)| same(a, b, 1.0)), "{before:?} {after:?}");
        }
        let permutations = all_permutations();
        let [before, after] = [&all, &moved].map(|m| within_target_p(&m[1], &m[0], &permutations));
        prop_assert_eq!(before, after);
        let [before, after] = [&all, &moved].map(|m| semi_partial(&m[1], &m[2..], &m[0], &permutations).unwrap());
        prop_assert_eq!(before.p_qap, after.p_qap);
    }

    #[test]
    fn units_do_not_matter_and_a_sign_turns_only_the_coefficient(
        all in matrices(), scale in 0.1..10.0f64, shift in -5.0..5.0f64,
    ) {
        let changed = |f: &dyn Fn(f64) -> f64| all[1..].iter().map(|m| map(m, f)).collect::<Vec<_>>();
        for statistic in Statistic::all() {
            let before = tests(statistic, &all[1..], &all[0]);
            for (sign, measures) in [(1.0, changed(&|v| scale * v + shift)), (-1.0, changed(&|v| -v))] {
                let after = tests(statistic, &measures, &all[0]);
                prop_assert!(before.iter().zip(&after).all(|(a, b)| same(b, a, sign)), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn ranks_see_only_the_order(all in matrices()) {
        let curved: Vec<Matrix> = all[1..].iter().map(|m| map(m, |v| (v / 3.0).exp() + v.powi(3))).collect();
        for statistic in Statistic::all().filter(|s| *s != Statistic::Pairs(Coefficient::Pearson)) {
            prop_assert_eq!(tests(statistic, &all[1..], &all[0]), tests(statistic, &curved, &all[0]));
        }
        let permutations = all_permutations();
        let [before, after] = [&all[1], &curved[0]].map(|m| within_target_p(m, &all[0], &permutations));
        prop_assert_eq!(before, after);
        let [before, after] = [&all[1], &curved[0]].map(|m| within_target_spearman(m, &all[0]).unwrap());
        prop_assert_eq!(before, after);
    }
}
