//! The YAML at the head of a data set's README.md: which files are which split, and what the columns hold.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::data::Features;

/// What a data set's page says in its head.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// Configurations, in its order.
    pub configs: Vec<Config>,
    /// Features by configuration.
    pub features: IndexMap<String, Features>,
}

/// A configuration and the files of its splits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub name: String,
    pub is_default: bool,
    /// Files are looked for below it.
    pub folder: Option<String>,
    /// Split and patterns; empty where the files' names tell.
    pub splits: Vec<(String, Vec<String>)>,
}

/// The name of a configuration that needs none.
pub(super) const DEFAULT: &str = "default";

impl Card {
    /// From README.md's text. A page without a head, or whose head says nothing of files, is an empty card.
    ///
    /// # Errors
    /// A head that is not YAML or not as the hub lays it out.
    pub fn new(readme: &str) -> Result<Self, serde_yaml_ng::Error> {
        let Some(yaml) = head(readme) else { return Ok(Self::default()) };
        if depth(yaml) > DEEPEST {
            return Err(serde::de::Error::custom(format!("lists in lists, more than {DEEPEST} deep")));
        }
        let written: Written = serde_yaml_ng::from_str(yaml)?;
        let mut features = IndexMap::new();
        for info in written.dataset_info.map(OneOrMany::into_list).unwrap_or_default() {
            let name = info.config_name.unwrap_or_else(|| DEFAULT.into());
            features.insert(name, Features::from_card(&info.features));
        }
        Ok(Self { configs: written.configs.into_iter().map(Config::from).collect(), features })
    }

    /// The features of a configuration; of the only one where it has another name.
    pub(super) fn features_of(&self, config: &str) -> Option<&Features> {
        let only = || self.features.values().next().filter(|_| self.features.len() == 1);
        self.features.get(config).or_else(only)
    }
}

/// What stands between the first two lines of `---`.
fn head(readme: &str) -> Option<&str> {
    let readme = readme.trim_start_matches('\u{feff}');
    let body = readme.strip_prefix("---\n").or_else(|| readme.strip_prefix("---\r\n"))?;
    let end = body
        .match_indices("\n---")
        .find(|(at, _)| body.get(at + 4..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r'])))?;
    body.get(..end.0)
}

/// Lists in lists that a page may have. The parser looks at all open ones with every word.
const DEEPEST: usize = 64;

/// How many lists in brackets and mappings in braces are open at once, at most; those in quotes count too.
fn depth(yaml: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in yaml.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    configs: Vec<WrittenConfig>,
    dataset_info: Option<OneOrMany<WrittenInfo>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn into_list(self) -> Vec<T> {
        match self {
            Self::Many(list) => list,
            Self::One(item) => vec![item],
        }
    }
}

#[derive(Deserialize)]
struct WrittenInfo {
    config_name: Option<String>,
    #[serde(default)]
    features: serde_yaml_ng::Value,
}

#[derive(Deserialize)]
struct WrittenConfig {
    config_name: String,
    #[serde(default)]
    default: bool,
    data_dir: Option<String>,
    data_files: Option<Files>,
}

/// One pattern, several, or several by split.
#[derive(Deserialize)]
#[serde(untagged)]
enum Files {
    Pattern(String),
    List(Vec<FilesOfList>),
    BySplit(IndexMap<String, OneOrMany<String>>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FilesOfList {
    Pattern(String),
    Split { split: String, path: OneOrMany<String> },
}

impl From<WrittenConfig> for Config {
    fn from(written: WrittenConfig) -> Self {
        let mut splits: IndexMap<String, Vec<String>> = IndexMap::new();
        match written.data_files {
            None => {}
            Some(Files::Pattern(pattern)) => splits.entry("train".into()).or_default().push(pattern),
            Some(Files::BySplit(map)) => {
                splits.extend(map.into_iter().map(|(split, files)| (split, files.into_list())))
            }
            Some(Files::List(list)) => {
                for item in list {
                    match item {
                        FilesOfList::Pattern(pattern) => splits.entry("train".into()).or_default().push(pattern),
                        FilesOfList::Split { split, path } => {
                            splits.entry(split).or_default().extend(path.into_list());
                        }
                    }
                }
            }
        }
        Self {
            name: written.config_name,
            is_default: written.default,
            folder: written.data_dir,
            splits: splits.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layout of the page of nyu-mll/glue, shortened.
    const GLUE: &str = "---\nlanguage:\n- en\npretty_name: GLUE\ndataset_info:\n- config_name: cola\n  features:\n  - name: sentence\n    dtype: string\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': unacceptable\n          '1': acceptable\n  splits:\n  - name: train\n    num_examples: 8551\n- config_name: stsb\n  features:\n  - name: label\n    dtype: float32\nconfigs:\n- config_name: cola\n  data_files:\n  - split: train\n    path: cola/train-*\n  - split: test\n    path: cola/test-*\n- config_name: stsb\n  default: true\n  data_files: stsb.csv\n---\n\n# GLUE\n\n---\nnot: the head\n";

    #[test]
    fn reads_the_page_of_a_data_set_with_several_configurations() {
        let card = Card::new(GLUE).unwrap();
        assert_eq!(
            card.configs[0].splits,
            [("train".into(), vec!["cola/train-*".into()]), ("test".into(), vec!["cola/test-*".into()])]
        );
        assert!(!card.configs[0].is_default && card.configs[1].is_default);
        assert_eq!(card.configs[1].splits, [("train".into(), vec!["stsb.csv".into()])]);
        assert_eq!(card.features_of("cola").unwrap().classes("label"), ["unacceptable", "acceptable"]);
        assert!(card.features_of("stsb").unwrap().classes("label").is_empty());
        assert_eq!(card.features_of("default"), None);
    }

    #[test]
    fn reads_the_shorter_forms() {
        let text = "---\r\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names: [neg, pos]\nconfigs:\n- config_name: x\n  data_dir: part\n- config_name: y\n  data_files:\n    train: [a.csv, b.csv]\n    test: c.csv\n- config_name: z\n  data_files: [d.csv, e.csv]\n---";
        let card = Card::new(text).unwrap();
        assert_eq!(card.features_of("x").unwrap().classes("label"), ["neg", "pos"]);
        assert_eq!((card.configs[0].folder.as_deref(), card.configs[0].splits.len()), (Some("part"), 0));
        assert_eq!(card.configs[1].splits[0], ("train".into(), vec!["a.csv".into(), "b.csv".into()]));
        assert_eq!(card.configs[1].splits[1], ("test".into(), vec!["c.csv".into()]));
        assert_eq!(card.configs[2].splits, [("train".into(), vec!["d.csv".into(), "e.csv".into()])]);
    }

    #[test]
    fn a_page_without_a_head_says_nothing_and_a_broken_head_is_an_error() {
        for empty in ["", "# A data set\n", "---\nno end\n", "---\nlicense: mit\n---\n"] {
            assert_eq!(Card::new(empty).unwrap(), Card::default(), "{empty}");
        }
        assert!(Card::new("---\nconfigs: [1\n---\n").is_err());
        assert!(Card::new("---\nconfigs: 5\n---\n").is_err());
    }
}
