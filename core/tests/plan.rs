//! Plans: which runs, what each waits for, what makes its record stale, and who trains it.

#![allow(clippy::unwrap_used, reason = "functions that tests share are test code too")]

use std::collections::{BTreeMap, BTreeSet};

use transfermap::metric::Metric;
use transfermap::plan::{Contents, Plan, PlannedRun};
use transfermap::study::{Protocol, RecipeOverride, Study};

fn study(tasks: &[&str]) -> Study {
    let mut text =
        "version = 1\nname = \"plan\"\nseeds = [1, 2]\n[[encoder]]\nname = \"tiny\"\npath = \"tiny\"\n".to_owned();
    for name in tasks {
        text += &format!(
            "[[task]]\nname = \"{name}\"\ntext = [\"x\"]\nlabels = [\"a\", \"b\"]\nvalidation = 0.1\n\
             train = {{ file = \"a.csv\" }}\ntest = {{ file = \"b.csv\" }}\n"
        );
    }
    Study::from_toml(&text).unwrap()
}

fn contents(study: &Study) -> Contents {
    Contents {
        tasks: study.task.iter().map(|t| (t.name.clone(), format!("rows of {}", t.name))).collect(),
        examples: study.task.iter().map(|t| (t.name.clone(), 100)).collect(),
        encoders: study.encoder.iter().map(|e| (e.name.clone(), format!("bytes of {}", e.name))).collect(),
        backend: "flex".into(),
        products: None,
    }
}

fn plan(study: &Study) -> Plan {
    Plan::new(study, &contents(study)).unwrap()
}

fn fingerprints(plan: &Plan) -> BTreeMap<&str, &str> {
    plan.runs.iter().map(|r| (r.id.as_str(), r.fingerprint.as_str())).collect()
}

/// The ids whose fingerprint differs.
fn changed<'a>(before: &'a Plan, after: &Plan) -> BTreeSet<&'a str> {
    let after = fingerprints(after);
    fingerprints(before).into_iter().filter(|(id, f)| after.get(id) != Some(f)).map(|(id, _)| id).collect()
}

fn of_seed_1<'a>(ids: &BTreeSet<&'a str>) -> Vec<&'a str> {
    ids.iter().copied().filter(|id| id.ends_with("/s1")).collect()
}

#[test]
fn ids_leave_out_what_has_one_value() {
    let mut study = study(&["rte", "sst2"]);
    let ids: BTreeSet<String> = plan(&study).runs.into_iter().map(|r| r.id).collect();
    let expected = ["single/rte/s1", "single/sst2/s1", "sequential/rte--sst2/s1", "sequential/sst2--rte/s1"];
    assert_eq!(ids.len(), 8);
    assert!(expected.iter().all(|id| ids.contains(*id)), "{ids:?}");
    let mut second = study.encoder[0].clone();
    second.name = "small".into();
    study.encoder.push(second);
    let plan = plan(&study);
    assert_eq!(plan.runs.len(), 16);
    assert!(plan.run("tiny/sequential/sst2--rte/s2").is_some() && plan.run("small/single/rte/s1").is_some());
}

#[test]
fn every_run_stands_behind_what_it_needs() {
    let mut study = study(&["a", "b", "c"]);
    study.recipe.source = Some(Box::default());
    for plan in [plan(&study), plan(&self::study(&["a", "b", "c"]))] {
        let position = |id: &str| plan.runs.iter().position(|r| r.id == id).unwrap();
        for (i, run) in plan.runs.iter().enumerate() {
            assert_eq!(run.depends_on.is_some(), run.protocol == Protocol::Sequential);
            if let Some(needed) = &run.depends_on {
                assert!(position(needed) < i, "{} before {needed}", run.id);
                assert!(plan.run(needed).unwrap().is_source);
            }
        }
    }
}

#[test]
fn a_sequential_run_starts_from_its_source_with_the_same_seed() {
    let plan = plan(&study(&["rte", "sst2"]));
    let run = plan.run("sequential/sst2--rte/s2").unwrap();
    assert_eq!(run.depends_on.as_deref(), Some("single/sst2/s2"));
    assert_eq!((run.sources.as_slice(), run.targets.as_slice()), (&["sst2".to_owned()][..], &["rte".to_owned()][..]));
}

#[test]
fn pairs_have_a_baseline_with_the_same_seed_and_recipe() {
    let mut study = study(&["a", "b", "c"]);
    study.recipe.source = Some(Box::new(RecipeOverride { epochs: Some(1.0), ..Default::default() }));
    let plan = plan(&study);
    let same = |run: &PlannedRun, other: &PlannedRun| {
        other.protocol == Protocol::Single && other.targets == run.targets && other.seed == run.seed
    };
    let sequential: Vec<&PlannedRun> = plan.runs.iter().filter(|r| r.protocol == Protocol::Sequential).collect();
    assert_eq!(sequential.len(), 12);
    for run in sequential {
        let baselines: Vec<&PlannedRun> = plan.runs.iter().filter(|other| same(run, other)).collect();
        assert_eq!(baselines.len(), 1, "{}", run.id);
        assert_eq!(baselines[0].recipe, run.recipe);
        assert!(run.depends_on.as_deref().unwrap().starts_with("source/"));
    }
}

#[test]
fn fingerprints_depend_on_rows_encoder_recipe_seed_and_backend() {
    let study = study(&["rte", "sst2"]);
    let before = plan(&study);
    assert_eq!(changed(&before, &plan(&study)).len(), 0);
    let distinct: BTreeSet<&str> = fingerprints(&before).into_values().collect();
    assert_eq!(distinct.len(), before.runs.len(), "seeds, targets and sources differ");

    let mut other = contents(&study);
    other.tasks.insert("sst2".into(), "other rows".into());
    let after = Plan::new(&study, &other).unwrap();
    let stale = changed(&before, &after);
    assert_eq!(of_seed_1(&stale), ["sequential/rte--sst2/s1", "sequential/sst2--rte/s1", "single/sst2/s1"]);

    for change in [
        |s: &mut Study, _: &mut Contents| s.recipe.learning_rate = Some(1e-3),
        |_: &mut Study, c: &mut Contents| c.backend = "cuda".into(),
        |_: &mut Study, c: &mut Contents| drop(c.encoders.insert("tiny".into(), "other bytes".into())),
    ] {
        let (mut study, mut contents) = (study.clone(), contents(&study));
        change(&mut study, &mut contents);
        assert_eq!(changed(&before, &Plan::new(&study, &contents).unwrap()).len(), before.runs.len());
    }
}

#[test]
fn a_task_recipe_makes_only_what_uses_it_stale() {
    let before = study(&["rte", "sst2", "paws"]);
    let mut after = before.clone();
    after.task[1].recipe.epochs = Some(5.0);
    let (before, after) = (plan(&before), plan(&after));
    let stale = changed(&before, &after);
    assert!(stale.iter().all(|id| id.contains("sst2")), "{stale:?}");
    assert_eq!(of_seed_1(&stale).len(), 5, "single/sst2, sst2 → 2 targets, 2 sources → sst2");
}

#[test]
fn unrelated_tasks_seeds_and_report_options_change_no_fingerprint() {
    let small = study(&["rte", "sst2"]);
    let mut large = study(&["paws", "rte", "sst2"]);
    large.seeds = vec![9, 2, 1];
    large.task[1].margin = Some(0.2);
    large.task[1].metric = Metric::F1Weighted;
    large.description = "more".into();
    let (small, large) = (plan(&small), plan(&large));
    assert_eq!(changed(&small, &large).len(), 0);
}

#[test]
fn the_metric_counts_where_it_chooses_the_epoch() {
    let mut before = study(&["rte", "sst2"]);
    before.recipe.load_best_model_at_end = Some(true);
    let mut after = before.clone();
    after.task[0].metric = Metric::F1Weighted;
    let (before, after) = (plan(&before), plan(&after));
    let stale = changed(&before, &after);
    assert_eq!(of_seed_1(&stale), ["sequential/rte--sst2/s1", "sequential/sst2--rte/s1", "single/rte/s1"]);
}

#[test]
fn shards_split_the_plan_and_keep_runs_with_their_source() {
    let plan = plan(&study(&["a", "b", "c", "d"]));
    for of in [1, 2, 3, 5] {
        let shards: Vec<Vec<String>> = (1..=of).map(|i| plan.shard(i, of)).collect();
        let all: BTreeSet<&String> = shards.iter().flatten().collect();
        assert_eq!((all.len(), shards.iter().map(Vec::len).sum::<usize>()), (plan.runs.len(), plan.runs.len()));
        for run in &plan.runs {
            let Some(source) = &run.depends_on else { continue };
            let shard = shards.iter().find(|s| s.contains(&run.id)).unwrap();
            assert!(shard.contains(source), "{} of {of} shards lacks {source}", run.id);
        }
    }
    assert!(plan.shard(0, 2).is_empty() && plan.shard(3, 2).is_empty());
}

#[test]
fn rejects_contents_that_lack_a_task_or_an_encoder() {
    let study = study(&["rte"]);
    let error = |c: &Contents| Plan::new(&study, c).unwrap_err().to_string();
    let mut without_task = contents(&study);
    without_task.tasks.clear();
    assert!(error(&without_task).contains("task `rte`"));
    let mut without_encoder = contents(&study);
    without_encoder.encoders.clear();
    assert!(error(&without_encoder).contains("encoder `tiny`"));
}

#[test]
fn a_plan_survives_json() {
    let plan = plan(&study(&["rte", "sst2"]));
    assert_eq!(serde_json::from_str::<Plan>(&serde_json::to_string(&plan).unwrap()).unwrap(), plan);
}
