//! The map on records made by hand.

use indexmap::IndexMap;

use super::*;
use crate::metric::{Metric, evaluate};
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

fn record(
    protocol: Protocol,
    source: Option<&str>,
    target: &str,
    seed: u64,
    test: Option<crate::record::Evaluation>,
) -> RunRecord {
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
        epochs: Vec::new(),
        curve: Default::default(),
        cost: Default::default(),
        provenance: Default::default(),
    }
}

fn metrics() -> IndexMap<String, Metric> {
    ["rte", "ag", "paws"].map(|t| (t.to_owned(), Metric::Accuracy)).into()
}

fn key(source: &str, target: &str) -> PairKey {
    PairKey {
        encoder: "tiny".into(),
        variant: "default".into(),
        protocol: Protocol::Sequential,
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
    let map = TransferMap::new(&metrics(), &runs()).unwrap();
    let names: Vec<&str> = map.baselines.iter().map(|b| b.task.as_str()).collect();
    assert_eq!(names, ["rte", "ag"], "the study's order; nothing is known of paws");
    let rte = map.baseline("tiny", "default", "rte").unwrap();
    near(rte.mean, 0.8);
    near(rte.sd, 0.1);
    assert_eq!((rte.n, rte.constant_runs, rte.failed_runs), (3, 0, 1));
    assert_eq!((rte.majority_accuracy, rte.chance), (Some(0.6), Some(0.6)));
    let ag = map.baseline("tiny", "default", "ag").unwrap();
    assert_eq!((ag.n, ag.constant_runs, ag.at_chance_runs), (2, 1, 1));
    assert_eq!(map.baseline("tiny", "default", "paws"), None);
}

#[test]
fn gains_are_joined_by_seed_and_missing_stays_missing() {
    let map = TransferMap::new(&metrics(), &runs()).unwrap();
    assert_eq!(map.pairs.len(), 1);
    let pair = map.pair(&key("ag", "rte")).unwrap();
    let gains: Vec<(u64, Option<i64>)> =
        pair.seeds.iter().map(|s| (s.seed.unwrap(), s.gain.map(|g| (g * 10.0).round() as i64))).collect();
    assert_eq!(gains, [(1, Some(-1)), (2, Some(-1)), (3, Some(1)), (4, None), (5, None), (6, None)]);
    assert_eq!((pair.n, pair.gains().len(), pair.gains_without_collapsed().len()), (3, 3, 2));
    near(pair.mean, -0.1 / 3.0);
    near(pair.relative_gain, (0.7 + 0.6 + 1.0) / 2.4 - 1.0);
    near(pair.chance_corrected_gain, -0.1 / 3.0 / 0.4);
    assert_eq!((pair.collapsed_runs, pair.failed_runs), (1, 1));
    assert_eq!((pair.collapsed_singles, pair.failed_singles, pair.source_collapsed_runs), (0, 1, 1));
    assert!(pair.seeds[3].single.is_none(), "no record of the baseline of seed 4");
    assert!(pair.seeds[4].single.unwrap().failed());
}

#[test]
fn the_order_of_records_changes_nothing() {
    let (forward, mut backward) = (runs(), runs());
    backward.reverse();
    assert_eq!(TransferMap::new(&metrics(), &forward), TransferMap::new(&metrics(), &backward));
}

#[test]
fn encoders_and_variants_never_mix() {
    let mut records = runs();
    for record in records.iter_mut().filter(|r| r.protocol == Protocol::Single) {
        record.variant = "l2-sp".into();
    }
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!(map.pairs[0].n, 0);
    assert_eq!((map.pairs[0].mean, map.pairs[0].sd, map.pairs[0].relative_gain), (None, None, None));
    assert_eq!(map.pairs[0].source_collapsed_runs, 0);
}

#[test]
fn a_source_with_its_own_recipe_is_asked_whether_it_collapsed() {
    let mut records = runs();
    records.push(run(Protocol::Source, None, "ag", 1, 9));
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!(map.pairs[0].source_collapsed_runs, 0);
}

#[test]
fn losses_gain_when_they_fall() {
    let metrics = metrics().into_keys().map(|t| (t, Metric::LogLoss)).collect();
    let map = TransferMap::new(&metrics, &runs()).unwrap();
    assert!(map.pairs[0].seeds[2].gain.unwrap() > 0.0, "seed 3 went from 9 to 10 right");
}

#[test]
fn a_metric_that_was_not_recorded_is_missing() {
    let mut records = runs();
    for record in &mut records {
        record.evaluations.values_mut().flat_map(IndexMap::values_mut).for_each(|e| e.scores.clear());
    }
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!((map.pairs[0].mean, map.pairs[0].n, map.baselines[0].mean), (None, 0, None));
}

#[test]
fn joint_runs_are_counted_and_left_out() {
    let mut joint = run(Protocol::Joint, None, "rte", 1, 9);
    joint.targets.push("ag".into());
    let map = TransferMap::new(&metrics(), &[joint]).unwrap();
    assert_eq!((map.pairs.len(), map.unpaired_runs), (0, 1));
}

#[test]
fn rejects_two_records_of_one_run() {
    let mut records = runs();
    records.push(run(Protocol::Sequential, Some("ag"), "rte", 3, 9));
    let error = TransferMap::new(&metrics(), &records).unwrap_err();
    let id = "sequential/ag--rte/s3".to_owned();
    assert_eq!(error, TransferError::Duplicate { first: id.clone(), second: id });
}

#[test]
fn rejects_a_task_that_the_study_does_not_have() {
    let error = TransferMap::new(&metrics(), &[run(Protocol::Sequential, Some("qnli"), "rte", 1, 9)]).unwrap_err();
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
    let map = TransferMap::new(&metrics(), &records).unwrap();
    let pair = &map.pairs[0];
    assert_eq!((pair.design, pair.n, pair.sd), (Design::Seedless, 0, None));
    near(pair.mean, 0.05);
    near(pair.relative_gain, 0.85 / 0.8 - 1.0);
    near(pair.chance_corrected_gain, 0.05 / 0.4);
    assert!(pair.gains().is_empty() && pair.seeds.iter().all(|s| s.gain.is_none()));
}

#[test]
fn seeds_of_which_none_is_shared_are_compared_by_means() {
    use Protocol::{Sequential, Single};
    let records =
        [run(Single, None, "rte", 1, 8), collapsed(Single, None, "rte", 2), run(Sequential, Some("ag"), "rte", 3, 9)];
    let map = TransferMap::new(&metrics(), &records).unwrap();
    let pair = &map.pairs[0];
    assert_eq!((pair.design, pair.n, pair.collapsed_singles), (Design::Unpaired, 0, 1));
    near(pair.mean, 0.9 - 0.7);
}

#[test]
fn means_never_mix_with_paired_seeds() {
    use Protocol::{Sequential, Single};
    let mut records = vec![
        run(Single, None, "rte", 1, 8),
        without_seed(run(Single, None, "rte", 0, 2)),
        run(Sequential, Some("ag"), "rte", 1, 9),
        run(Sequential, Some("ag"), "rte", 2, 3),
    ];
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!((map.pairs[0].design, map.pairs[0].n), (Design::Paired, 1));
    near(map.pairs[0].mean, 0.1);
    // The shared seed failed: missing stays missing, whatever the other seeds would give.
    records[0] = failed(Single, None, "rte", 1);
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!((map.pairs[0].design, map.pairs[0].n, map.pairs[0].mean), (Design::Paired, 0, None));
}

#[test]
fn two_results_without_a_seed_are_one_difference() {
    use Protocol::{Sequential, Single};
    let records =
        [without_seed(run(Single, None, "rte", 0, 8)), without_seed(run(Sequential, Some("ag"), "rte", 0, 9))];
    let map = TransferMap::new(&metrics(), &records).unwrap();
    assert_eq!((map.pairs[0].design, map.pairs[0].n), (Design::Seedless, 1));
    near(map.pairs[0].mean, 0.1);
}
