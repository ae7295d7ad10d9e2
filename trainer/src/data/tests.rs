//! Small files through the whole of [`load`]: what is picked, and what every kind of bad input is told.

use std::path::Path;

use transfermap::random::{test_hash, text_hash};
use transfermap::study::Task;

use super::{Example, TaskData, load};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn load(&self, task: &str) -> TaskData {
        load(&parse(task), 42, self.path()).unwrap()
    }

    fn complaint(&self, task: &str) -> String {
        load(&parse(task), 42, self.path()).unwrap_err().to_string()
    }
}

/// A task from the lines of its table, as the study file has it.
fn parse(task: &str) -> Task {
    let name = if task.contains("name =") { "" } else { "name = \"t\"\n" };
    toml_task(&format!(
        "version = 1\nname = \"s\"\nseeds = [1]\nprotocols = [\"single\"]\n[[encoder]]\nname = \"e\"\nembedded = \"demo\"\n[[task]]\n{name}{task}"
    ))
}

fn toml_task(study: &str) -> Task {
    transfermap::study::Study::from_toml(study).unwrap().task.remove(0)
}

fn texts(examples: &[Example]) -> Vec<&str> {
    examples.iter().map(|e| e.texts[0].as_str()).collect()
}

const NAMED: &str = "text = [\"text\"]\nlabels = [\"no\", \"yes\"]\n";
const CSV: &str = "text,label\na,no\nb,yes\nc,0\nd,1\n";

fn train_and_test() -> String {
    format!("{NAMED}train = {{ file = \"train.csv\" }}\ntest = {{ file = \"test.csv\" }}\n")
}

fn with_train(bytes: impl AsRef<[u8]>) -> Folder {
    Folder::new().with("train.csv", bytes).with("test.csv", "text,label\nx,yes\n")
}

#[test]
fn labels_by_name_and_by_number() {
    let data = with_train(CSV).load(&train_and_test());
    assert_eq!(data.labels, ["no", "yes"]);
    assert_eq!(data.train.iter().map(|e| e.label).collect::<Vec<_>>(), [0, 1, 0, 1]);
    assert_eq!(data.train.iter().map(|e| e.row).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!((texts(&data.test), data.dropped_training_rows), (vec!["x"], 0));
}

#[test]
fn labels_by_raw_value_merge_and_joined_columns() {
    let folder = Folder::new()
        .with("train.csv", "1,,only \n2,T,d\\n e\n3, ,\"x, y\"\n4,t,\n1,p,q\n2,r,s\n")
        .with("test.tsv", "3\t\t\"q\r\n");
    let data = folder.load(
        "text = [2, 3]\nlabel = 1\nlabels = { \"1\" = \"World\", \"2\" = \"Sports\", \"3\" = \"Business\", \"4\" = \"Sci/Tech\" }\n\
         merge = { World = \"A\", Sports = \"A\", Business = \"B\", \"Sci/Tech\" = \"B\" }\n\
         train = { file = \"train.csv\" }\ntest = { file = \"test.tsv\" }\n",
    );
    assert_eq!(data.labels, ["A", "B"]);
    assert_eq!(texts(&data.train), ["only", "T d\\n e", "x, y", "t", "p q", "r s"]);
    assert_eq!(data.train.iter().map(|e| e.label).collect::<Vec<_>>(), [0, 0, 1, 1, 0, 0]);
    assert_eq!(texts(&data.test), ["\"q"]);
}

#[test]
fn jsonl_with_every_kind_of_label_and_pairs() {
    let folder = Folder::new()
        .with(
            "train.jsonl",
            "\u{feff}{\"p\":\"a\",\"h\":\" b \",\"label\":0}\r\n\n{\"p\":\"c\",\"h\":\"d\",\"label\":\"yes\"}\n{\"p\":\"c\",\"h\":\"e\",\"label\":\"1\"}\n{\"p\":\"f\",\"h\":\"\",\"label\":0}",
        )
        .with("test.json", "{\"h\":\"b\",\"p\":\"a\",\"label\":true}\n");
    let task = "kind = \"pair\"\ntext = [\"p\", \"h\"]\n\
        labels = { \"0\" = \"no\", \"1\" = \"yes\", yes = \"yes\", true = \"yes\" }\n\
        train = { file = \"train.jsonl\" }\ntest = { file = \"test.json\", format = \"jsonl\" }\n";
    // The first training pair stands in the test set, which leaves one example of `no`.
    let message = folder.complaint(task);
    assert!(message.contains("train.jsonl, line 5: task `t`: only one training example of label `no`; "), "{message}");
    let folder = folder.with("test.json", "{\"h\":\"a\",\"p\":\"b\",\"label\":true}\n");
    let data = folder.load(task);
    assert_eq!(data.train[0].texts, ["a", "b"]);
    assert_eq!(data.train[3].texts, ["f", ""]);
    assert_eq!(data.test[0].label, 1);
}

#[test]
fn training_rows_in_the_test_or_validation_file_are_dropped_before_the_limit() {
    let rows: String = (0..40).map(|i| format!("row {i} ,{}\n", i % 2)).collect();
    let folder = Folder::new()
        .with("train.csv", format!("text,label\n{rows}"))
        .with("test.csv", "text,label\nrow 3,1\nrow 4,0\n")
        .with("dev.csv", "text,label\n  row 5,1\n");
    let task = format!(
        "{NAMED}train = {{ file = \"train.csv\", limit = 37 }}\ntest = {{ file = \"test.csv\" }}\nvalidation = {{ file = \"dev.csv\" }}\n"
    );
    let data = folder.load(&task);
    assert_eq!((data.train.len(), data.dropped_training_rows), (37, 3));
    assert_eq!((data.validation.len(), data.test.len()), (1, 2));
}

#[test]
fn validation_share_never_splits_equal_texts_and_stays_in_proportion() {
    let rows: String = (0..2000).map(|i| format!("row {},{}\n", i % 1000, i % 2)).collect();
    let folder = with_train(format!("text,label\n{rows}"));
    let whole = folder.load(&format!("{}validation = 0.2\n", train_and_test()));
    let below = |e: &Example| (text_hash(&[&e.texts[0]]) as f64) < 0.2 * 2f64.powi(64);
    assert!(whole.validation.iter().all(below) && !whole.train.iter().any(below));
    assert_eq!(whole.validation.len() + whole.train.len(), 2000);
    // Binomial(1000, 0.2), each text twice.
    assert!((300..=500).contains(&whole.validation.len()), "{}", whole.validation.len());

    let task = train_and_test().replace("\"train.csv\"", "\"train.csv\", limit = 400");
    let some = folder.load(&format!("{task}validation = 0.2\n"));
    assert_eq!((some.train.len(), some.validation.len()), (400, 100));
    assert!(some.validation.iter().all(|e| whole.validation.contains(e)));
    assert!(some.train.iter().all(|e| whole.train.contains(e)));
    assert!(some.train.is_sorted_by_key(|e| e.row));

    let stratified = folder.load(&task.replace("limit = 400", "limit = 401, stratified = true"));
    let ones = stratified.train.iter().filter(|e| e.label == 1).count();
    assert_eq!((stratified.train.len(), ones), (401, 200));
}

#[test]
fn the_data_seed_decides_which_rows_are_picked() {
    let rows: String = (0..200).map(|i| format!("row {i},{}\n", i % 2)).collect();
    let folder = with_train(format!("text,label\n{rows}"));
    let task = parse(&train_and_test().replace("\"train.csv\"", "\"train.csv\", limit = 50"));
    let picked = |seed| load(&task, seed, folder.path()).unwrap().train;
    assert_eq!(picked(1), picked(1));
    assert_ne!(picked(1), picked(2));
}

#[test]
fn numpy_rows_stand_in_the_order_of_the_permutation_and_leaks_go_after_it() {
    let rows: String = (0..50).map(|i| format!("row {i},{}\n", i % 2)).collect();
    let order = transfermap::random::numpy::permutation(42, 50);
    let folder = Folder::new()
        .with("train.csv", format!("text,label\n{rows}"))
        .with("test.csv", format!("text,label\nrow {},1\n", order[1]));
    let task = train_and_test().replace("\"train.csv\"", "\"train.csv\", limit = 20, sample = \"numpy\"");
    let data = folder.load(&task);
    let mut expected = order[..20].to_vec();
    expected.remove(1);
    assert_eq!(data.train.iter().map(|e| e.row).collect::<Vec<_>>(), expected);
    assert_eq!(data.dropped_training_rows, 1);

    let same = folder.load(&task.replace("test = { file = \"test.csv\" }", "test = { same_as = \"train\" }"));
    assert_eq!((same.train.len(), same.dropped_training_rows), (20, 0));
    assert_eq!(same.train, same.test);
    let all = folder.load(&task.replace("limit = 20", "limit = 900"));
    assert_eq!(all.train.len(), 49);
}

/// What is no text at all is told in open.rs, what is no table in delimited.rs.
#[test]
fn rejects_files_without_rows_and_formats_that_are_not_known() {
    assert!(with_train("text,label\n").complaint(&train_and_test()).contains("train.csv: has no rows; give"));
    let folder = Folder::new().with("train.dat", CSV).with("test.csv", CSV);
    let message = folder.complaint(&train_and_test().replace("train.csv", "train.dat"));
    assert!(message.contains("train.dat: format `dat` is not known; add format = \"csv\""), "{message}");
}

#[test]
fn rejects_lines_of_json_that_make_no_sense() {
    let json = train_and_test().replace("train.csv", "train.jsonl");
    for (line, expected) in [
        ("{\"text\":1,\"label\":0}", "line 2: key `text` holds the number 1; a text is a string: put it in quotes"),
        (
            "{\"text\":null,\"label\":0}",
            "line 2: key `text` holds null; a text is a string: leave rows without one out",
        ),
        (
            "{\"text\":\"a\",\"label\":null}",
            "line 2: key `label` holds null; leave rows without a label out of the file",
        ),
        ("{\"text\":\"a\",\"label\":NaN}", "line 2: key `label` holds null; leave rows without a label out"),
        ("{\"text\":\"a\",\"label\":0.5}", "line 2: key `label` holds the number 0.5; a label is a class"),
        ("{\"text\":\"a \\ud83d\",\"label\":0}", "line 2: key `text` holds half a character, a surrogate alone"),
        ("{\"txt\":\"a\",\"label\":0}", "line 2: no key `text` (keys: `label`, `txt`); correct `text` or `label`"),
        ("[{\"text\":\"a\"}]", "line 2: no key `label` (keys: `text`); correct `text` or `label`"),
        ("[\"a\", 0]", "line 2: neither an object nor an array of objects; give an array of objects"),
        ("\"a\"", "line 2: not a JSON object: invalid type: string"),
        ("{\"text\":\"a\"", "line 2: not a JSON object: EOF while parsing an object; give one object a line"),
    ] {
        let message = with_train("").with("train.jsonl", format!("\n{line}\n")).complaint(&json);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn json_of_python_is_read_in_arrays_and_with_nan_in_other_keys() {
    let rows =
        "{\"x\": NaN, \"text\": \"a\", \"label\": 0.0},\n {\"x\": \"\\ud83d\", \"text\": \"b\",\n\"label\": true}";
    let task = train_and_test()
        .replace("train.csv", "train.json")
        .replace("labels = [\"no\", \"yes\"]", "labels = { \"0\" = \"no\", \"1\" = \"yes\", yes = \"yes\" }");
    let twice = format!("[{rows}, {rows}]");
    let data = with_train("").with("train.json", &twice).load(&task);
    assert_eq!(
        (texts(&data.train), data.train.iter().map(|e| e.label).collect::<Vec<_>>()),
        (vec!["a", "b", "a", "b"], vec![0, 1, 0, 1])
    );
}

#[test]
fn labels_are_the_same_in_other_spellings() {
    let train = "text,label\na,0.0\nb,1.0\nc,1\nd,0\n";
    assert_eq!(
        with_train(train).load(&train_and_test()).train.iter().map(|e| e.label).collect::<Vec<_>>(),
        [0, 1, 1, 0]
    );
    let truth = train_and_test().replace("[\"no\", \"yes\"]", "[\"False\", \"True\"]");
    let folder = with_train("text,label\na,FALSE\nb,true\nc,True\nd,false\n").with("test.csv", "text,label\nx,TRUE\n");
    assert_eq!(folder.load(&truth).train.iter().map(|e| e.label).collect::<Vec<_>>(), [0, 1, 1, 0]);
    let accents = train_and_test().replace("[\"no\", \"yes\"]", "[\"\u{e9}lev\u{e9}\", \"yes\"]");
    let folder = with_train("text,label\na,e\u{301}leve\u{301}\nb,yes\nc,\u{e9}lev\u{e9}\nd,yes\n");
    assert_eq!(folder.load(&accents).train.iter().map(|e| e.label).collect::<Vec<_>>(), [0, 1, 0, 1]);
}

#[test]
fn rejects_labels_that_look_alike_and_says_what_differs() {
    let of = |label: &str| with_train(format!("text,label\na,no\nb,{label}\n")).complaint(&train_and_test());
    let message = of("yes\u{200b}");
    assert!(message.contains(r"unknown label `yes\u{200b}`; known: `no`"), "{message}");
    assert!(message.contains("differs from `yes` in case, or in spaces and characters that do not show"), "{message}");
    assert!(of("YES").contains("`YES` differs from `yes` in case"));
    assert!(of("").contains("unknown label ``") && of("").contains("leave rows without a label out"));
    assert!(of("0.5").contains("a label is a class; scores are another kind of task"));
    assert!(of("true").contains("labels = { \"false\" = \"no\", \"true\" = \"yes\" }"));
}

#[test]
fn a_test_share_is_carved_before_validation_and_leaves_its_hash_alone() {
    let rows: String = (0..3000).map(|i| format!("row {},{}\n", i % 1500, i % 2)).collect();
    let folder = with_train(format!("text,label\n{rows}"));
    let carved = train_and_test().replace("test = { file = \"test.csv\" }", "test = 0.2") + "validation = 0.2\n";
    let with = folder.load(&carved);
    let without = folder.load(&format!("{}validation = 0.2\n", train_and_test()));
    let below = |hash: fn(&[&str]) -> u64, e: &Example| (hash(&[&e.texts[0]]) as f64) < 0.2 * 2f64.powi(64);
    assert_eq!(with.train.len() + with.validation.len() + with.test.len(), 3000);
    assert!(with.test.iter().all(|e| below(test_hash, e)));
    // Binomial(1500, 0.2), each text twice.
    assert!((460..=740).contains(&with.test.len()), "{}", with.test.len());
    // Rows that are no test rows are where they were without one.
    let kept = |rows: &[Example]| rows.iter().filter(|e| !below(test_hash, e)).cloned().collect::<Vec<_>>();
    assert_eq!(
        (with.train.as_slice(), with.validation.as_slice()),
        (kept(&without.train).as_slice(), kept(&without.validation).as_slice())
    );
    assert!((60..=190).contains(&with.test.iter().filter(|e| below(text_hash, e)).count()), "independent of the other");

    let limited = folder.load(&carved.replace("\"train.csv\"", "\"train.csv\", limit = 100"));
    assert_eq!((limited.train.len(), limited.validation.len(), limited.test.len()), (100, 25, 100));
    assert!(limited.test.iter().all(|e| with.test.contains(e)));
    let message = folder.complaint(&carved.replace("test = 0.2", "test = 0.0000001"));
    assert!(message.contains("test = 0.0000001 of the training rows of"), "{message}");
}

#[test]
fn rows_without_text_and_cells_that_look_quoted_are_told() {
    let folder = Folder::new()
        .with("train.csv", "text,label\na,no\n ,no\nb,yes\n,yes\nc,no\nd,yes\n")
        .with("test.tsv", "text\tlabel\n\"say \"\"x\"\"\"\tyes\n");
    let task = parse(&train_and_test().replace("test.csv", "test.tsv"));
    let loaded = super::read(&task, 42, folder.path()).unwrap();
    let blank: Vec<_> = loaded.blank.iter().map(|b| (b.path.file_name().unwrap().to_owned(), b.line, b.rows)).collect();
    assert_eq!(blank, [("train.csv".into(), 3, 2)]);
    assert_eq!(loaded.notes.len(), 1);
    assert!(loaded.notes[0].contains("test.tsv, line 2: 1 cell looks quoted"), "{:?}", loaded.notes);
    let quoted = train_and_test().replace("\"test.csv\"", "\"test.tsv\", separator = \"\\t\"");
    assert_eq!(texts(&folder.load(&quoted).test), ["say \"x\""]);
}

#[test]
fn rejects_a_separator_that_is_not_the_files() {
    let semicolons = "text;label\na, b;no\nc;yes\nd;no\ne;yes\n";
    let message = with_train(semicolons).complaint(&train_and_test());
    assert!(
        message.contains("train.csv, line 1: no column `text`, and the file seems to be separated by semicolons"),
        "{message}"
    );
    assert!(message.contains("add separator = \";\" to the source"), "{message}");
    let right = train_and_test().replace("\"train.csv\"", "\"train.csv\", separator = \";\"");
    assert_eq!(texts(&with_train(semicolons).load(&right).train), ["a, b", "c", "d", "e"]);
}

#[test]
fn rejects_fasttext_lines_with_what_makes_csv_of_them() {
    let folder = with_train("").with("train.txt", "__label__pos a text, \"quoted\"\n__label__neg b\n");
    let message = folder.complaint(&train_and_test().replace("train.csv", "train.txt"));
    assert!(message.contains("train.txt: holds lines of fastText") && message.contains("sed 's/"), "{message}");
}

#[test]
fn rejects_columns_that_are_not_there() {
    let message = with_train("txt,label\na,no\n").complaint(&train_and_test());
    assert!(message.contains("line 1: no column `text` (the header has: `txt`, `label`); correct `text`"), "{message}");
    let message = with_train("text,text,label\na,b,no\n").complaint(&train_and_test());
    assert!(message.contains("line 1: two columns are called `text`; give the column's number"), "{message}");
    let numbered = train_and_test().replace("[\"text\"]", "[3]\nlabel = 2").replace("test.csv", "train.csv");
    let message = with_train("a,no\n").complaint(&numbered);
    assert!(message.contains("line 1: no column 3 (the row has 2 columns); correct"), "{message}");
    let message = with_train("a,no\n").complaint(&numbered.replace("\"train.csv\"", "\"train.csv\", header = true"));
    assert!(message.contains("line 1: no column 3 (the header has: `a`, `no`); correct"), "{message}");
}

#[test]
fn rejects_unknown_labels() {
    let message = with_train("text,label\na,no\nb,maybe\n").complaint(&train_and_test());
    assert!(
        message.ends_with("train.csv, line 3: unknown label `maybe`; known: `no`, `0`, `yes`, `1`; add it to `labels`, or correct the row"),
        "{message}"
    );
    let message = with_train("text,label\na,1\nb,2\n").complaint(&train_and_test());
    assert!(
        message.ends_with("a list of labels is counted from 0; if these count from 1, give labels = { \"1\" = \"no\", \"2\" = \"yes\" }"),
        "{message}"
    );
    let numbered = train_and_test().replace("[\"text\"]", "[1]\nlabel = 2").replace("test.csv", "train.csv");
    let message = with_train(CSV).complaint(&numbered);
    assert!(message.contains("line 1: unknown label `label`") && message.contains("add header = true"), "{message}");
}

#[test]
fn rejects_classes_with_too_few_training_examples() {
    let message = with_train("text,label\na,no\nb,no\n").complaint(&train_and_test());
    assert!(
        message.ends_with("train.csv: task `t`: no training example of label `yes` (2 examples); add examples, or remove or merge the label"),
        "{message}"
    );
    let message = with_train("text,label\na,no\nb,no\nx,yes\n").complaint(&train_and_test());
    assert!(message.contains("(2 examples; 1 rows dropped, their text is in the validation or test set)"), "{message}");
    let message = with_train("text,label\nx,yes\nx,yes\n").complaint(&train_and_test());
    assert!(message.contains("(0 examples; 2 rows") && message.contains("give `test = 0.2`"), "{message}");
    let message = with_train("text,label\na,no\nb,yes\nc,no\n").complaint(&train_and_test());
    assert!(
        message.contains("train.csv, line 3: task `t`: only one training example of label `yes`; give it two or more"),
        "{message}"
    );
    let message = with_train("text,label\na,1\nb,1\n").complaint(&train_and_test());
    assert!(
        message.contains("label `no`") && message.contains("if the labels count from 1, give labels = {"),
        "{message}"
    );
}

#[test]
fn rejects_what_does_not_fit_together() {
    let same = train_and_test().replace("{ file = \"test.csv\" }", "{ same_as = \"train\", limit = 3 }");
    assert!(
        with_train(CSV).complaint(&same).contains("task `t`: test: `same_as` takes the training rows; remove `limit`")
    );
    let none = format!("{}validation = 0.000001\n", train_and_test());
    assert!(with_train(CSV).complaint(&none).contains("leaves no row; give a larger share or a file"));
    let unknown = "labels = [\"a\", \"b\"]\ntrain = { generated = \"nothing\" }\ntest = { generated = \"nothing\" }\n";
    assert!(with_train(CSV).complaint(unknown).contains("test: no generated task `nothing`; there are: "));
}

#[test]
fn the_embedded_suite_loads() {
    let demo = include_str!("../../../studies/demo.toml");
    for task in transfermap::study::Study::from_toml(demo).unwrap().task {
        let data = load(&task, 42, Path::new("")).unwrap();
        assert_eq!(Some(data.train.len()), task.train.limit, "{}", task.name);
        assert!(!data.validation.is_empty() && data.test.len() >= 100, "{}", task.name);
        assert!(data.train.iter().all(|e| e.texts.len() == data.test[0].texts.len()));
    }
}

#[test]
fn nothing_is_shared_between_threads_that_may_not_be() {
    fn check<T: Send + Sync>() {}
    check::<super::DataError>();
    check::<TaskData>();
}
