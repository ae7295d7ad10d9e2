//! A training without a neural network, for tests: a hash that grows by one link per step, with checkpoints.
//!
//! What it does to a run is in the target's name: `nan…` diverges, `disk…` fills the disk, `panic…` panics at its third
//! step, `once…` does so the first time only, `inf…` scores infinity, `slow…` takes its time.

use std::path::Path;
use std::time::Duration;

use indexmap::IndexMap;
use transfermap::fingerprint::digest;
use transfermap::plan::PlannedRun;

use super::worker::Trainer;
use crate::store::fake::{STEPS, result};
use crate::train::{Outcome, StepProgress, TrainError};

/// The trainer.
pub struct Fake;

impl Trainer for Fake {
    fn train(
        &mut self,
        run: &PlannedRun,
        source_model: Option<&Path>,
        checkpoint: &Path,
        observe: &mut dyn FnMut(StepProgress) -> bool,
    ) -> Result<Outcome, TrainError> {
        let io = |path: &Path, source| TrainError::Io { path: path.to_owned(), source };
        let start = match source_model {
            Some(path) => digest(&std::fs::read(path).map_err(|e| io(path, e))?),
            None => run.encoder.clone(),
        };
        let target = run.targets[0].as_str();
        let (mut step, mut state) = (0, digest(format!("{start}/{target}/{}", run.seed).as_bytes()));
        let first_time = !checkpoint.exists();
        if let Ok(text) = std::fs::read_to_string(checkpoint) {
            let corrupt = || TrainError::CorruptCheckpoint { path: checkpoint.to_owned(), reason: "no colon".into() };
            let (at, hash) = text.split_once(':').ok_or_else(corrupt)?;
            (step, state) = (at.parse().unwrap(), hash.to_owned());
        }
        while step < STEPS {
            step += 1;
            state = digest(state.as_bytes());
            std::fs::write(checkpoint, format!("{step}:{state}")).map_err(|e| io(checkpoint, e))?;
            std::thread::sleep(Duration::from_millis(if target.starts_with("slow") { 20 } else { 1 }));
            if step == 3 {
                if target.starts_with("nan") {
                    return Err(TrainError::NonFinite { what: "loss".into(), value: f64::NAN, step });
                }
                if target.starts_with("disk") {
                    return Err(io(checkpoint, std::io::ErrorKind::StorageFull.into()));
                }
                if target.starts_with("once") && first_time {
                    panic!("a first time");
                }
            }
            if target.starts_with("panic") && step >= 3 {
                panic!("index out of bounds");
            }
            let progress = StepProgress { step, total_steps: STEPS, epoch: step as f64 / STEPS as f64, loss: 0.5 };
            if !observe(progress) {
                return Ok(Outcome::Stopped);
            }
        }
        Ok(Outcome::Finished(Box::new(result(run, &state))))
    }

    fn tokenised(&self, _: &PlannedRun) -> IndexMap<String, String> {
        IndexMap::new()
    }

    fn metric(&self, _: &str) -> String {
        "accuracy".into()
    }
}
