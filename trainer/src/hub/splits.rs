//! Which files of a data set are a split: as its page says, else as their names tell.

use globset::GlobBuilder;

use super::card::{Card, Config, DEFAULT};

/// What is read, by the ends of names. Parquet first: where a split is there twice, it is the one with features.
const ENDINGS: [&str; 10] =
    [".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".csv.gz", ".tsv.gz", ".jsonl.gz", ".json.gz"];

/// Words that stand for a split in a file's name, as in HuggingFace's library `datasets`.
const WORDS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];

/// A split's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    /// The configuration that was meant.
    pub(super) config: String,
    /// Names, in order.
    pub(super) files: Vec<String>,
}

/// Why there is no such split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoSplit {
    /// Nothing in the repository is a data file that can be read.
    NoFiles,
    /// The configuration is not there, or must be chosen.
    Config(String),
    /// The split is not there.
    Split(String),
}

/// The files of `split` of `config`, or of the only or default configuration.
pub(super) fn find(files: &[String], card: &Card, config: Option<&str>, split: &str) -> Result<Split, NoSplit> {
    let splits = all(files, card, config)?;
    let names: Vec<String> = splits.iter().map(|(name, _)| name.clone()).collect();
    let (config, found) = match splits.into_iter().find(|(name, _)| name == split) {
        Some((_, found)) => (found.config.clone(), found),
        None => {
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(NoSplit::Split(format!("no split `{split}`; there are: {known}. Correct `split`")));
        }
    };
    Ok(Split { config, ..found })
}

/// All splits of a configuration that have files, by name.
pub(super) fn all(files: &[String], card: &Card, config: Option<&str>) -> Result<Vec<(String, Split)>, NoSplit> {
    let readable: Vec<&String> = files.iter().filter(|f| rank(f).is_some()).collect();
    if readable.is_empty() {
        return Err(NoSplit::NoFiles);
    }
    if !card.configs.is_empty() {
        let chosen = choose(&card.configs, config)?;
        if !chosen.splits.is_empty() {
            return chosen
                .splits
                .iter()
                .map(|(name, patterns)| {
                    Ok((
                        name.clone(),
                        Split { config: chosen.name.clone(), files: matching(&readable, chosen, patterns)? },
                    ))
                })
                .filter(|split| split.as_ref().map_or(true, |(_, s)| !s.files.is_empty()))
                .collect();
        }
        return Ok(by_name(&readable, chosen.folder.as_deref().unwrap_or(""), &chosen.name));
    }
    by_folder(&readable, config)
}

fn choose<'c>(configs: &'c [Config], asked: Option<&str>) -> Result<&'c Config, NoSplit> {
    let names = || configs.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
    let complaint = |what: String| NoSplit::Config(format!("{what}; there are: {}", names()));
    match (asked, configs) {
        (Some(name), _) => configs
            .iter()
            .find(|c| c.name == name)
            .ok_or_else(|| complaint(format!("no configuration `{name}`: correct `config`"))),
        (None, [only]) => Ok(only),
        (None, _) => configs
            .iter()
            .find(|c| c.is_default)
            .or_else(|| configs.iter().find(|c| c.name == DEFAULT))
            .ok_or_else(|| complaint("it has several configurations: add `config`".into())),
    }
}

/// Files that match a page's patterns; `*` stays within a folder, `**` does not.
fn matching(files: &[&String], config: &Config, patterns: &[String]) -> Result<Vec<String>, NoSplit> {
    let mut found: Vec<String> = Vec::new();
    for pattern in patterns {
        let pattern = match &config.folder {
            Some(folder) => format!("{}/{pattern}", folder.trim_matches('/')),
            None => pattern.trim_start_matches("./").to_owned(),
        };
        let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
        let glob = glob.map_err(|e| NoSplit::Config(format!("its page has a pattern that cannot be read: {e}")))?;
        let matcher = glob.compile_matcher();
        let mut names: Vec<String> = files.iter().filter(|f| matcher.is_match(f)).map(|f| (*f).clone()).collect();
        names.sort();
        names.retain(|n| !found.contains(n));
        found.append(&mut names);
    }
    Ok(found)
}

/// Without a page, a configuration is a folder: `config/split/0000.parquet` or `config/split-*`.
fn by_folder(files: &[&String], config: Option<&str>) -> Result<Vec<(String, Split)>, NoSplit> {
    let Some(config) = config.filter(|c| *c != DEFAULT) else {
        let tops: Vec<&str> = {
            let mut tops: Vec<&str> = files.iter().filter_map(|f| Some(f.split_once('/')?.0)).collect();
            tops.dedup();
            tops
        };
        // A folder named `default`, or after no split and not `data`, is a configuration.
        if tops.contains(&DEFAULT) {
            return Ok(by_name(files, DEFAULT, DEFAULT));
        }
        let splits = by_name(files, "", DEFAULT);
        let named: Vec<&str> = tops.into_iter().filter(|t| *t != "data" && word(t).is_none()).collect();
        return match named.as_slice() {
            [only] if files.iter().all(|f| f.starts_with(&format!("{only}/"))) => Ok(by_name(files, only, only)),
            [_, _, ..] => Err(NoSplit::Config(format!(
                "it has several configurations: add `config`; there are: {}",
                named.join(", ")
            ))),
            _ => Ok(splits),
        };
    };
    let splits = by_name(files, config, config);
    if splits.is_empty() {
        return Err(NoSplit::Config(format!("no configuration `{config}`: correct `config`, or leave it out")));
    }
    Ok(splits)
}

/// Splits by the words in the names of the files below a folder.
fn by_name(files: &[&String], folder: &str, config: &str) -> Vec<(String, Split)> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{}/", folder.trim_matches('/')) };
    let mut splits: Vec<(String, Split)> = Vec::new();
    for file in files {
        let Some(below) = file.strip_prefix(&prefix) else { continue };
        let Some(name) = split_of(below) else { continue };
        match splits.iter_mut().find(|(n, _)| n == name) {
            Some((_, split)) => split.files.push((*file).clone()),
            None => splits.push((name.to_owned(), Split { config: config.to_owned(), files: vec![(*file).clone()] })),
        }
    }
    for (_, split) in &mut splits {
        // The same rows in two formats are not twice as many rows.
        let best = split.files.iter().filter_map(|f| rank(f)).min();
        split.files.retain(|f| rank(f) == best);
        split.files.sort();
    }
    splits
}

/// The split that the last part of a path which names one names: `train-00000-of-00002.parquet`, `test/0000.parquet`.
fn split_of(path: &str) -> Option<&'static str> {
    path.rsplit('/').find_map(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        word(stem).or_else(|| stem.split(|c: char| !c.is_ascii_alphanumeric()).find_map(word))
    })
}

fn word(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    WORDS.iter().find(|(_, words)| words.contains(&text.as_str())).map(|(split, _)| *split)
}

/// The position of a name's end among those that are read.
fn rank(file: &str) -> Option<usize> {
    let lower = file.to_ascii_lowercase();
    let hidden = lower.split('/').any(|part| part.starts_with(['.', '_']));
    let about = ["dataset_infos.json", "dataset_info.json", "config.json", "state.json"];
    if hidden || about.iter().any(|n| lower == *n || lower.ends_with(&format!("/{n}"))) {
        return None;
    }
    ENDINGS.iter().position(|end| lower.ends_with(end))
}

/// Whether files named `…-00000-of-00003…` are all there; files without such names cannot tell.
pub(super) fn is_complete(files: &[String]) -> bool {
    let of = |file: &String| {
        let (_, after) = file.rsplit_once("-of-")?;
        after.get(..5)?.parse::<usize>().ok()
    };
    match files.first().and_then(of) {
        Some(count) => files.len() == count && files.iter().all(|f| of(f) == Some(count)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[&str]) -> Vec<String> {
        files.iter().map(|f| (*f).to_owned()).collect()
    }

    fn card(yaml: &str) -> Card {
        Card::new(&format!("---\n{yaml}\n---\n")).unwrap()
    }

    fn names(files: &[&str], card: &Card, config: Option<&str>, split: &str) -> Result<Vec<String>, NoSplit> {
        find(&listing(files), card, config, split).map(|s| s.files)
    }

    const GLUE: &[&str] = &[
        ".gitattributes",
        "README.md",
        "cola/test-00000-of-00001.parquet",
        "rte/test-00000-of-00001.parquet",
        "rte/train-00000-of-00002.parquet",
        "rte/train-00001-of-00002.parquet",
    ];

    #[test]
    fn a_page_says_which_files_are_a_split() {
        let page = card(
            "configs:\n- config_name: cola\n  data_files:\n  - split: test\n    path: cola/test-*\n- config_name: rte\n  data_files:\n  - split: train\n    path: rte/train-*\n  - split: gone\n    path: rte/gone-*",
        );
        let train = ["rte/train-00000-of-00002.parquet", "rte/train-00001-of-00002.parquet"];
        assert_eq!(names(GLUE, &page, Some("rte"), "train").unwrap(), train);
        let Err(NoSplit::Split(message)) = names(GLUE, &page, Some("rte"), "dev") else { panic!() };
        assert_eq!(message, "no split `dev`; there are: train. Correct `split`");
        let Err(NoSplit::Config(message)) = names(GLUE, &page, Some("rta"), "train") else { panic!() };
        assert_eq!(message, "no configuration `rta`: correct `config`; there are: cola, rte");
        let Err(NoSplit::Config(message)) = names(GLUE, &page, None, "train") else { panic!() };
        assert_eq!(message, "it has several configurations: add `config`; there are: cola, rte");
    }

    #[test]
    fn the_default_configuration_needs_no_name() {
        let two = |default: &str| {
            card(&format!(
                "configs:\n- config_name: a\n  data_files: a.csv\n- config_name: {default}\n  data_files: b.csv"
            ))
        };
        assert_eq!(names(&["a.csv", "b.csv"], &two("default"), None, "train").unwrap(), ["b.csv"]);
        assert_eq!(names(&["a.csv", "b.csv"], &two("b\n  default: true"), None, "train").unwrap(), ["b.csv"]);
        let one = card("configs:\n- config_name: a\n  data_dir: part");
        assert_eq!(names(&["part/train.csv", "train.csv"], &one, None, "train").unwrap(), ["part/train.csv"]);
    }

    #[test]
    fn a_star_stays_within_a_folder_and_patterns_keep_their_order() {
        let page = card(
            "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: ['b/*.jsonl', '*.jsonl']\n  - split: test\n    path: '**/t.csv'",
        );
        let files = ["a.jsonl", "b/2.jsonl", "b/1.jsonl", "b/c/3.jsonl", "x/y/t.csv"];
        assert_eq!(names(&files, &page, None, "train").unwrap(), ["b/1.jsonl", "b/2.jsonl", "a.jsonl"]);
        assert_eq!(names(&files, &page, None, "test").unwrap(), ["x/y/t.csv"]);
    }

    #[test]
    fn without_a_page_names_tell() {
        let none = Card::default();
        for (files, split, expected) in [
            (&["train.csv", "test.csv", "dev.csv"][..], "validation", "dev.csv"),
            (
                &["data/train-00000-of-00001-ab12.parquet", "data/test-00000-of-00001.parquet"],
                "train",
                "data/train-00000-of-00001-ab12.parquet",
            ),
            (&["default/train/0000.parquet", "default/test/0000.parquet"], "test", "default/test/0000.parquet"),
            (&["my_data_val.jsonl", "my_data_train.jsonl"], "validation", "my_data_val.jsonl"),
            (&["train/a.json", "test/a.json"], "train", "train/a.json"),
            (&["plain_text/train-00000-of-00001.parquet"], "train", "plain_text/train-00000-of-00001.parquet"),
        ] {
            assert_eq!(names(files, &none, None, split).unwrap(), [expected]);
        }
        let configs = ["a/train/0000.parquet", "b/train/0000.parquet"];
        assert_eq!(names(&configs, &none, Some("b"), "train").unwrap(), ["b/train/0000.parquet"]);
        assert!(
            matches!(names(&configs, &none, None, "train"), Err(NoSplit::Config(m)) if m.ends_with("there are: a, b"))
        );
        assert!(matches!(names(&configs, &none, Some("c"), "train"), Err(NoSplit::Config(m)) if m.contains("`c`")));
        assert_eq!(names(&["README.md", "glue.py", "dataset_infos.json"], &none, None, "train"), Err(NoSplit::NoFiles));
    }

    #[test]
    fn the_same_rows_in_two_formats_count_once() {
        let files = ["train.csv", "train.parquet", "train.jsonl.gz"];
        assert_eq!(names(&files, &Card::default(), None, "train").unwrap(), ["train.parquet"]);
        assert_eq!(names(&files[..1], &Card::default(), None, "train").unwrap(), ["train.csv"]);
    }

    #[test]
    fn numbered_files_tell_whether_one_is_missing() {
        let of = |files: &[&str]| is_complete(&listing(files));
        assert!(of(&["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]));
        assert!(!of(&["train-00000-of-00002.parquet"]));
        assert!(!of(&["train-00000-of-00003-ab.parquet", "train-00001-of-00003-cd.parquet"]));
        assert!(of(&["a.csv", "b.csv"]));
    }
}
