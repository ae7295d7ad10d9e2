//! Study files that name models and data sets of the hub, and ready tasks.

#![allow(clippy::unwrap_used, reason = "functions that tests share are test code too")]

use transfermap::study::{Column, HeldOut, Kind, Labels, Study, StudyError, is_hub_id, is_revision};

const HEAD: &str =
    "version = 1\nname = \"hub\"\nseeds = [1]\n[[encoder]]\nname = \"a\"\npath = \"albert/albert-base-v2\"\n";

fn study(task: &str) -> Result<Study, StudyError> {
    Study::from_toml(&format!("{HEAD}[[task]]\n{task}"))
}

#[track_caller]
fn rejects(task: &str, line: usize, says: &str) {
    let error = study(task).unwrap_err();
    assert!(error.message.contains(says), "{error}");
    assert_eq!(error.line, line, "{error}");
}

const RTE: &str = "name = \"rte\"\nkind = \"pair\"\ntext = [\"sentence1\", \"sentence2\"]\n\
                   train = { dataset = \"nyu-mll/glue\", config = \"rte\", split = \"train\", limit = 2000 }\n\
                   test = { dataset = \"nyu-mll/glue\", config = \"rte\", split = \"validation\" }\n";

#[test]
fn a_data_set_may_leave_its_labels_to_its_features() {
    let study = study(RTE).unwrap();
    let rte = study.task("rte").unwrap();
    assert!(rte.labels.is_empty());
    assert_eq!(rte.train.dataset.as_deref(), Some("nyu-mll/glue"));
    assert_eq!(
        (rte.train.config.as_deref(), rte.test.source().and_then(|s| s.split.as_deref())),
        (Some("rte"), Some("validation"))
    );
    // Once they are known, the study is as good as one that lists them.
    let mut filled = study.clone();
    filled.task[0].labels = Labels::Names(vec!["entailment".into(), "not_entailment".into()]);
    assert_eq!(filled.check(RTE), Ok(()));
    filled.task[0].labels = Labels::Names(vec!["one".into()]);
    assert!(filled.check(RTE).is_err());
    let csv = RTE.replace("dataset = \"nyu-mll/glue\", config = \"rte\", split = \"train\"", "file = \"train.csv\"");
    assert!(self::study(&csv).unwrap_err().message.contains("missing field `labels`"));
    let parquet = csv.replace("train.csv", "train.parquet");
    assert!(self::study(&parquet).is_ok());
}

#[test]
fn survives_json_without_the_places_on_this_machine() {
    let mut study = study(RTE).unwrap();
    let json = serde_json::to_string(&study).unwrap();
    study.encoder[0].folder = Some("/home/me/cache".into());
    study.task[0].train.located = Some(Default::default());
    assert_eq!(serde_json::to_string(&study).unwrap(), json);
    study.encoder[0].folder = None;
    study.task[0].train.located = None;
    assert_eq!(serde_json::from_str::<Study>(&json).unwrap(), study);
}

#[test]
fn a_ready_task_needs_a_name_and_takes_changes() {
    let study = study("name = \"rte\"\nready = \"glue/rte\"\n").unwrap();
    let rte = study.task("rte").unwrap();
    assert_eq!(rte.kind, Kind::Pair);
    assert_eq!(rte.text, [Column::Name("sentence1".into()), Column::Name("sentence2".into())]);
    assert_eq!(rte.labels, Labels::Names(vec!["entailment".into(), "not_entailment".into()]));
    assert_eq!((rte.train.dataset.as_deref(), rte.train.config.as_deref()), (Some("nyu-mll/glue"), Some("rte")));
    assert_eq!(
        (rte.train.split.as_deref(), rte.test.source().and_then(|s| s.split.as_deref())),
        (Some("train"), Some("validation"))
    );
    // What stands in a report reads as the same task, without the table.
    let json = serde_json::to_string(rte).unwrap();
    assert!(!json.contains("ready"), "{json}");
    assert_eq!(&serde_json::from_str::<transfermap::study::Task>(&json).unwrap(), rte);

    let changed = self::study(
        "name = \"ag\"\nready = \"ag_news\"\ntrain = { limit = 100, revision = \"v2\" }\ntest = { file = \"own.csv\" }\n\
         validation = { split = \"test\", limit = 50 }\nmerge = { World = \"A\", Sports = \"A\" }\n",
    )
    .unwrap();
    let ag = changed.task("ag").unwrap();
    assert_eq!((ag.train.dataset.as_deref(), ag.train.limit), (Some("fancyzhx/ag_news"), Some(100)));
    assert_eq!(ag.train.revision.as_deref(), Some("v2"));
    let test = ag.test.source().unwrap();
    assert_eq!((test.file.as_deref(), test.dataset.as_deref()), (Some("own.csv"), None));
    let HeldOut::Source(validation) = &ag.validation else { panic!("{:?}", ag.validation) };
    assert_eq!((validation.dataset.as_deref(), validation.split.as_deref()), (Some("fancyzhx/ag_news"), Some("test")));
    assert_eq!(ag.label_set().unwrap().names, ["A", "Business", "Sci/Tech"]);
}

#[test]
fn rejects_what_a_data_set_cannot_be() {
    rejects("name = \"t\"\nready = \"glue/rt\"\n", 7, "no ready task `glue/rt`; did you mean `glue/rte`?");
    rejects("name = \"t\"\nlabels = [\"a\", \"b\"]\n", 7, "missing field `train`");
    let with = |from: &str, to: &str| {
        assert!(RTE.contains(from), "{from}");
        RTE.replacen(from, to, 1)
    };
    rejects(&with(", split = \"train\"", ""), 11, "add split = \"train\"");
    rejects(&with("\"nyu-mll/glue\"", "\"../glue\""), 11, "ids of the hub look like");
    rejects(&with("split = \"train\"", "split = \"train\", revision = \"../x\""), 11, "give a commit");
    rejects(&with("limit = 2000", "file = \"x.csv\""), 11, "train: give `file");
    let own = "train = { file = \"a.csv\", split = \"train\" }\nlabels = [\"a\", \"b\"]\n";
    let train = RTE.lines().find(|l| l.starts_with("train")).unwrap();
    rejects(&with(train, own), 11, "`split` goes with `dataset`");
    rejects(&with("config = \"rte\"", "confg = \"rte\""), 11, "did you mean `config`?");
}

#[test]
fn a_revision_is_of_a_model_of_the_hub() {
    let with = |line: &str| {
        Study::from_toml(&format!("{HEAD}{line}\n[[task]]\n{RTE}").replace("albert/albert", "albert/albert"))
    };
    assert_eq!(with("revision = \"main\"").unwrap().encoder[0].revision.as_deref(), Some("main"));
    assert!(with("revision = \"a b\"").unwrap_err().message.contains("give a commit"));
    let folder =
        format!("{HEAD}revision = \"main\"\n[[task]]\n{RTE}").replace("albert/albert-base-v2", "../models/albert");
    assert!(Study::from_toml(&folder).unwrap_err().message.contains("`revision` is for a model of the hub"));
}

#[test]
fn ids_and_revisions_stay_within_the_cache() {
    for id in ["albert/albert-base-v2", "glue", "a/b.c_d", "google-research-datasets/paws"] {
        assert!(is_hub_id(id), "{id}");
    }
    for bad in ["", "/a", "a/", "a/b/c", "../a", "a/..", "./a", "a b/c", "a--b/c", "~/a", "C:\\a", "-a/b", "a/b."] {
        assert!(!is_hub_id(bad), "{bad}");
    }
    for revision in ["main", "v1.0", "refs/convert/parquet", "refs/pr/3", "0123456789abcdef0123456789abcdef01234567"] {
        assert!(is_revision(revision), "{revision}");
    }
    for bad in ["", "/main", "a//b", "../x", "a/../b", ".hidden", "a b", "a%2Fb", "x\n"] {
        assert!(!is_revision(bad), "{bad:?}");
    }
}
