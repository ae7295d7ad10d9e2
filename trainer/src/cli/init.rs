//! `transfermap init`: a commented study file from a look at data files. What it guesses, it says.

mod columns;
mod files;
mod names;
mod quoted;
mod task;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use transfermap::study::Study;

use self::files::{Group, Grouped, Part};
use crate::atomic;
use crate::error::Wrong;
use crate::plain::plain;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Study file to write; never overwritten
    file: PathBuf,
    /// Data files, or folders of them: CSV, TSV, JSON (a line each, or an array), plain or gzipped, or Parquet.
    /// Files of one task go together by their names: rte/train.tsv, rte/dev.tsv; mood_train.csv, mood_test.csv.
    /// A task without a test file gets `test = 0.2`: a share of its rows
    data: Vec<PathBuf>,
}

const HEAD: &str = r#"# A transfermap study. `transfermap check FILE` reads it and says what training would meet.
# Paths are relative to this file.
version = 1
name = "my-study"
seeds = [1, 2, 3, 4, 5]              # one run of everything per seed; five or more tell a difference from chance
data_seed = 42                       # which rows are picked; never changes with the run's seed
protocols = ["single", "sequential"] # baselines, and source → target
pairs = "all"                        # or [["source", "target"], ...]

[[encoder]]
name = "albert-base-v2"
path = "albert/albert-base-v2"       # a model of the HuggingFace hub, or a folder of its layout
max_length = 128                     # tokens; longer inputs are cut

[recipe]                             # any key can be changed for one task under [task.recipe]
epochs = 3
batch_size = 16
learning_rate = 5e-5
"#;

impl Init {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.file.exists() {
            return Err(Wrong(format!("exists already; give another name: {}", self.file.display())).into());
        }
        let folder = self.file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let Grouped { groups, mut notes } = self.grouped()?;
        let mut text = HEAD.to_owned();
        let mut names: Vec<String> = Vec::new();
        for group in &groups {
            let name = free_name(&group.name, &names);
            let found = task::find(group, &name, &|path: &Path| relative(path, folder))?;
            text += &found.text;
            notes.extend(found.notes);
            names.push(name);
        }
        if self.data.is_empty() {
            text += EXAMPLE;
        }
        Study::from_toml(&text).map_err(|e| Wrong::at("the data files do not make a study", &e))?;
        atomic::write(&self.file, text.as_bytes())?;
        let mut messages = std::io::stderr().lock();
        for note in notes {
            writeln!(messages, "{}", plain(&note))?;
        }
        writeln!(out, "{}", self.file.display())?;
        Ok(())
    }

    /// The tasks of the data files and folders.
    fn grouped(&self) -> Result<Grouped, Wrong> {
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = self.data.iter().cloned().partition(|path| path.is_dir());
        let mut grouped = files::listed(&files);
        for folder in &folders {
            let mut found = files::in_folder(folder).map_err(|e| Wrong::at(folder.display(), &e))?;
            // A note or a list of words is no task; what is called train or test has to be read.
            let lone =
                |group: &Group| matches!(group.files.as_slice(), [(Part::Train, path)] if task::is_no_data(path));
            if found.groups.iter().any(|group| !lone(group)) {
                let notes = found.groups.iter().filter(|group| lone(group)).flat_map(|group| &group.files);
                found.notes.extend(
                    notes.map(|(_, path)| format!("{}: left out; no table of texts and labels", path.display())),
                );
                found.groups.retain(|group| !lone(group));
            }
            if found.groups.is_empty() {
                return Err(Wrong(format!(
                    "no data file in the folder; CSV, TSV, JSON (plain or .gz) and Parquet are read, zip archives have to be \
                     unpacked: {}",
                    folder.display()
                )));
            }
            grouped.groups.extend(found.groups);
            grouped.notes.extend(found.notes);
        }
        Ok(grouped)
    }
}

const EXAMPLE: &str = r#"
[[task]]
name = "reviews"
kind = "single"                      # or "pair", with two text columns
text = ["text"]                      # header names, or column numbers from 1
label = "label"
labels = ["negative", "positive"]    # order = class index; or { "0" = "negative", "1" = "positive" }
train = { file = "reviews/train.csv", limit = 2000 }
test = { file = "reviews/test.csv" } # or test = 0.2, a share of the rows above
validation = 0.1                     # share of the training rows
"#;

/// A name that is fit for a folder, and not taken.
fn free_name(name: &str, taken: &[String]) -> String {
    let legal = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let mut base: String = name.chars().map(legal).collect();
    while base.contains("--") {
        base = base.replace("--", "-");
    }
    let base = base.trim_matches(['-', '_']);
    let base = if base.is_empty() { "task".to_owned() } else { base.to_owned() };
    let numbered = (2..).map(|n| format!("{base}_{n}"));
    std::iter::once(base.clone()).chain(numbered).find(|n| !taken.contains(n)).unwrap_or(base)
}

/// `path` as seen from `folder`, where it lies below; else absolute.
fn relative(path: &Path, folder: &Path) -> String {
    let absolute = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
    let (path, folder) = (absolute(path), absolute(folder));
    path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use transfermap::study::{Kind, Labels};

    /// A folder, the study that `init` writes for data in it, and its text.
    struct Made(tempfile::TempDir);

    impl Made {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
            let path = self.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
            self
        }

        fn init(&self, data: &[&str]) -> anyhow::Result<(Study, String)> {
            let file = self.0.path().join("study.toml");
            let _ = std::fs::remove_file(&file);
            let data = data.iter().map(|name| self.0.path().join(name)).collect();
            Init { file: file.clone(), data }.execute(&mut Vec::new())?;
            let text = std::fs::read_to_string(&file)?;
            let study = Study::from_toml(&text)?;
            for task in &study.task {
                crate::data::load(task, study.data_seed, self.0.path())?;
            }
            Ok((study, text))
        }

        /// The text of the study, which loads.
        fn text(&self, data: &[&str]) -> String {
            self.init(data).unwrap().1
        }

        fn complaint(&self, data: &[&str]) -> String {
            self.init(data).unwrap_err().to_string()
        }
    }

    fn rows(header: &str, n: usize, row: impl Fn(usize) -> String) -> String {
        std::iter::once(header.to_owned())
            .filter(|h| !h.is_empty())
            .chain((0..n).map(row))
            .collect::<Vec<_>>()
            .join("\n")
            + "\n"
    }

    /// Rows of a text and a label of two.
    fn plain(n: usize, from: usize) -> String {
        rows("text,label", n, |i| format!("the hotel number {} of the town,{}", i + from, ["neg", "pos"][i % 2]))
    }

    #[test]
    fn says_what_a_column_called_label_holds_instead() {
        let of = |label: fn(usize) -> String| {
            let table = rows("text,label", 40, |i| format!("the hotel number {i} of the town,{}", label(i)));
            Made::new().with("scores.csv", table).complaint(&["scores.csv"])
        };
        assert!(of(|i| format!("0.{}", i % 9 + 1)).contains("column \"label\" holds fractions; round them"));
        assert!(of(|i| format!("word{i}")).contains("another value in most rows"));
        assert!(of(|_| "yes".into()).contains("one value at most"));
    }

    #[test]
    fn a_label_hides_nothing() {
        let table = rows("text,label", 40, |i| {
            format!("the hotel number {i} of the town,{}", ["no", "yes", "yes\u{200b}"][i % 3])
        });
        let text = Made::new().with("t.csv", table).text(&["t.csv"]);
        assert!(text.contains(r#""yes\u200B""#) && !text.contains('\u{200b}'), "{text}");
    }

    #[test]
    fn a_written_study_can_be_read() {
        let made = Made::new()
            .with(
                "pairs.tsv",
                rows("sentence1\tsentence2\tlabel", 60, |i| format!("a b {i}\td \"e {i}\t{}", ["yes", "no"][i % 2])),
            )
            .with("stars.csv", rows("", 60, |i| format!("{},a very \"\"good\"\" one {i}", 1 + i % 5)))
            .with("lines.jsonl", rows("", 60, |i| format!("{{\"text\":\"thing number {i}\",\"label\":{}}}", i % 2)));
        let (study, text) = made.init(&["pairs.tsv", "stars.csv", "lines.jsonl"]).unwrap();
        assert_eq!(study.task.len(), 3, "{text}");
        assert_eq!(study.task[0].kind, Kind::Pair);
        assert!(text.contains("text = [2]\nlabel = 1"), "{text}");
        assert!(text.contains("file = \"lines.jsonl\"") && text.contains("test = 0.2"), "{text}");
        assert!(!text.contains("same_as"), "{text}");
        let init = Init { file: made.0.path().join("study.toml"), data: Vec::new() };
        assert!(init.execute(&mut Vec::new()).unwrap_err().is::<Wrong>(), "never overwrites");
    }

    #[test]
    fn files_and_folders_of_one_task_are_one_task() {
        let tsv = |n, from| plain(n, from).replace(',', "\t");
        let hidden = rows("text\tlabel", 10, |i| format!("hidden {i}\t-1"));
        let made = Made::new()
            .with("mood/train.tsv", tsv(60, 0))
            .with("mood/dev.tsv", tsv(20, 100))
            .with("mood/test.tsv", hidden)
            .with("mood/README.md", "no data");
        for data in [&["mood"][..], &["mood/train.tsv", "mood/dev.tsv"]] {
            let (study, text) = made.init(data).unwrap();
            assert_eq!((study.task.len(), study.task[0].name.as_str()), (1, "mood"), "{text}");
            assert!(text.contains("test = { file = \"mood/dev.tsv\" }") && text.contains("validation = 0.1"), "{text}");
        }
        let labelled = made.with("mood/test.tsv", tsv(20, 200));
        let text = labelled.text(&["mood"]);
        assert!(text.contains("test = { file = \"mood/test.tsv\" }"), "{text}");
        assert!(text.contains("validation = { file = \"mood/dev.tsv\" }"), "{text}");
    }

    #[test]
    fn separators_quotes_and_headers_are_written_where_they_are_needed() {
        let semicolons = plain(60, 0).replace(',', ";");
        let text = Made::new().with("a.csv", semicolons).text(&["a.csv"]);
        assert!(text.contains("train = { file = \"a.csv\", separator = \";\", limit = 2000 }"), "{text}");
        let quoted = rows("text\tlabel", 60, |i| format!("\"take {i} \"\"again\"\"\"\t{}", ["no", "yes"][i % 2]));
        let text = Made::new().with("a.tsv", quoted).text(&["a.tsv"]);
        assert!(text.contains("separator = \"\\t\""), "{text}");
        let twice = rows("text,x,x", 60, |i| format!("the hotel number {i},{},{i}", i % 2));
        let text = Made::new().with("a.csv", twice).text(&["a.csv"]);
        assert!(text.contains("text = [\"text\"]\nlabel = 2"), "{text}");
        let nameless = rows(",,", 60, |i| format!("the hotel number {i} of the town,{},{i}", i % 2));
        assert!(Made::new().with("a.csv", nameless).init(&["a.csv"]).is_err(), "blank names make no header to go by");
        let utf_16: Vec<u8> =
            format!("\u{feff}{}", plain(60, 0).replace(',', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(Made::new().with("a.txt", utf_16).text(&["a.txt"]).contains("format = \"tsv\""));
        let returns = plain(60, 0).replace('\n', "\r");
        assert!(Made::new().with("a.csv", returns).text(&["a.csv"]).contains("labels = [\"neg\", \"pos\"]"));
    }

    #[test]
    fn classes_are_those_of_all_rows_and_named_where_that_is_told() {
        let sorted = rows("text,category", 6000, |i| format!("the hotel number {i},intent {}", i / 40));
        let study = Made::new().with("a.csv", sorted).init(&["a.csv"]);
        // 150 classes of 40 rows in their order; a limit of 2,000 keeps rows of each.
        let labels = study.unwrap().0.task.remove(0).label_set().unwrap();
        assert_eq!(labels.names.len(), 150);
        let numbered = rows("", 80, |i| format!("{},the hotel number {i} of the town", 1 + i % 4));
        let made = Made::new()
            .with("news/train.csv", &numbered)
            .with("news/classes.txt", "World\nSports\nBusiness\nSci/Tech\n");
        let (study, text) = made.init(&["news"]).unwrap();
        assert_eq!(study.task[0].label_set().unwrap().names, ["World", "Sports", "Business", "Sci/Tech"], "{text}");
        let signs =
            rows("text,sentiment", 60, |i| format!("the hotel number {i} of the town,{}", ["-1", "0", "1"][i % 3]));
        let text = Made::new().with("a.csv", signs).text(&["a.csv"]);
        assert!(text.contains("\"-1\" = \"-1\", \"0\" = \"0\", \"1\" = \"1\""), "{text}");
        let floats = rows("text,label", 60, |i| format!("the hotel number {i} of the town,{}.0", i % 2));
        let (study, text) = Made::new().with("a.csv", floats).init(&["a.csv"]).unwrap();
        assert!(matches!(study.task[0].labels, Labels::Values(_)) && text.contains("\"0\" = \"0\""), "{text}");
    }

    #[test]
    fn rejects_what_is_no_data_in_words_that_help() {
        let made = Made::new()
            .with("a.csv.zip", b"PK\x03\x04")
            .with("train.txt", "__label__pos one text\n__label__neg another\n")
            .with("words.txt", "one\ntwo\n")
            .with("test.csv", "id,text\n1,a b\n2,c d\n")
            .with("slash.csv", "text,label\n\"a \\\"b\\\"\",x\n")
            .with("empty/README.md", "");
        for (file, expected) in [
            ("none.csv", "no such file; give data files or a folder of them: "),
            ("a.csv.zip", "is a zip archive; unpack it"),
            ("train.txt", "holds lines of fastText"),
            ("words.txt", "words.txt: only one column"),
            ("test.csv", "test.csv: no label column among \"id\", \"text\"; call it `label`"),
            ("slash.csv", "slash.csv, line 2: a quote within a cell is escaped with a backslash"),
            ("empty", "no data file in the folder; CSV, TSV, JSON"),
        ] {
            let message = made.complaint(&[file]);
            assert!(message.contains(expected), "{file}: {message}");
        }
    }

    /// The data of ../shared/data, one command each and no edit.
    #[test]
    fn the_five_tasks_come_right() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
        if !data.is_dir() {
            eprintln!("SKIPPED: no {}", data.display());
            return;
        }
        for (folder, kind, text, classes, test) in [
            ("ag_news", "single", "text = [2, 3]  # joined with a blank\nlabel = 1", 4, "ag_news/test.csv"),
            ("sst2", "single", "text = [\"sentence\"]\nlabel = \"label\"", 2, "sst2/test_labelled.tsv"),
            ("yelp_review_full", "single", "text = [2]\nlabel = 1", 5, "yelp_review_full/test.csv"),
            ("rte", "pair", "text = [\"sentence1\", \"sentence2\"]\nlabel = \"label\"", 2, "rte/dev.tsv"),
            (
                "paws",
                "pair",
                "text = [\"sentence1\", \"sentence2\"]\nlabel = \"label\"",
                2,
                "paws/paws_qqp_dev_and_test.tsv",
            ),
        ] {
            let made = Made::new();
            let file = made.0.path().join("study.toml");
            Init { file: file.clone(), data: vec![data.join(folder)] }.execute(&mut Vec::new()).unwrap();
            let written = std::fs::read_to_string(&file).unwrap();
            let study = Study::from_toml(&written).unwrap();
            assert_eq!(study.task.len(), 1, "{written}");
            assert!(written.contains(text) && written.contains(&format!("kind = \"{kind}\"")), "{written}");
            assert_eq!(study.task[0].label_set().unwrap().names.len(), classes, "{written}");
            let file = study.task[0].test.source().and_then(|s| s.file.clone()).unwrap();
            assert!(file.ends_with(test), "{written}");
            let rows = crate::data::load(&study.task[0], 42, made.0.path()).unwrap();
            assert!(rows.train.len() > 1800 && rows.test.len() > 200, "{folder}");
        }
    }

    #[test]
    fn an_empty_study_shows_an_example() {
        assert!(Study::from_toml(&format!("{HEAD}{EXAMPLE}")).is_ok());
    }

    #[test]
    fn names_are_fit_for_folders_and_differ() {
        assert_eq!(free_name("rte", &[]), "rte");
        assert_eq!(free_name("my reviews", &["my_reviews".into()]), "my_reviews_2");
        assert_eq!((free_name(".tmp", &[]), free_name("--", &[])), ("tmp".into(), "task".into()));
    }
}
