//! The first hour of somebody with files of their own: `init`, `check` and `run` on what `init` wrote, and what `check` says
//! of rows. `tools/cases.py` runs the inputs of ../shared/cases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

use transfermap_tests::{Said, root, run};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command whose words that name something in the folder are paths.
    fn run(&self, words: &[&str]) -> Said {
        let path = |word: &&str| {
            if word.contains('.') || *word == "out" {
                self.path(word).to_str().unwrap().to_owned()
            } else {
                (*word).to_owned()
            }
        };
        let words: Vec<String> = words.iter().map(path).collect();
        run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn edit(&self, name: &str, edits: &[(&str, &str)]) {
        let mut text = fs::read_to_string(self.path(name)).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "`{from}` is not in {text}");
            text = text.replace(from, to);
        }
        self.write(name, text);
    }
}

fn rows(words: [&str; 2], labels: [&str; 2], from: usize, n: usize) -> String {
    let row = |i: usize| format!("the {} number {i} of the town,{}\n", words[i % 2], labels[i % 2]);
    "text,label\n".to_owned() + &(from..from + n).map(row).collect::<String>()
}

const EMBEDDED: (&str, &str) = ("path = \"albert/albert-base-v2\"", "embedded = \"demo-albert\"");

#[test]
fn two_csv_files_become_a_page() {
    let folder = Folder::new();
    folder.write("mood.csv", rows(["sad hotel", "merry hotel"], ["neg", "pos"], 0, 80));
    folder.write("kind.csv", rows(["train", "novel"], ["thing", "text"], 0, 80).replace(',', ";"));
    let said = folder.run(&["init", "study.toml", "mood.csv", "kind.csv"]);
    assert_eq!(said.code, 0, "{said:?}");
    folder.edit(
        "study.toml",
        &[
            EMBEDDED,
            ("max_length = 128", "max_length = 48"),
            ("seeds = [1, 2, 3, 4, 5]", "seeds = [1]"),
            ("epochs = 3", "max_steps = 2"),
        ],
    );
    let checked = folder.run(&["check", "study.toml"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let said = folder.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]);
    assert_eq!(said.code, 0, "{said:?}");
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["study"]["task"][0]["test"], 0.2);
    assert!(report["runs"].as_array().unwrap().iter().any(|r| r["id"] == "sequential/mood--kind/s1"));
}

#[test]
fn parquet_and_its_test_file_are_one_task_of_a_folder() {
    let folder = Folder::new();
    let parquet = root().join("tests/fixtures/parquet/brotli.parquet");
    fs::copy(parquet, folder.path("train.parquet")).unwrap();
    folder.write("test.csv", rows(["sad hotel", "merry hotel"], ["neg", "pos"], 100, 10));
    folder.write("train.csv.zip", b"PK\x03\x04");
    let said = folder.run(&["init", "study.toml", "."]);
    assert_eq!(said.code, 0, "{said:?}");
    let study = fs::read_to_string(folder.path("study.toml")).unwrap();
    for part in
        ["train = { file = \"train.parquet\", limit", "test = { file = \"test.csv\" }", "labels = [\"neg\", \"pos\"]"]
    {
        assert!(study.contains(part), "{study}");
    }
    assert_eq!(study.matches("[[task]]").count(), 1, "{study}");
}

fn study(folder: &Folder, train: &str, test: &str) {
    folder.write(
        "study.toml",
        format!(
            "version = 1\nname = \"s\"\nseeds = [1]\nprotocols = [\"single\"]\n[[encoder]]\nname = \"e\"\n\
             embedded = \"demo-albert\"\nmax_length = 48\n[recipe]\nmax_steps = 2\n[[task]]\nname = \"t\"\ntext = [\"text\"]\n\
             labels = [\"neg\", \"pos\"]\ntrain = {{ file = \"{train}\" }}\ntest = {{ file = \"{test}\" }}\n"
        ),
    );
}

#[test]
fn check_says_what_the_rows_are_like_and_run_goes_on() {
    let folder = Folder::new();
    let train = rows(["sad hotel", "merry hotel"], ["neg", "pos"], 0, 20);
    let more = ",neg\n   ,pos\nsame text,neg\nsame text,neg\nsame text,pos\nA near  COPY,pos\n";
    folder.write("train.csv", train + more);
    folder.write("test.csv", "text,label\na near\u{a0}copy,neg\nanother text,neg\n,neg\n");
    study(&folder, "train.csv", "test.csv");
    let said = folder.run(&["check", "study.toml"]);
    assert_eq!(said.code, 0, "{said:?}");
    for part in [
        "t: 2 rows without a text: ",
        "t: 1 row without a text: ",
        "t: 1 training row repeats the text and the label of another",
        "t: 1 text stands in training with more than one label, such as `same text`",
        "t: 1 training row differs from a test or validation row only in case or white space, such as `A near  COPY`",
        "t: no test row of: pos",
    ] {
        assert!(said.stdout.contains(part), "`{part}` is missing: {}", said.stdout);
    }
    assert_eq!(folder.run(&["run", "study.toml", "--out", "out", "--device", "cpu"]).code, 0);
    // A study without pairs shows what its tasks reach alone.
    let analysed = folder.run(&["analyze", "out/report.json"]);
    assert!(analysed.code == 0 && analysed.stdout.contains("The tasks"), "{analysed:?}");
}

#[test]
fn cells_that_look_quoted_are_warned_of_by_check_and_run() {
    let folder = Folder::new();
    let quoted = rows(["sad hotel", "merry hotel"], ["neg", "pos"], 0, 20)
        .replace("the sad hotel number 4 of the town", "\"the \"\"sad\"\" 4\"");
    folder.write("train.tsv", quoted.replace(',', "\t"));
    folder.write("test.csv", rows(["sad hotel", "merry hotel"], ["neg", "pos"], 100, 10));
    study(&folder, "train.tsv", "test.csv");
    for words in [&["check", "study.toml"][..], &["run", "study.toml", "--out", "out", "--device", "cpu"]] {
        let said = folder.run(words);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.stdout.contains("train.tsv, line 6: 1 cell looks quoted"), "{}", said.stdout);
    }
    assert!(Path::new(&folder.path("out/report.html")).exists());
}
