//! Every flag, from the records that raise it.

use super::*;
use crate::import::{CsvFile, Import};
use crate::metric::Metric;
use crate::record::{RunRecord, Status};
use crate::report::{Overlap, Report};

/// Transfers a → b and b → a with these gains over baselines of 0.5, by seed.
fn report(forward: &[f64], backward: &[f64]) -> Report {
    let (mut transfers, mut baselines) =
        (String::from("source,target,seed,score\n"), String::from("target,seed,score\n"));
    for (source, target, gains) in [("a", "b", forward), ("b", "a", backward)] {
        for (seed, gain) in gains.iter().enumerate() {
            transfers += &format!("{source},{target},{seed},{}\n", 0.5 + gain);
            baselines += &format!("{target},{seed},0.5\n");
        }
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
    import.report().unwrap()
}

/// Something happened: no flag by itself.
const NOISY: [f64; 4] = [0.02, -0.03, 0.05, -0.01];

fn of<'a>(report: &'a mut Report, id: &str) -> &'a mut RunRecord {
    report.runs.iter_mut().find(|r| r.id == id).unwrap()
}

fn pair(report: &Report, source: &str) -> PairAnalysis {
    let analysis = Analysis::new(report, &Options::default()).unwrap();
    analysis.pairs.into_iter().find(|p| p.key.source == source).unwrap()
}

fn collapse(run: &mut RunRecord) {
    run.evaluations.values_mut().flat_map(|splits| splits.values_mut()).for_each(|e| e.constant = true);
}

#[test]
fn nothing_wrong_no_flag() {
    let found = pair(&report(&NOISY, &NOISY), "a");
    assert_eq!((found.flags, found.verdict, found.n), (vec![], Verdict::Undecided, 4));
}

#[test]
fn negligible_is_significant_and_inside_the_margin() {
    let tiny = [0.0020, 0.0021, 0.0019, 0.0020];
    let found = pair(&report(&tiny, &tiny.map(|g| g + 0.1)), "a");
    assert_eq!((found.verdict, found.flags), (Verdict::Helps, vec![Flag::Negligible]));
    let found = pair(&report(&tiny, &tiny.map(|g| g + 0.1)), "b");
    assert_eq!((found.verdict, found.flags), (Verdict::Helps, vec![]));
}

#[test]
fn a_verdict_that_collapsed_seeds_make_depends_on_them() {
    let harmed = [-0.300, -0.301, -0.299, -0.300, -0.301, 0.001];
    let calm = [0.0, 0.001, -0.001, 0.0005, 0.0, -0.0005];
    let mut report = report(&harmed.map(|g| if g < -0.2 { g } else { -0.3005 }), &calm);
    let before = pair(&report, "a");
    assert_eq!((before.verdict, &before.flags[..]), (Verdict::Harms, &[][..]));
    for seed in 0..5 {
        collapse(of(&mut report, &format!("sequential/a--b/s{seed}")));
    }
    let after = pair(&report, "a");
    assert_eq!((after.verdict, after.collapsed_runs), (Verdict::Harms, 5));
    assert_eq!((after.without_collapsed.verdict, after.without_collapsed.n), (Verdict::Untested, 1));
    assert_eq!(after.flags, [Flag::DependsOnCollapsed]);
    // Left out by choice, the verdict is the other one, and depends all the same.
    let options = Options { without_collapsed: true, ..Options::default() };
    let without = Analysis::new(&report, &options).unwrap();
    let without = without.pairs.iter().find(|p| p.key.source == "a").unwrap();
    assert_eq!((without.verdict, without.n), (Verdict::Untested, 1));
    assert!(without.flags.contains(&Flag::DependsOnCollapsed));
}

#[test]
fn a_verdict_on_one_target_may_depend_on_collapsed_runs_where_that_of_the_family_does_not() {
    // make_pooled.py: pooled([[0.5] * 6, [0.5 + g for g in gains]]) has p 0.0345, without the last two runs 0.134: one
    // pair is decided by the first, none of two after Holm.
    let mut report = report(&[-0.035, -0.022, 0.006, -0.008, -0.050, -0.050], &NOISY);
    for seed in 4..6 {
        collapse(of(&mut report, &format!("sequential/a--b/s{seed}")));
    }
    let found = pair(&report, "a");
    assert_eq!((found.verdict, found.without_collapsed.verdict), (Verdict::Undecided, Verdict::Undecided));
    assert!((found.p.unwrap() - 0.034_517).abs() < 1e-5 && found.flags.is_empty(), "{found:?}");
    let asked = |target: &str, options: &Options| recommend(&report, target, options).unwrap()[0].sources[0].clone();
    let harms = asked("b", &Options::default());
    assert_eq!((harms.verdict, harms.flags), (Some(Verdict::Harms), vec![Flag::DependsOnCollapsed]));
    let without = asked("b", &Options { without_collapsed: true, ..Options::default() });
    assert_eq!((without.verdict, without.flags), (Some(Verdict::Undecided), vec![Flag::DependsOnCollapsed]));
    assert_eq!(asked("a", &Options::default()).flags, []);
}

#[test]
fn failed_runs_of_either_arm_are_missed() {
    for id in ["sequential/a--b/s1", "single/b/s1"] {
        let mut report = report(&NOISY, &NOISY);
        let run = of(&mut report, id);
        (run.status, run.reason) = (Status::Failed, Some("NaN loss".into()));
        run.evaluations.clear();
        let found = pair(&report, "a");
        assert_eq!((found.flags, found.n, found.failed_runs), (vec![Flag::LacksFailedRuns], 3, 1), "{id}");
        assert_eq!(pair(&report, "b").flags, [], "the other target lacks nothing");
    }
}

#[test]
fn a_collapsed_source_is_named_on_its_own_transfers() {
    let mut report = report(&NOISY, &NOISY);
    collapse(of(&mut report, "single/a/s2"));
    assert_eq!(pair(&report, "a").flags, [Flag::SourceCollapsed]);
    let into_a = pair(&report, "b");
    assert_eq!((into_a.collapsed_singles, into_a.source_collapsed_runs), (1, 0));
}

#[test]
fn a_run_that_contradicts_itself_is_named_and_flags_its_pairs() {
    let mut report = report(&NOISY, &NOISY);
    let run = of(&mut report, "sequential/a--b/s2");
    let test = run.evaluations.values_mut().flat_map(|splits| splits.values_mut()).next().unwrap();
    (test.examples, test.confusion) = (4, vec![vec![2, 0], vec![1, 1]]);
    assert_eq!(pair(&report, "a").flags, [Flag::ContradictsItself]);
    assert_eq!(pair(&report, "b").flags, []);
    let warnings = Analysis::new(&report, &Options::default()).unwrap().warnings;
    assert!(
        warnings.iter().any(|w| w.starts_with("1 run contradicts itself") && w.contains("a--b/s2")),
        "{warnings:?}"
    );
}

#[test]
fn a_leak_holds_for_one_direction() {
    let mut report = report(&NOISY, &NOISY);
    let b = report.tasks.iter_mut().find(|t| t.name == "b").unwrap();
    b.overlaps.push(Overlap { source: "a".into(), test_examples: 3 });
    assert_eq!((pair(&report, "a").flags, pair(&report, "b").flags), (vec![Flag::Leak], vec![]));
}

#[test]
fn training_rows_as_the_test_set_are_named() {
    let mut report = report(&NOISY, &NOISY);
    report.study.task.iter_mut().find(|t| t.name == "b").unwrap().test =
        crate::study::Source { same_as: Some("train".into()), ..crate::study::Source::default() }.into();
    assert_eq!((pair(&report, "a").flags, pair(&report, "b").flags), (vec![Flag::EvaluatedOnTrainingRows], vec![]));
}

#[test]
fn a_target_whose_runs_do_not_vary_is_undecided_and_says_why() {
    let found = pair(&report(&[0.3; 4], &NOISY), "a");
    assert_eq!((found.verdict, found.p, found.flags), (Verdict::Undecided, None, vec![Flag::IdenticalScores]));
    assert_eq!(found.family_size, 1, "it has no test");
}

#[test]
fn an_arm_of_one_run_has_a_p_and_no_verdict() {
    let found = pair(&report(&[0.3], &[0.3]), "a");
    assert_eq!(
        (found.verdict, found.p, found.flags),
        (Verdict::Untested, None, vec![Flag::OneRun]),
        "no run has another"
    );
    let mut nothing = report(&[0.3], &[0.3]);
    nothing.runs.retain(|run| run.id != "single/b/s0");
    assert_eq!(pair(&nothing, "a").flags, [], "an arm of no run");
    let mut report = report(&NOISY, &NOISY);
    report.runs.retain(|r| r.targets != ["b"] || r.sources.is_empty() || r.seed == Some(0));
    report
        .runs
        .iter_mut()
        .filter(|r| r.targets == ["b"] && r.sources.is_empty())
        .zip([0.5, 0.51, 0.49, 0.52])
        .for_each(|(run, score)| {
            run.evaluations.values_mut().flat_map(|e| e.values_mut()).for_each(|e| {
                e.scores.insert(Metric::Accuracy.name().into(), score);
            });
        });
    let found = pair(&report, "a");
    assert_eq!(
        (found.verdict, found.flags, found.n_single, found.n_transfer),
        (Verdict::Untested, vec![Flag::OneRun], 4, 1)
    );
    assert!(found.p.is_some());
}

#[test]
fn other_seeds_on_either_side_are_unpaired_and_tested() {
    let mut report = report(&NOISY, &NOISY);
    for run in report.runs.iter_mut().filter(|r| r.sources.is_empty()) {
        run.seed = run.seed.map(|s| s + 100);
    }
    let found = pair(&report, "a");
    assert_eq!((found.verdict, found.n, found.flags), (Verdict::Undecided, 0, vec![Flag::Unpaired]));
    assert_eq!((found.p_moderated, found.verdict_moderated), (None, Verdict::Untested));
    // make_pooled.py: pooled([[0.5] * 4, [0.52, 0.47, 0.55, 0.49]])
    assert!((found.p.unwrap() - 0.719_936_041_785_106_8).abs() < 1e-9, "{:?}", found.p);
    // scipy: ttest_ind([0.52, 0.47, 0.55, 0.49], [0.5] * 4, equal_var=False).pvalue
    assert!((found.p_welch.unwrap() - 0.697_144_339_075_172).abs() < 1e-12, "{:?}", found.p_welch);
}

#[test]
fn a_task_trained_on_itself_is_no_pair() {
    let mut report = report(&NOISY, &NOISY);
    let mut itself = of(&mut report, "sequential/a--b/s0").clone();
    (itself.id, itself.sources) = ("sequential/b--b/s0".into(), vec!["b".into()]);
    report.runs.push(itself);
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    assert_eq!((analysis.pairs.len(), analysis.families[0].family_size), (2, 2), "the diagonal is absent");
    assert!(analysis.warnings.iter().any(|w| w.starts_with("1 run belongs to no ordered pair")));
}
