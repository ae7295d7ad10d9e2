//! The output folder: one folder per run, `record.json` written last, so that it says "everything else is there".

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use transfermap::plan::{Plan, PlannedRun};
use transfermap::record::{JointRecord, Provenance, RECORD_SCHEMA, RunRecord, Status};

use crate::atomic::{self, FileError};
use crate::train::{Finished, Prediction};

/// Which final weights stay on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum KeepModels {
    /// Those of every run.
    All,
    /// Those that other runs start from.
    #[default]
    Sources,
    /// None once nothing needs them any more.
    None,
}

/// An output folder.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What stands where a record is looked for.
#[derive(Debug)]
pub enum Found {
    /// Nothing.
    Missing,
    Record(Box<RunRecord>),
    /// A file that is no record of this run; the text says why.
    Corrupt(String),
}

impl Store {
    /// The store in `root`, whether it exists or not.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The output folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a run.
    pub fn folder(&self, id: &str) -> PathBuf {
        self.root.join("runs").join(id)
    }

    /// The record of a run.
    pub fn record_path(&self, id: &str) -> PathBuf {
        self.folder(id).join("record.json")
    }

    /// The final weights of a run.
    pub fn model_path(&self, id: &str) -> PathBuf {
        self.folder(id).join("model.safetensors")
    }

    /// The test predictions of a run on one of its targets: `predictions.jsonl.gz`, and `predictions/<task>.jsonl.gz`
    /// where it has several.
    pub fn predictions_path(&self, id: &str, task: &str, targets: usize) -> PathBuf {
        let folder = self.folder(id);
        if targets > 1 {
            folder.join("predictions").join(format!("{task}.jsonl.gz"))
        } else {
            folder.join("predictions.jsonl.gz")
        }
    }

    fn checkpoint_folder(&self, id: &str) -> PathBuf {
        self.folder(id).join("checkpoint")
    }

    /// Looks for a run's record and changes nothing.
    ///
    /// # Errors
    /// The file exists and cannot be read.
    pub fn look(&self, id: &str) -> Result<Found, FileError> {
        let path = self.record_path(id);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
            Err(e) => return Err(FileError::new("cannot read", &path, e)),
        };
        Ok(match RunRecord::from_json(&bytes) {
            Ok(record) if record.id == id => Found::Record(Box::new(record)),
            Ok(record) => Found::Corrupt(format!("it is the record of `{}`", record.id)),
            Err(e) => Found::Corrupt(e.to_string()),
        })
    }

    /// The record of a run, if there is a readable one.
    pub fn record(&self, id: &str) -> Option<RunRecord> {
        match self.look(id) {
            Ok(Found::Record(record)) => Some(*record),
            _ => None,
        }
    }

    /// Moves a record that cannot be used to `record.json.<why>-<n>` beside it.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn set_record_aside(&self, id: &str, why: &str) -> Result<PathBuf, FileError> {
        let path = self.record_path(id);
        atomic::set_aside(&path, &path, why)
    }

    /// Moves a run's whole folder to `stale/<when>/<id>`.
    ///
    /// # Errors
    /// The folder cannot be moved.
    pub fn retire(&self, id: &str, when: &str) -> Result<PathBuf, FileError> {
        let to = self.root.join("stale").join(when).join(id);
        atomic::rename(&self.folder(id), &to)?;
        Ok(to)
    }

    /// The file for a mid-run checkpoint, in a folder that exists. What a killed writer left half done is removed.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn checkpoint(&self, run: &PlannedRun) -> Result<PathBuf, FileError> {
        let folder = self.checkpoint_folder(&run.id);
        fs::create_dir_all(&folder).map_err(|e| FileError::new("cannot write", &folder, e))?;
        atomic::sweep(&folder);
        atomic::sweep(&self.folder(&run.id));
        Ok(folder.join("state.bin"))
    }

    /// Moves a checkpoint that cannot be read to `checkpoint.corrupt-<n>` in the run's folder.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn set_checkpoint_aside(&self, id: &str, file: &Path) -> Result<PathBuf, FileError> {
        atomic::set_aside(file, &self.folder(id).join("checkpoint"), "corrupt")
    }

    /// Writes a finished run: predictions, weights, and the record last; then the checkpoint goes.
    ///
    /// # Errors
    /// A file cannot be written; then there is no record.
    pub fn commit(
        &self,
        run: &PlannedRun,
        record: &RunRecord,
        finished: &Finished,
        keep: KeepModels,
    ) -> Result<(), FileError> {
        for (task, predictions) in &finished.predictions {
            let path = self.predictions_path(&run.id, task, run.targets.len());
            let compressed = compress(predictions).map_err(|e| FileError::new("cannot write", &path, e))?;
            atomic::write(&path, &compressed)?;
        }
        let model = self.model_path(&run.id);
        if run.is_source || keep == KeepModels::All {
            atomic::write(&model, &finished.model)?;
        } else {
            remove_file(&model)?;
        }
        self.commit_record(record)
    }

    /// Writes a record that stands alone: a failed run's.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn commit_record(&self, record: &RunRecord) -> Result<(), FileError> {
        let path = self.record_path(&record.id);
        let mut json = serde_json::to_vec(record).map_err(|e| FileError::new("cannot write", &path, e.into()))?;
        json.push(b'\n');
        atomic::write(&path, &json)?;
        remove_folder(&self.checkpoint_folder(&record.id))
    }

    /// Says what is wrong with a run's final weights; `None` when they can be read.
    pub fn model_damage(&self, id: &str) -> Option<String> {
        let path = self.model_path(id);
        match fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Some("missing".into()),
            Err(e) => Some(e.to_string()),
            Ok(bytes) => safetensors::SafeTensors::deserialize(&bytes).err().map(|e| format!("damaged ({e})")),
        }
    }

    /// Removes the weights of sources that every dependent run is done with; returns how many.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn drop_models(&self, plan: &Plan) -> Result<usize, FileError> {
        let mut removed = 0;
        for source in plan.runs.iter().filter(|r| r.is_source) {
            let mut dependents = plan.runs.iter().filter(|r| r.depends_on.as_ref() == Some(&source.id));
            let path = self.model_path(&source.id);
            if path.exists() && dependents.all(|r| self.record_path(&r.id).exists()) {
                remove_file(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// A failed run's record: nothing but who it was and why.
pub fn failed_record(run: &PlannedRun, reason: &str, provenance: Provenance) -> RunRecord {
    RunRecord {
        schema: RECORD_SCHEMA.into(),
        id: run.id.clone(),
        fingerprint: run.fingerprint.clone(),
        encoder: run.encoder.clone(),
        variant: run.variant.clone(),
        protocol: run.protocol,
        sources: run.sources.clone(),
        targets: run.targets.clone(),
        seed: Some(run.seed),
        status: Status::Failed,
        reason: Some(reason.to_owned()),
        budget: Default::default(),
        evaluations: Default::default(),
        joint: run.joint.clone().map(|plan| JointRecord::of_plan(plan, run.recipe.learning_rate)),
        epochs: Vec::new(),
        curve: Default::default(),
        cost: Default::default(),
        provenance,
    }
}

/// The record of a run that reached its end.
pub fn ok_record(run: &PlannedRun, finished: &Finished, provenance: Provenance) -> RunRecord {
    RunRecord {
        schema: RECORD_SCHEMA.into(),
        status: Status::Ok,
        reason: None,
        budget: finished.budget.clone(),
        evaluations: finished.evaluations.clone(),
        joint: finished.joint.clone(),
        epochs: finished.epochs.clone(),
        curve: finished.curve.clone(),
        cost: finished.cost,
        ..failed_record(run, "", provenance)
    }
}

/// The time in RFC 3339, UTC.
pub fn now() -> String {
    let format = time::format_description::well_known::Rfc3339;
    let now = time::OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).format(&format).unwrap_or_default()
}

/// One JSON line per prediction, gzipped without a time stamp: equal predictions are equal files.
fn compress(predictions: &[Prediction]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    for prediction in predictions {
        serde_json::to_writer(&mut gzip, prediction)?;
        gzip.write_all(b"\n")?;
    }
    gzip.finish()
}

fn remove_file(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("cannot remove", path, e)),
        _ => Ok(()),
    }
}

fn remove_folder(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("cannot remove", path, e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fake;

    #[test]
    fn a_commit_leaves_exactly_the_result_and_no_checkpoint() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let plan = fake::plan(&["a", "b"], &[1]);
        let run = plan.run("sequential/a--b/s1").unwrap();
        let checkpoint = store.checkpoint(run).unwrap();
        fs::write(&checkpoint, b"state").unwrap();
        fs::write(store.folder(&run.id).join(".tmp-half"), b"x").unwrap();
        assert_eq!(store.checkpoint(run).unwrap(), checkpoint);
        assert!(checkpoint.exists());
        let finished = fake::finished(run);
        let record = fake::record(run, &finished);
        store.commit(run, &record, &finished, KeepModels::Sources).unwrap();
        let mut names: Vec<_> = fs::read_dir(store.folder(&run.id)).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["predictions.jsonl.gz", "record.json"]);
        assert_eq!(store.record(&run.id), Some(record.clone()));
        let predictions = store.predictions_path(&run.id, "b", 1);
        let first = fs::read(&predictions).unwrap();
        store.commit(run, &record, &finished, KeepModels::All).unwrap();
        assert_eq!(first, fs::read(&predictions).unwrap());
        assert_eq!(store.model_damage(&run.id), None);
    }

    #[test]
    fn a_run_of_several_targets_keeps_each_one_s_predictions() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let run = fake::of_several(&["a", "b"]);
        let finished = fake::finished(&run);
        let record = fake::record(&run, &finished);
        store.commit(&run, &record, &finished, KeepModels::Sources).unwrap();
        assert_eq!(record.targets, ["a", "b"]);
        for task in &run.targets {
            assert!(record.evaluation(task, "test").is_some());
            assert!(store.folder(&run.id).join("predictions").join(format!("{task}.jsonl.gz")).exists());
        }
        assert!(!store.folder(&run.id).join("predictions.jsonl.gz").exists());
    }

    #[test]
    fn a_record_that_is_cut_short_is_named_and_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let run = fake::plan(&["a", "b"], &[1]).runs.remove(0);
        let finished = fake::finished(&run);
        store.commit(&run, &fake::record(&run, &finished), &finished, KeepModels::Sources).unwrap();
        let bytes = fs::read(store.record_path(&run.id)).unwrap();
        fs::write(store.record_path(&run.id), &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(store.look(&run.id).unwrap(), Found::Corrupt(_)));
        let aside = store.set_record_aside(&run.id, "corrupt").unwrap();
        assert!(aside.ends_with("record.json.corrupt-1"));
        assert!(matches!(store.look(&run.id).unwrap(), Found::Missing));
    }

    #[test]
    fn models_go_when_nothing_waits_for_them() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let plan = fake::plan(&["a", "b"], &[1]);
        for run in plan.runs.iter().filter(|r| r.id != "sequential/b--a/s1") {
            let finished = fake::finished(run);
            store.commit(run, &fake::record(run, &finished), &finished, KeepModels::None).unwrap();
        }
        assert_eq!(store.drop_models(&plan).unwrap(), 1);
        assert_eq!(store.model_damage("single/a/s1").as_deref(), Some("missing"));
        assert_eq!(store.model_damage("single/b/s1"), None);
        fs::write(store.model_path("single/b/s1"), b"half").unwrap();
        assert!(store.model_damage("single/b/s1").unwrap().contains("damaged"));
    }
}
