//! The study: which tasks, which encoders, which recipe, which seeds. Read from a TOML file, kept in every report.

mod columns;
mod error;
mod joint;
mod labels;
mod lines;
mod measures;
mod name;
mod parse;
mod race;
mod ready;
mod recipe;
mod rows;
mod source;
mod task;
mod task_file;
mod warnings;
mod write;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use columns::{Column, Kind};
pub use error::StudyError;
pub use joint::{Controls, Diagnostics, Every, Joint, JointBudget, JointPlan, LONGER, SetItem, Sets};
pub use labels::{LabelSet, Labels, LabelsError};
pub use measures::{Measures, Select};
pub use race::{Race, RaceBudget};
pub use ready::{READY, Ready};
pub use recipe::{Head, LrSchedulerType, OutOfRange, Precision, Recipe, RecipeOverride};
pub use rows::{HeldOut, Located, Sample, Source};
pub use task::Task;
pub use write::NotToml;

/// How a model comes to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// The target alone: the baseline.
    Single,
    /// A source with the changes of `[recipe.source]`, trained only to start other runs from.
    Source,
    /// The source, then the target.
    Sequential,
    /// Several tasks together.
    Joint,
}

impl Protocol {
    /// The name in run ids and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Source => "source",
            Self::Sequential => "sequential",
            Self::Joint => "joint",
        }
    }
}

/// Which ordered pairs are trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"all\" or a list of [\"source\", \"target\"]")]
pub enum Pairs {
    /// `"all"`: every ordered pair of different tasks.
    Named(String),
    /// These.
    List(Vec<(String, String)>),
}

/// How far the inputs of a batch are padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// To the longest of the batch.
    #[default]
    Longest,
    /// To the encoder's `max_length`: same numbers, more work.
    MaxLength,
}

/// What a head reads of an encoder's tokens, in place of what transformers' classifier reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean, padding left out; of T5 the encoder alone.
    Mean,
}

/// A shared body: pretrained, from a folder or the hub, or a configuration with random weights.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoder {
    /// Its name in run ids, tables and charts.
    pub name: String,
    /// A HuggingFace folder with config.json, tokenizer.json and model.safetensors, relative to the study file; where
    /// there is none, the id of a model of the hub, as `albert/albert-base-v2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Commit, branch or tag of a model of the hub. A report names the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// An encoder that ships in the binary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<String>,
    /// A configuration with HuggingFace's field names; its weights are drawn anew for every seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<serde_json::Map<String, serde_json::Value>>,
    /// A tokenizer.json, where `path` does not hold one; relative to the study file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<String>,
    /// Longest input in tokens, special ones included.
    #[serde(default = "max_length")]
    pub max_length: usize,
    /// How far batches are padded.
    #[serde(default)]
    pub padding: Padding,
    /// What a head reads, of the architectures that leave a choice; what transformers' classifier reads where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// The folder of a model of the hub on this machine, once it is found. Never written: others have it elsewhere.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
}

/// Whether `text` can be the id of a model or a data set of the hub: `name` or `organisation/name`.
pub fn is_hub_id(text: &str) -> bool {
    let legal = |part: &str| {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let ends = part.starts_with(['-', '.']) || part.ends_with(['-', '.']);
        !part.is_empty() && part.chars().all(inside) && !ends && !part.contains("--") && !part.contains("..")
    };
    text.len() <= 96 && text.split('/').count() <= 2 && text.split('/').all(legal)
}

/// Whether `text` can be a commit, a branch or a tag of the hub, and so a part of the paths of its cache.
pub fn is_revision(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.chars().all(legal) && text.split('/').all(|p| !p.is_empty() && !p.starts_with('.') && !p.contains(".."))
}

fn max_length() -> usize {
    128
}

/// A study file, `version = 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Version of the format: 1.
    pub version: u32,
    /// The study's name.
    pub name: String,
    /// What it asks, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// One run of everything per seed.
    pub seeds: Vec<u64>,
    /// Decides which rows are picked; never changes with the run's seed.
    #[serde(default = "data_seed")]
    pub data_seed: u64,
    /// What is trained.
    #[serde(default = "protocols")]
    pub protocols: Vec<Protocol>,
    /// Which ordered pairs.
    #[serde(default = "all_pairs")]
    pub pairs: Pairs,
    /// Shared bodies.
    pub encoder: Vec<Encoder>,
    /// Hyper-parameters.
    #[serde(default)]
    pub recipe: RecipeOverride,
    /// Measures of similarity and transferability.
    #[serde(default, skip_serializing_if = "Measures::is_default")]
    pub measures: Measures,
    /// Seeds go where they can still decide something; every pair gets all of them where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub race: Option<Race>,
    /// Sets of tasks that are trained together; of equal weights, on every pair and on all, where joint training is asked
    /// for and no block says how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<Joint>,
    /// Trainings that show what a gain is made of.
    #[serde(default, skip_serializing_if = "Controls::is_none")]
    pub controls: Controls,
    /// The tasks.
    pub task: Vec<Task>,
}

fn data_seed() -> u64 {
    42
}

fn protocols() -> Vec<Protocol> {
    vec![Protocol::Single, Protocol::Sequential]
}

fn all_pairs() -> Pairs {
    Pairs::Named("all".into())
}

impl Study {
    /// Reads a study file's text and checks it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and the remedy.
    pub fn from_toml(text: &str) -> Result<Self, StudyError> {
        parse::parse(text)
    }

    /// Checks a study again after class names were read from its data; `text` is its file, for the lines.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn check(&self, text: &str) -> Result<(), StudyError> {
        parse::check(self, &lines::Lines::new(text))
    }

    /// The task of this name.
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.task.iter().find(|t| t.name == name)
    }

    /// The seeds in ascending order: the order in which the runs of an arm count.
    pub fn seeds_ascending(&self) -> Vec<u64> {
        let mut seeds = self.seeds.clone();
        seeds.sort_unstable();
        seeds
    }

    /// Ordered (source, target) pairs, in the order of the tasks or of the list.
    pub fn pairs(&self) -> Vec<(String, String)> {
        match &self.pairs {
            Pairs::List(list) => list.clone(),
            Pairs::Named(_) => self
                .task
                .iter()
                .flat_map(|s| self.task.iter().map(move |t| (s, t)))
                .filter(|(s, t)| s.name != t.name)
                .map(|(s, t)| (s.name.clone(), t.name.clone()))
                .collect(),
        }
    }

    /// Whether a source is trained with another recipe than a baseline, so that it is a run of its own.
    pub fn sources_differ(&self, task: &Task) -> bool {
        self.recipe.source.is_some() || task.recipe.source.is_some()
    }

    /// The recipe of a run that trains `task`: `[recipe]`, then `[recipe.source]` for a source, then `[task.recipe]`.
    pub fn recipe_for(&self, task: &Task, protocol: Protocol) -> Recipe {
        let mut recipe = Recipe::default().with(&self.recipe);
        if protocol == Protocol::Source
            && let Some(change) = &self.recipe.source
        {
            recipe = recipe.with(change);
        }
        recipe = recipe.with(&task.recipe);
        if protocol == Protocol::Source
            && let Some(change) = &task.recipe.source
        {
            recipe = recipe.with(change);
        }
        recipe
    }
}
