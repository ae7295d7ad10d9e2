//! All that a study names of the hub: brought into the cache, pinned to commits, and its places written into the study.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use transfermap::study::{Column, Encoder, Labels, Located, Source, Study, Task, is_hub_id};

use super::access::Access;
use super::error::HubError;
use super::progress::Watch;
use super::repository::{Hub, Snapshot, When};
use crate::data::{DataError, parquet};

/// How to bring it.
pub struct Way<'a> {
    /// The network may not be used.
    pub offline: bool,
    /// Use what is there, or ask anew.
    pub when: When,
    /// Go on without an encoder that cannot be had, and say so.
    pub without_encoders: bool,
    /// Raised to end.
    pub stop: Option<&'a AtomicBool>,
}

impl<'a> Way<'a> {
    fn hub(&self, access: &'a Access, watch: &'a mut dyn Watch) -> Hub<'a> {
        let hub = Hub::new(access, watch);
        match self.stop {
            Some(stop) => hub.stopped_by(stop),
            None => hub,
        }
    }
}

/// Brings what `study` names of the hub, whose paths are relative to `base`; sets the commit of each encoder and source,
/// their places on this machine, and class names that the study leaves to the data.
/// Answers the commits as `organisation/name@commit` and `datasets/organisation/name@commit`.
///
/// Without anything of the hub, neither it nor its cache is looked at.
///
/// # Errors
/// What cannot be had, or does not hold what the study asks for.
pub fn study(study: &mut Study, base: &Path, way: &Way<'_>, watch: &mut dyn Watch) -> Result<Vec<String>, HubError> {
    let mut commits = encoders(&mut study.encoder, base, way, watch)?;
    commits.extend(tasks(&mut study.task, base, way, watch)?);
    commits.sort();
    commits.dedup();
    Ok(commits)
}

/// Encoders alone, as [`study`]; one that has its folder already is left as it is.
///
/// # Errors
/// As [`study`].
pub fn encoders(
    encoders: &mut [Encoder],
    base: &Path,
    way: &Way<'_>,
    watch: &mut dyn Watch,
) -> Result<Vec<String>, HubError> {
    let mut commits = Vec::new();
    if encoders.iter().all(|e| id_of(e, base).is_none()) {
        return Ok(commits);
    }
    let access = Access::from_environment(way.offline)?;
    let mut hub = way.hub(&access, watch);
    for asked in encoders {
        match encoder(asked, base, &mut hub, way.when) {
            Ok(found) => commits.extend(found.as_ref().map(named)),
            Err(error) if way.without_encoders => hub.watch.say(&error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok(commits)
}

/// Tasks alone, as [`study`].
///
/// # Errors
/// As [`study`].
pub fn tasks<'t>(
    tasks: impl IntoIterator<Item = &'t mut Task>,
    base: &Path,
    way: &Way<'_>,
    watch: &mut dyn Watch,
) -> Result<Vec<String>, HubError> {
    let mut tasks: Vec<&mut Task> = tasks.into_iter().collect();
    let mut commits = Vec::new();
    if tasks.iter().any(|t| is_of_hub(t)) {
        let access = Access::from_environment(way.offline)?;
        let mut hub = way.hub(&access, watch);
        for asked in &mut tasks {
            commits.extend(task(asked, &mut hub, way.when)?.iter().map(named));
        }
    }
    for task in tasks {
        labels(task, base)?;
    }
    Ok(commits)
}

/// Brings an encoder of the hub; `None` where it is none. A folder of that name goes first.
///
/// # Errors
/// As [`study`].
pub fn encoder(
    encoder: &mut Encoder,
    base: &Path,
    hub: &mut Hub<'_>,
    when: When,
) -> Result<Option<Snapshot>, HubError> {
    let Some(id) = id_of(encoder, base) else { return Ok(None) };
    let revision = encoder.revision.as_deref();
    let found = hub.model(id, revision, encoder.tokenizer.is_none(), when);
    let found = found.map_err(|error| HubError::Neither { folder: base.join(id), error: Box::new(error) })?;
    encoder.revision = Some(found.commit.clone());
    encoder.folder = Some(found.folder.clone());
    Ok(Some(found))
}

/// Brings the splits of a task that are of the hub.
///
/// # Errors
/// As [`study`].
pub fn task(task: &mut Task, hub: &mut Hub<'_>, when: When) -> Result<Vec<Snapshot>, HubError> {
    let label = match &task.label {
        Column::Name(name) => name.clone(),
        Column::Number(_) => String::new(),
    };
    let held_out = [task.test.source_mut(), task.validation.source_mut()];
    let sources = std::iter::once(&mut task.train).chain(held_out.into_iter().flatten());
    let mut found = Vec::new();
    for source in sources {
        found.extend(self::source(source, &label, hub, when)?);
    }
    Ok(found)
}

fn source(source: &mut Source, label: &str, hub: &mut Hub<'_>, when: When) -> Result<Option<Snapshot>, HubError> {
    let Some(id) = &source.dataset else { return Ok(None) };
    let split = source.split.as_deref();
    let found = hub.dataset(id, source.config.as_deref(), split, source.revision.as_deref(), when)?;
    let Some(found) = found.into_iter().next() else { return Ok(None) };
    source.revision = Some(found.snapshot.commit.clone());
    source.located = Some(Located { files: found.files, classes: found.features.classes(label).to_vec() });
    Ok(Some(found.snapshot))
}

/// Fills in the labels that a study leaves to the features of its training data.
///
/// # Errors
/// Features that name no classes.
pub fn labels(task: &mut Task, base: &Path) -> Result<(), HubError> {
    if !task.labels.is_empty() {
        return Ok(());
    }
    let complaint = |message: String| HubError::Data(DataError::Task { task: task.name.clone(), message });
    let Column::Name(label) = &task.label else {
        return Err(complaint("give the label column by name, or add `labels`".into()));
    };
    let located = task.train.located.as_ref();
    let mut classes = located.map(|l| l.classes.clone()).unwrap_or_default();
    let file = located.and_then(|l| l.files.first().cloned()).or(task.train.file.as_ref().map(|f| base.join(f)));
    if let Some(file) = file.filter(|f| classes.is_empty() && f.extension().is_some_and(|e| e == "parquet")) {
        classes = parquet::features(&file)?.classes(label).to_vec();
    }
    if classes.is_empty() {
        let message = format!("the features of its training data name no classes of `{label}`; add `labels`");
        return Err(complaint(message));
    }
    task.labels = Labels::Names(classes);
    Ok(())
}

/// The hub's id of an encoder, unless its `path` is there or it has been found already.
fn id_of<'e>(encoder: &'e Encoder, base: &Path) -> Option<&'e str> {
    let path = encoder.path.as_deref()?;
    (encoder.folder.is_none() && is_hub_id(path) && !base.join(path).exists()).then_some(path)
}

fn is_of_hub(task: &Task) -> bool {
    let sources = [Some(&task.train), task.test.source(), task.validation.source()];
    sources.into_iter().flatten().any(|source| source.dataset.is_some())
}

fn named(snapshot: &Snapshot) -> String {
    format!("{}@{}", snapshot.repo.path(), snapshot.commit)
}
