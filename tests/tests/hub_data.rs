//! Data sets of a hub on 127.0.0.1: which files are a split, what names its classes, and that rows arrive unchanged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use transfermap::study::{Labels, READY, Study, Task};
use transfermap_tests::hub_content::{five_data_sets, glue, parquet, rows};
use transfermap_tests::hub_server::{Files, HubServer, commit};
use transfermap_trainer::data::{TaskData, load};
use transfermap_trainer::hub::{Access, Cache, FetchProgress, Hub, HubError, Patience, When, resolve};

struct Place {
    server: HubServer,
    access: Access,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let server = HubServer::start();
        let folder = tempfile::tempdir().unwrap();
        let patience = Patience { tries: 2, pause: Duration::from_millis(1), ..Patience::default() };
        let access = Access {
            endpoint: server.endpoint.clone(),
            cache: Cache::new(folder.path().join("hub")),
            token: None,
            offline: None,
            patience,
        };
        Self { server, access, folder }
    }

    fn put(&self, files: &[(&str, Vec<u8>)]) {
        let files: Files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        self.server.put("datasets/org/data", "main", &commit(1), files);
    }

    fn resolve(&self, task: &mut Task) -> Result<(), HubError> {
        resolve::task(task, &mut Hub::new(&self.access, &mut FetchProgress::new(true)), When::Missing)?;
        resolve::labels(task, Path::new("."))
    }

    fn load(&self, lines: &str) -> Result<TaskData, String> {
        let mut task = task(lines);
        self.resolve(&mut task).map_err(|e| e.to_string())?;
        load(&task, 42, Path::new(".")).map_err(|e| e.to_string())
    }
}

fn task(lines: &str) -> Task {
    let head = "version = 1\nname = \"s\"\nseeds = [1]\nprotocols = [\"single\"]\n[[encoder]]\nname = \"e\"\n\
                embedded = \"e\"\n[[task]]\nname = \"t\"\n";
    Study::from_toml(&format!("{head}{lines}")).unwrap().task.remove(0)
}

const SPLITS: &str = "text = [\"text\"]\ntrain = { dataset = \"org/data\", split = \"train\" }\n\
                      test = { dataset = \"org/data\", split = \"test\" }\n";

#[test]
fn ready_tasks_read_what_the_hub_has() {
    let place = Place::new();
    for (path, files) in five_data_sets().unwrap() {
        place.server.put(path, "main", &commit(1), files);
    }
    place.server.put("datasets/nyu-mll/glue", "main", &commit(1), glue().unwrap());
    let classes = [4, 2, 5, 2, 2, 2, 2, 2, 2, 3, 3, 2, 2, 2];
    assert_eq!(READY.len(), classes.len());
    for (entry, classes) in READY.iter().zip(classes) {
        let name = entry.name;
        let data = place.load(&format!("ready = \"{name}\"\n")).unwrap();
        assert_eq!((data.train.len(), data.test.len(), data.labels.len()), (60, 60, classes), "{name}");
        assert_eq!(data.labels, entry.labels, "{name}");
        assert!(data.train.iter().all(|e| e.texts.len() == entry.text.len() && e.label == e.row % classes), "{name}");
        assert!(data.test[0].texts[0].contains(entry.test), "{:?}", data.test[0]);
    }
    let message = place.load("ready = \"glue/rte\"\ntest = { split = \"test\" }\n").unwrap_err();
    assert!(message.contains("unknown label `-1`") && message.contains("test-00000-of-00001.parquet"), "{message}");
}

#[test]
fn labels_that_are_left_out_are_those_of_the_features() {
    let place = Place::new();
    let file = |what| parquet(&["text"], Some(&["low", "high"]), &rows(what, 12, 1, 2)).unwrap();
    place.put(&[("train.parquet", file("train")), ("test.parquet", file("test"))]);
    assert_eq!(place.load(SPLITS).unwrap().labels, ["low", "high"]);
    // The page's names go before the file's.
    let page = "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': bad\n          '1': good\n---\n";
    let place = Place::new();
    place.put(&[("train.parquet", file("train")), ("test.parquet", file("test")), ("README.md", page.into())]);
    let mut resolved = task(SPLITS);
    place.resolve(&mut resolved).unwrap();
    assert_eq!(resolved.labels, Labels::Names(vec!["bad".into(), "good".into()]));
    let of_test = resolved.test.source().unwrap().revision.clone();
    assert_eq!((resolved.train.revision, of_test), (Some(commit(1)), Some(commit(1))));
    let place = Place::new();
    let bare = |what| parquet(&["text"], None, &rows(what, 12, 1, 2)).unwrap();
    place.put(&[("train.parquet", bare("train")), ("test.parquet", bare("test"))]);
    assert!(place.load(SPLITS).unwrap_err().contains("name no classes of `label`; add `labels`"));
    assert_eq!(place.load(&format!("labels = [\"a\", \"b\"]\n{SPLITS}")).unwrap().train.len(), 12);
}

#[test]
fn several_files_are_one_split_in_their_order() {
    let place = Place::new();
    let part = |what| parquet(&["text"], Some(&["a", "b"]), &rows(what, 10, 1, 2)).unwrap();
    place.put(&[
        ("data/train-00001-of-00002.parquet", part("second")),
        ("data/train-00000-of-00002.parquet", part("first")),
        ("data/test-00000-of-00001.parquet", part("test")),
    ]);
    let data = place.load(SPLITS).unwrap();
    let texts: Vec<&str> = data.train.iter().map(|e| e.texts[0].as_str()).collect();
    assert_eq!(texts.len(), 20);
    assert!(texts[..10].iter().all(|t| t.starts_with("first")) && texts[10..].iter().all(|t| t.starts_with("second")));
    assert!(data.train.iter().zip(0..).all(|(e, row)| e.row == row));
}

#[test]
fn a_complaint_names_the_file_of_the_row() {
    let place = Place::new();
    let mut bad = rows("second", 10, 1, 2);
    bad[3].1 = 7;
    place.put(&[
        ("train-0.parquet", parquet(&["text"], None, &rows("first", 10, 1, 2)).unwrap()),
        ("train-1.parquet", parquet(&["text"], None, &bad).unwrap()),
        ("test.parquet", parquet(&["text"], None, &rows("test", 10, 1, 2)).unwrap()),
    ]);
    let message = place.load(&format!("labels = [\"a\", \"b\"]\n{SPLITS}")).unwrap_err();
    assert!(message.contains("train-1.parquet, line 4: unknown label `7`"), "{message}");
}

#[test]
fn csv_and_jsonl_of_the_hub_are_read_with_the_pages_classes() {
    let page = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: t/*.csv\n  - split: test\n    path: t.jsonl\n\
                dataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names: [no, yes]\n---\n";
    let place = Place::new();
    place.put(&[
        ("README.md", page.into()),
        ("t/a.csv", b"id,text,label\n1,\"one, two\",0\n2,three,yes\n3,four,1\n4,five,no\n".to_vec()),
        ("t.jsonl", b"{\"text\": \"six\", \"label\": 1}\n{\"text\": \"seven\", \"label\": \"no\"}\n".to_vec()),
        ("other.csv", b"not,part,of,it\n".to_vec()),
    ]);
    let data = place.load(SPLITS).unwrap();
    let of = |examples: &[transfermap_trainer::data::Example]| -> Vec<(String, usize)> {
        examples.iter().map(|e| (e.texts[0].clone(), e.label)).collect()
    };
    let row = |text: &str, label| (text.to_owned(), label);
    assert_eq!(of(&data.train), [row("one, two", 0), row("three", 1), row("four", 1), row("five", 0)]);
    assert_eq!(of(&data.test), [row("six", 1), row("seven", 0)]);
}

#[test]
fn what_comes_as_something_else_is_taken_from_the_hubs_parquet_copy() {
    let place = Place::new();
    place.put(&[("README.md", b"# A data set\n".to_vec()), ("data.py", b"code".to_vec())]);
    let missing = place.load(&format!("labels = [\"a\", \"b\"]\n{SPLITS}")).unwrap_err();
    assert!(missing.contains("the hub has no Parquet copy of it"), "{missing}");
    let copy: Files = ["train", "test"]
        .map(|s| {
            (format!("default/{s}/0000.parquet"), parquet(&["text"], Some(&["a", "b"]), &rows(s, 8, 1, 2)).unwrap())
        })
        .into();
    place.server.put("datasets/org/data", "refs/convert/parquet", &commit(7), copy);
    let mut resolved = task(SPLITS);
    place.resolve(&mut resolved).unwrap();
    assert_eq!(resolved.train.revision, Some(commit(7)));
    assert_eq!(load(&resolved, 42, Path::new(".")).unwrap().train.len(), 8);
    // By its commit it is found again, without the hub.
    place.server.seen();
    let mut again = task(&SPLITS.replace("split =", &format!("revision = \"{}\", split =", commit(7))));
    place.resolve(&mut again).unwrap();
    place.resolve(&mut task(SPLITS)).unwrap();
    assert_eq!(place.server.seen(), []);
}

#[test]
fn rejects_configurations_and_splits_that_are_not_there_with_those_that_are() {
    let place = Place::new();
    for (path, files) in five_data_sets().unwrap() {
        place.server.put(path, "main", &commit(1), files);
    }
    let of = |config: Option<&str>, split: &str| {
        let mut shown = FetchProgress::new(true);
        let mut hub = Hub::new(&place.access, &mut shown);
        hub.dataset("nyu-mll/glue", config, Some(split), None, When::Missing).unwrap_err().to_string()
    };
    assert_eq!(
        of(None, "train"),
        "data set nyu-mll/glue: it has several configurations: add `config`; there are: rte, cola"
    );
    assert_eq!(
        of(Some("rta"), "train"),
        "data set nyu-mll/glue: no configuration `rta`: correct `config`; there are: rte, cola"
    );
    let split = of(Some("rte"), "dev");
    assert_eq!(split, "data set nyu-mll/glue: no split `dev`; there are: train, validation, test. Correct `split`");
}

#[test]
fn a_split_of_which_a_part_is_missing_is_not_used_offline() {
    // As Python may leave it: the snapshot without our listing, one of two files there.
    let mut place = Place::new();
    let part = |what| parquet(&["text"], Some(&["a", "b"]), &rows(what, 10, 1, 2)).unwrap();
    place.put(&[
        ("train-00000-of-00002.parquet", part("first")),
        ("train-00001-of-00002.parquet", part("second")),
        ("test-00000-of-00001.parquet", part("test")),
    ]);
    place.load(SPLITS).unwrap();
    let root = place.folder.path().join("hub/datasets--org--data");
    fs::remove_dir_all(root.join(".listings")).unwrap();
    place.access.offline = Some("--offline forbids the network".into());
    assert_eq!(place.load(SPLITS).unwrap().train.len(), 20);
    fs::remove_file(root.join("snapshots").join(commit(1)).join("train-00001-of-00002.parquet")).unwrap();
    let message = place.load(SPLITS).unwrap_err();
    assert!(message.contains("a part of the split `train`") && message.contains("fetch dataset org/data"), "{message}");
}

#[test]
fn a_data_set_that_was_not_fetched_is_no_empty_one() {
    let message =
        load(&task(&format!("labels = [\"a\", \"b\"]\n{SPLITS}")), 42, Path::new(".")).unwrap_err().to_string();
    assert!(
        message.contains("`org/data` is not on this machine; give `transfermap fetch dataset org/data`"),
        "{message}"
    );
}
