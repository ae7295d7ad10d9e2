//! Parquet files of other software (fixtures/make_parquet.py) through the trainer's readers: the same rows as Python
//! reads, labels by name, and every kind of column and damage that is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap::study::{Study, Task};
use transfermap_tests::hub_content::{parquet, rows};
use transfermap_tests::root;
use transfermap_trainer::data::{DataError, TaskData, load};
use transfermap_trainer::hub::resolve;

fn fixtures() -> PathBuf {
    root().join("tests/fixtures/parquet")
}

/// What pyarrow reads of a fixture's column.
fn expected(file: &str, column: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(&fs::read_to_string(fixtures().join("expected.json")).unwrap()).unwrap();
    all["files"][file][column].as_array().unwrap().clone()
}

fn task(lines: &str) -> Task {
    let head = "version = 1\nname = \"s\"\nseeds = [1]\nprotocols = [\"single\"]\n[[encoder]]\nname = \"e\"\n\
                embedded = \"e\"\n[[task]]\nname = \"t\"\n";
    Study::from_toml(&format!("{head}{lines}")).unwrap().task.remove(0)
}

/// Trains and tests on the same rows, so that all of them are there in order.
fn read(file: &str, lines: &str) -> Result<TaskData, DataError> {
    read_from(&fixtures(), file, lines)
}

fn read_from(folder: &Path, file: &str, lines: &str) -> Result<TaskData, DataError> {
    load(&task(&format!("{lines}\ntrain = {{ file = \"{file}\" }}\ntest = {{ same_as = \"train\" }}\n")), 42, folder)
}

fn complaint(file: &str, lines: &str) -> String {
    read(file, lines).unwrap_err().to_string()
}

const PAIR: &str = "kind = \"pair\"\ntext = [\"sentence1\", \"sentence2\"]\n";

#[test]
fn rows_of_the_library_datasets_come_out_as_python_reads_them() {
    let data = read("datasets.parquet", &format!("{PAIR}labels = [\"entailment\", \"not_entailment\"]")).unwrap();
    let (first, second) = (expected("datasets.parquet", "sentence1"), expected("datasets.parquet", "sentence2"));
    let labels = expected("datasets.parquet", "label");
    assert_eq!(data.train.len(), labels.len());
    for (example, row) in data.train.iter().zip(0..) {
        assert_eq!(example.row, row);
        let trimmed = |v: &Value| v.as_str().unwrap().trim().to_owned();
        assert_eq!(example.texts, [trimmed(&first[row]), trimmed(&second[row])]);
        assert_eq!(Some(example.label as u64), labels[row].as_u64());
    }
}

#[test]
fn labels_come_from_the_features_and_may_be_listed_in_another_order() {
    let lines = format!("{PAIR}train = {{ file = \"datasets.parquet\" }}\ntest = {{ same_as = \"train\" }}\n");
    let mut task = task(&lines);
    resolve::labels(&mut task, &fixtures()).unwrap();
    assert_eq!(load(&task, 42, &fixtures()).unwrap().labels, ["entailment", "not_entailment"]);
    let numbers = expected("datasets.parquet", "label");
    let of = |labels: &str| read("datasets.parquet", &format!("{PAIR}labels = {labels}")).unwrap().train;
    // Class 0 is entailment whatever its place; names of one's own go by number.
    let turned = of(r#"["not_entailment", "entailment"]"#);
    assert!(turned.iter().zip(&numbers).all(|(e, n)| Some(1 - e.label as u64) == n.as_u64()));
    let renamed = of(r#"["follows", "does not"]"#);
    assert!(renamed.iter().zip(&numbers).all(|(e, n)| Some(e.label as u64) == n.as_u64()));
    let message = complaint("datasets.parquet", &format!("{PAIR}labels = [\"other\", \"entailment\"]"));
    assert!(
        message.contains("classes are entailment, not_entailment") && message.contains("leave `labels` out"),
        "{message}"
    );
}

#[test]
fn zstandard_gzip_dictionaries_row_groups_and_small_integers_are_read() {
    let polars = read("polars.parquet", "text = [\"text\"]\nlabels = [\"a\", \"b\", \"c\"]").unwrap();
    let by_name =
        read("polars.parquet", "text = [\"text\"]\nlabel = \"name\"\nlabels = [\"a\", \"b\", \"c\"]").unwrap();
    assert_eq!(polars, by_name);
    let texts = expected("polars.parquet", "text");
    assert!(polars.train.iter().zip(&texts).all(|(e, t)| e.texts[0] == t.as_str().unwrap().trim()));
    let flags = "label = \"flag\"\nlabels = [\"false\", \"true\"]";
    let arrow = read("arrow.parquet", &format!("text = [\"text\"]\n{flags}")).unwrap();
    assert_eq!(arrow.train.len(), 40);
    assert_eq!(arrow, read("arrow.parquet", &format!("text = [\"dictionary\"]\n{flags}")).unwrap());
    let expected = expected("arrow.parquet", "flag");
    assert!(arrow.train.iter().zip(&expected).all(|(e, f)| (e.label == 1) == f.as_bool().unwrap()));
}

#[test]
fn limits_pick_the_same_rows_as_from_any_other_format() {
    let folder = tempfile::tempdir().unwrap();
    let all = rows("row", 500, 1, 2);
    fs::write(folder.path().join("a.parquet"), parquet(&["text"], None, &all).unwrap()).unwrap();
    let csv: String = all.iter().map(|(t, label)| format!("{},{label}\n", t[0])).collect();
    fs::write(folder.path().join("a.csv"), format!("text,label\n{csv}")).unwrap();
    let of = |file: &str| {
        let lines = format!(
            "text = [\"text\"]\nlabels = [\"a\", \"b\"]\nvalidation = 0.2\n\
             train = {{ file = \"{file}\", limit = 60, stratified = true }}\ntest = {{ file = \"{file}\", limit = 30 }}\n"
        );
        load(&task(&lines), 7, folder.path()).unwrap()
    };
    assert_eq!(of("a.parquet"), of("a.csv"));
    assert_eq!(of("a.parquet").test.len(), 30);
}

#[test]
fn rejects_columns_that_are_not_there_or_of_the_wrong_kind() {
    let with = |text: &str, label: &str| {
        let labels = if label == "flag" { "[\"false\", \"true\"]" } else { "[\"0\", \"1\"]" };
        complaint("arrow.parquet", &format!("text = [\"{text}\"]\nlabel = \"{label}\"\nlabels = {labels}"))
    };
    let absent = with("sentence", "flag");
    assert!(absent.contains("arrow.parquet: no column `sentence` (it has: `text`, `dictionary`, `flag`"), "{absent}");
    for (text, label, says) in [
        ("flag", "flag", "column `flag` holds numbers; a text column holds strings"),
        ("bytes", "flag", "column `bytes` holds bytes that are not marked as text"),
        ("list", "flag", "column `list` holds lists or records"),
        ("text", "score", "arrow.parquet, line 2: label column `score` holds a fraction; a label is a class"),
        ("text", "bytes", "column `bytes` holds bytes that are no class"),
        ("gaps", "flag", "arrow.parquet, line 12: a text column holds no value"),
        ("text", "label", "arrow.parquet, line 13: label `label` column holds no value"),
    ] {
        let message = with(text, label);
        assert!(message.contains(says), "{message}");
    }
    let number = complaint("arrow.parquet", "text = [1]\nlabel = \"flag\"\nlabels = [\"true\", \"false\"]");
    assert!(number.contains("the columns of a Parquet file have names"), "{number}");
    let mut unnamed = task(
        "text = [\"text\"]\nlabel = \"flag\"\ntrain = { file = \"arrow.parquet\" }\ntest = { same_as = \"train\" }\n",
    );
    let message = resolve::labels(&mut unnamed, &fixtures()).unwrap_err().to_string();
    assert!(message.contains("name no classes of `flag`; add `labels`"), "{message}");
}

#[test]
fn brotli_and_lz4_are_read_and_truth_values_by_any_spelling() {
    let of = |file: &str, labels: &str| read(file, &format!("text = [\"text\"]\nlabels = {labels}")).unwrap();
    let (brotli, lz4) = (of("brotli.parquet", "[\"neg\", \"pos\"]"), of("lz4.parquet", "[\"neg\", \"pos\"]"));
    assert_eq!(brotli, lz4);
    assert_eq!(brotli.train[0].texts, ["The warm hotel number 0: I would not take it again"]);
    assert_eq!(brotli.train.iter().map(|e| e.label).take(4).collect::<Vec<_>>(), [0, 1, 0, 1]);
    let truth = of("bool.parquet", "[\"False\", \"True\"]");
    assert_eq!(truth.train.iter().map(|e| e.label).take(4).collect::<Vec<_>>(), [0, 1, 0, 1]);
    assert_eq!(truth.train, of("bool.parquet", "{ \"0\" = \"False\", \"1\" = \"True\" }").train);
}

#[test]
fn a_hidden_label_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let mut hidden = rows("row", 8, 1, 2);
    hidden[5].1 = -1;
    fs::write(folder.path().join("a.parquet"), parquet(&["text"], Some(&["no", "yes"]), &hidden).unwrap()).unwrap();
    let message = read_from(folder.path(), "a.parquet", "text = [\"text\"]\nlabels = [\"no\", \"yes\"]").unwrap_err();
    let message = message.to_string();
    assert!(message.contains("line 6: unknown label `-1`") && message.contains("take another split"), "{message}");
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let lines = format!("{PAIR}labels = [\"entailment\", \"not_entailment\"]");
    let bytes = fs::read(fixtures().join("datasets.parquet")).unwrap();
    let mut refused = 0;
    for cut in [0, 1, 4, 8, 100, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
        fs::write(&path, &bytes[..cut]).unwrap();
        let message = read_from(folder.path(), "a.parquet", &lines).unwrap_err().to_string();
        assert!(message.contains("a.parquet"), "{cut}: {message}");
    }
    // Bytes turned one at a time: an error, or rows where the byte is text.
    for at in (0..bytes.len()).step_by(3) {
        let mut turned = bytes.clone();
        turned[at] ^= 0x5a;
        fs::write(&path, turned).unwrap();
        let read = std::panic::catch_unwind(|| read_from(folder.path(), "a.parquet", &lines).is_err());
        match read {
            Ok(is_error) => refused += usize::from(is_error),
            Err(_) => panic!("byte {at}"),
        }
    }
    assert!(refused > bytes.len() / 3 / 4, "{refused} of {}", bytes.len());
    fs::write(&path, "text,label\na,0\n").unwrap();
    let message = read_from(folder.path(), "a.parquet", &lines).unwrap_err().to_string();
    assert!(message.contains("no Parquet file"), "{message}");
    fs::write(folder.path().join("b.csv"), &bytes).unwrap();
    let message = read_from(folder.path(), "b.csv", &lines).unwrap_err().to_string();
    assert!(message.contains("is a Parquet file; add format = \"parquet\""), "{message}");
}
