//! The tables of a small study, and the heads of those that programs read.

use serde_json::json;

use super::*;
use crate::analysis::{Analysis, Options};
use crate::record::RunRecord;
use crate::report::Report;
use crate::study::Study;
use crate::transfer::{Runs, TransferMap};

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

fn baselines(study: &Study, records: &[RunRecord]) -> String {
    baseline_performance(study, &Runs::new(records).unwrap()).csv()
}

fn fine_tuned(study: &Study, records: &[RunRecord]) -> String {
    fine_tune_performance(study, &Runs::new(records).unwrap()).csv()
}

#[test]
fn baseline_rows() {
    assert_eq!(baselines(&study(&["e"]), &runs("e")), ",Accuracy,F1-Score\nrte,0.75,0.749998\nyelp_reviews,,\n");
}

#[test]
fn fine_tune_rows_average_the_seeds_that_finished() {
    let table = fine_tuned(&study(&["e"]), &runs("e"));
    assert_eq!(table, ",Accuracy,F1-Score\nrte pretrained on yelp_reviews,0.75,0.625\n");
}

#[test]
fn variants_stay_out_of_the_notebook_tables() {
    let mut records = runs("e");
    records.iter_mut().for_each(|r| r.variant = "l2-sp".into());
    assert_eq!(baselines(&study(&["e"]), &records), ",Accuracy,F1-Score\nrte,,\nyelp_reviews,,\n");
}

#[test]
fn several_encoders_are_named_in_the_rows() {
    let study = study(&["a", "b"]);
    assert_eq!(
        baselines(&study, &runs("b")),
        ",Accuracy,F1-Score\na: rte,,\na: yelp_reviews,,\nb: rte,0.75,0.749998\nb: yelp_reviews,,\n"
    );
    let fine_tuned = fine_tuned(&study, &runs("a"));
    assert!(
        fine_tuned.contains("\na: rte pretrained on yelp_reviews,0.75,0.625\nb: rte pretrained on yelp_reviews,,\n")
    );
}

#[test]
fn rows_of_seeds_leave_missing_numbers_empty() {
    let map = TransferMap::of_study(&study(&["e"]), &runs("e")).unwrap();
    let key = "e,default,sequential,yelp_reviews,rte";
    assert_eq!(
        seeds(&map).csv(),
        format!(
            "encoder,variant,protocol,source,target,seed,metric,single,transfer,gain,relative_gain,collapsed,status\n\
             {key},1,accuracy,0.75,0.5,-0.25,-0.33333333333333337,true,ok\n\
             {key},2,accuracy,,1,,,false,ok\n\
             {key},3,accuracy,,,,,,failed\n"
        )
    );
}

#[test]
fn what_programs_read_keeps_its_heads() {
    let report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    let pairs = pairs(&analysis.pairs.iter().collect::<Vec<_>>(), &analysis.options).csv();
    let correlations = correlations(&analysis.correlations.iter().collect::<Vec<_>>()).csv();
    let selection = selection(&analysis.selection.iter().collect::<Vec<_>>()).csv();
    let predictors = predictors(
        &analysis.predictors[0].table.iter().map(|p| (&analysis.predictors[0].family, p)).collect::<Vec<_>>(),
    );
    let predictors = predictors.csv();
    let similarity = similarity(&report.measures).csv();
    let head = |csv: &str| csv.lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        head(&pairs),
        "encoder,variant,protocol,source,target,metric,n,n_single,n_paired,single,transfer,gain,gain_low,gain_high,\
         gain_simultaneous_low,gain_simultaneous_high,gain_population_low,gain_population_high,relative_gain,\
         chance_corrected_gain,p,probability_positive,p_moderated,p_plain,p_sign_flip,p_holm,q_bh,p_equivalence_holm,family_size,verdict,flags,\
         smallest_detectable_gain,look,seeds_spent,seeds_needed"
    );
    assert_eq!(
        head(&correlations),
        "encoder,variant,protocol,measure,outcome,n,tasks,pearson,pearson_p_naive,pearson_p_qap,pearson_p_max,spearman,\
         spearman_p_naive,spearman_p_qap,spearman_p_max,kendall,kendall_p_qap,kendall_p_max,weighted_tau,\
         within_target_spearman,within_target_spearman_p,within_target_spearman_p_max,slope,intercept,r_squared"
    );
    assert_eq!(
        head(&predictors),
        "encoder,variant,protocol,rank,predictor,trivial,cost_seconds,n,targets,within_target_spearman,within_target_p,\
         within_target_p_max,spearman,p_qap,ndcg_rank,regret_at_1_best,regret_at_3_best,hit_at_1,captured_gain"
    );
    assert!(head(&selection).starts_with("encoder,variant,protocol,predictor,target,targets,candidates,ndcg_rank,"));
    assert!(head(&selection).ends_with(
        ",spearman,kendall,random_ndcg_rank,random_ndcg_percent,random_ndcg_fraction,\
        random_ndcg_linear,random_regret_at_1_mean,random_regret_at_3_mean,random_regret_at_5_mean,\
        random_regret_at_1_best,random_regret_at_3_best,random_regret_at_5_best,random_hit_at_1,random_hit_at_3,\
        random_hit_at_5,random_captured_gain,random_captured_gain_at_3,random_captured_gain_at_5"
    ));
    assert_eq!(head(&similarity), "measure,encoder,source,target,seed,value");
    for csv in [&pairs, &similarity, &correlations, &selection, &predictors] {
        let columns: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
        assert!(columns.len() > 4 && columns.iter().all(|&c| c == columns[0]), "{csv}");
    }
    assert!(correlations.contains("negative_relative_gain,5,5,-0.78202605257481"), "{correlations}");
    assert!(pairs.contains("yelp_reviews,rte,accuracy,1,1,1,0.75,0.5035,-0.2465,,"));
}
