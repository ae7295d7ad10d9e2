//! Which probes a study asks for, in what pieces they are claimed, and what makes one stale. Looks at no file.

use serde::{Deserialize, Serialize};
use transfermap::fingerprint::digest_json;
use transfermap::measure::Part;
use transfermap::metric::Metric;
use transfermap::plan::{DEFAULT_VARIANT, Plan, PlannedRun};
use transfermap::study::{Precision, Protocol, Recipe, Study, Task};

use super::look::few_steps;
use crate::store::inputs::Inputs;

/// Raised by hand whenever probes change the numbers that they hold.
const VERSION: u32 = 1;

/// Probes that one worker makes one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name, which is also its folder in the output folder.
    pub id: String,
    pub encoder: String,
    /// Seed of the model; `None` for an encoder with weights of its own.
    pub seed: Option<u64>,
    /// The probes, each a file of the folder.
    pub items: Vec<Item>,
}

/// One probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// File name.
    pub file: String,
    /// Hash of everything that its numbers depend on.
    pub key: String,
    /// What is observed.
    pub what: What,
}

/// What a probe observes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A task through the encoder: tensors `pooled`, `mean_pooled`.
    Features { task: String },
    /// A task back through the encoder: tensors `fisher`, `gradient`.
    Gradients { task: String },
    /// A task through the model of a run: tensors `pooled`, `logits`.
    Pair { model: Model, target: String },
    /// A few training steps on a task from the model of a run: one number, the score, or none.
    FewSteps { model: Model, target: String },
    /// The notebook's sentence through the model of a run: tensor `embedding`.
    Sentence { model: Model },
    /// Inner products of weight changes: numbers, row-major.
    Weights { models: Vec<Model> },
}

/// The single-task model of a task at one seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub task: String,
    /// The run that ends in it.
    pub run: String,
}

impl What {
    /// The models that must be on disk.
    pub fn models(&self) -> &[Model] {
        match self {
            Self::Features { .. } | Self::Gradients { .. } => &[],
            Self::Pair { model, .. } | Self::FewSteps { model, .. } | Self::Sentence { model } => {
                std::slice::from_ref(model)
            }
            Self::Weights { models } => models,
        }
    }
}

/// What probes are laid out from.
#[derive(Clone, Copy)]
pub struct Layout<'a> {
    pub study: &'a Study,
    /// Its runs.
    pub plan: &'a Plan,
    /// What was found in its data.
    pub inputs: &'a Inputs,
}

impl Layout<'_> {
    /// The probes that the parts ask for, cheap ones first. `exists` says which models can be counted on: weight changes
    /// are compared among those alone.
    pub fn jobs(&self, parts: &std::collections::BTreeSet<Part>, exists: &dyn Fn(&Model) -> bool) -> Vec<Job> {
        let mut jobs = Vec::new();
        for encoder in &self.inputs.encoders {
            let drawn: Vec<Option<u64>> =
                if encoder.pretrained { vec![None] } else { self.study.seeds.iter().copied().map(Some).collect() };
            let of = Encoder { layout: *self, name: &encoder.name, fingerprint: &encoder.fingerprint, parts };
            for seed in drawn {
                jobs.extend(self.study.task.iter().map(|task| of.task(task, seed)));
            }
            let seeds = &self.study.seeds;
            jobs.extend(seeds.iter().flat_map(|&s| self.study.task.iter().filter_map(move |t| of.model(t, s))));
            jobs.extend(seeds.iter().filter_map(|&s| of.weights(s, exists)));
            jobs.extend(seeds.iter().flat_map(|&s| self.study.task.iter().filter_map(move |t| of.few_steps(t, s))));
        }
        jobs.retain(|job| !job.items.is_empty());
        jobs
    }

    /// The run whose final weights are the single-task model of `task`.
    pub fn run_of(&self, encoder: &str, task: &str, seed: u64) -> Option<&PlannedRun> {
        let of = |protocol| {
            let fits = move |r: &&PlannedRun| {
                let own = (r.encoder.as_str(), r.variant.as_str(), r.protocol, r.seed);
                own == (encoder, DEFAULT_VARIANT, protocol, seed) && r.targets == [task]
            };
            self.plan.runs.iter().find(fits)
        };
        of(Protocol::Source).or_else(|| of(Protocol::Single))
    }
}

/// What every key begins with.
#[derive(Serialize)]
struct Key<'a, T> {
    version: u32,
    backend: &'a str,
    encoder: &'a str,
    seed: Option<u64>,
    what: &'a str,
    of: T,
}

/// What a probe set's part of a key is.
#[derive(Serialize)]
struct SetKey<'a> {
    task: &'a str,
    fingerprint: &'a str,
    data_seed: u64,
    examples: usize,
}

#[derive(Clone, Copy)]
struct Encoder<'a> {
    layout: Layout<'a>,
    name: &'a str,
    fingerprint: &'a str,
    parts: &'a std::collections::BTreeSet<Part>,
}

impl Encoder<'_> {
    /// The task as the encoder sees it.
    fn task(&self, task: &Task, seed: Option<u64>) -> Job {
        let name = task.name.clone();
        let mut items = Vec::new();
        let key = |what| self.key(what, seed, (self.set(task), self.precision(task)));
        if self.reads(&[Part::Pooled, Part::MeanPooled]) {
            let what = What::Features { task: name.clone() };
            items.extend(item("features", key("features"), what));
        }
        if self.reads(&[Part::Fisher, Part::Gradient]) {
            items.extend(item("gradients", key("gradients"), What::Gradients { task: name.clone() }));
        }
        self.job("task", &name, seed, items)
    }

    /// Every task as the model of `task` sees it.
    fn model(&self, task: &Task, seed: u64) -> Option<Job> {
        let run = self.layout.run_of(self.name, &task.name, seed)?;
        let model = || Model { task: task.name.clone(), run: run.id.clone() };
        let precision = self.precision(task);
        let mut items = Vec::new();
        for target in &self.layout.study.task {
            let read = if target.name == task.name {
                self.reads(&[Part::OwnFeatures])
            } else {
                self.reads(&[Part::SourceFeatures, Part::SourceLogits])
            };
            if read {
                let what = if target.name == task.name { "own" } else { "pair" };
                let key = self.key(what, Some(seed), (&run.fingerprint, self.set(target), precision));
                let what = What::Pair { model: model(), target: target.name.clone() };
                items.extend(item(&format!("on-{}", target.name), key, what));
            }
        }
        if self.reads(&[Part::Sentence]) {
            let key = self.key("sentence", Some(seed), (&run.fingerprint, precision));
            items.extend(item("sentence", key, What::Sentence { model: model() }));
        }
        Some(self.job("model", &task.name, Some(seed), items))
    }

    /// A few steps from the model of `task` on every target that the study trains it before.
    fn few_steps(&self, task: &Task, seed: u64) -> Option<Job> {
        let study = self.layout.study;
        let run = self.layout.run_of(self.name, &task.name, seed)?;
        let mut items = Vec::new();
        for (_, target) in study.pairs().into_iter().filter(|(source, _)| *source == task.name) {
            let Some(of_target) = study.task(&target).filter(|_| self.reads(&[Part::FewSteps])) else { continue };
            let recipe =
                few_steps::recipe(&study.recipe_for(of_target, Protocol::Sequential), study.measures.few_steps);
            let parts: (&str, SetKey<'_>, &Recipe, Metric) =
                (&run.fingerprint, self.set(of_target), &recipe, of_target.metric);
            let key = self.key("few_steps", Some(seed), parts);
            let model = Model { task: task.name.clone(), run: run.id.clone() };
            items.extend(item(&format!("on-{target}"), key, What::FewSteps { model, target: target.clone() }));
        }
        Some(self.job("few-steps", &task.name, Some(seed), items))
    }

    /// Where the trainings of one seed went.
    fn weights(&self, seed: u64, exists: &dyn Fn(&Model) -> bool) -> Option<Job> {
        let run = |task: &Task| self.layout.run_of(self.name, &task.name, seed);
        let model = |task: &Task| Some(Model { task: task.name.clone(), run: run(task)?.id.clone() });
        let models: Vec<Model> = self.layout.study.task.iter().filter_map(model).filter(|m| exists(m)).collect();
        if models.len() < 2 || !self.reads(&[Part::Weights]) {
            return None;
        }
        let fingerprint = |m: &Model| run(self.layout.study.task(&m.task)?).map(|r| r.fingerprint.as_str());
        let fingerprints: Vec<Option<&str>> = models.iter().map(fingerprint).collect();
        let key = self.key("weights", Some(seed), &fingerprints);
        let mut items = Vec::new();
        items.extend(item("gram", key, What::Weights { models }));
        Some(self.job("weights", "all", Some(seed), items))
    }

    fn job(&self, kind: &str, task: &str, seed: Option<u64>, items: Vec<Item>) -> Job {
        let mut parts = vec!["probes".to_owned()];
        if self.layout.study.encoder.len() > 1 {
            parts.push(self.name.to_owned());
        }
        parts.extend([kind.to_owned(), task.to_owned()]);
        parts.extend(seed.map(|s| format!("s{s}")));
        Job { id: parts.join("/"), encoder: self.name.to_owned(), seed, items }
    }

    fn reads(&self, parts: &[Part]) -> bool {
        parts.iter().any(|p| self.parts.contains(p))
    }

    fn precision(&self, task: &Task) -> Precision {
        self.layout.study.recipe_for(task, Protocol::Single).precision
    }

    fn set<'t>(&self, task: &'t Task) -> SetKey<'t>
    where
        Self: 't,
    {
        let study = self.layout.study;
        let found = self.layout.inputs.tasks.iter().find(|t| t.name == task.name);
        let fingerprint = found.map_or("", |t| t.fingerprint.as_str());
        SetKey { task: &task.name, fingerprint, data_seed: study.data_seed, examples: study.measures.examples }
    }

    fn key<T: Serialize>(&self, what: &str, seed: Option<u64>, of: T) -> Option<String> {
        let backend = &self.layout.plan.backend;
        // Only a recipe with a number that is none has no key, and the plan would have refused it.
        digest_json(&Key { version: VERSION, backend, encoder: self.fingerprint, seed, what, of }).ok()
    }
}

fn item(file: &str, key: Option<String>, what: What) -> Option<Item> {
    Some(Item { file: format!("{file}.probe"), key: key?, what })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use transfermap::measure::Selection;
    use transfermap::report::EncoderSummary;

    use super::*;
    use crate::store::fake;

    /// Every key of a study on tasks a, b and c, by file.
    fn keys(change: impl FnOnce(&mut Study, &mut Plan)) -> BTreeMap<String, String> {
        let names = ["a", "b", "c"];
        let mut study = Study::from_toml(&fake::study_text(&names, &[1, 2])).unwrap();
        let mut plan = fake::plan(&names, &[1, 2]);
        change(&mut study, &mut plan);
        let encoder = EncoderSummary {
            name: "tiny".into(),
            architecture: "albert".into(),
            parameters: 1,
            pretrained: true,
            fingerprint: "e".into(),
        };
        let inputs = Inputs { encoders: vec![encoder], ..Inputs::default() };
        let layout = Layout { study: &study, plan: &plan, inputs: &inputs };
        let jobs = layout.jobs(&Selection::all().parts(), &|_| true);
        let key = |job: &Job, item: &Item| (format!("{}/{}", job.id, item.file), item.key.clone());
        jobs.iter().flat_map(|j| j.items.iter().map(move |i| key(j, i))).collect()
    }

    /// The folders under `probes` whose keys differ.
    fn changed(change: impl FnOnce(&mut Study, &mut Plan)) -> Vec<String> {
        let (before, after) = (keys(|_, _| {}), keys(change));
        assert!(before.keys().eq(after.keys()));
        let differing = before.iter().filter(|(file, key)| after.get(*file) != Some(key));
        let mut folders: Vec<String> = differing.map(|(f, _)| f.split('/').nth(1).unwrap().to_owned()).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    #[test]
    fn every_probe_has_a_file_and_a_key_of_its_own() {
        let keys = keys(|_, _| {});
        // Features and gradients of 3 tasks; 6 models on 3 tasks and a sentence; 2 others each; 2 seeds of weights.
        assert_eq!(keys.len(), 3 * 2 + 6 * 4 + 6 * 2 + 2);
        let mut distinct: Vec<&String> = keys.values().collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn a_key_changes_with_what_the_probe_depends_on_and_with_nothing_else() {
        assert_eq!(changed(|study, _| study.description = "other".into()), Vec::<String>::new());
        assert_eq!(changed(|study, _| study.measures.few_steps = 3), ["few-steps"]);
        assert_eq!(changed(|study, _| study.recipe.learning_rate = Some(1.0)), ["few-steps"]);
        assert_eq!(changed(|study, _| study.measures.examples = 99), ["few-steps", "model", "task"]);
        assert_eq!(changed(|study, _| study.data_seed = 9), ["few-steps", "model", "task"]);
        let retrained = |_: &mut Study, plan: &mut Plan| {
            plan.runs.iter_mut().for_each(|r| r.fingerprint += "x");
        };
        assert_eq!(changed(retrained), ["few-steps", "model", "weights"]);
    }
}
