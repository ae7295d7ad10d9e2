//! Which runs a study asks for, what each needs, and what makes its result stale. Pure: no file is looked at.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::fingerprint::{ALGORITHM_VERSION, digest, digest_json};
use crate::metric::Metric;
use crate::multitask::method::Method;
use crate::multitask::quotas::{Sampling, quotas};
use crate::multitask::turns::Step;
use crate::study::{Joint, JointPlan, LONGER, Protocol, Recipe, Study};

/// The schema that this version writes.
pub const PLAN_SCHEMA: &str = "transfermap.plan/1";

/// The name of the recipe without changes.
pub const DEFAULT_VARIANT: &str = "default";

/// Content hashes of what a study refers to, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Selected and mapped examples of each task.
    pub tasks: IndexMap<String, String>,
    /// Number of training examples of each task.
    pub examples: IndexMap<String, usize>,
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
    /// Hyper-parameters of the last training; of a joint run, what its tasks share.
    pub recipe: Recipe,
    /// How its tasks are trained together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointPlan>,
    /// Position of the group of runs that hang together (an encoder, a source, a seed); `--shard` splits by it.
    pub group: usize,
}

/// What the fingerprint of a joint run is made of. Its block's name, its other sets and its diagnostics change no number.
#[derive(Serialize)]
struct JointIngredients<'a> {
    algorithm: u32,
    backend: &'a str,
    /// As of any run.
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<&'a str>,
    encoder: &'a str,
    protocol: Protocol,
    targets: &'a [String],
    examples: Vec<&'a str>,
    shared: &'a Recipe,
    recipes: Vec<Recipe>,
    method: &'a Method,
    sampling: Sampling,
    share: f64,
    step: Step,
    seed: u64,
    /// The metrics that pick the epoch, where the recipe lets them.
    chosen_by: Vec<Metric>,
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
    /// A task that would have no batch in a set.
    #[error(
        "[[joint]] `{block}`: of {total} batches of {set} none is left for `{task}`; raise `budget` or the temperature, or \
         take the task out"
    )]
    NoBatch {
        /// The block.
        block: String,
        /// The set's tasks.
        set: String,
        /// Batches of the set.
        total: u64,
        /// The task.
        task: String,
    },
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
        let blocks = study.joint_blocks();
        let longer = if study.controls.longer() { builder.longer_steps(&blocks)? } else { Vec::new() };
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
                for block in &blocks {
                    for set in study.sets_of(block) {
                        builder.joint(&encoder.name, block, &set, seed)?;
                    }
                }
                if study.controls.longer() {
                    for (target, steps) in &longer {
                        builder.longer(&encoder.name, target, *steps, seed)?;
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
        let id = self.id(encoder, DEFAULT_VARIANT, &[protocol.name(), task], seed);
        if let Some(run) = self.runs.get_mut(&id) {
            run.is_source |= is_source;
            return Ok((id, run.fingerprint.clone()));
        }
        let recipe = self.recipe(task, protocol)?;
        let arm = Arm { id: id.clone(), encoder, variant: DEFAULT_VARIANT, protocol, recipe, is_source };
        let fingerprint = self.add(arm, None, task, seed)?;
        Ok((id, fingerprint))
    }

    fn sequential(&mut self, encoder: &str, source: &str, target: &str, seed: u64) -> Result<(), PlanError> {
        let differs = self.study.task(source).is_some_and(|t| self.study.sources_differ(t));
        let protocol = if differs { Protocol::Source } else { Protocol::Single };
        let (source_id, source_fingerprint) = self.root(encoder, protocol, source, seed, true)?;
        let protocol = Protocol::Sequential;
        let id = self.id(encoder, DEFAULT_VARIANT, &[protocol.name(), &format!("{source}--{target}")], seed);
        let from = Some((source, source_id, source_fingerprint));
        let recipe = self.recipe(target, protocol)?;
        let arm = Arm { id, encoder, variant: DEFAULT_VARIANT, protocol, recipe, is_source: false };
        self.add(arm, from, target, seed)?;
        Ok(())
    }

    /// A set of tasks on one body.
    fn joint(&mut self, encoder: &str, block: &Joint, set: &[&str], seed: u64) -> Result<(), PlanError> {
        let share = block.budget.share(set.len()).unwrap_or(1.0);
        self.check_quotas(block, set, share)?;
        let plan = JointPlan {
            block: block.name().to_owned(),
            method: block.method.clone(),
            sampling: block.sampling,
            share,
            step: block.step,
            sampled: block.diagnostics.clone(),
        };
        let targets: Vec<String> = set.iter().map(|t| (*t).to_owned()).collect();
        let recipe = self.study.shared_recipe(block, set);
        let recipes: Vec<Recipe> =
            set.iter().map(|task| self.recipe(task, Protocol::Joint)).collect::<Result<_, _>>()?;
        let examples: Vec<&str> = set.iter().map(|task| self.examples(task)).collect::<Result<_, _>>()?;
        let tasks = set.iter().filter_map(|task| self.study.task(task));
        let fingerprint = digest_json(&JointIngredients {
            algorithm: ALGORITHM_VERSION,
            backend: &self.contents.backend,
            products: self.contents.products.as_deref(),
            encoder: self.encoder(encoder)?,
            protocol: Protocol::Joint,
            targets: &targets,
            examples,
            shared: &recipe,
            recipes,
            method: &plan.method,
            sampling: plan.sampling,
            share,
            step: plan.step,
            seed,
            chosen_by: tasks.filter(|_| recipe.needs_validation()).map(|t| t.metric).collect(),
        })?;
        let id = self.id(encoder, DEFAULT_VARIANT, &[Protocol::Joint.name(), &plan.block, &set_name(set)], seed);
        let group = self.group(encoder, &targets.join("+"), seed);
        let run = PlannedRun {
            id: id.clone(),
            fingerprint,
            encoder: encoder.to_owned(),
            variant: DEFAULT_VARIANT.into(),
            protocol: Protocol::Joint,
            sources: Vec::new(),
            targets,
            seed,
            depends_on: None,
            is_source: false,
            recipe,
            joint: Some(plan),
            group,
        };
        self.runs.insert(id, run);
        Ok(())
    }

    fn check_quotas(&self, block: &Joint, set: &[&str], share: f64) -> Result<(), PlanError> {
        let alone: Vec<u64> = set.iter().map(|task| self.alone(task)).collect::<Result<_, _>>()?;
        // With one stretch: what a task has over all stretches is about the same.
        let quotas = quotas(&Sampling { annealed: false, ..block.sampling }, &alone, share, 1).concat();
        match set.iter().zip(&quotas).find(|(_, quota)| **quota == 0) {
            Some((task, _)) => Err(PlanError::NoBatch {
                block: block.name().to_owned(),
                set: set.join(", "),
                total: quotas.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)),
                task: (*task).to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Each target of a joint pair at the batches of both, with their number: once, where pairs agree in it.
    fn longer_steps(&self, blocks: &[Joint]) -> Result<Vec<(String, u64)>, PlanError> {
        let mut found: Vec<(String, u64)> = Vec::new();
        for set in blocks.iter().flat_map(|block| self.study.sets_of(block)) {
            let [a, b] = set.as_slice() else { continue };
            let steps = self.alone(a)?.saturating_add(self.alone(b)?);
            for target in [a, b] {
                let wanted = ((*target).to_owned(), steps);
                if !found.contains(&wanted) {
                    found.push(wanted);
                }
            }
        }
        Ok(found)
    }

    /// A target alone for so many steps.
    fn longer(&mut self, encoder: &str, target: &str, steps: u64, seed: u64) -> Result<(), PlanError> {
        let (variant, protocol) = (longer_variant(steps), Protocol::Single);
        let id = self.id(encoder, &variant, &[protocol.name(), target], seed);
        let recipe = Recipe { max_steps: Some(steps), ..self.recipe(target, protocol)? };
        let arm = Arm { id, encoder, variant: &variant, protocol, recipe, is_source: false };
        self.add(arm, None, target, seed)?;
        Ok(())
    }

    /// Optimizer steps of a task's single run.
    fn alone(&self, task: &str) -> Result<u64, PlanError> {
        let examples = self.contents.examples.get(task).ok_or_else(|| missing("task", task))?;
        Ok(self.recipe(task, Protocol::Single)?.total_steps(*examples))
    }

    fn recipe(&self, task: &str, protocol: Protocol) -> Result<Recipe, PlanError> {
        let task = self.study.task(task).ok_or_else(|| missing("task", task))?;
        Ok(self.study.recipe_for(task, protocol))
    }

    fn examples(&self, task: &str) -> Result<&str, PlanError> {
        self.contents.tasks.get(task).map(String::as_str).ok_or_else(|| missing("task", task))
    }

    fn encoder(&self, name: &str) -> Result<&str, PlanError> {
        self.contents.encoders.get(name).map(String::as_str).ok_or_else(|| missing("encoder", name))
    }

    fn group(&mut self, encoder: &str, root: &str, seed: u64) -> usize {
        let next = self.groups.len();
        *self.groups.entry((encoder.to_owned(), root.to_owned(), seed)).or_insert(next)
    }

    /// A run of one target, which may start from a source's.
    fn add(
        &mut self,
        arm: Arm<'_>,
        from: Option<(&str, String, String)>,
        target: &str,
        seed: u64,
    ) -> Result<String, PlanError> {
        let Arm { id, encoder, variant, protocol, recipe, is_source } = arm;
        let task = self.study.task(target).ok_or_else(|| missing("task", target))?;
        let targets = vec![target.to_owned()];
        let (source, depends_on, source_fingerprint) = match from {
            Some((name, id, fingerprint)) => (Some(name.to_owned()), Some(id), Some(fingerprint)),
            None => (None, None, None),
        };
        let fingerprint = digest_json(&Ingredients {
            algorithm: ALGORITHM_VERSION,
            backend: &self.contents.backend,
            products: self.contents.products.as_deref(),
            encoder: self.encoder(encoder)?,
            protocol,
            targets: &targets,
            examples: self.examples(target)?,
            recipe: &recipe,
            seed,
            source: source_fingerprint.as_deref(),
            chosen_by: recipe.needs_validation().then_some(task.metric),
        })?;
        let root = source.clone().unwrap_or_else(|| target.to_owned());
        let group = self.group(encoder, &root, seed);
        let run = PlannedRun {
            id: id.clone(),
            fingerprint: fingerprint.clone(),
            encoder: encoder.to_owned(),
            variant: variant.to_owned(),
            protocol,
            sources: source.into_iter().collect(),
            targets,
            seed,
            depends_on,
            is_source,
            recipe,
            joint: None,
            group,
        };
        self.runs.insert(id, run);
        Ok(fingerprint)
    }

    /// `<encoder>/<variant>/<protocol>/<tasks>/s<seed>`, the encoder left out where the study has one, the variant where it
    /// is the default.
    fn id(&self, encoder: &str, variant: &str, parts: &[&str], seed: u64) -> String {
        let encoder = (self.study.encoder.len() > 1).then_some(encoder);
        let variant = Some(variant).filter(|v| *v != DEFAULT_VARIANT);
        let seed = format!("s{seed}");
        let all = encoder.into_iter().chain(variant).chain(parts.iter().copied()).chain([seed.as_str()]);
        all.collect::<Vec<_>>().join("/")
    }
}

/// What one run of several alike is.
struct Arm<'a> {
    id: String,
    encoder: &'a str,
    variant: &'a str,
    protocol: Protocol,
    recipe: Recipe,
    is_source: bool,
}

fn missing(what: &str, name: &str) -> PlanError {
    PlanError::Missing(format!("{what} `{name}`"))
}

/// The variant of a single run that goes on for so many steps.
pub fn longer_variant(steps: u64) -> String {
    format!("{LONGER}-{steps}")
}

/// The steps of such a variant.
pub fn longer_steps(variant: &str) -> Option<u64> {
    variant.strip_prefix(LONGER)?.strip_prefix('-')?.parse().ok()
}

/// The part of a run id that names the tasks of a set: too many for a folder's name are counted, and hashed.
fn set_name(set: &[&str]) -> String {
    let names = set.join("+");
    if names.len() <= 100 {
        return names;
    }
    let hash = digest(names.as_bytes());
    format!("{}tasks-{}", set.len(), hash.get(..8).unwrap_or(&hash))
}
