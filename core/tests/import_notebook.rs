//! The student notebook's published table, imported from the files in this repository.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use serde_json::Value;
use transfermap::import::{CsvFile, Import};
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::transfer::{TransferMap, negative_relative_gain};

macro_rules! file {
    ($name:literal) => {
        CsvFile::new(
            $name,
            *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../studies/notebook-published/", $name)),
        )
    };
}

/// `transfermap import --name notebook-published --transfers transfers.csv --baselines baselines.csv
/// --measures measures.csv --labels labels.csv --lower-is-more-similar notebook_inverse_cosine`.
fn report() -> Report {
    let mut import = Import::new(file!("transfers.csv"));
    import.name = Some("notebook-published".into());
    import.baselines = Some(file!("baselines.csv"));
    import.measures = vec![file!("measures.csv")];
    import.labels = Some(file!("labels.csv"));
    import.lower_is_more_similar = vec!["notebook_inverse_cosine".into()];
    import.report().unwrap()
}

fn fixture() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/statistics.json"));
    serde_json::from_str::<Value>(text).unwrap()["notebook"].clone()
}

fn run<'a>(report: &'a Report, id: &str) -> &'a RunRecord {
    report.runs.iter().find(|r| r.id == id).unwrap()
}

fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let products =
        |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 { a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum() };
    products(x, mx, y, my) / (products(x, mx, x, mx) * products(y, my, y, my)).sqrt()
}

#[test]
fn scores_are_the_published_ones() {
    let (report, fixture) = (report(), fixture());
    assert_eq!(report.runs.len(), 10);
    for (task, scores) in fixture["baseline"].as_object().unwrap() {
        let test = run(&report, &format!("single/{task}")).evaluation(task, "test").unwrap();
        assert_eq!(
            (test.scores["accuracy"], test.scores["f1_weighted"]),
            (scores[0].as_f64().unwrap(), scores[1].as_f64().unwrap())
        );
    }
    for row in fixture["fine_tuned"].as_array().unwrap() {
        let (source, target) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        let test = run(&report, &format!("sequential/{source}--{target}")).evaluation(target, "test").unwrap();
        assert_eq!(
            (test.scores["accuracy"], test.scores["f1_weighted"]),
            (row[2].as_f64().unwrap(), row[3].as_f64().unwrap())
        );
    }
    let measure = &report.measures[0];
    assert_eq!(
        (measure.name.as_str(), measure.direction.as_str()),
        ("notebook_inverse_cosine", "lower_is_more_similar")
    );
    for (value, row) in measure.values.iter().zip(fixture["one_minus_cosine"].as_array().unwrap()) {
        assert_eq!(
            (value.source.as_str(), value.target.as_str()),
            (row[0].as_str().unwrap(), row[1].as_str().unwrap())
        );
        assert_eq!(value.value, row[2].as_f64().unwrap());
    }
}

#[test]
fn gains_are_the_published_ratios_and_the_correlation_has_the_other_sign() {
    let (report, fixture) = (report(), fixture());
    let map = TransferMap::of_study(&report.study, &report.runs).unwrap();
    assert_eq!((map.pairs.len(), map.baselines.len()), (5, 5));
    let (mut distance, mut harm) = (Vec::new(), Vec::new());
    for ratio in fixture["transfer_ratio"].as_array().unwrap() {
        let of =
            |source: &str, target: &str| (source, target) == (ratio[0].as_str().unwrap(), ratio[1].as_str().unwrap());
        let pair = map.pairs.iter().find(|p| of(&p.key.source, &p.key.target)).unwrap();
        let gain = pair.relative_gain().unwrap();
        assert!((gain - ratio[2].as_f64().unwrap()).abs() < 1e-12, "{ratio}: {gain}");
        assert_eq!(pair.n(), 1, "one result of either side, without a seed");
        harm.push(negative_relative_gain(gain));
        distance.push(report.measures[0].values.iter().find(|v| of(&v.source, &v.target)).unwrap().value);
    }
    let r = pearson(&distance, &harm);
    assert!((r - fixture["joined_by_pair"]["accuracy"]["pearson"].as_f64().unwrap()).abs() < 1e-12, "{r}");
    assert!((r - -0.782_026_052_574_814_5).abs() < 1e-12, "{r}");
    // As published: the outcome's rows in the order of a merge, the measure's in the order of the pairs.
    let merged = [3, 1, 0, 4, 2].map(|i| harm[i]);
    let r = pearson(&distance, &merged);
    assert!(
        (r - fixture["as_published_rows_misaligned"]["accuracy"]["pearson"].as_f64().unwrap()).abs() < 1e-12,
        "{r}"
    );
}

#[test]
fn collapsed_models_are_found_from_two_scores() {
    let report = report();
    let test = |id: &str, task: &str| run(&report, id).evaluation(task, "test").unwrap();
    let paws = [test("single/paws", "paws"), test("sequential/rte--paws", "paws")];
    for paws in paws {
        assert_eq!(paws.confusion, [[1082, 0], [918, 0]]);
        assert_eq!((paws.constant, paws.at_chance, paws.predicted_majority_share), (true, true, 1.0));
        assert_eq!((paws.per_class[0].recall, paws.per_class[1].support), (1.0, 918));
    }
    // Unique by a Python enumeration too: 1,996 of 2,000 predictions are `entailment`.
    let yelp = test("sequential/yelp_reviews--rte", "rte");
    assert_eq!(yelp.confusion, [[1004, 1], [992, 3]]);
    assert_eq!((yelp.constant, yelp.at_chance, yelp.predicted_majority_share), (true, false, 0.998));
    let ag = test("sequential/ag_news--rte", "rte");
    assert_eq!(ag.confusion, [[990, 15], [929, 66]]);
    assert_eq!((ag.constant, ag.predicted_majority_share), (false, 0.9595));
    // Two matrices give 0.7500 and 0.749998 on 1,005 and 995 labels; neither is constant.
    let rte = test("single/rte", "rte");
    assert_eq!((rte.constant, rte.confusion.is_empty(), rte.examples), (false, true, 2000));
    let flagged: Vec<&str> = report
        .runs
        .iter()
        .filter(|r| r.evaluations.values().any(|e| e["test"].constant))
        .map(|r| r.id.as_str())
        .collect();
    assert_eq!(flagged, ["single/paws", "sequential/yelp_reviews--rte", "sequential/rte--paws"]);
    let told = report.warnings.iter().filter(|w| w.contains("the model collapsed")).count();
    assert_eq!(told, 3, "{:#?}", report.warnings);
}

#[test]
fn the_report_reads_back() {
    let report = report();
    assert_eq!(Report::from_json(&serde_json::to_vec(&report).unwrap()).unwrap(), report);
}
