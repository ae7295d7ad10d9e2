//! Whether the files of a finished run are those that it left, by the hashes in its record.

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use flate2::bufread::GzDecoder;
use transfermap::record::{Hashes, RunRecord};

use super::inputs::Inputs;
use super::records::Store;
use crate::atomic::FileError;
use crate::files;
use crate::seal;
use crate::train::Prediction;

/// A file that is not what its run left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
    /// Whether it is gone, which may be somebody's wish.
    pub missing: bool,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

const OTHER: &str = "not what the run left: its hash is not that of the record";

impl Store {
    /// Says what is wrong with a run's final weights; `None` when they are those that the run left, or, of a record
    /// without hashes, when they can be read.
    pub fn model_damage(&self, id: &str) -> Option<String> {
        let known = self.record(id).and_then(|record| record.sha256?.weights);
        self.weights_damage(id, known.as_deref())
    }

    /// As [`Self::model_damage`], with the hash that they must have.
    pub fn weights_damage(&self, id: &str, known: Option<&str>) -> Option<String> {
        let path = self.model_path(id);
        let read = |e: io::Error| if e.kind() == io::ErrorKind::NotFound { "missing".into() } else { e.to_string() };
        match known {
            Some(known) => match seal::digest_of_file(&path) {
                Ok(hash) if hash == known => None,
                Ok(_) => Some(format!("damaged ({OTHER})")),
                Err(e) => Some(read(e)),
            },
            None => match files::read(&path) {
                Ok(bytes) => safetensors::SafeTensors::deserialize(&bytes).err().map(|e| format!("damaged ({e})")),
                Err(e) => Some(read(e)),
            },
        }
    }

    /// What is wrong with the files of predictions of a finished run; nothing of a record without hashes.
    pub fn predictions_damage(&self, record: &RunRecord) -> Vec<Damage> {
        let hashes = record.sha256.iter().flat_map(|hashes| &hashes.predictions);
        let damage = |(task, known): (&String, &String)| {
            let path = self.predictions_path(&record.id, task, record.targets.len());
            let (why, missing) = match seal::digest_of_file(&path) {
                Ok(hash) if hash == *known => return None,
                Ok(_) => (OTHER.to_owned(), false),
                Err(e) => (e.to_string(), e.kind() == io::ErrorKind::NotFound),
            };
            Some(Damage { path, why, missing })
        };
        hashes.filter_map(damage).collect()
    }

    /// The hashes of what a run of an earlier version left, once it is seen that its files agree with its record.
    ///
    /// # Errors
    /// What does not agree; the inner error is a file that cannot be read.
    pub fn hashes_of(&self, record: &RunRecord, inputs: &Inputs) -> Result<Result<Hashes, Damage>, FileError> {
        let mut hashes = Hashes { tokenised: inputs.hashes_of(&record.encoder, &record.targets), ..Hashes::default() };
        let model = self.model_path(&record.id);
        let whole = model.exists() && self.weights_damage(&record.id, None).is_none();
        if whole {
            let hash = seal::digest_of_file(&model).map_err(|e| FileError::new("cannot read", &model, e))?;
            hashes.weights = Some(hash);
        }
        for task in &record.targets {
            let path = self.predictions_path(&record.id, task, record.targets.len());
            if !path.exists() {
                continue;
            }
            if let Err(why) = self.agree(record, task) {
                return Ok(Err(Damage { path, why, missing: false }));
            }
            let hash = seal::digest_of_file(&path).map_err(|e| FileError::new("cannot read", &path, e))?;
            hashes.predictions.insert(task.clone(), hash);
        }
        Ok(Ok(hashes))
    }

    /// Whether a file of predictions has the classes that its record says.
    fn agree(&self, record: &RunRecord, task: &str) -> Result<(), String> {
        let path = self.predictions_path(&record.id, task, record.targets.len());
        let file = files::open(&path).map_err(|e| e.to_string())?;
        let mut predicted = Vec::new();
        for line in BufReader::new(GzDecoder::new(BufReader::new(file))).lines() {
            let line = line.map_err(|e| format!("damaged or cut short ({e})"))?;
            let prediction: Prediction = serde_json::from_str(&line).map_err(|e| format!("damaged ({e})"))?;
            let best = prediction.probabilities.iter().enumerate();
            let best = best.fold((0, f64::NEG_INFINITY), |best, (i, &p)| if p > best.1 { (i, p) } else { best });
            predicted.push(best.0);
        }
        let known = record.evaluation(task, "test").and_then(|e| e.predicted.as_ref());
        let known = known.map(|classes| classes.indices().iter().map(|i| usize::from(*i)).collect::<Vec<_>>());
        match known {
            Some(known) if known != predicted => Err("its classes are not those of the record".into()),
            _ => Ok(()),
        }
    }
}
