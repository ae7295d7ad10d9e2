//! From the probes on disk to the measures of the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use transfermap::measure::probe::{
    Features, SentenceProbe, SourceCost, SourceProbe, TaskCost, TaskProbe, WeightChanges,
};
use transfermap::measure::{Measured, Measuring, Selection, Trained};
use transfermap::report::Measure;

use super::file::Probe;
use super::look::set::probe_set;
use super::pending::path;
use super::plan::{Job, Layout, What};
use crate::data::{TokenisedSplit, TokenisedTask};
use crate::encoder::named::Values;
use crate::error::chain;
use crate::store::inputs::Inputs;
use crate::store::records::Store;

/// Measures for the report, and what they lack.
#[derive(Debug, Default)]
pub struct Collected {
    pub measures: Vec<Measure>,
    pub warnings: Vec<String>,
}

/// Computes the selected measures from the probes that `jobs` describe and that are on disk. One target's models are in
/// memory at a time.
///
/// # Errors
/// The tokenised tasks or a tokenizer cannot be read.
pub fn collect(
    layout: Layout<'_>,
    jobs: &[Job],
    store: &Store,
    selection: &Selection,
    clock: &dyn Fn() -> f64,
) -> anyhow::Result<Collected> {
    let mut collected = Collected::default();
    for encoder in &layout.inputs.encoders {
        let jobs: Vec<&Job> = jobs.iter().filter(|j| j.encoder == encoder.name).collect();
        let probes = Probes { store, jobs: &jobs };
        let seen = tasks(layout, &encoder.name, &probes)?;
        let models = probes.any_of_a_model();
        let untrained = || {
            let names = selection.measures().iter().filter(|m| m.trained() == Trained::Nothing).map(|m| m.name);
            Selection::named(names).unwrap_or_else(|_| Selection::none())
        };
        // Without a single model, one line says so; a line for each measure would say it twenty times.
        let selection = &if models { selection.clone() } else { untrained() };
        let mut measuring = Measuring::new(&encoder.name, &seen, selection, clock);
        for &seed in &layout.study.seeds {
            for target in &layout.study.task {
                measuring.targets(&probes.sources(seed, &target.name));
            }
            measuring.sentences(&probes.sentences(seed));
            if let Some(changes) = probes.weights(seed) {
                measuring.weights(&changes);
            }
        }
        let Measured { measures, warnings } = measuring.finish();
        collected.measures.extend(measures);
        collected.warnings.extend(warnings);
    }
    Ok(collected)
}

/// The probes of one encoder.
pub struct Probes<'a> {
    /// Where they are.
    pub store: &'a Store,
    /// What they are.
    pub jobs: &'a [&'a Job],
}

impl Probes<'_> {
    /// The probes that `pick` wants, with what they are of, read one by one.
    fn read<'s, T: 's>(
        &'s self,
        pick: impl Fn(&'s Job, &'s What) -> Option<T> + 's,
    ) -> impl Iterator<Item = (T, Probe)> + 's {
        self.jobs.iter().flat_map(move |job| {
            let read: Vec<(T, Probe)> = job
                .items
                .iter()
                .filter_map(|item| {
                    let picked = pick(job, &item.what)?;
                    Some((picked, Probe::read(&path(self.store, job, item), &item.key)?))
                })
                .collect();
            read
        })
    }

    /// Whether anything was observed of a trained model.
    fn any_of_a_model(&self) -> bool {
        self.read(|_, what| (!what.models().is_empty()).then_some(())).next().is_some()
    }

    /// The models of every source on one target, the target's own among them.
    pub fn sources(&self, seed: u64, target: &str) -> Vec<SourceProbe> {
        let mut all: BTreeMap<String, SourceProbe> = BTreeMap::new();
        let empty = |source: &str| SourceProbe {
            seed,
            source: source.to_owned(),
            target: target.to_owned(),
            pooled: None,
            logits: None,
            few_step_score: None,
            cost: SourceCost::default(),
        };
        let forward = self.read(|job, what| match what {
            What::Pair { model, target: t } if t == target && job.seed == Some(seed) => Some(model.task.as_str()),
            _ => None,
        });
        for (source, mut probe) in forward {
            let entry = all.entry(source.to_owned()).or_insert_with(|| empty(source));
            entry.pooled = features(&mut probe, "pooled");
            entry.logits = features(&mut probe, "logits").filter(|_| source != target);
            entry.cost.forward = probe.seconds;
        }
        let few_steps = self.read(|job, what| match what {
            What::FewSteps { model, target: t } if t == target && job.seed == Some(seed) => Some(model.task.as_str()),
            _ => None,
        });
        for (source, probe) in few_steps {
            let entry = all.entry(source.to_owned()).or_insert_with(|| empty(source));
            entry.few_step_score = probe.numbers.first().copied();
            entry.cost.few_steps = probe.seconds;
        }
        all.into_values().collect()
    }

    /// The notebook's sentence in every model of a seed.
    fn sentences(&self, seed: u64) -> Vec<SentenceProbe> {
        let read = self.read(|job, what| match what {
            What::Sentence { model } if job.seed == Some(seed) => Some(model.task.clone()),
            _ => None,
        });
        let probe = |(task, mut probe): (String, Probe)| {
            let embedding = probe.tensors.remove("embedding")?.data;
            Some(SentenceProbe { seed, task, embedding, seconds: probe.seconds })
        };
        read.filter_map(probe).collect()
    }

    fn weights(&self, seed: u64) -> Option<WeightChanges> {
        let mut read = self.read(|job, what| match what {
            What::Weights { models } if job.seed == Some(seed) => Some(models),
            _ => None,
        });
        let (models, probe) = read.next()?;
        let tasks = models.iter().map(|m| m.task.clone()).collect();
        Some(WeightChanges { seed, tasks, gram: probe.numbers, seconds: probe.seconds })
    }

    /// What the encoder shows of a task.
    pub fn task(&self, of: &SeenTask<'_>, seed: Option<u64>) -> TaskProbe {
        let mut task = of.probe(seed);
        let mut features_of = self.read(|job, what| match what {
            What::Features { task } if task == of.name && job.seed == seed => Some(()),
            _ => None,
        });
        if let Some(((), mut probe)) = features_of.next() {
            task.pooled = features(&mut probe, "pooled");
            task.mean_pooled = features(&mut probe, "mean_pooled");
            task.cost.features = probe.seconds;
        }
        let mut gradients_of = self.read(|job, what| match what {
            What::Gradients { task } if task == of.name && job.seed == seed => Some(()),
            _ => None,
        });
        if let Some(((), mut probe)) = gradients_of.next() {
            task.fisher = probe.tensors.remove("fisher").map(|v| v.data);
            task.gradient = probe.tensors.remove("gradient").map(|v| v.data);
            task.cost.gradients = probe.seconds;
        }
        task
    }
}

/// Every task of the study as the encoder sees it.
pub fn tasks(layout: Layout<'_>, encoder: &str, probes: &Probes<'_>) -> anyhow::Result<Vec<TaskProbe>> {
    let special = special_ids(layout.inputs, probes.store.root(), encoder)?;
    let seeds: BTreeSet<Option<u64>> =
        probes.jobs.iter().filter(|j| j.items.iter().any(|i| i.what.models().is_empty())).map(|j| j.seed).collect();
    // Token counts need no probe on disk.
    let seeds = if seeds.is_empty() { BTreeSet::from([None]) } else { seeds };
    let mut all = Vec::new();
    for task in &layout.study.task {
        if !layout.inputs.tokenised.get(encoder).is_some_and(|t| t.contains_key(&task.name)) {
            continue;
        }
        let began = Instant::now();
        let data = layout.inputs.tokens(encoder, &task.name).map_err(|e| anyhow::anyhow!(chain(&e)))?;
        let set = probe_set(&data.train, layout.study.measures.examples, layout.study.data_seed, &task.name);
        let seen = SeenTask { name: &task.name, data: &data, set: &set, special: &special, began };
        all.extend(seeds.iter().map(|&seed| probes.task(&seen, seed)));
    }
    Ok(all)
}

/// A task's probe set, before any model has seen it.
pub struct SeenTask<'a> {
    pub name: &'a str,
    /// Its examples.
    pub data: &'a TokenisedTask,
    /// Its probe set.
    pub set: &'a TokenisedSplit,
    /// Ids that are no part of a text.
    pub special: &'a BTreeSet<u32>,
    /// When its reading began.
    pub began: Instant,
}

impl SeenTask<'_> {
    /// Labels and token counts; nothing that takes a model.
    fn probe(&self, seed: Option<u64>) -> TaskProbe {
        let mut token_counts: BTreeMap<u32, u64> = BTreeMap::new();
        for id in self.set.input_ids.iter().flatten().filter(|id| !self.special.contains(id)) {
            *token_counts.entry(*id).or_default() += 1;
        }
        TaskProbe {
            task: self.name.to_owned(),
            seed,
            classes: self.data.labels.len(),
            labels: self.set.labels.clone(),
            pooled: None,
            mean_pooled: None,
            token_counts: Some(token_counts),
            fisher: None,
            gradient: None,
            cost: TaskCost { tokens: self.began.elapsed().as_secs_f64(), ..TaskCost::default() },
        }
    }
}

/// The ids of the tokenizer's special tokens.
pub fn special_ids(inputs: &Inputs, root: &Path, encoder: &str) -> anyhow::Result<BTreeSet<u32>> {
    let file = inputs.encoder_file(root, encoder, "tokenizer.json")?;
    let tokenizer = tokenizers::Tokenizer::from_bytes(&file)
        .map_err(|e| anyhow::anyhow!("{e}: tokenizer.json of encoder `{encoder}`"))?;
    let added = tokenizer.get_added_tokens_decoder();
    Ok(added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id).collect())
}

/// Takes a table out of a probe; `None` where it is not there or is no table of finite numbers.
fn features(probe: &mut Probe, name: &str) -> Option<Features> {
    let Values { shape, data } = probe.tensors.remove(name)?;
    let [rows, cols] = *shape.as_slice() else { return None };
    Features::new(rows, cols, data).ok()
}
