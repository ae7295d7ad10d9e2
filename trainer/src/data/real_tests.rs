//! The data readers and the tokeniser on real files. They stand beside the repository, in ../shared.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use transfermap::study::{Source, Study, Task};

use super::tokenise::{summary, tokenise, vocab_size};
use super::{Example, Rows, TaskData, load};

fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    // Git worktrees stand elsewhere.
    let path = std::env::var_os("TRANSFERMAP_SHARED").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: ../shared absent ({}), so this test checked NOTHING", path.display());
    None
}

fn tasks(tables: &str) -> Vec<Task> {
    let head = "version = 1\nname = \"s\"\nseeds = [1]\nprotocols = [\"single\"]\n[[encoder]]\nname = \"e\"\nembedded = \"demo\"\n";
    Study::from_toml(&format!("{head}{tables}")).unwrap().task
}

const TASKS: &str = r#"
[[task]]
name = "ag_news"
text = [2, 3]
label = 1
labels = { "1" = "World", "2" = "Sports", "3" = "Business", "4" = "Sci/Tech" }
merge = { World = "A", Sports = "A", Business = "B", "Sci/Tech" = "B" }
train = { file = "ag_news/train.csv" }
test = { file = "ag_news/test.csv" }
validation = { file = "ag_news/train_description_only.csv" }
[[task]]
name = "sst2"
text = ["sentence"]
labels = ["negative", "positive"]
train = { file = "sst2/train.tsv" }
test = { file = "sst2/dev.tsv" }
validation = { file = "sst2/test_labelled.tsv" }
[[task]]
name = "yelp_reviews"
text = [2]
label = 1
labels = { "1" = "1 star", "2" = "2 stars", "3" = "3 stars", "4" = "4 stars", "5" = "5 stars" }
merge = { "1 star" = "negative", "2 stars" = "negative", "3 stars" = "negative", "4 stars" = "positive", "5 stars" = "positive" }
train = { file = "yelp_review_full/train.csv.gz" }
test = { file = "yelp_review_full/test.csv" }
[[task]]
name = "rte"
kind = "pair"
text = ["sentence1", "sentence2"]
labels = ["entailment", "not_entailment"]
train = { file = "rte/train.tsv" }
test = { file = "rte/dev.tsv" }
[[task]]
name = "paws"
kind = "pair"
text = ["sentence1", "sentence2"]
labels = { "0" = "different", "1" = "paraphrase" }
train = { file = "paws/paws_qqp_train.tsv" }
test = { file = "paws/paws_qqp_dev_and_test.tsv" }
validation = { file = "paws/paws_wiki_dev_2k.tsv" }
"#;

type Counts = &'static [(&'static str, usize)];

/// Rows by raw label, as the table in ../shared/data/README.md has them.
const COUNTS: [(&str, &str, Counts); 13] = [
    ("ag_news", "ag_news/test.csv", &[("1", 1900), ("2", 1900), ("3", 1900), ("4", 1900)]),
    ("ag_news", "ag_news/train.csv", &[("1", 2851), ("2", 2825), ("3", 2827), ("4", 3094)]),
    ("ag_news", "ag_news/train_description_only.csv", &[("1", 2254), ("2", 2220), ("3", 2227), ("4", 2288)]),
    ("sst2", "sst2/train.tsv", &[("0", 29780), ("1", 37569)]),
    ("sst2", "sst2/dev.tsv", &[("0", 428), ("1", 444)]),
    ("sst2", "sst2/test_labelled.tsv", &[("0", 912), ("1", 909)]),
    (
        "yelp_reviews",
        "yelp_review_full/train.csv.gz",
        &[("1", 1499), ("2", 1361), ("3", 1977), ("4", 4637), ("5", 5523)],
    ),
    ("yelp_reviews", "yelp_review_full/test.csv", &[("1", 722), ("2", 419), ("3", 545), ("4", 1073), ("5", 2241)]),
    ("rte", "rte/train.tsv", &[("entailment", 1249), ("not_entailment", 1241)]),
    ("rte", "rte/dev.tsv", &[("entailment", 146), ("not_entailment", 131)]),
    ("paws", "paws/paws_qqp_train.tsv", &[("0", 8141), ("1", 3749)]),
    ("paws", "paws/paws_qqp_dev_and_test.tsv", &[("0", 486), ("1", 191)]),
    ("paws", "paws/paws_wiki_dev_2k.tsv", &[("0", 1137), ("1", 863)]),
];

#[test]
fn every_file_has_the_rows_and_labels_of_its_readme() {
    let Some(shared) = shared() else { return };
    let tasks = tasks(TASKS);
    for (task, file, expected) in COUNTS {
        let task = tasks.iter().find(|t| t.name == task).unwrap();
        let source = Source { file: Some(file.into()), ..Source::default() };
        let mut counts: IndexMap<String, usize> = IndexMap::new();
        for row in Rows::open(task, "train", &source, &shared.join("data")).unwrap() {
            *counts.entry(row.unwrap().label).or_default() += 1;
        }
        counts.sort_keys();
        let found: Vec<(&str, usize)> = counts.iter().map(|(label, n)| (label.as_str(), *n)).collect();
        assert_eq!(found, expected, "{file}");
    }
}

fn count(examples: &[Example], label: usize) -> usize {
    examples.iter().filter(|e| e.label == label).count()
}

#[test]
fn all_five_tasks_load() {
    let Some(shared) = shared() else { return };
    let data: Vec<TaskData> = tasks(TASKS).iter().map(|t| load(t, 42, &shared.join("data")).unwrap()).collect();
    let rows = |d: &TaskData| (d.train.len() + d.dropped_training_rows, d.validation.len(), d.test.len());
    let expected = [(11597, 8989, 7600), (67349, 1821, 872), (14997, 0, 5000), (2490, 0, 277), (11890, 2000, 677)];
    assert_eq!(data.iter().map(rows).collect::<Vec<_>>(), expected);
    let [ag_news, sst2, yelp, ..] = &data[..] else { panic!("five tasks") };
    assert_eq!(ag_news.labels, ["A", "B"]);
    assert_eq!([count(&ag_news.test, 0), count(&ag_news.test, 1)], [3800, 3800]);
    assert_eq!([count(&yelp.test, 0), count(&yelp.test, 1)], [722 + 419 + 545, 1073 + 2241]);
    // A row whose title is empty is its description alone.
    assert!(ag_news.train[1].texts[0].starts_with("Community Coffee to hike price Citing"));
    assert!(yelp.train.iter().any(|e| e.texts[0].contains("\\n")));
    assert_eq!(sst2.train[0].texts[0], "hide new secretions from the parental units");
}

#[test]
fn the_notebook_rows_of_sst2_are_those_of_numpy() {
    let Some(shared) = shared() else { return };
    let task = &tasks(
        "[[task]]\nname = \"sst2\"\ntext = [\"sentence\"]\nlabels = [\"negative\", \"positive\"]\n\
         train = { file = \"sst2/train.tsv\", limit = 2000, sample = \"numpy\" }\ntest = { same_as = \"train\" }\n",
    )[0];
    let data = load(task, 42, &shared.join("data")).unwrap();
    // ../shared/fixtures/extra.json, pcg64_permutation of 67349 under seed 42.
    let expected = [32326, 27449, 60108, 23141, 35226, 66852, 65093, 47847, 39440, 56428];
    assert_eq!(data.train[..10].iter().map(|e| e.row).collect::<Vec<_>>(), expected);
    assert_eq!((data.train.len(), data.dropped_training_rows), (2000, 0));
    assert_eq!(data.train, data.test);
}

fn one(texts: &[&str]) -> TaskData {
    let example = Example { row: 0, texts: texts.iter().map(|t| (*t).to_owned()).collect(), label: 0 };
    TaskData {
        labels: vec!["a".into(), "b".into()],
        train: vec![example.clone()],
        validation: Vec::new(),
        test: vec![example],
        dropped_training_rows: 0,
    }
}

fn tokenizer(shared: &Path) -> Vec<u8> {
    std::fs::read(shared.join("data/albert-base-v2/tokenizer.json")).unwrap()
}

/// Constants of transformers 5.23.0, tokenizers 0.23.3:
/// ```python
/// t = PreTrainedTokenizerFast(tokenizer_file="../shared/data/albert-base-v2/tokenizer.json",
///                             model_input_names=["input_ids", "token_type_ids"])
/// e = t(*texts, truncation="longest_first", max_length=max_length)
/// print(texts, max_length, len(t(*texts)["input_ids"]), e["input_ids"], e["token_type_ids"])
/// ```
#[test]
fn tokens_and_longest_first_are_those_of_transformers() {
    let Some(shared) = shared() else { return };
    let json = tokenizer(&shared);
    assert_eq!(vocab_size(&json).unwrap(), 30000);
    let (a, b) = ("the cat sat on the mat and slept all day", "a dog ran in the big park");
    // Texts, max_length, length before truncation, ids, tokens of type 0.
    type Case<'a> = (&'a [&'a str], usize, usize, &'a [u32], usize);
    let cases: &[Case<'_>] = &[
        (&["Bangladesh paralysed by strikes"], 128, 9, &[2, 5919, 2258, 102, 18, 69, 34, 9880, 3], 9),
        (&[a], 8, 12, &[2, 14, 2008, 847, 27, 14, 4277, 3], 8),
        (&[""], 8, 2, &[2, 3], 2),
        (&["\u{200b}"], 8, 2, &[2, 3], 2),
        (&["<pad> and [MASK] here"], 8, 6, &[2, 0, 17, 4, 235, 3], 6),
        (&["[CLS] x [SEP]"], 8, 5, &[2, 2, 993, 3, 3], 5),
        (&["", b], 6, 10, &[2, 3, 21, 1952, 717, 3], 2),
        (&[a, b], 16, 20, &[2, 14, 2008, 847, 27, 14, 4277, 17, 3, 21, 1952, 717, 19, 14, 580, 3], 9),
        (&[a, b], 12, 20, &[2, 14, 2008, 847, 27, 14, 3, 21, 1952, 717, 19, 3], 7),
        (&[b, a], 12, 20, &[2, 21, 1952, 717, 19, 3, 14, 2008, 847, 27, 14, 3], 6),
        (&[a, b], 11, 20, &[2, 14, 2008, 847, 27, 3, 21, 1952, 717, 19, 3], 6),
        (&[b, a], 11, 20, &[2, 21, 1952, 717, 19, 3, 14, 2008, 847, 27, 3], 6),
        (&[a, a], 12, 23, &[2, 14, 2008, 847, 27, 3, 14, 2008, 847, 27, 14, 3], 6),
        (&[a, a], 11, 23, &[2, 14, 2008, 847, 27, 3, 14, 2008, 847, 27, 3], 6),
        (&["one", a], 9, 14, &[2, 53, 3, 14, 2008, 847, 27, 14, 3], 3),
        (&[a, "one"], 9, 14, &[2, 14, 2008, 847, 27, 14, 3, 53, 3], 7),
    ];
    for (texts, max_length, full_length, ids, first) in cases {
        let split = tokenise(&one(texts), &json, *max_length).unwrap().train;
        assert_eq!(split.input_ids[0], *ids, "{texts:?} {max_length}");
        let types: Vec<u32> = (0..ids.len()).map(|i| u32::from(i >= *first)).collect();
        assert_eq!(split.token_type_ids[0], types, "{texts:?} {max_length}");
        assert_eq!(split.full_lengths, [*full_length], "{texts:?} {max_length}");
        assert_eq!(summary(&split, 2).truncated, usize::from(full_length > max_length));
    }
}
