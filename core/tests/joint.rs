//! Joint training in study files and plans: what is asked for, what is refused, which runs it makes.

#![allow(clippy::unwrap_used, reason = "functions that tests share are test code too")]

use std::collections::BTreeSet;

use transfermap::multitask::diagnostics::Summary;
use transfermap::plan::{Contents, Plan};
use transfermap::record::JointRecord;
use transfermap::study::{Protocol, Study};

const HEAD: &str = "version = 1\nname = \"j\"\nseeds = [1, 2]\n";

/// `more` stands before the encoder, so that its lines are known: it begins in line 4.
fn text(more: &str, tasks: &[&str]) -> String {
    let mut text = format!("{HEAD}{more}\n[[encoder]]\nname = \"tiny\"\npath = \"tiny\"\n");
    for name in tasks {
        text += &format!(
            "[[task]]\nname = \"{name}\"\ntext = [\"x\"]\nlabels = [\"a\", \"b\"]\nvalidation = 0.1\n\
             train = {{ file = \"a.csv\" }}\ntest = {{ file = \"b.csv\" }}\n"
        );
    }
    text
}

const THREE: [&str; 3] = ["rte", "sst2", "paws"];

fn study(more: &str) -> Study {
    Study::from_toml(&text(more, &THREE)).unwrap()
}

fn contents(study: &Study, sizes: &[usize]) -> Contents {
    let names = || study.task.iter().map(|t| t.name.clone());
    Contents {
        tasks: names().map(|n| (n.clone(), format!("rows of {n}"))).collect(),
        examples: names().zip(sizes.iter().copied()).collect(),
        encoders: study.encoder.iter().map(|e| (e.name.clone(), format!("bytes of {}", e.name))).collect(),
        backend: "flex".into(),
        ..Contents::default()
    }
}

fn ids(study: &Study, sizes: &[usize]) -> Vec<String> {
    let plan = Plan::new(study, &contents(study, sizes)).unwrap();
    plan.runs.iter().filter(|r| r.seed == 1).map(|r| r.id.clone()).collect()
}

#[test]
fn without_a_block_pairs_and_all_are_trained_with_equal_weights() {
    let ids = ids(&study("protocols = [\"single\", \"joint\"]"), &[100, 100, 100]);
    let joint: Vec<&str> = ids.iter().filter(|id| id.starts_with("joint")).map(String::as_str).collect();
    assert_eq!(
        joint,
        [
            "joint/equal/rte+sst2/s1",
            "joint/equal/rte+paws/s1",
            "joint/equal/sst2+paws/s1",
            "joint/equal/rte+sst2+paws/s1"
        ]
    );
    assert_eq!(ids.len(), 7);
}

#[test]
fn blocks_sets_and_controls_make_their_runs_once() {
    let study = study(
        "protocols = [\"single\", \"sequential\", \"joint\"]\n\
         joint = [{ sets = [\"pairs\", [\"sst2\", \"rte\"]] }, { name = \"surgery\", sets = \"all\", method = \"pcgrad\" }]\n\
         controls = { select = [\"longer\"] }",
    );
    // Single runs of 3 epochs in batches of 16: 39, 39 and 75 steps.
    let ids = ids(&study, &[208, 208, 400]);
    let some = |start: &str| ids.iter().filter(|id| id.starts_with(start)).count();
    assert_eq!((some("joint/equal/"), some("joint/surgery/rte+sst2+paws/")), (3, 1));
    let longer: BTreeSet<&str> = ids.iter().filter(|id| id.starts_with("longer")).map(String::as_str).collect();
    assert_eq!(
        longer,
        BTreeSet::from([
            "longer-114/single/paws/s1",
            "longer-114/single/rte/s1",
            "longer-114/single/sst2/s1",
            "longer-78/single/rte/s1",
            "longer-78/single/sst2/s1",
        ])
    );
    let plan = Plan::new(&study, &contents(&study, &[208, 208, 400])).unwrap();
    let run = plan.run("longer-114/single/rte/s1").unwrap();
    assert_eq!((run.recipe.max_steps, run.protocol, run.variant.as_str()), (Some(114), Protocol::Single, "longer-114"));
}

#[test]
fn a_set_has_the_smallest_rate_of_its_members_or_that_of_its_block() {
    let rates = |more: &str| -> Vec<f64> {
        let mut text = text(more, &THREE);
        text += "[task.recipe]\nlearning_rate = 1e-5\n"; // of paws
        let study = Study::from_toml(&text).unwrap();
        let plan = Plan::new(&study, &contents(&study, &[100; 3])).unwrap();
        ["rte+sst2", "rte+paws"]
            .map(|set| plan.run(&format!("joint/equal/{set}/s1")).unwrap().recipe.learning_rate)
            .to_vec()
    };
    let joint = "protocols = [\"joint\"]\nrecipe = { learning_rate = 4e-5 }\n";
    assert_eq!(rates(joint), [4e-5, 1e-5]);
    assert_eq!(rates(&format!("{joint}joint = [{{ recipe = {{ learning_rate = 3e-5 }} }}]")), [3e-5, 3e-5]);
}

#[test]
fn names_sets_and_diagnostics_are_in_no_fingerprint_and_methods_are() {
    let print = |block: &str| {
        let study = study(&format!("protocols = [\"joint\"]\njoint = [{{ {block} }}]"));
        let plan = Plan::new(&study, &contents(&study, &[100; 3])).unwrap();
        plan.runs.iter().find(|r| r.targets.len() == 3).unwrap().fingerprint.clone()
    };
    let plain = print("sets = \"all\"");
    assert_eq!(plain, print("name = \"together\", sets = [\"pairs\", \"all\"], diagnostics = \"none\""));
    for other in ["method = \"pcgrad\"", "step = \"alternate\"", "budget = 0.5", "sampling = { temperature = 2 }"] {
        assert_ne!(plain, print(&format!("sets = \"all\", {other}")), "{other}");
    }
}

#[test]
fn fingerprints_of_other_runs_do_not_change_with_joint_training() {
    let prints = |more: &str| {
        let study = study(more);
        let plan = Plan::new(&study, &contents(&study, &[100; 3])).unwrap();
        let others = plan.runs.into_iter().filter(|r| r.protocol != Protocol::Joint);
        others.map(|r| (r.id, r.fingerprint)).collect::<Vec<_>>()
    };
    let before = prints("protocols = [\"single\", \"sequential\"]");
    assert_eq!(before, prints("protocols = [\"single\", \"sequential\", \"joint\"]"));
}

#[test]
fn a_set_of_many_tasks_has_a_short_name() {
    let names: Vec<String> = (0..20).map(|i| format!("task_number_{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let study = Study::from_toml(&text("protocols = [\"joint\"]\njoint = [{ sets = \"all\" }]", &names)).unwrap();
    let id = &ids(&study, &[100; 20])[0];
    assert!(id.starts_with("joint/equal/20tasks-") && id.len() < 40, "{id}");
}

#[test]
fn a_task_without_a_batch_is_refused() {
    // 21, 21 and 18,750 batches alone: the one that is left over goes to the earlier of two equal fractions.
    let study = study("protocols = [\"joint\"]\njoint = [{ sets = \"all\", budget = 0.02 }]");
    let error = Plan::new(&study, &contents(&study, &[100, 100, 100_000])).unwrap_err().to_string();
    assert!(error.contains("none is left for `sst2`") && error.contains("raise `budget`"), "{error}");
}

#[test]
fn a_record_keeps_what_was_seen_apart_from_what_was_asked_for() {
    let study = study("protocols = [\"joint\"]\njoint = [{ sets = \"all\", diagnostics = { every = 5 } }]");
    let plan = Plan::new(&study, &contents(&study, &[100; 3])).unwrap();
    let mut record = JointRecord::of_plan(plan.runs[0].joint.clone().unwrap(), 1e-3);
    for seen in [None, Some(Summary::new(&THREE, &["pooler".into()], 5, &[]))] {
        record.diagnostics = seen;
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<JointRecord>(&json).unwrap(), record, "{json}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let study = study(
        "protocols = [\"single\", \"joint\"]\n\
         joint = [{ sets = [\"leave-one-out\", [\"rte\", \"paws\"]], method = { name = \"gradvac\", beta = 0.5 }, \
         sampling = { temperature = \"inf\", cap = 30 }, budget = \"steps\", diagnostics = { every = 5 } }]\n\
         controls = { select = [\"longer\"] }",
    );
    assert_eq!(Study::from_toml(&study.to_toml().unwrap()).unwrap(), study);
}

#[test]
fn refusals_name_the_line_and_the_remedy() {
    let joint = |block: &str| format!("protocols = [\"single\", \"joint\"]\n[[joint]]\n{block}");
    for (more, line, words) in [
        (joint("method = \"pcgard\""), 6, "did you mean `pcgrad`"),
        (joint("sets = \"piars\""), 6, "did you mean \"pairs\""),
        (joint("sets = [\"rte\", \"sst2\"]"), 6, "a set is a list of its own"),
        (joint("sets = [[\"rte\"]]"), 6, "a set of one"),
        (joint("sets = []"), 6, "no sets"),
        (joint("sets = [[\"rte\", \"rte\"]]"), 6, "stands in it twice"),
        (joint("sets = [[\"rte\", \"stt2\"]]"), 6, "did you mean `sst2`"),
        (joint("[[joint]]\nname = \"equal\""), 7, "two [[joint]] blocks are called `equal`"),
        (joint("name = \"longer\""), 6, "is the name of a variant or control"),
        (joint("name = \"a/b\""), 6, "names become folders"),
        (joint("sampling = { temperature = 0 }"), 6, "a number above 0, or \"inf\""),
        (joint("sampling = { temperature = -1 }"), 6, "a number above 0, or \"inf\""),
        (joint("sampling = { temperature = 2, annealed = true }"), 6, "remove `temperature`"),
        (joint("sampling = { cap = 0 }"), 6, "at least 1"),
        (joint("budget = 0"), 6, "a number above 0"),
        (joint("budget = \"much\""), 6, "\"examples\", \"steps\""),
        (joint("method = { name = \"static\", weights = { rte = 1 } }"), 6, "exactly the tasks of the set"),
        (joint("method = \"pcgrad\"\nstep = \"alternate\""), 7, "compares the gradients"),
        (joint("diagnostics = \"some\""), 6, "\"auto\", \"none\""),
        (joint("diagnostics = { every = 0 }"), 6, "at least 1"),
        (joint("recipe = { epochs = 2 }"), 6, "`epochs` is every task's own"),
        (joint("weight = 3"), 6, "unknown key `weight`"),
        ("[[joint]]\nsets = \"all\"".to_owned(), 4, "add \"joint\""),
        ("protocols = [\"joint\"]\n[controls]\nselect = [\"longest\"]".to_owned(), 6, "did you mean \"longer\""),
        ("protocols = [\"joint\"]\n[controls]\nselect = [\"same_task\"]".to_owned(), 6, "not in this version"),
        ("[controls]\nselect = [\"longer\"]".to_owned(), 5, "add \"joint\""),
        (
            "protocols = [\"single\", \"sequential\", \"joint\"]\n[race]\nlooks = [2]\nbudget = 99".to_owned(),
            6,
            "take \"joint\" out",
        ),
    ] {
        let error = Study::from_toml(&text(&more, &THREE)).unwrap_err();
        assert!(error.line == line && error.message.contains(words), "{more}: line {}: {}", error.line, error.message);
    }
    let without = text("protocols = [\"joint\"]\njoint = [{ recipe = { load_best_model_at_end = true } }]", &THREE);
    let error = Study::from_toml(&without.replace("validation = 0.1", "validation = 0.0")).unwrap_err();
    assert!(error.message.contains("has none; add `validation = 0.1`"), "{}", error.message);
    let one = Study::from_toml(&text("protocols = [\"joint\"]", &["rte"])).unwrap_err();
    assert!(one.message.contains("there is one"), "{}", one.message);
}
