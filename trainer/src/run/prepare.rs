//! From a study to what its runs need: tasks read and tokenised once, encoders checked, and all of it hashed.

use std::path::Path;

use indexmap::IndexMap;
use transfermap::fingerprint::digest;
use transfermap::plan::Contents;
use transfermap::record::Classes;
use transfermap::report::{EncoderSummary, SplitSummary, TaskSummary};
use transfermap::study::{Kind, Protocol, Study, Task};

use crate::backend::Device;
use crate::data::cache::Cached;
use crate::data::{self, Example, Loaded, TaskData, TokenisedSplit, TokenisedTask};
use crate::error::Wrong;
use crate::pretrained::{self, LoadedEncoder, Note};
use crate::store::inputs::{Inputs, encoder_file};

/// A study whose data and encoders are read.
pub struct Prepared {
    /// What the fingerprints are made of.
    pub contents: Contents,
    pub inputs: Inputs,
    /// What the rows of the tasks are like, a line each: for `check`.
    pub findings: Vec<String>,
    /// Files of tokenised tasks that were made again, and why.
    pub damaged: Vec<String>,
    /// The encoders in memory.
    pub encoders: Vec<LoadedEncoder>,
    /// Why others are not, with [`Absent::Warn`].
    pub absent: Vec<Wrong>,
}

/// What to do about an encoder that cannot be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Nothing can be trained: refuse.
    Refuse,
    /// A plan can be shown all the same: go on, and say so.
    Warn,
}

/// Reads the data and the encoders of `study`, whose paths are relative to `base`, and tokenises into `cache`.
/// Nothing is written before everything is read and found good.
///
/// # Errors
/// Whatever is wrong with a data file or an encoder: [`Wrong`].
pub fn prepare(study: &Study, base: &Path, cache: &Path, device: Device, absent: Absent) -> anyhow::Result<Prepared> {
    let mut contents =
        Contents { backend: device.backend().into(), products: device.products(), ..Contents::default() };
    let base_folder = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
    let mut inputs = Inputs { base: base_folder, ..Inputs::default() };
    let (mut encoders, mut absent_ones) = (Vec::new(), Vec::new());
    let pairs = study.task.iter().any(|t| t.kind == Kind::Pair);
    for asked in &study.encoder {
        let loaded = pretrained::load_with_notes(asked, base);
        match loaded.and_then(|loaded| if pairs { loaded.0.check_pairs().map(|()| loaded) } else { Ok(loaded) }) {
            Ok((encoder, notes)) => {
                let named = |note: &Note| format!("encoder `{}`: {note}.", asked.name);
                inputs.warnings.extend(notes.iter().map(named));
                inputs.folders.extend(asked.folder.clone().map(|folder| (asked.name.clone(), folder)));
                contents.encoders.insert(encoder.name.clone(), encoder.fingerprint.clone());
                inputs.encoders.push(summarise(&encoder));
                encoders.push(encoder);
            }
            Err(error) if absent == Absent::Warn => {
                contents.encoders.insert(asked.name.clone(), "absent".into());
                absent_ones.push(Wrong::of(&error));
            }
            Err(error) => return Err(Wrong::of(&error).into()),
        }
    }
    let mut findings = Vec::new();
    let mut tasks: Vec<(&Task, TaskData)> = Vec::new();
    for task in &study.task {
        let loaded = data::read(task, study.data_seed, base).map_err(|e| Wrong::of(&e))?;
        findings.extend(found(task, &loaded));
        inputs.warnings.extend(loaded.notes.iter().map(|note| format!("{}: {note}", task.name)));
        tasks.push((task, loaded.data));
    }
    let mut lengths: Vec<TokenisedTask> = Vec::new();
    let mut damaged = Vec::new();
    for encoder in &encoders {
        let (mut paths, mut hashes) = (IndexMap::new(), IndexMap::new());
        for (task, rows) in &tasks {
            let Cached { tokens, path, damage } =
                data::cache::tokenised(cache, rows, &encoder.tokenizer_json, encoder.max_length)
                    .map_err(|e| Wrong::of(&e))?;
            damaged.extend(damage);
            paths.insert(task.name.clone(), path);
            hashes.insert(task.name.clone(), tokens.sha256);
            // Lengths in the report are those of the first encoder.
            if inputs.tokenised.is_empty() {
                lengths.push(tokens.task);
            }
        }
        inputs.tokenised.insert(encoder.name.clone(), paths);
        inputs.tokenised_sha256.insert(encoder.name.clone(), hashes);
        for (file, bytes) in encoder.kept_files() {
            inputs.encoder_files.insert(encoder_file(&encoder.name, file), digest(bytes));
        }
    }
    for (position, (task, rows)) in tasks.iter().enumerate() {
        let others: Vec<(&str, &TaskData)> =
            tasks.iter().filter(|(t, _)| t.name != task.name).map(|(t, d)| (t.name.as_str(), d)).collect();
        let fingerprint = task_digest(study, task, rows);
        contents.tasks.insert(task.name.clone(), fingerprint.clone());
        contents.examples.insert(task.name.clone(), rows.train.len());
        inputs.tasks.push(TaskSummary {
            name: task.name.clone(),
            kind: task.kind,
            labels: rows.labels.clone(),
            splits: splits(rows, lengths.get(position)),
            dropped_training_rows: rows.dropped_training_rows,
            overlaps: data::overlaps(rows, &others),
            fingerprint,
        });
    }
    inputs.warnings.extend(warnings(study, &inputs.tasks));
    Ok(Prepared { contents, inputs, findings, damaged, encoders, absent: absent_ones })
}

/// What the rows of a task are like, in words.
fn found(task: &Task, loaded: &Loaded) -> Vec<String> {
    let blank = loaded.blank.iter().map(|blank| {
        let (path, line) = (blank.path.display(), blank.line);
        match blank.rows {
            1 => format!("1 row without a text: {path}, line {line}"),
            rows => format!("{rows} rows without a text: {path}, the first in line {line}"),
        }
    });
    let lines = blank.chain(data::findings(&loaded.data).lines());
    lines.map(|line| format!("{}: {line}", task.name)).collect()
}

/// Sizes and label counts of each split that has rows; lengths where the task is tokenised.
fn splits(rows: &TaskData, tokens: Option<&TokenisedTask>) -> IndexMap<String, SplitSummary> {
    let split = |name: &str, examples: &[Example], tokens: Option<&TokenisedSplit>| {
        let labels = examples.iter().map(|e| e.label).collect();
        let without_lengths = TokenisedSplit { labels, ..TokenisedSplit::default() };
        let mut summary = data::tokenise::summary(tokens.unwrap_or(&without_lengths), rows.labels.len());
        if name == "test" {
            summary.label_sequence = Classes::new(&without_lengths.labels);
        }
        (name.to_owned(), summary)
    };
    [
        split("train", &rows.train, tokens.map(|t| &t.train)),
        split("validation", &rows.validation, tokens.map(|t| &t.validation)),
        split("test", &rows.test, tokens.map(|t| &t.test)),
    ]
    .into_iter()
    .filter(|(_, summary)| summary.examples > 0)
    .collect()
}

/// The examples, and the primary metric where a run chooses by it.
pub(crate) fn task_digest(study: &Study, task: &Task, rows: &TaskData) -> String {
    let examples = data::digest(rows);
    let chooses = [Protocol::Single, Protocol::Source].iter().any(|p| study.recipe_for(task, *p).needs_validation());
    if chooses { digest(format!("{examples}/{}", task.metric.name()).as_bytes()) } else { examples }
}

fn summarise(encoder: &LoadedEncoder) -> EncoderSummary {
    EncoderSummary {
        name: encoder.name.clone(),
        architecture: encoder.architecture.clone(),
        parameters: encoder.parameters,
        pretrained: encoder.weights.is_some(),
        fingerprint: encoder.fingerprint.clone(),
    }
}

/// What the study chose and what its data brought along, in words.
fn warnings(study: &Study, tasks: &[TaskSummary]) -> Vec<String> {
    let mut out = study.warnings();
    for task in tasks {
        if task.dropped_training_rows > 0 {
            out.push(format!(
                "{}: {} training rows left out because their text also stands in the validation or test set.",
                task.name, task.dropped_training_rows
            ));
        }
        let test = task.splits.get("test").map_or(0, |s| s.examples);
        for overlap in task.overlaps.iter().filter(|o| o.test_examples > 0) {
            out.push(format!(
                "{} → {}: {} of {test} test examples share a text with the source's training set.",
                overlap.source, task.name, overlap.test_examples
            ));
        }
    }
    out
}
