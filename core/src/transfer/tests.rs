//! The map on records made by hand.

use indexmap::IndexMap;

use super::*;
use crate::metric::{Evaluation, Metric, evaluate};
use crate::record::{RECORD_SCHEMA, RunRecord, Status};
use crate::study::Protocol;

/// A run on a test set of 10 examples, 6 of class 0, of which the first `right` are predicted rightly.
fn run(protocol: Protocol, source: Option<&str>, target: &str, seed: u64, right: usize) -> RunRecord {
    let labels: Vec<usize> = (0..10).map(|i| usize::from(i % 5 >= 3)).collect();
    let row = |(i, &label): (usize, &usize)| {
        let p = if (label == 1) == (i < right) { 0.9 } else { 0.1 };
        vec![1.0 - p, p]
    };
    let probabilities: Vec<Vec<f64>> = labels.iter().enumerate().map(row).collect();
    record(protocol, source, target, seed, Some(evaluate(&labels, &probabilities, 2).unwrap()))
}

/// A run that predicts class 0 throughout.
fn collapsed(protocol: Protocol, source: Option<&str>, target: &str, seed: u64) -> RunRecord {
    let labels: Vec<usize> = (0..10).map(|i| usize::from(i % 5 >= 3)).collect();
    let evaluation = evaluate(&labels, &vec![vec![0.8, 0.2]; 10], 2).unwrap();
    record(protocol, source, target, seed, Some(evaluation))
}

fn failed(protocol: Protocol, source: Option<&str>, target: &str, seed: u64) -> RunRecord {
    let mut run = record(protocol, source, target, seed, None);
    run.status = Status::Failed;
    run.reason = Some("loss is NaN".into());
    run
}

fn record(protocol: Protocol, source: Option<&str>, target: &str, seed: u64, test: Option<Evaluation>) -> RunRecord {
    let splits = test.into_iter().map(|e| ("test".to_owned(), e)).collect();
    RunRecord {
        schema: RECORD_SCHEMA.into(),
        id: format!("{}/{}{target}/s{seed}", protocol.name(), source.map_or(String::new(), |s| format!("{s}--"))),
        fingerprint: String::new(),
        encoder: "tiny".into(),
        variant: "default".into(),
        protocol,
        sources: source.into_iter().map(str::to_owned).collect(),
        targets: vec![target.into()],
        seed: Some(seed),
        status: Status::Ok,
        reason: None,
        budget: Default::default(),
        evaluations: IndexMap::from([(target.to_owned(), splits)]),
        joint: None,
        epochs: Vec::new(),
        curve: Default::default(),
        cost: Default::default(),
        provenance: Default::default(),
    }
}

fn metrics() -> IndexMap<String, Metric> {
    ["rte", "ag", "paws"].map(|t| (t.to_owned(), Metric::Accuracy)).into()
}

fn mapped(records: &[RunRecord]) -> TransferMap {
    TransferMap::new(&metrics(), &Runs::new(records).unwrap()).unwrap()
}

fn key(source: &str, target: &str) -> PairKey {
    PairKey {
        encoder: "tiny".into(),
        variant: "default".into(),
        protocol: Protocol::Sequential,
        block: None,
        source: source.into(),
        target: target.into(),
    }
}

fn runs() -> Vec<RunRecord> {
    use Protocol::{Sequential, Single};
    vec![
        run(Single, None, "rte", 1, 8),
        run(Single, None, "rte", 2, 7),
        run(Single, None, "rte", 3, 9),
        failed(Single, None, "rte", 5),
        collapsed(Single, None, "ag", 1),
        run(Single, None, "ag", 2, 9),
        run(Sequential, Some("ag"), "rte", 3, 10),
        run(Sequential, Some("ag"), "rte", 1, 7),
        collapsed(Sequential, Some("ag"), "rte", 2),
        run(Sequential, Some("ag"), "rte", 4, 10),
        run(Sequential, Some("ag"), "rte", 5, 10),
        failed(Sequential, Some("ag"), "rte", 6),
    ]
}

#[track_caller]
fn near(value: Option<f64>, expected: f64) {
    assert!((value.unwrap() - expected).abs() < 1e-12, "{value:?} instead of {expected}");
}

#[test]
fn baselines_summarise_seeds() {
    let map = mapped(&runs());
    let names: Vec<&str> = map.baselines.iter().map(|b| b.task.as_str()).collect();
    assert_eq!(names, ["rte", "ag"], "the study's order; nothing is known of paws");
    let rte = map.baseline("tiny", "default", "rte").unwrap();
    near(rte.arm.mean(), 0.8);
    near(rte.arm.sd(), 0.1);
    let counts =
        |arm: &Arm| [arm.count(|run| run.constant), arm.count(|run| run.at_chance), arm.count(Outcome::failed)];
    assert_eq!((rte.arm.scores().len(), counts(&rte.arm)), (3, [0, 0, 1]));
    assert_eq!((rte.majority_accuracy, rte.chance), (Some(0.6), Some(0.6)));
    let ag = map.baseline("tiny", "default", "ag").unwrap();
    assert_eq!((ag.arm.scores().len(), counts(&ag.arm)), (2, [1, 1, 0]));
    assert_eq!(map.baseline("tiny", "default", "paws"), None);
}

#[test]
fn gains_are_joined_by_seed_and_missing_stays_missing() {
    let map = mapped(&runs());
    assert_eq!(map.pairs.len(), 1);
    let pair = map.pair(&key("ag", "rte")).unwrap();
    let seeds: Vec<SeedGain> = pair.seeds().collect();
    let gains: Vec<(u64, Option<i64>)> =
        seeds.iter().map(|s| (s.seed.unwrap(), s.gain.map(|g| (g * 10.0).round() as i64))).collect();
    assert_eq!(gains, [(1, Some(-1)), (2, Some(-1)), (3, Some(1)), (4, None), (5, None), (6, None)]);
    assert_eq!((pair.n(), pair.without_collapsed().n()), (3, 2));
    let collapsed = |run: &Outcome| run.constant;
    assert_eq!((pair.transfer.count(collapsed), pair.transfer.count(Outcome::failed)), (1, 1));
    assert_eq!((pair.single.count(collapsed), pair.single.count(Outcome::failed)), (0, 1));
    assert_eq!(pair.source_collapsed_runs, 1);
    assert!(seeds[3].single.is_none(), "no record of the baseline of seed 4");
    assert!(seeds[4].single.unwrap().failed());
}

#[test]
fn the_index_has_every_run_once_by_arm_and_seed() {
    let records = runs();
    let index = Runs::new(&records).unwrap();
    let found: usize = index.arms().map(|(_, by_seed)| by_seed.len()).sum();
    assert_eq!((found, index.unpaired(), index.records().len()), (records.len(), 0, records.len()));
    let key = key("ag", "rte");
    let seeds = index.of_pair(&key);
    let ids = |s: &SeedRuns<'_>| [s.single, s.transfer].map(|run| run.map(|r| r.id.clone()));
    assert_eq!(seeds.iter().map(|s| s.seed.unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(ids(&seeds[0]), [Some("single/rte/s1".to_owned()), Some("sequential/ag--rte/s1".to_owned())]);
    assert_eq!(ids(&seeds[3]), [None, Some("sequential/ag--rte/s4".to_owned())]);
}

#[test]
fn the_order_of_records_changes_nothing() {
    let (forward, mut backward) = (runs(), runs());
    backward.reverse();
    assert_eq!(mapped(&forward), mapped(&backward));
}

#[test]
fn encoders_and_variants_never_mix() {
    let mut records = runs();
    for record in records.iter_mut().filter(|r| r.protocol == Protocol::Single) {
        record.variant = "l2-sp".into();
    }
    let map = mapped(&records);
    assert_eq!(map.pairs[0].n(), 0);
    assert_eq!((map.pairs[0].gain(), map.pairs[0].relative_gain()), (None, None));
    assert_eq!(map.pairs[0].source_collapsed_runs, 0);
}

#[test]
fn a_source_with_its_own_recipe_is_asked_whether_it_collapsed() {
    let mut records = runs();
    records.push(run(Protocol::Source, None, "ag", 1, 9));
    let map = mapped(&records);
    assert_eq!(map.pairs[0].source_collapsed_runs, 0);
}

#[test]
fn losses_gain_when_they_fall() {
    let metrics = metrics().into_keys().map(|t| (t, Metric::LogLoss)).collect();
    let records = runs();
    let map = TransferMap::new(&metrics, &Runs::new(&records).unwrap()).unwrap();
    assert!(map.pairs[0].seeds().nth(2).unwrap().gain.unwrap() > 0.0, "seed 3 went from 9 to 10 right");
}

#[test]
fn a_metric_that_was_not_recorded_is_missing() {
    let mut records = runs();
    for record in &mut records {
        record.evaluations.values_mut().flat_map(IndexMap::values_mut).for_each(|e| e.scores.clear());
    }
    let map = mapped(&records);
    assert_eq!((map.pairs[0].gain(), map.pairs[0].n(), map.baselines[0].arm.mean()), (None, 0, None));
}

#[test]
fn a_joint_run_of_two_is_two_pairs_and_one_of_more_is_counted_and_left_out() {
    let mut joint = run(Protocol::Joint, None, "rte", 1, 9);
    joint.targets.push("ag".into());
    let two = [joint.clone()];
    assert_eq!((mapped(&two).pairs.len(), Runs::new(&two).unwrap().unpaired()), (2, 0));
    joint.targets.push("paws".into());
    let three = [joint];
    assert_eq!((mapped(&three).pairs.len(), Runs::new(&three).unwrap().unpaired()), (0, 1));
}

#[test]
fn rejects_two_records_of_one_run() {
    let mut records = runs();
    records.push(run(Protocol::Sequential, Some("ag"), "rte", 3, 9));
    let error = Runs::new(&records).unwrap_err();
    let id = "sequential/ag--rte/s3".to_owned();
    assert_eq!(error, TransferError::Duplicate { first: id.clone(), second: id });
}

#[test]
fn rejects_a_task_that_the_study_does_not_have() {
    let records = [run(Protocol::Sequential, Some("qnli"), "rte", 1, 9)];
    let error = TransferMap::new(&metrics(), &Runs::new(&records).unwrap()).unwrap_err();
    assert_eq!(error, TransferError::UnknownTask { run: "sequential/qnli--rte/s1".into(), task: "qnli".into() });
}

fn without_seed(mut run: RunRecord) -> RunRecord {
    run.seed = None;
    run
}

#[test]
fn a_baseline_without_seeds_is_compared_by_means() {
    use Protocol::{Sequential, Single};
    let records = [
        without_seed(run(Single, None, "rte", 0, 8)),
        run(Sequential, Some("ag"), "rte", 1, 10),
        run(Sequential, Some("ag"), "rte", 2, 7),
        failed(Sequential, Some("ag"), "rte", 3),
    ];
    let map = mapped(&records);
    let pair = &map.pairs[0];
    assert_eq!((pair.paired, pair.n()), (false, 0));
    near(pair.gain(), 0.05);
    near(pair.relative_gain(), 0.85 / 0.8 - 1.0);
    near(pair.chance_corrected_gain(), 0.05 / 0.4);
    assert!(pair.gains().is_empty() && pair.seeds().all(|s| s.gain.is_none()));
}

#[test]
fn seeds_of_which_none_is_shared_are_compared_by_means() {
    use Protocol::{Sequential, Single};
    let records =
        [run(Single, None, "rte", 1, 8), collapsed(Single, None, "rte", 2), run(Sequential, Some("ag"), "rte", 3, 9)];
    let map = mapped(&records);
    let pair = &map.pairs[0];
    assert_eq!((pair.paired, pair.n(), pair.single.count(|run| run.constant)), (false, 0, 1));
    near(pair.gain(), 0.9 - 0.7);
    near(pair.without_collapsed().gain(), 0.9 - 0.8);
}

#[test]
fn gains_are_of_all_runs_of_both_arms() {
    use Protocol::{Sequential, Single};
    let mut records = vec![
        run(Single, None, "rte", 1, 8),
        without_seed(run(Single, None, "rte", 0, 2)),
        run(Sequential, Some("ag"), "rte", 1, 9),
        run(Sequential, Some("ag"), "rte", 2, 3),
    ];
    let map = mapped(&records);
    assert_eq!((map.pairs[0].paired, map.pairs[0].n()), (true, 1));
    near(map.pairs[0].gain(), (0.9 + 0.3) / 2.0 - (0.8 + 0.2) / 2.0);
    assert_eq!(map.pairs[0].gains(), [0.1], "differences are of shared seeds only");
    // The shared seed failed: no difference is left, and the means are of the other runs.
    records[0] = failed(Single, None, "rte", 1);
    let map = mapped(&records);
    assert_eq!((map.pairs[0].paired, map.pairs[0].n()), (true, 0));
    near(map.pairs[0].gain(), (0.9 + 0.3) / 2.0 - 0.2);
}

#[test]
fn two_results_without_a_seed_are_one_difference() {
    use Protocol::{Sequential, Single};
    let records =
        [without_seed(run(Single, None, "rte", 0, 8)), without_seed(run(Sequential, Some("ag"), "rte", 0, 9))];
    let map = mapped(&records);
    assert_eq!((map.pairs[0].paired, map.pairs[0].n()), (true, 1));
    near(map.pairs[0].gain(), 0.1);
}
