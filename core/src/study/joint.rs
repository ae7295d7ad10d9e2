//! `[[joint]]`: which tasks are trained together, and how. `[controls]`: what their gains are held against.

use serde::{Deserialize, Serialize};

use super::name::{IllegalName, check_name};
use super::{Protocol, Recipe, RecipeOverride, Study};
use crate::multitask::method::Method;
use crate::multitask::quotas::Sampling;
use crate::multitask::turns::Step;

/// A block `[[joint]]` of a study file: sets of tasks that are trained on one body, in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// Its name in run ids and tables; the method's where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which sets.
    #[serde(default)]
    pub sets: Sets,
    /// What the gradient of each task weighs.
    #[serde(default)]
    pub method: Method,
    /// How the batches are shared out.
    #[serde(default)]
    pub sampling: Sampling,
    /// How many batches there are.
    #[serde(default)]
    pub budget: JointBudget,
    /// Whether tasks share optimizer steps.
    #[serde(default)]
    pub step: Step,
    /// What is looked at on the way. In no fingerprint.
    #[serde(default)]
    pub diagnostics: Diagnostics,
    /// Changes of what the tasks share: learning rate, schedule, optimizer, dropout.
    #[serde(default)]
    pub recipe: RecipeOverride,
}

/// How the tasks of a joint run are trained together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointPlan {
    /// Name of the block.
    pub block: String,
    /// What the gradient of each task weighs.
    pub method: Method,
    /// How the batches are shared out.
    #[serde(default)]
    pub sampling: Sampling,
    /// Batches in all, as a share of what the tasks have alone.
    pub share: f64,
    /// Whether tasks share optimizer steps.
    #[serde(default)]
    pub step: Step,
    /// At which steps gradients are sampled for the diagnostics.
    #[serde(default, skip_serializing_if = "is_auto")]
    pub sampled: Diagnostics,
}

/// The sets of a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"pairs\", \"all\", \"leave-one-out\", or a list of these and of lists of tasks")]
pub enum Sets {
    /// One of the words.
    Word(String),
    /// Several.
    List(Vec<SetItem>),
}

/// One item of a list of sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"pairs\", \"all\", \"leave-one-out\", or a list of tasks")]
pub enum SetItem {
    /// One of the words.
    Word(String),
    /// These tasks.
    Tasks(Vec<String>),
}

/// The words for sets.
const WORDS: [&str; 3] = ["pairs", "all", "leave-one-out"];

impl Default for Sets {
    fn default() -> Self {
        Self::List(["pairs", "all"].map(|word| SetItem::Word(word.into())).into())
    }
}

/// How many batches a set has beside what its tasks have alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"examples\", \"steps\", or a number above 0")]
pub enum JointBudget {
    /// `"examples"`: every task what it has alone, a share of 1. `"steps"`: the price of one single run, 1/K.
    Word(String),
    /// This share.
    Share(f64),
}

impl Default for JointBudget {
    fn default() -> Self {
        Self::Word("examples".into())
    }
}

impl JointBudget {
    /// The share of what the tasks have alone, for a set of `tasks`; `None` for an unknown word.
    pub fn share(&self, tasks: usize) -> Option<f64> {
        match self {
            Self::Share(share) => Some(*share),
            Self::Word(word) if word == "examples" => Some(1.0),
            Self::Word(word) if word == "steps" => Some(1.0 / tasks.max(1) as f64),
            Self::Word(_) => None,
        }
    }
}

/// What is looked at during a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"auto\", \"none\", or { every = 10 }")]
pub enum Diagnostics {
    /// `"auto"`: the gradients of some fifty steps, at no more than a tenth of the time. `"none"`.
    Word(String),
    /// Every so many steps.
    Every(Every),
}

/// A distance between sampled steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Every {
    /// Steps.
    pub every: u64,
}

fn is_auto(diagnostics: &Diagnostics) -> bool {
    *diagnostics == Diagnostics::default()
}

impl Default for Diagnostics {
    fn default() -> Self {
        Self::Word("auto".into())
    }
}

impl Diagnostics {
    /// The distance between the sampled steps of a training of so many; `None` where nothing is sampled.
    pub fn every(&self, steps: u64) -> Option<u64> {
        match self {
            Self::Every(Every { every }) => Some((*every).max(1)),
            Self::Word(word) if word == "auto" => Some((steps / 50).max(1)),
            Self::Word(_) => None,
        }
    }
}

/// Trainings that show what a gain is made of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// `"longer"`: each target alone, for as many batches as a set of two has together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<String>,
}

/// The control that trains a target alone for as many batches as a joint pair has.
pub const LONGER: &str = "longer";

/// Names that no block may have: variants, and the controls that there are or will be.
const RESERVED: [&str; 5] = ["default", LONGER, "same_task", "shuffled_labels", "random_text"];

/// Keys of a recipe that are a task's own: a block cannot change them.
const OF_A_TASK: [&str; 6] =
    ["epochs", "max_steps", "batch_size", "gradient_accumulation_steps", "head", "group_by_length"];

impl Controls {
    /// Whether nothing is asked for.
    pub fn is_none(&self) -> bool {
        self.select.is_empty()
    }

    /// Whether targets are trained longer.
    pub fn longer(&self) -> bool {
        self.select.iter().any(|c| c == LONGER)
    }
}

impl Joint {
    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.method.name)
    }

    /// A block with equal weights, on every pair and on all tasks together: what a study has that names none.
    fn equal() -> Self {
        Self {
            name: None,
            sets: Sets::default(),
            method: Method::default(),
            sampling: Sampling::default(),
            budget: JointBudget::default(),
            step: Step::default(),
            diagnostics: Diagnostics::default(),
            recipe: RecipeOverride::default(),
        }
    }
}

impl Study {
    /// The blocks of joint training: those of the study, or the one that it has without any; none where joint training
    /// is not asked for.
    pub fn joint_blocks(&self) -> Vec<Joint> {
        match (self.protocols.contains(&Protocol::Joint), self.joint.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => vec![Joint::equal()],
            (true, false) => self.joint.clone(),
        }
    }

    /// The sets of a block, each in the study's order of tasks, each once.
    pub fn sets_of(&self, block: &Joint) -> Vec<Vec<&str>> {
        let items = match &block.sets {
            Sets::Word(word) => vec![SetItem::Word(word.clone())],
            Sets::List(items) => items.clone(),
        };
        let names: Vec<&str> = self.task.iter().map(|t| t.name.as_str()).collect();
        let mut sets: Vec<Vec<&str>> = Vec::new();
        let mut add = |set: Vec<&'_ str>| {
            let set: Vec<&str> = names.iter().copied().filter(|n| set.contains(n)).collect();
            if !sets.contains(&set) {
                sets.push(set);
            }
        };
        for item in &items {
            match item {
                SetItem::Word(word) if word == "pairs" => {
                    for (i, a) in names.iter().enumerate() {
                        names.iter().skip(i + 1).for_each(|b| add(vec![*a, *b]));
                    }
                }
                SetItem::Word(word) if word == "all" => add(names.clone()),
                SetItem::Word(_) => {
                    names.iter().for_each(|out| add(names.iter().copied().filter(|n| n != out).collect()));
                }
                SetItem::Tasks(tasks) => add(tasks.iter().map(String::as_str).collect()),
            }
        }
        sets
    }

    /// What the tasks of a set share in a block: the study's recipe with the block's changes, and a learning rate that all
    /// bear: the block's, else the smallest of the members' own.
    pub fn shared_recipe(&self, block: &Joint, set: &[&str]) -> Recipe {
        let members = set.iter().filter_map(|name| self.task(name)).map(|t| self.recipe_for(t, Protocol::Joint));
        let smallest = members.map(|r| r.learning_rate).fold(f64::INFINITY, f64::min);
        let shared = Recipe::default().with(&self.recipe);
        let learning_rate = if smallest.is_finite() { smallest } else { shared.learning_rate };
        Recipe { learning_rate, ..shared }.with(&block.recipe)
    }
}

/// Whether a message is about a key of the block, and which.
type Complaint = (&'static str, String);

/// Checks block number `i`.
pub(super) fn check(study: &Study, i: usize, block: &Joint) -> Result<(), Complaint> {
    let name = block.name();
    check_name(name).map_err(|e: IllegalName| ("name", e.to_string()))?;
    if RESERVED.contains(&name) {
        return Err(("name", format!("`{name}` is the name of a variant or control; call the block something else")));
    }
    if study.joint.iter().take(i).any(|other| other.name() == name) {
        return Err(("name", format!("two [[joint]] blocks are called `{name}`; give one another `name`")));
    }
    check_sets(study, block)?;
    check_numbers(block)?;
    let info = block.method.info().map_err(|e| ("method", e.to_string()))?;
    if block.step == Step::Alternate && info.needs_gradients {
        let message = format!(
            "step = \"alternate\": `{}` compares the gradients of tasks at the same step; give step = \"together\", or \
             method = \"equal\"",
            info.name
        );
        return Err(("step", message));
    }
    for set in study.sets_of(block) {
        block.method.check(&set).map_err(|e| ("method", e.to_string()))?;
        let recipe = study.shared_recipe(block, &set);
        recipe.check().map_err(|e| ("recipe", e.to_string()))?;
        let lacks = |name: &&&str| {
            let carved = |t: &super::Task| t.validation.source().is_none() && t.validation.share() == 0.0;
            study.task(name).is_some_and(carved)
        };
        if let Some(task) = set.iter().find(lacks).filter(|_| recipe.needs_validation()) {
            let message = format!(
                "early stopping and `load_best_model_at_end` choose on the validation sets of all members, and task \
                 `{task}` has none; add `validation = 0.1` to it"
            );
            return Err(("recipe", message));
        }
    }
    Ok(())
}

fn check_sets(study: &Study, block: &Joint) -> Result<(), Complaint> {
    let error = |message: String| Err(("sets", message));
    let words = |word: &str| {
        let nearest = WORDS.iter().min_by_key(|w| strsim::damerau_levenshtein(w, word)).copied().unwrap_or("all");
        if study.task(word).is_some() {
            return format!("`{word}` is a task; a set is a list of its own: sets = [[\"{word}\", …]]");
        }
        format!("no sets are called `{word}`; did you mean \"{nearest}\"? Known here: {}", WORDS.join(", "))
    };
    let items = match &block.sets {
        Sets::Word(word) if WORDS.contains(&word.as_str()) => Vec::new(),
        Sets::Word(word) => return error(words(word)),
        Sets::List(items) if items.is_empty() => {
            return error("no sets; give \"pairs\", \"all\" or lists of tasks".into());
        }
        Sets::List(items) => items.clone(),
    };
    for item in &items {
        let tasks = match item {
            SetItem::Word(word) if WORDS.contains(&word.as_str()) => continue,
            SetItem::Word(word) => return error(words(word)),
            SetItem::Tasks(tasks) => tasks,
        };
        let listed = tasks.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(", ");
        for (i, task) in tasks.iter().enumerate() {
            if study.task(task).is_none() {
                let names = study.task.iter().map(|t| t.name.as_str());
                let nearest = names.min_by_key(|n| strsim::damerau_levenshtein(n, task)).unwrap_or("");
                return error(format!("set [{listed}]: no task is called `{task}`; did you mean `{nearest}`?"));
            }
            if tasks.iter().take(i).any(|t| t == task) {
                return error(format!("set [{listed}]: `{task}` stands in it twice; remove one"));
            }
        }
    }
    if let Some(set) = study.sets_of(block).iter().find(|set| set.len() < 2) {
        let message = format!(
            "a set of one, [{}], is a single run; give sets of two tasks and more",
            set.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(", ")
        );
        return error(message);
    }
    Ok(())
}

fn check_numbers(block: &Joint) -> Result<(), Complaint> {
    let Sampling { temperature, annealed, cap } = block.sampling;
    if temperature.is_nan() || temperature <= 0.0 {
        return Err(("sampling", format!("temperature = {temperature}; give a number above 0, or \"inf\"")));
    }
    if annealed && temperature != 1.0 {
        return Err(("sampling", "annealed sampling has exponents of its own; remove `temperature`".into()));
    }
    if cap == Some(0) {
        return Err(("sampling", "cap = 0 batches; give at least 1, or leave it out".into()));
    }
    match block.budget.share(2) {
        Some(share) if share.is_finite() && share > 0.0 => {}
        Some(share) => return Err(("budget", format!("budget = {share}; give a number above 0"))),
        None => return Err(("budget", "budget is \"examples\", \"steps\", or a number above 0".into())),
    }
    match &block.diagnostics {
        Diagnostics::Word(word) if word != "auto" && word != "none" => {
            return Err((
                "diagnostics",
                format!("diagnostics = \"{word}\"; give \"auto\", \"none\" or {{ every = 10 }}"),
            ));
        }
        Diagnostics::Every(Every { every: 0 }) => {
            return Err(("diagnostics", "every = 0 steps; give at least 1, or diagnostics = \"none\"".into()));
        }
        _ => {}
    }
    if let Some(key) = block.recipe.keys().into_iter().find(|key| OF_A_TASK.contains(key)) {
        return Err(("recipe", format!("`{key}` is every task's own; give it in [recipe] or [task.recipe]")));
    }
    Ok(())
}

/// Checks `[controls]`.
pub(super) fn check_controls(study: &Study) -> Result<(), Complaint> {
    for control in &study.controls.select {
        if control == LONGER {
            continue;
        }
        let message = if RESERVED.contains(&control.as_str()) && control != "default" {
            format!("control \"{control}\" is not in this version; give select = [\"{LONGER}\"]")
        } else {
            format!("no control is called `{control}`; did you mean \"{LONGER}\"?")
        };
        return Err(("select", message));
    }
    if study.controls.longer() && !study.protocols.contains(&Protocol::Joint) {
        let message = "\"longer\" is held against joint pairs; add \"joint\" to `protocols`, or remove [controls]";
        return Err(("select", message.into()));
    }
    Ok(())
}
