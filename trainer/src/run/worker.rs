//! The loop of one worker: claim a run that is ready, train it, put its result on disk, until all are settled.
//!
//! Who trains is a [`Trainer`], so that claims, order, failures and resume are tested without a neural network.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use transfermap::plan::PlannedRun;
use transfermap::record::{Evaluation, Provenance, RunRecord, Status};

use super::event::Event;
use crate::atomic::{self, FileError};
use crate::store::claims::{Claim, Claims};
use crate::store::records::{Found, KeepModels, Store, failed_record, now, ok_record};
use crate::train::{Finished, Outcome, StepProgress, TrainError};

/// Between two looks at what others are doing.
const PAUSE: Duration = Duration::from_millis(200);

/// Between two progress events of a run.
const STEP_EVERY: Duration = Duration::from_millis(250);

/// Trains one run.
pub trait Trainer {
    /// Trains `run` from `source_model` (or from its encoder), resuming from `checkpoint` where that exists.
    ///
    /// # Errors
    /// See [`TrainError`].
    fn train(
        &mut self,
        run: &PlannedRun,
        source_model: Option<&Path>,
        checkpoint: &Path,
        observe: &mut dyn FnMut(StepProgress) -> bool,
    ) -> Result<Outcome, TrainError>;

    /// The name of a task's primary metric.
    fn metric(&self, task: &str) -> String;
}

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every run of the assignment has a record.
    Settled,
    /// It was told to stop.
    Stopped,
}

/// Why a worker cannot go on with any run.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The output folder.
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{run}: {text}")]
    Train {
        run: String,
        /// What happened and what to do.
        text: String,
    },
    #[error("{0}: its record belongs to another version of the study; start `transfermap run` again")]
    Stale(String),
}

pub struct Worker<'a> {
    /// The runs to settle, each behind what it needs.
    pub runs: &'a [PlannedRun],
    /// Where results go.
    pub store: &'a Store,
    /// Who trains.
    pub trainer: &'a mut dyn Trainer,
    /// Which weights stay.
    pub keep_models: KeepModels,
    /// Goes into every record; `started` is filled in.
    pub provenance: &'a Provenance,
    /// Raised to end: a checkpoint is saved first.
    pub stop: &'a AtomicBool,
    /// Told what happens.
    pub emit: &'a mut dyn FnMut(Event),
}

/// A run with a record.
enum Settled {
    Ok,
    Failed(String),
}

/// What one look at a run came to.
enum Step {
    /// It has a record now, made here or found.
    Settled,
    /// It waits for its source, or for whoever trains it.
    Waiting,
    /// The training was interrupted.
    Stopped,
}

impl Worker<'_> {
    /// Works until every run is settled or it is told to stop.
    ///
    /// # Errors
    /// What makes every other run fail too.
    pub fn work(&mut self) -> Result<End, Fatal> {
        let claims = Claims::new(self.store.root());
        let mut settled: HashMap<&str, Settled> = HashMap::new();
        let runs = self.runs;
        loop {
            let mut waiting = false;
            let mut trained = false;
            for run in runs {
                if self.stop.load(Ordering::Relaxed) {
                    return Ok(End::Stopped);
                }
                if settled.contains_key(run.id.as_str()) {
                    continue;
                }
                if let Some(found) = self.settled(run)? {
                    settled.insert(&run.id, found);
                    continue;
                }
                match self.attempt(run, &claims, &settled)? {
                    Step::Stopped => return Ok(End::Stopped),
                    Step::Waiting => waiting = true,
                    // From the top again: what others wait for comes first.
                    Step::Settled => {
                        trained = true;
                        break;
                    }
                }
            }
            if !trained && !waiting {
                return Ok(End::Settled);
            }
            if !trained {
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// How `run` ended, if it did. A record that cannot be read is set aside.
    fn settled(&mut self, run: &PlannedRun) -> Result<Option<Settled>, Fatal> {
        match self.store.look(&run.id)? {
            Found::Missing => Ok(None),
            Found::Corrupt(_) => Ok(None),
            Found::Record(record) if record.fingerprint != run.fingerprint => Err(Fatal::Stale(run.id.clone())),
            Found::Record(record) => Ok(Some(match record.status {
                Status::Ok => Settled::Ok,
                Status::Failed => Settled::Failed(record.reason.unwrap_or_default()),
            })),
        }
    }

    fn attempt(&mut self, run: &PlannedRun, claims: &Claims, settled: &HashMap<&str, Settled>) -> Result<Step, Fatal> {
        let mut source_model = None;
        let mut source_failure = None;
        if let Some(source) = &run.depends_on {
            match settled.get(source.as_str()) {
                None => return Ok(Step::Waiting),
                Some(Settled::Ok) => source_model = Some(self.store.model_path(source)),
                Some(Settled::Failed(reason)) => source_failure = Some(source_failed(source, reason)),
            }
        }
        let Some(claim) = claims.claim(&run.id)? else { return Ok(Step::Waiting) };
        // Its last owner may have finished it between the look and the claim.
        match self.store.look(&run.id)? {
            Found::Missing => {}
            Found::Record(_) => return Ok(Step::Settled),
            Found::Corrupt(why) => {
                let aside = self.store.set_record_aside(&run.id, "corrupt")?;
                self.say(format!("{}: {why}; moved to {}, trained again", run.id, aside.display()));
            }
        }
        if let Some(reason) = source_failure {
            return self.fail(run, &claim, &reason, now());
        }
        self.train(run, source_model, &claim)
    }

    fn train(&mut self, run: &PlannedRun, source_model: Option<PathBuf>, claim: &Claim) -> Result<Step, Fatal> {
        let started = now();
        (self.emit)(Event::Start { run: run.id.clone() });
        let mut outcome = self.train_once(run, source_model.as_deref(), claim)?;
        if let Err(TrainError::CorruptCheckpoint { path, reason }) = &outcome {
            let aside = self.store.set_checkpoint_aside(&run.id, path)?;
            let aside = aside.display();
            self.say(format!("{}: checkpoint unreadable ({reason}); moved to {aside}, trained from its start", run.id));
            outcome = self.train_once(run, source_model.as_deref(), claim)?;
        }
        match outcome {
            Ok(Outcome::Finished(finished)) => self.finish(run, &finished, claim, started),
            Ok(Outcome::Stopped) => {
                (self.emit)(Event::Stopped { run: run.id.clone() });
                Ok(Step::Stopped)
            }
            Err(error) if error.is_fatal() => {
                let remedy = match &error {
                    TrainError::Io { source, .. } => atomic::remedy(source),
                    _ => "",
                };
                Err(Fatal::Train { run: run.id.clone(), text: format!("{error}{remedy}") })
            }
            Err(error) => self.fail(run, claim, &error.to_string(), started),
        }
    }

    fn train_once(
        &mut self,
        run: &PlannedRun,
        source_model: Option<&Path>,
        claim: &Claim,
    ) -> Result<Result<Outcome, TrainError>, Fatal> {
        let checkpoint = self.store.checkpoint(run)?;
        let (emit, stop) = (&mut *self.emit, self.stop);
        let mut last: Option<Instant> = None;
        let mut observe = |progress: StepProgress| {
            if last.is_none_or(|t| t.elapsed() >= STEP_EVERY) {
                last = Some(Instant::now());
                claim.report(progress);
                emit(Event::Step { run: run.id.clone(), progress });
            }
            !stop.load(Ordering::Relaxed)
        };
        Ok(self.trainer.train(run, source_model, &checkpoint, &mut observe))
    }

    fn finish(&mut self, run: &PlannedRun, finished: &Finished, claim: &Claim, started: String) -> Result<Step, Fatal> {
        if !self.owns(claim, run) {
            return Ok(Step::Waiting);
        }
        let provenance = Provenance { started, ..self.provenance.clone() };
        let record = ok_record(run, finished, provenance);
        if let Err(why) = reads_back(&record) {
            return self.fail(
                run,
                claim,
                &format!("a score or a cost is not a number: {why}"),
                record.provenance.started,
            );
        }
        self.store.commit(run, &record, finished, self.keep_models)?;
        let score = |(task, splits): (&String, &IndexMap<String, Evaluation>)| {
            let score = splits.get("test")?.scores.get(&self.trainer.metric(task))?;
            Some((task.clone(), *score))
        };
        let scores = finished.evaluations.iter().filter_map(score).collect();
        (self.emit)(Event::Done { run: run.id.clone(), seconds: finished.cost.seconds, scores });
        Ok(Step::Settled)
    }

    fn fail(&mut self, run: &PlannedRun, claim: &Claim, reason: &str, started: String) -> Result<Step, Fatal> {
        if !self.owns(claim, run) {
            return Ok(Step::Waiting);
        }
        let provenance = Provenance { started, ..self.provenance.clone() };
        let record = failed_record(run, reason, provenance);
        // One that cannot be read would be set aside and trained again, for ever.
        reads_back(&record).map_err(|why| Fatal::Train {
            run: run.id.clone(),
            text: format!("its record cannot be read ({why:#}), which is an error of transfermap's; please report it"),
        })?;
        self.store.commit_record(&record)?;
        (self.emit)(Event::Failed { run: run.id.clone(), reason: reason.to_owned() });
        Ok(Step::Settled)
    }

    fn owns(&mut self, claim: &Claim, run: &PlannedRun) -> bool {
        let mine = claim.is_mine();
        if !mine {
            (self.emit)(Event::Stopped { run: run.id.clone() });
            self.say(format!("{}: taken over by another process while this one slept; its result counts", run.id));
        }
        mine
    }

    fn say(&mut self, text: String) {
        (self.emit)(Event::Message { text });
    }
}

/// JSON has no NaN and no infinity: a record that holds one would be corrupt, and its run trained again for ever.
fn reads_back(record: &RunRecord) -> anyhow::Result<()> {
    RunRecord::from_json(&serde_json::to_vec(record)?)?;
    Ok(())
}

/// Why a run whose source failed fails; the source's own reason is told once, however long the chain.
fn source_failed(source: &str, reason: &str) -> String {
    format!("source run {source} failed: {reason}")
}
