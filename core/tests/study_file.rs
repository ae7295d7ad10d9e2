//! Study files: what is understood, and what is complained about on which line.

#![allow(clippy::unwrap_used, reason = "functions that tests share are test code too")]

use transfermap::metric::Metric;
use transfermap::study::{Column, Head, HeldOut, Kind, Labels, Pairs, Precision, Protocol, Study, StudyError};

/// The example of the format's description, with a third task.
const EXAMPLE: &str = r#"version = 1
name = "three-tasks"
seeds = [1, 2, 3]
data_seed = 7
protocols = ["single", "sequential"]
pairs = [["ag_news", "rte"], ["sst2", "rte"]]

[[encoder]]
name = "albert-base-v2"
path = "models/albert-base-v2"
max_length = 256

[recipe]
epochs = 2
batch_size = 16
learning_rate = 5e-5
warmup_ratio = 0.1
weight_decay = 0.01
max_grad_norm = 1.0
head = "reset"
precision = "f32"

[recipe.source]
epochs = 1

[[task]]
name = "rte"
kind = "pair"
text = ["sentence1", "sentence2"]
label = "label"
labels = ["entailment", "not_entailment"]
train = { file = "rte/train.tsv", limit = 2000 }
test = { file = "rte/dev.tsv" }
validation = 0.1
metric = "f1_weighted"
margin = 0.02

[[task]]
name = "ag_news"
text = [2, 3]
join = ". "
label = 1
labels = { "1" = "World", "2" = "Sports", "3" = "Business", "4" = "Sci/Tech" }
merge = { World = "A", Sports = "A", Business = "B", "Sci/Tech" = "B" }
train = { file = "ag_news/train.csv", header = false }
test = { file = "ag_news/test.csv", limit = 500, stratified = true }
validation = { file = "ag_news/validation.jsonl", format = "csv" }

[task.recipe]
learning_rate = 1e-4

[[task]]
name = "sst2"
text = ["sentence"]
labels = ["negative", "positive"]
train = { generated = "polarity", limit = 100, sample = "numpy" }
test = { same_as = "train" }
"#;

fn example() -> Study {
    Study::from_toml(EXAMPLE).unwrap()
}

/// Replaces `from` in the example by `to`; the complaint must say `says` and point at the line that starts with `at`.
#[track_caller]
fn rejects(from: &str, to: &str, at: &str, says: &str) {
    assert_eq!(EXAMPLE.matches(from).count(), 1, "`{from}` must occur once");
    let text = EXAMPLE.replace(from, to);
    let StudyError { line, message } = Study::from_toml(&text).unwrap_err();
    assert!(message.contains(says), "line {line}: {message}");
    let found = text.lines().nth(line - 1).unwrap_or("");
    assert!(found.starts_with(at), "line {line} is `{found}`: {message}");
}

#[test]
fn reads_the_whole_example() {
    let study = example();
    assert_eq!((study.name.as_str(), study.seeds.as_slice(), study.data_seed), ("three-tasks", &[1, 2, 3][..], 7));
    assert_eq!(study.pairs(), [("ag_news".into(), "rte".into()), ("sst2".into(), "rte".into())]);
    assert_eq!(study.encoder[0].max_length, 256);
    let rte = study.task("rte").unwrap();
    assert_eq!((rte.kind, rte.metric, rte.margin()), (Kind::Pair, Metric::F1Weighted, 0.02));
    assert_eq!((rte.train.limit, rte.validation.clone()), (Some(2000), HeldOut::Share(0.1)));
    let ag = study.task("ag_news").unwrap();
    assert_eq!((ag.kind, ag.metric, ag.margin()), (Kind::Single, Metric::Accuracy, 0.01));
    assert_eq!((ag.text.as_slice(), &ag.label), (&[Column::Number(2), Column::Number(3)][..], &Column::Number(1)));
    assert!(matches!(&ag.validation, HeldOut::Source(s) if s.format.as_deref() == Some("csv")));
}

#[test]
fn defaults_need_little() {
    let text = "version = 1\nname = \"n\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"e\"\n\
                [[task]]\nname = \"t\"\ntext = [\"x\"]\nlabels = [\"a\", \"b\"]\n\
                train = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n";
    let study = Study::from_toml(text).unwrap();
    assert_eq!((study.data_seed, study.pairs.clone()), (42, Pairs::Named("all".into())));
    assert_eq!(study.protocols, [Protocol::Single, Protocol::Sequential]);
    let recipe = study.recipe_for(&study.task[0], Protocol::Single);
    assert_eq!(
        (recipe.epochs, recipe.batch_size, recipe.head, recipe.precision),
        (3.0, 16, Head::Reset, Precision::F32)
    );
    assert!(study.pairs().is_empty(), "one task has no pairs");
}

#[test]
fn survives_json_and_toml() {
    let study = example();
    let json = serde_json::to_string(&study).unwrap();
    assert_eq!(serde_json::from_str::<Study>(&json).unwrap(), study);
}

#[test]
fn recipes_go_from_general_to_special() {
    let study = example();
    let recipe = |task: &str, protocol| study.recipe_for(study.task(task).unwrap(), protocol);
    assert_eq!(recipe("rte", Protocol::Single).epochs, 2.0);
    assert_eq!(recipe("rte", Protocol::Sequential).epochs, 2.0);
    assert_eq!(recipe("ag_news", Protocol::Source).epochs, 1.0);
    assert_eq!(recipe("ag_news", Protocol::Source).learning_rate, 1e-4);
    assert_eq!(recipe("sst2", Protocol::Source).learning_rate, 5e-5);
}

#[test]
fn labels_have_indices_in_their_order() {
    let study = example();
    let rte = study.task("rte").unwrap().label_set().unwrap();
    assert_eq!(
        ["entailment", "not_entailment", "0", " 1 "].map(|v| rte.index(v)),
        [Some(0), Some(1), Some(0), Some(1)]
    );
    assert_eq!((rte.index("maybe"), rte.index("2")), (None, None));
    let ag = study.task("ag_news").unwrap().label_set().unwrap();
    assert_eq!(ag.names, ["A", "B"]);
    assert_eq!(
        ["1", "2", "3", "4", "0", "World"].map(|v| ag.index(v)),
        [Some(0), Some(0), Some(1), Some(1), None, None]
    );
    assert!(ag.known().contains("`4`"));
}

#[test]
fn names_that_are_numbers_are_not_taken_for_positions() {
    let mut task = example().task("rte").unwrap().clone();
    task.labels = Labels::Names(vec!["1".into(), "2".into()]);
    let labels = task.label_set().unwrap();
    assert_eq!(["0", "1", "2"].map(|v| labels.index(v)), [None, Some(0), Some(1)]);
}

#[test]
fn warns_of_choices_that_limit_the_answer() {
    let warnings = Study::from_toml(&EXAMPLE.replace("[1, 2, 3]", "[1]")).unwrap().warnings().join("\n");
    for part in ["sst2: evaluated on the rows it was trained on", "One seed", "2 of 6 ordered pairs"] {
        assert!(warnings.contains(part), "{warnings}");
    }
}

#[test]
fn rejects_text_that_is_not_toml() {
    rejects("data_seed = 7", "data_seed = ", "data_seed", "");
}

#[test]
fn rejects_a_missing_key() {
    rejects("train = { generated = \"polarity\", limit = 100, sample = \"numpy\" }\n", "", "[[task]]", "train");
}

#[test]
fn rejects_unknown_keys_and_suggests_the_nearest() {
    rejects("data_seed = 7", "data_sed = 7", "data_sed", "unknown key `data_sed`; did you mean `data_seed`?");
    rejects("weight_decay", "wieght_decay", "wieght_decay", "did you mean `weight_decay`?");
    rejects("max_length", "max_len", "max_len", "did you mean `max_length`?");
    rejects("join = ", "jion = ", "jion", "did you mean `join`?");
    rejects("limit = 2000", "limits = 2000", "train", "did you mean `limit`?");
    rejects(
        "[task.recipe]\nlearning_rate",
        "[task.recipe]\nlearnin_rate",
        "learnin_rate",
        "did you mean `learning_rate`?",
    );
    rejects("[recipe.source]\nepochs", "[recipe.source]\nepoch", "epoch = 1", "did you mean `epochs`?");
    rejects("format = \"csv\"", "fromat = \"csv\"", "validation", "unknown key `fromat`; did you mean `format`?");
    rejects("data_seed = 7", "zzzzzzzzzzzzzzzzzzzz = 7", "zzzz", "known here: version, name");
}

#[test]
fn rejects_unknown_values_and_suggests_the_nearest() {
    rejects("\"f1_weighted\"", "\"f1_weigthed\"", "metric", "unknown value `f1_weigthed`; did you mean `f1_weighted`?");
    rejects("kind = \"pair\"", "kind = \"pairs\"", "kind", "did you mean `pair`?");
    rejects("head = \"reset\"", "head = \"rest\"", "head", "did you mean `reset`?");
    rejects("[\"single\", \"seq", "[\"singel\", \"seq", "protocols", "did you mean `single`?");
}

#[test]
fn rejects_another_version() {
    rejects("version = 1", "version = 2", "version", "version 2 of the study format");
}

#[test]
fn rejects_bad_seeds() {
    rejects("seeds = [1, 2, 3]", "seeds = []", "seeds", "no seeds");
    rejects("seeds = [1, 2, 3]", "seeds = [1, 2, 1]", "seeds", "seed 1 is given twice");
    rejects("seeds = [1, 2, 3]", "seeds = [-1]", "seeds", "-1");
}

#[test]
fn rejects_bad_protocols() {
    rejects("[\"single\", \"sequential\"]", "[]", "protocols", "no protocols");
    rejects("[\"single\", \"sequential\"]", "[\"source\"]", "protocols", "[recipe.source]");
}

#[test]
fn rejects_a_study_without_encoders_or_tasks() {
    let head = "version = 1\nname = \"n\"\nseeds = [1]\n";
    let error = |text: &str| Study::from_toml(&format!("{head}{text}")).unwrap_err().message;
    assert!(error("encoder = []\ntask = []\n").contains("no [[encoder]]"));
    assert!(error("task = []\n[[encoder]]\nname = \"e\"\npath = \"e\"\n").contains("no [[task]]"));
}

#[test]
fn rejects_names_that_are_taken_or_no_folders() {
    rejects("name = \"sst2\"", "name = \"rte\"", "name = \"rte\"", "two tasks are called `rte`");
    // `a-` before `b` and `a` before `-b` would share the folder `a---b`.
    for bad in ["", "a b", "a/b", "a--b", ".a", "..", "ä", "a-", "-a", "a+b"] {
        rejects("name = \"sst2\"", &format!("name = \"{bad}\""), "name = ", "names become folders");
    }
    rejects("name = \"albert-base-v2\"", "name = \"a/b\"", "name = \"a/b\"", "names become folders");
}

#[test]
fn the_line_of_a_duplicate_is_the_second_one() {
    let error = Study::from_toml(&EXAMPLE.replace("name = \"sst2\"", "name = \"rte\"")).unwrap_err();
    let second = EXAMPLE.lines().position(|l| l == "name = \"sst2\"").unwrap() + 1;
    assert_eq!(error.line, second, "{error}");
}

#[test]
fn rejects_encoders_without_exactly_one_origin() {
    let path = "path = \"models/albert-base-v2\"\n";
    rejects(path, "", "name = \"albert", "give `path`, `embedded` or `config`");
    rejects(path, "path = \"a\"\nembedded = \"b\"\n", "name = \"albert", "only one of");
    rejects(path, "config = { hidden_size = 8 }\n", "config", "need `tokenizer");
    rejects("max_length = 256", "max_length = 7", "max_length", "give at least 8");
}

#[test]
fn rejects_recipes_out_of_range() {
    rejects("batch_size = 16", "batch_size = 0", "batch_size", "`batch_size` is 0");
    rejects("epochs = 2", "epochs = -1", "epochs", "`epochs` is -1");
    rejects("epochs = 2", "max_steps = 0", "max_steps", "`max_steps` is 0");
    rejects("learning_rate = 5e-5", "learning_rate = nan", "learning_rate", "`learning_rate` is NaN");
    rejects("warmup_ratio = 0.1", "warmup_ratio = 1.0", "warmup_ratio", "from 0 to below 1");
    rejects("weight_decay = 0.01", "weight_decay = -0.1", "weight_decay", "give 0 or more");
    rejects("precision = \"f32\"", "hidden_dropout_prob = 1.5", "hidden_dropout_prob", "from 0 to below 1");
    rejects("max_grad_norm = 1.0", "max_grad_norm = inf", "max_grad_norm", "give 0 or more");
}

#[test]
fn a_bad_recipe_is_found_where_it_stands() {
    rejects(
        "learning_rate = 1e-4",
        "learning_rate = 0.0",
        "learning_rate = 0.0",
        "task `ag_news`: `learning_rate` is 0",
    );
    rejects("[recipe.source]\nepochs = 1", "[recipe.source]\nepochs = 0", "epochs = 0", "`epochs` is 0");
    let own = "learning_rate = 1e-4\n[task.recipe.source]\nbatch_size = 0";
    rejects("learning_rate = 1e-4", own, "batch_size = 0", "task `ag_news`: `batch_size` is 0");
}

#[test]
fn rejects_sources_of_sources() {
    rejects("epochs = 1\n", "epochs = 1\n[recipe.source.source]\nepochs = 1\n", "[recipe]", "means nothing");
    let twice = "learning_rate = 1e-4\n[task.recipe.source.source]\nepochs = 1\n";
    rejects("learning_rate = 1e-4\n", twice, "[task.recipe]", "means nothing");
}

#[test]
fn rejects_choosing_on_a_validation_set_that_is_not_there() {
    let early = "epochs = 2\nearly_stopping_patience = 1";
    rejects("epochs = 2", early, "name = \"sst2\"", "add `validation = 0.1`");
    rejects("epochs = 2", "epochs = 2\nload_best_model_at_end = true", "name = \"sst2\"", "add `validation = 0.1`");
}

#[test]
fn rejects_bad_labels() {
    let labels = "labels = [\"negative\", \"positive\"]";
    rejects(labels, "labels = [\"negative\"]", "labels", "1 class after merging");
    rejects(labels, "labels = [\"x\", \"x\", \"y\"]", "labels", "label `x` is listed twice");
    rejects(labels, "labels = 3", "labels", "a list of label names");
    rejects("merge = { World", "merge = { Wrld", "merge = {", "`merge` names `Wrld`");
    let merged = "Business = \"B\", \"Sci/Tech\" = \"B\"";
    rejects(merged, "Business = \"A\", \"Sci/Tech\" = \"A\"", "labels = {", "1 class after merging");
}

#[test]
fn rejects_bad_margins_and_validation_shares() {
    rejects("margin = 0.02", "margin = 0.0", "margin", "give a number above 0");
    rejects("margin = 0.02", "margin = -0.1", "margin", "give a number above 0");
    rejects("margin = 0.02", "margin = nan", "margin", "give a number above 0");
    rejects("validation = 0.1", "validation = 1.5", "validation", "validation = 1.5: give a share");
    rejects("validation = 0.1", "validation = 1", "validation", "give a share");
    rejects("validation = 0.1", "validation = \"x\"", "validation", "a share of the training rows");
    let test = "test = { same_as = \"train\" }";
    rejects(test, "test = 0", "test", "test = 0: give a share above 0 to below 1");
    rejects(test, "test = 1.0", "test", "give a share above 0 to below 1");
    rejects(test, "test = \"x\"", "test", "a share of the training rows");
}

#[test]
fn a_test_share_is_read_and_written() {
    let study = Study::from_toml(&EXAMPLE.replace("test = { same_as = \"train\" }", "test = 0.2")).unwrap();
    assert!(study.task.iter().any(|t| t.test == HeldOut::Share(0.2)));
    assert_eq!(Study::from_toml(&study.to_toml().unwrap()).unwrap(), study);
}

#[test]
fn rejects_bad_sources_of_rows() {
    let (train, test) = ("train = { file = \"rte/train.tsv\", limit = 2000 }", "test = { same_as = \"train\" }");
    rejects(train, "train = { limit = 2000 }", "train", "train: give `file");
    rejects(train, "train = { file = \"a\", generated = \"b\" }", "train", "train: give `file");
    rejects("limit = 2000", "limit = 0", "train", "leaves no rows");
    rejects(train, "train = { same_as = \"train\" }", "train", "`same_as` is for test");
    rejects(test, "test = { same_as = \"test\" }", "test", "`same_as` is for test");
    rejects("limit = 100, ", "", "train = { generated", "needs `limit`");
    rejects("sample = \"numpy\"", "sample = \"numpy\", stratified = true", "train = { generated", "no `stratified`");
    rejects("format = \"csv\"", "format = \"xls\"", "validation", "format `xls`");
    rejects("format = \"csv\"", "separator = \";;\"", "validation", "separator = \";;\"; give one character");
    rejects("format = \"csv\"", "separator = \"a\"", "validation", "give one character");
    rejects("format = \"csv\"", "format = \"tsv\", separator = \";\"", "validation", "`separator` is for CSV");
    let semicolons = EXAMPLE.replace("format = \"csv\"", "separator = \";\"");
    assert!(Study::from_toml(&semicolons).unwrap().to_toml().unwrap().contains("separator = \";\""));
}

#[test]
fn rejects_backslashes_of_windows_with_the_remedy() {
    let train = "train = { file = \"rte/train.tsv\"";
    let tab = "`rte\\train.tsv` holds a tab; TOML reads a backslash in double quotes as an escape: write `/`, or the path in 'single quotes'";
    rejects(train, "train = { file = \"rte\\train.tsv\"", "train", tab);
    rejects(train, "train = { file = \"rte\\new.tsv\"", "train", "`rte\\new.tsv` holds a line feed");
    rejects(train, "train = { file = \"rte\\u-train.tsv\"", "train", "write `/`, or the path in 'single quotes'");
    rejects(train, "train = { file = \"rte\\dev.tsv\"", "train", "write `/`, or the path in 'single quotes'");
    rejects("path = \"models/albert-base-v2\"", "path = \"models\\base\"", "path", "holds a backspace");
}

#[test]
fn rejects_columns_that_do_not_fit() {
    rejects(
        "text = [\"sentence1\", \"sentence2\"]",
        "text = [\"sentence1\"]",
        "train",
        "lists 1 columns; give exactly two",
    );
    rejects("text = [2, 3]", "text = []", "train", "lists 0 columns; give at least one");
    rejects("text = [2, 3]", "text = [0, 3]", "train", "columns are counted from 1");
    rejects("text = [2, 3]", "text = [\"title\", 3]", "train", "header = false, but columns are given by name");
}

#[test]
fn rejects_bad_pairs() {
    let pairs = "pairs = [[\"ag_news\", \"rte\"], [\"sst2\", \"rte\"]]";
    rejects(pairs, "pairs = \"some\"", "pairs", "give \"all\" or a list");
    rejects(pairs, "pairs = 5", "pairs", "\"all\" or a list");
    rejects(pairs, "pairs = [[\"rte\", \"sst\"]]", "pairs", "no task is called `sst`; did you mean `sst2`?");
    rejects(pairs, "pairs = [[\"rte\", \"rte\"]]", "pairs", "must differ");
    rejects(pairs, "pairs = [[\"sst2\", \"rte\"], [\"sst2\", \"rte\"]]", "pairs", "is listed twice");
}

#[test]
fn rejects_a_kept_head_with_unequal_class_counts() {
    let kept = EXAMPLE.replace("head = \"reset\"", "head = \"keep\"");
    assert!(Study::from_toml(&kept).is_ok(), "two classes each, after merging");
    let merge = "merge = { World = \"A\", Sports = \"A\", Business = \"B\", \"Sci/Tech\" = \"B\" }\n";
    let error = Study::from_toml(&kept.replace(merge, "")).unwrap_err();
    assert!(error.message.contains("`ag_news` has 4 classes and `rte` has 2"), "{error}");
    assert_eq!(kept.lines().nth(error.line - 1), Some("head = \"keep\""));
    let alone = kept.replace(merge, "").replace("protocols = [\"single\", \"sequential\"]", "protocols = [\"single\"]");
    assert!(Study::from_toml(&alone).is_ok(), "nothing is kept without sequential runs");
    let four = EXAMPLE.replace(merge, "").replace("margin = 0.02\n", "margin = 0.02\n[task.recipe]\nhead = \"keep\"\n");
    let error = Study::from_toml(&four).unwrap_err();
    assert_eq!(four.lines().nth(error.line - 1), Some("head = \"keep\""), "{error}");
    assert!(error.message.starts_with("task `rte`: head"), "{error}");
}

#[test]
fn measures_are_selected_by_name() {
    let text = |table: &str| format!("{EXAMPLE}\n[measures]\n{table}\n");
    let names = |table: &str| -> Vec<&str> {
        let study = Study::from_toml(&text(table)).unwrap();
        study.measures.selection().unwrap().measures().iter().map(|m| m.name).collect()
    };
    assert_eq!(names("select = [\"pooler_cosine\"]\nexamples = 100"), ["pooler_cosine"]);
    assert_eq!(names("select = \"none\""), [""; 0]);
    assert_eq!(names("select = \"all\"").len(), transfermap::measure::registry().len());
    assert_eq!(names("").len(), transfermap::measure::registry().len());
    let wrong = [
        ("select = [\"pooler_cosin\"]", "did you mean `pooler_cosine`?"),
        ("select = \"al\"", "`\"all\"`"),
        ("examples = 3", "at least 16"),
        ("few_steps = 0", "at least 1"),
        ("exampels = 30", "did you mean `examples`?"),
    ];
    for (table, says) in wrong {
        let StudyError { line, message } = Study::from_toml(&text(table)).unwrap_err();
        assert!(message.contains(says), "{message}");
        assert_eq!(text(table).lines().nth(line - 1), Some(table), "{message}");
    }
}
