//! The mid-run checkpoint: everything that a training needs to go on bit for bit, in one file with a checksum.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use transfermap::multitask::diagnostics::Sample;
use transfermap::record::{Budget, Curve, EpochRecord, TaskCurve};

use super::job::TrainError;
use crate::atomic;
use crate::encoder::named::Values;
use crate::pretrained::{Tensors, read_tensors, write_tensors};

/// Where a training stands. Data order and dropout are drawn anew from their streams, and the steps done say how far each
/// task has come in its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The run's fingerprint: a checkpoint of another recipe or data set is not taken up.
    pub fingerprint: String,
    /// Optimizer steps done.
    pub step: u64,
    /// Sum of the losses since the last scores, each times its examples.
    pub loss_sum: f64,
    /// Examples since then.
    pub loss_examples: u64,
    /// So far.
    pub budget: Budget,
    /// So far: as many as times that the model was scored.
    pub epochs: Vec<EpochRecord>,
    /// So far.
    pub curve: Curve,
    /// Seconds so far, interruptions left out.
    pub seconds: f64,
    /// Of these, seconds of training without evaluation.
    pub training_seconds: f64,
    /// Best validation score so far, oriented so that more is better.
    pub best_score: Option<f64>,
    /// Passes since the best one.
    pub epochs_without_gain: u32,
    /// Steps that AdamW has taken, by parameter.
    #[serde(default)]
    pub optimizer_steps: BTreeMap<String, i32>,
    /// The one number of steps for all parameters, of which earlier versions knew.
    #[serde(default, skip_serializing)]
    pub optimizer_step: i32,
    /// Loss and weight of each task so far, where there are several.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub curves: IndexMap<String, TaskCurve>,
    /// What was seen of the gradients so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// Steps at which the method had no answer.
    #[serde(default)]
    pub degenerate_steps: u64,
    /// Steps at which a task's gradient was zero beside the others'.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub left_out_steps: IndexMap<String, u64>,
    /// Seconds that looking at the gradients took.
    #[serde(default)]
    pub diagnostics_seconds: f64,
    /// What the weighting method remembers.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub method: Value,
}

impl State {
    /// Steps that AdamW has taken with a parameter.
    pub fn steps_of(&self, parameter: &str) -> i32 {
        self.optimizer_steps.get(parameter).copied().unwrap_or(self.optimizer_step)
    }
}

/// A training in the middle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Positions and records.
    pub state: State,
    /// Weights by name; those of a head as [`crate::pretrained::head_prefix`] says.
    pub model: Tensors,
    /// AdamW's moments by name.
    pub moments: Tensors,
    /// Weights of the best epoch, where one is kept.
    pub best: Tensors,
}

const MAGIC: &[u8; 16] = b"transfermap-ck/1";

/// Writes the file whole or not at all.
pub fn save(path: &Path, snapshot: &Snapshot) -> Result<(), TrainError> {
    let state = serde_json::to_vec(&snapshot.state).map_err(TrainError::State)?;
    let mut all = BTreeMap::new();
    for (prefix, tensors) in [("model", &snapshot.model), ("moments", &snapshot.moments), ("best", &snapshot.best)] {
        all.extend(tensors.iter().map(|(name, values)| (format!("{prefix}/{name}"), values.clone())));
    }
    let tensors = write_tensors(&all, None)?;
    let mut body = Vec::with_capacity(8 + state.len() + tensors.len());
    body.extend_from_slice(&(state.len() as u64).to_le_bytes());
    body.extend_from_slice(&state);
    body.extend_from_slice(&tensors);
    atomic::write_parts(path, &[MAGIC, &Sha256::digest(&body), &body])
        .map_err(|e| TrainError::Io { path: path.to_owned(), source: e.source })
}

/// Reads the file; `None` when there is none, or when it belongs to another fingerprint.
pub fn load(path: &Path, fingerprint: &str) -> Result<Option<Snapshot>, TrainError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(TrainError::Io { path: path.to_owned(), source }),
    };
    let corrupt = |reason: &str| TrainError::CorruptCheckpoint { path: path.to_owned(), reason: reason.to_owned() };
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| corrupt("not a checkpoint of this version"))?;
    let (sum, body) = rest.split_at_checked(32).ok_or_else(|| corrupt("cut short"))?;
    if Sha256::digest(body).as_slice() != sum {
        return Err(corrupt("its checksum does not fit"));
    }
    let (length, rest) = body.split_first_chunk::<8>().ok_or_else(|| corrupt("cut short"))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| corrupt("cut short"))?;
    let (state, tensors) = rest.split_at_checked(length).ok_or_else(|| corrupt("cut short"))?;
    let state: State = serde_json::from_slice(state).map_err(|e| corrupt(&e.to_string()))?;
    if state.fingerprint != fingerprint {
        return Ok(None);
    }
    let mut snapshot = Snapshot { state, ..Snapshot::default() };
    for (name, values) in read_tensors(tensors).map_err(|e| corrupt(&e.to_string()))? {
        let (prefix, name) = name.split_once('/').ok_or_else(|| corrupt("a tensor without a place"))?;
        let table: &mut BTreeMap<String, Values> = match prefix {
            "model" => &mut snapshot.model,
            "moments" => &mut snapshot.moments,
            _ => &mut snapshot.best,
        };
        table.insert(name.to_owned(), values);
    }
    Ok(Some(snapshot))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let values = Values { shape: vec![2], data: vec![0.1, f32::MIN_POSITIVE] };
        Snapshot {
            state: State { fingerprint: "f".into(), step: 3, loss_sum: 0.1 + 0.2, ..State::default() },
            model: [("a.weight".to_owned(), values.clone())].into(),
            moments: [("first.a.weight".to_owned(), values)].into(),
            best: BTreeMap::new(),
        }
    }

    #[test]
    fn comes_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint/state.bin");
        save(&path, &snapshot()).unwrap();
        assert_eq!(load(&path, "f").unwrap(), Some(snapshot()));
        assert_eq!(load(&path, "another").unwrap(), None);
        assert_eq!(load(&folder.path().join("none"), "f").unwrap(), None);
    }

    #[test]
    fn one_number_of_steps_is_read_for_every_parameter_as_earlier_versions_wrote_it() {
        let mut old = serde_json::to_value(&snapshot().state).unwrap();
        let fields = old.as_object_mut().unwrap();
        fields.remove("optimizer_steps");
        fields.extend([("optimizer_step".into(), 7.into()), ("epoch".into(), 1.into()), ("batch".into(), 2.into())]);
        let state: State = serde_json::from_value(old).unwrap();
        assert_eq!((state.step, state.steps_of("a.weight")), (3, 7));
        let mut new = State { optimizer_steps: [("a.weight".to_owned(), 2)].into(), ..state };
        new = serde_json::from_value(serde_json::to_value(new).unwrap()).unwrap();
        assert_eq!((new.steps_of("a.weight"), new.steps_of("never.moved")), (2, 0));
    }

    #[test]
    fn rejects_a_flipped_bit_and_a_short_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.bin");
        save(&path, &snapshot()).unwrap();
        let whole = fs::read(&path).unwrap();
        for damage in [whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[damage] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert!(matches!(load(&path, "f"), Err(TrainError::CorruptCheckpoint { .. })));
            fs::write(&path, &whole[..damage]).unwrap();
            assert!(matches!(load(&path, "f"), Err(TrainError::CorruptCheckpoint { .. })));
        }
    }
}
