//! Which runs a study asks for, what each needs, and what makes its result stale. Pure: no file is looked at.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::fingerprint::{ALGORITHM_VERSION, digest_json};
use crate::metric::Metric;
use crate::study::{Protocol, Recipe, Study};

/// The schema that this version writes.
pub const PLAN_SCHEMA: &str = "transfermap.plan/1";

/// The name of the recipe without changes.
pub const DEFAULT_VARIANT: &str = "default";

/// Content hashes of what a study refers to, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Selected and mapped examples of each task.
    pub tasks: IndexMap<String, String>,
    /// Configuration, tokenizer and weights of each encoder, with `max_length` and padding.
    pub encoders: IndexMap<String, String>,
    /// `flex`, `ndarray` or `cuda`.
    pub backend: String,
    /// The table by which a GPU cuts its products, and with them the order of its sums; `None` on a CPU.
    pub products: Option<String>,
}

/// Every run of a study, in an order in which each stands behind what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `transfermap.plan/1`.
    pub schema: String,
    /// The study's name.
    pub study: String,
    /// `flex`, `ndarray` or `cuda`.
    pub backend: String,
    /// The runs.
    pub runs: Vec<PlannedRun>,
}

/// One training that a study asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedRun {
    /// Run id; also its folder.
    pub id: String,
    /// Hash of everything that the numbers depend on.
    pub fingerprint: String,
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// How the model comes to its target.
    pub protocol: Protocol,
    /// Tasks trained before.
    pub sources: Vec<String>,
    /// Tasks measured.
    pub targets: Vec<String>,
    /// The run's seed.
    pub seed: u64,
    /// The run whose final weights this one starts from.
    pub depends_on: Option<String>,
    /// Whether another run starts from this one's final weights.
    pub is_source: bool,
    /// Hyper-parameters of the last training.
    pub recipe: Recipe,
    /// Position of the group of runs that hang together (an encoder, a source, a seed); `--shard` splits by it.
    pub group: usize,
}

/// What a fingerprint is made of.
#[derive(Serialize)]
struct Ingredients<'a> {
    algorithm: u32,
    backend: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<&'a str>,
    encoder: &'a str,
    protocol: Protocol,
    targets: &'a [String],
    examples: &'a str,
    recipe: &'a Recipe,
    seed: u64,
    source: Option<&'a str>,
    /// The metric that picks the epoch, where the recipe lets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen_by: Option<Metric>,
}

/// Why no plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// `contents` lacks the hash of a task or an encoder.
    #[error("no content hash for {0}")]
    Missing(String),
    /// A recipe holds a number that JSON cannot.
    #[error("fingerprint: {0}")]
    Json(#[from] serde_json::Error),
}

impl Plan {
    /// Lays out the runs of `study`.
    ///
    /// # Errors
    /// When `contents` lacks a task or an encoder of the study.
    pub fn new(study: &Study, contents: &Contents) -> Result<Self, PlanError> {
        let mut builder = Builder { study, contents, runs: IndexMap::new(), groups: IndexMap::new() };
        for encoder in &study.encoder {
            for &seed in &study.seeds {
                if study.protocols.contains(&Protocol::Single) {
                    for task in &study.task {
                        builder.root(&encoder.name, Protocol::Single, &task.name, seed, false)?;
                    }
                }
                if study.protocols.contains(&Protocol::Sequential) {
                    for (source, target) in study.pairs() {
                        builder.sequential(&encoder.name, &source, &target, seed)?;
                    }
                }
            }
        }
        let mut runs: Vec<PlannedRun> = builder.runs.into_values().collect();
        // What others wait for comes first.
        runs.sort_by_key(|r| match (r.protocol, r.is_source) {
            (Protocol::Single | Protocol::Source, true) => 0,
            (Protocol::Single, false) => 2,
            _ => 1,
        });
        Ok(Self { schema: PLAN_SCHEMA.into(), study: study.name.clone(), backend: contents.backend.clone(), runs })
    }

    /// The run of this id.
    pub fn run(&self, id: &str) -> Option<&PlannedRun> {
        self.runs.iter().find(|r| r.id == id)
    }

    /// The ids of shard `index` (from 1) of `of`: groups of runs that hang together stay together.
    pub fn shard(&self, index: usize, of: usize) -> Vec<String> {
        self.runs.iter().filter(|r| r.group % of.max(1) + 1 == index).map(|r| r.id.clone()).collect()
    }
}

struct Builder<'a> {
    study: &'a Study,
    contents: &'a Contents,
    runs: IndexMap<String, PlannedRun>,
    groups: IndexMap<(String, String, u64), usize>,
}

impl Builder<'_> {
    /// A run that starts from the encoder: a baseline, or a source with a recipe of its own.
    fn root(
        &mut self,
        encoder: &str,
        protocol: Protocol,
        task: &str,
        seed: u64,
        is_source: bool,
    ) -> Result<(String, String), PlanError> {
        let id = self.id(encoder, protocol, &[], task, seed);
        if let Some(run) = self.runs.get_mut(&id) {
            run.is_source |= is_source;
            return Ok((id, run.fingerprint.clone()));
        }
        let fingerprint = self.add(id.clone(), encoder, protocol, None, task, seed, is_source)?;
        Ok((id, fingerprint))
    }

    fn sequential(&mut self, encoder: &str, source: &str, target: &str, seed: u64) -> Result<(), PlanError> {
        let differs = self.study.task(source).is_some_and(|t| self.study.sources_differ(t));
        let protocol = if differs { Protocol::Source } else { Protocol::Single };
        let (source_id, source_fingerprint) = self.root(encoder, protocol, source, seed, true)?;
        let id = self.id(encoder, Protocol::Sequential, &[source], target, seed);
        let from = Some((source, source_id, source_fingerprint));
        self.add(id, encoder, Protocol::Sequential, from, target, seed, false)?;
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a run's key")]
    fn add(
        &mut self,
        id: String,
        encoder: &str,
        protocol: Protocol,
        from: Option<(&str, String, String)>,
        target: &str,
        seed: u64,
        is_source: bool,
    ) -> Result<String, PlanError> {
        let missing = |what: &str, name: &str| PlanError::Missing(format!("{what} `{name}`"));
        let task = self.study.task(target).ok_or_else(|| missing("task", target))?;
        let examples = self.contents.tasks.get(target).ok_or_else(|| missing("task", target))?;
        let encoder_digest = self.contents.encoders.get(encoder).ok_or_else(|| missing("encoder", encoder))?;
        let recipe = self.study.recipe_for(task, protocol);
        let targets = vec![target.to_owned()];
        let (source, depends_on, source_fingerprint) = match from {
            Some((name, id, fingerprint)) => (Some(name.to_owned()), Some(id), Some(fingerprint)),
            None => (None, None, None),
        };
        let fingerprint = digest_json(&Ingredients {
            algorithm: ALGORITHM_VERSION,
            backend: &self.contents.backend,
            products: self.contents.products.as_deref(),
            encoder: encoder_digest,
            protocol,
            targets: &targets,
            examples,
            recipe: &recipe,
            seed,
            source: source_fingerprint.as_deref(),
            chosen_by: recipe.needs_validation().then_some(task.metric),
        })?;
        let root = source.clone().unwrap_or_else(|| target.to_owned());
        let next = self.groups.len();
        let group = *self.groups.entry((encoder.to_owned(), root, seed)).or_insert(next);
        let run = PlannedRun {
            id: id.clone(),
            fingerprint: fingerprint.clone(),
            encoder: encoder.to_owned(),
            variant: DEFAULT_VARIANT.into(),
            protocol,
            sources: source.into_iter().collect(),
            targets,
            seed,
            depends_on,
            is_source,
            recipe,
            group,
        };
        self.runs.insert(id, run);
        Ok(fingerprint)
    }

    /// `<encoder>/<variant>/<protocol>/<tasks>/s<seed>`, parts that have only one value in the study left out.
    fn id(&self, encoder: &str, protocol: Protocol, sources: &[&str], target: &str, seed: u64) -> String {
        let mut parts = Vec::new();
        if self.study.encoder.len() > 1 {
            parts.push(encoder.to_owned());
        }
        parts.push(protocol.name().to_owned());
        parts.push(sources.iter().copied().chain([target]).collect::<Vec<_>>().join("--"));
        parts.push(format!("s{seed}"));
        parts.join("/")
    }
}
