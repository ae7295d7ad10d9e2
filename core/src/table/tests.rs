//! The tables of a small study.

use serde_json::json;

use super::*;
use crate::record::RunRecord;
use crate::study::Study;
use crate::transfer::TransferMap;

fn study(encoders: &[&str]) -> Study {
    let mut text = "version = 1\nname = \"t\"\nseeds = [1, 2]\npairs = [[\"yelp_reviews\", \"rte\"]]\n".to_owned();
    for name in encoders {
        text += &format!("[[encoder]]\nname = \"{name}\"\npath = \"{name}\"\n");
    }
    for name in ["rte", "yelp_reviews"] {
        text += &format!(
            "[[task]]\nname = \"{name}\"\ntext = [\"text\"]\nlabels = [\"a\", \"b\"]\n\
             train = {{ file = \"a.csv\" }}\ntest = {{ file = \"b.csv\" }}\n"
        );
    }
    Study::from_toml(&text).unwrap()
}

/// `scores`: accuracy and weighted F1; `None` for a failed run.
fn run(encoder: &str, source: Option<&str>, target: &str, seed: u64, scores: Option<(f64, f64)>) -> RunRecord {
    let test = |(accuracy, f1): (f64, f64)| {
        json!({ target: { "test": {
            "examples": 4, "scores": { "accuracy": accuracy, "f1_weighted": f1 }, "confusion": [[2, 0], [2, 0]],
            "constant": accuracy == 0.5, "at_chance": false, "predicted_majority_share": 1.0 } } })
    };
    serde_json::from_value(json!({
        "schema": "transfermap.record/1", "id": format!("{encoder}/{source:?}/{target}/{seed}"), "fingerprint": "",
        "encoder": encoder, "variant": "default", "protocol": if source.is_some() { "sequential" } else { "single" },
        "sources": source.into_iter().collect::<Vec<_>>(), "targets": [target], "seed": seed,
        "status": if scores.is_some() { "ok" } else { "failed" }, "reason": null,
        "budget": { "steps": 1, "examples": 1, "tokens": 1, "epochs": 1.0 },
        "evaluations": scores.map_or(json!({}), test), "epochs": [],
        "curve": { "step": [], "loss": [], "learning_rate": [] },
        "cost": { "seconds": 0.0, "examples_per_second": 0.0, "peak_memory_bytes": 0 },
        "provenance": { "transfermap": "", "git": "", "backend": "", "device": "", "started": "", "host_cores": 1 }
    }))
    .unwrap()
}

fn runs(encoder: &str) -> Vec<RunRecord> {
    let yelp = Some("yelp_reviews");
    vec![
        run(encoder, None, "rte", 1, Some((0.75, 0.749998))),
        run(encoder, yelp, "rte", 1, Some((0.5, 0.25))),
        run(encoder, yelp, "rte", 2, Some((1.0, 1.0))),
        run(encoder, yelp, "rte", 3, None),
    ]
}

#[test]
fn baseline_rows() {
    assert_eq!(
        baseline_performance(&study(&["e"]), &runs("e")),
        ",Accuracy,F1-Score\nrte,0.75,0.749998\nyelp_reviews,,\n"
    );
}

#[test]
fn fine_tune_rows_average_the_seeds_that_finished() {
    let table = fine_tune_performance(&study(&["e"]), &runs("e"));
    assert_eq!(table, ",Accuracy,F1-Score\nrte pretrained on yelp_reviews,0.75,0.625\n");
}

#[test]
fn variants_stay_out_of_the_notebook_tables() {
    let mut records = runs("e");
    records.iter_mut().for_each(|r| r.variant = "l2-sp".into());
    assert_eq!(baseline_performance(&study(&["e"]), &records), ",Accuracy,F1-Score\nrte,,\nyelp_reviews,,\n");
}

#[test]
fn several_encoders_are_named_in_the_rows() {
    let study = study(&["a", "b"]);
    let baselines = baseline_performance(&study, &runs("b"));
    assert_eq!(baselines, ",Accuracy,F1-Score\na: rte,,\na: yelp_reviews,,\nb: rte,0.75,0.749998\nb: yelp_reviews,,\n");
    let fine_tuned = fine_tune_performance(&study, &runs("a"));
    assert!(
        fine_tuned.contains("\na: rte pretrained on yelp_reviews,0.75,0.625\nb: rte pretrained on yelp_reviews,,\n")
    );
}

#[test]
fn transfer_rows_leave_missing_numbers_empty() {
    let map = TransferMap::of_study(&study(&["e"]), &runs("e")).unwrap();
    let key = "e,default,sequential,yelp_reviews,rte";
    assert_eq!(
        transfer(&map),
        format!(
            "encoder,variant,protocol,source,target,seed,metric,single,transfer,gain,relative_gain,collapsed,status\n\
             {key},1,accuracy,0.75,0.5,-0.25,-0.33333333333333337,true,ok\n\
             {key},2,accuracy,,1,,,false,ok\n\
             {key},3,accuracy,,,,,,failed\n"
        )
    );
}
